"""The parameters of a Data API request: read strictly, with FileMaker's own errors.

Pure. In an address they begin with ``_``, in the body of a find they do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reimport_demo.filemaker.forms import US

PAGE_ROWS = 100
PORTAL_ROWS = 50
ABSENT = "None"
"""How one client in use writes that it wants no limit."""

_RANGED = ("offset", "limit")
_SORT = "_sort"
_NOT_SERVED = re.compile(r"sort|portal|layout\.response|script(\.\w+)*")
"""Parameters of FileMaker's that no client here sends; ignored, they would mislead."""


class Refusal(Exception):
    """The answer is an error: status of HTTP, code and message of FileMaker."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for records asks for.

    Attributes:
        offset: place of the first record from 1; None where it was not given, which
            is not the same as 1 for an empty table.
        sort: (field, ascending) pairs.
        ranges: label of a portal -> (offset from 1, limit).
        dates: the form of dates, 0, 1 or 2.
    """

    offset: int | None = None
    limit: int = PAGE_ROWS
    sort: tuple[tuple[str, bool], ...] = ()
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    dates: int = US

    def range_of(self, label: str) -> tuple[int, int]:
        return self.ranges.get(label, (1, PORTAL_ROWS))


def from_address(arguments: Mapping[str, str], *, strict: bool) -> Asked:
    """
    The parameters of a GET.

    Raises:
        Refusal: one is unknown or has a wrong value.
    """
    values = {}
    unknown = []
    for name, text in arguments.items():
        bare = name.removeprefix("_")
        if name == _SORT:
            values[name] = text
        elif _is_range(bare) == (bare != name) and _is_known(bare):
            values[bare] = text
        elif strict or _is_of_filemaker(bare) or name.startswith("_"):
            unknown.append(name)
    return _asked(values, unknown=unknown)


def from_body(body: Mapping[str, Any], *, strict: bool) -> Asked:
    """
    The parameters in the body of a find.

    Raises:
        Refusal: one is unknown or has a wrong value.
    """
    values = {name: value for name, value in body.items() if _is_known(name)}
    others = [name for name in body if name != "query" and name not in values]
    unknown = [n for n in others if strict or _is_of_filemaker(n.removeprefix("_"))]
    if not strict and values.get("limit") == ABSENT:
        del values["limit"]
    return _asked(values, unknown=unknown)


def read_json(text: str) -> dict[str, Any]:
    """
    The object in a body; an empty body is an empty one.

    Raises:
        Refusal: it is not JSON, not an object, or holds a null.
    """
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise Refusal(400, 1710, "JSON input isn't syntactically valid") from None
    if not isinstance(body, dict):
        raise Refusal(400, 1710, "JSON input isn't syntactically valid")
    if any(value is None for value in body.values()):
        raise Refusal(400, 1708, "Parameter value is invalid")
    return body


def _is_range(bare: str) -> bool:
    return bare.partition(".")[0] in _RANGED


def _is_known(bare: str) -> bool:
    return bare == "dateformats" or _is_range(bare)


def _is_of_filemaker(bare: str) -> bool:
    """Some server knows it, so that a client must be told that it is not taken."""
    return _is_known(bare) or bool(_NOT_SERVED.fullmatch(bare))


def _asked(values: Mapping[str, Any], *, unknown: Sequence[str]) -> Asked:
    _refuse(unknown)
    return Asked(
        offset=_count(values["offset"]) if "offset" in values else None,
        limit=_count(values.get("limit", PAGE_ROWS)),
        sort=_sort(values.get(_SORT, "[]")),
        ranges=_portal_ranges(values),
        dates=_dates(values.get("dateformats", US)),
    )


def _refuse(unknown: Sequence[str]) -> None:
    if unknown:
        raise Refusal(400, 960, f"Unknown parameter(s): {', '.join(unknown)}")


def _portal_ranges(values: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for name, value in values.items():
        word, dot, label = name.partition(".")
        if dot and word in _RANGED:
            offset, limit = found.get(label, (1, PORTAL_ROWS))
            number = _count(value)
            found[label] = (number, limit) if word == "offset" else (offset, number)
    return found


def _count(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or int(text) < 1:
        raise Refusal(400, 1708, "Parameter value is invalid")
    return int(text)


def _dates(value: object) -> int:
    if isinstance(value, bool) or str(value) not in ("0", "1", "2"):
        raise Refusal(400, 1708, "Parameter value is invalid")
    return int(str(value))


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    try:
        asked = json.loads(text)
        pairs = [(item["fieldName"], item.get("sortOrder", "ascend")) for item in asked]
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Refusal(400, 1708, "Parameter value is invalid") from None
    if any(order not in ("ascend", "descend") for _, order in pairs):
        raise Refusal(500, 404, "Sort order is invalid")
    return tuple((str(name), order == "ascend") for name, order in pairs)
