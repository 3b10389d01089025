"""FileMaker's own errors, by its codes, in our words: never in its own.

Imports only errors.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.errors import SourceError

MISSING_RECORD, NO_RECORDS = "101", "401"
EXPIRED, UNKNOWN_PARAMETER = "952", "960"
FULL = frozenset(("812", "956"))
"""No session is free: another may end at any moment."""

_ACCOUNT = "check FILEMAKER_USERNAME and FILEMAKER_PASSWORD"
_NAMES = "check the settings FILEMAKER_LAYOUT_PATIENTS and so on"
_UNKNOWN_CODE = "look the code up in FileMaker's own list"
_WITHOUT_CODE: Mapping[int, str] = {401: _ACCOUNT}
_NO_CODE = "check FILEMAKER_HOST; what answered may be a web server before FileMaker's"
_SESSIONS = "end other sessions in the server's console, or wait"

_MEANING: Mapping[str, tuple[str, str]] = {
    "9": ("the account may not do this", "its privilege set needs read access"),
    "10": ("the account was not taken", _ACCOUNT),
    "102": ("a field is not on the layout", "put the key field onto the layout"),
    "105": ("the layout is missing", _NAMES),
    "212": ("the account or its password is wrong", _ACCOUNT),
    "214": ("too many wrong logins", "wait, then check FILEMAKER_PASSWORD"),
    "802": (
        "the database is not open to this interface",
        "check FILEMAKER_DATABASE; the account needs the privilege fmrest or fmodata",
    ),
    "812": ("every session is taken", _SESSIONS),
    "952": ("the session is not taken", "run it again"),
    "953": ("the year's allowance of data is spent", "ask whoever runs the server"),
    "956": ("every session is taken", _SESSIONS),
    "960": ("a parameter is not known", "the server is older than version 19"),
    "8309": ("a field does not exist", _NAMES),
    "-1002": ("it does not take the address", "the server is older than version 19"),
    "-1020": ("the table occurrence does not exist", _NAMES),
}


class Refusal(SourceError):
    """
    An error of FileMaker's own.

    Attributes:
        code: FileMaker's; "" where the answer names none.
        status: of HTTP.
    """

    def __init__(self, code: str, status: int) -> None:
        unknown = _UNKNOWN_CODE if code else _WITHOUT_CODE.get(status, _NO_CODE)
        meaning, hint = _MEANING.get(code, ("it refused the request", unknown))
        shown = f"code {code}" if code else f"status {status}"
        super().__init__(
            f"The FileMaker server: {meaning} ({shown}).", hint=hint, id="R001"
        )
        self.code = code
        self.status = status
