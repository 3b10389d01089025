"""Why PostgreSQL refused or failed, in words that quote no row.

Servers and their programs quote values in their messages. What is passed on is a
sentence of ours by the error's code, or a message of theirs of a known form, in which
only names of tables, roles and settings stand.
"""

from __future__ import annotations

import re

import psycopg

UNKNOWN = "the reason is withheld, it may quote rows"

_BY_CODE = {
    "08": "the connection was lost",
    "22": "a value cannot be stored as its column wants it",
    "23": "a constraint does not hold",
    "25006": "the server, the database or this role is read only",
    "25P03": "idle_in_transaction_session_timeout ended the connection",
    "25P04": "transaction_timeout ended it",
    "28": "the user or the password is not accepted",
    "3D000": "there is no such database",
    "40": "others changed the same rows at the same time",
    "40P01": "it and another process waited for each other",
    "42501": "this role may not do that",
    "42704": "something that it names is not there",
    "42P01": "a table is missing",
    "53100": "the disk of the server is full",
    "53200": "the server is out of memory",
    "53300": "too many connections to the server",
    "55P03": "somebody else has held a lock for longer than lock_timeout",
    "57014": "statement_timeout, or a person, cancelled it",
    "57P01": "the server ended the connection",
    "57P03": "the server takes no connections just now",
    "58": "the server's machine failed",
    "SQLITE_BUSY": "another process is writing to the file",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk failed",
    "SQLITE_LOCKED": "another process is writing to the file",
    "SQLITE_NOMEM": "there is no memory left",
    "SQLITE_NOTADB": "the file is no SQLite database",
    "SQLITE_PERM": "the file may not be used",
    "SQLITE_READONLY": "the file is read only",
    "XX": "the server failed, or its files are damaged",
    "57P05": "idle_session_timeout ended the connection",
}
_NAME = r'"[^"\n]{1,100}"'
_THINGS = (
    "access method|collation|column|constraint|database|extension|function|index"
    "|language|operator|parameter|relation|role|schema|sequence|table|tablespace"
    "|text search configuration|trigger|type|user|view"
)
_SAFE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"unrecognized configuration parameter {_NAME}",
        r"permission denied (?:for|to) [\w \".-]{1,120}",
        r"must be (?:owner of|superuser|able to|member of)[\w \".-]{0,120}",
        rf"(?:{_THINGS}) {_NAME}(?: of relation {_NAME})? (?:already exists|does not"
        r" exist)",
        rf"extension {_NAME} is not available",
        r"canceling statement due to [a-z -]{1,60}",
        r"terminating connection due to [a-z -]{1,60}",
        r"deadlock detected",
        r"the database system is [a-z ]{1,40}",
        r"sorry, too many clients already",
        rf"too many connections for (?:role|database) {_NAME}",
        rf"password authentication failed for user {_NAME}",
        r"cannot execute [A-Z ]{1,40} (?:in a read-only transaction|during recovery)",
        r"unsupported version \([0-9.]{1,10}\) in file header",
        rf"query would be affected by row-level security policy for table {_NAME}",
        rf"duplicate key value violates unique constraint {_NAME}",
        r"cannot drop [\w \".]{1,120} because other objects depend on it",
        r"out of (?:shared )?memory",
    )
)
_SIGNS = (
    ("No space left on device", "the disk is full"),
    ("server version mismatch", "the server is newer than the program"),
    ("no pg_hba.conf entry", "the server's pg_hba.conf does not let this role in"),
    ("no password supplied", "the server wants a password, and none is given"),
    ("could not translate host name", "there is no host of that name"),
    ("Name or service not known", "there is no host of that name"),
    ("Temporary failure in name resolution", "the name of the host is not found"),
    ("Connection refused", "nothing listens at that host and port"),
    ("No such file or directory", "no server listens in that folder"),
    ("timeout expired", "the server does not answer"),
    ("SSL", "the server and this machine do not agree on encryption"),
    ("closed the connection", "the connection was lost"),
    ("connection is closed", "the connection was lost"),
    ("connection is lost", "the connection was lost"),
    ("could not connect", "the server cannot be reached"),
    ("connection to server", "the connection to the server failed"),
    ("permission denied", "permission denied"),
)
# Every connection sets this one, and no server before version 14 knows it.
_TOO_OLD = 'unrecognized configuration parameter "idle_session_timeout"'
_OUTSIDE = (
    *("08", "25006", "25P03", "25P04", "28", "3D000", "40", "42501", "53", "55P03"),
    *("57", "58", "XX"),
    *("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_FULL"),
    *("SQLITE_IOERR", "SQLITE_LOCKED", "SQLITE_NOMEM", "SQLITE_NOTADB", "SQLITE_PERM"),
    "SQLITE_READONLY",
)
_BUSY = frozenset({"55P03", "SQLITE_BUSY", "SQLITE_LOCKED"})
_ERROR = re.compile(r"(?:ERROR|FATAL|error): +(?=\S)")
_BEHIND = re.compile(r"(?:DETAIL|CONTEXT|HINT|STATEMENT|QUERY|LINE \d+|Command was):")


def of_error(error: BaseException) -> str:
    """What *error* is about: psycopg's own, or one of Django's made from it."""
    cause, code = _cause(error), _code(error)
    if not isinstance(cause, psycopg.Error):
        known = _BY_CODE.get("_".join(code.split("_")[:2]), "")
        return known or f"{type(error).__name__} {code}".strip()
    said = _safe(cause.diag.message_primary or "") if code else in_text(str(cause))
    known = _BY_CODE.get(code) or _BY_CODE.get(code[:2], "")
    if said and said != UNKNOWN and code not in _BUSY:
        return said
    return known or f"{type(cause).__name__} {code}".strip()


def is_outside(error: BaseException) -> bool:
    """
    Whether *error* comes of the server, the disk or what a role may do.

    Every other one comes of what was asked, which is the program's to mend.
    """
    code = _code(error)
    lost = isinstance(_cause(error), psycopg.OperationalError | psycopg.InterfaceError)
    return code.startswith(_OUTSIDE) if code else lost


def is_busy(error: BaseException) -> bool:
    """Whether *error* is that others were waited for as long as may be."""
    return _code(error) in _BUSY


def _cause(error: BaseException) -> BaseException:
    """The driver's error: *error* itself, or what Django made it from."""
    return error if isinstance(error, psycopg.Error) else error.__cause__ or error


def _code(error: BaseException) -> str:
    """The SQLSTATE, or SQLite's own name of the error; "" where it has none."""
    cause = _cause(error)
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate or ""
    return str(getattr(cause, "sqlite_errorname", ""))


def in_text(text: str) -> str:
    """What the *text* that a program ended with says of its first error."""
    for line in text.splitlines():
        if _BEHIND.match(line.lstrip()):
            break
        if _TOO_OLD in line:
            return "the server is older than PostgreSQL 14, the oldest that will do"
        said = _safe(_ERROR.split(line)[-1].strip())
        if said:
            return said
        for sign, words in _SIGNS:
            if sign in line:
                return words
    return UNKNOWN


def _safe(message: str) -> str:
    """*message* where it is of a form that quotes no row, else ""."""
    return message if any(form.fullmatch(message) for form in _SAFE) else ""
