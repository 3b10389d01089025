"""Whether a value is the one that the last import left, by the ledger's record of it.

Pure. The record is read as ``docs/merging.md`` describes it: nothing of what makes such
records, or the texts in them, is used here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

_NAME_BYTES, _VALUE_BYTES = 3, 6
_NAME, _FIELD = 4, 12  # characters
NOBODY_KNOWS = "........"


def mark_of(record: str, field: str) -> str:
    """What the *record* of a row says of *field*; "" where that is nothing."""
    name = _mark(field, _NAME_BYTES)
    for start in range(0, len(record), _FIELD):
        entry = record[start : start + _FIELD]
        if entry.startswith(name):
            mark = entry[_NAME:]
            return "" if mark == NOBODY_KNOWS else mark
    return ""


def is_left(mark: str, value: object) -> bool:
    """Whether *value*, as the database gives it, is the one that *mark* is of."""
    return _mark(text_of(value), _VALUE_BYTES) == mark


def text_of(value: object) -> str:
    """
    The one text that stands for *value* in records.

    Raises:
        TypeError: a value of a kind that no field holds.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(int(value))
        case float() | Decimal() if value != value:
            return ""  # how frames say that a number is not there
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case int():
            return str(value)
        case Decimal():
            text = f"{value + 0:f}"  # no zero is negative
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime() if value != value:
            return ""
        case datetime():
            if value.tzinfo is None:
                return value.isoformat()
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value).replace("-", "")
        case dict() | list():
            return json.dumps(
                value, ensure_ascii=False, sort_keys=True, default=text_of
            )
    raise TypeError(f"no text for a {type(value).__name__}")


def _mark(text: str, size: int) -> str:
    data = text.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(data, digest_size=size).digest()
    return base64.b64encode(digest, altchars=b"-_").decode("ascii")
