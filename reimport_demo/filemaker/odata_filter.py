"""``$filter``: fields compared with literals, joined by ``and``.

Pure. Nothing else is sent by the clients that are served here, and all else is refused.
FileMaker quotes names with double quotes, and counts repetitions in brackets:
``"last name" eq 'O''Brien' and Phones[2] ne null``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from reimport_demo.filemaker.model import Kind, Record
from reimport_demo.filemaker.odata_query import Column, ODataRefusal

Test = Callable[[Record], bool]
Find = Callable[[str], Column]

_COMPARISON = re.compile(
    r"""\s*(?:"(?P<quoted>[^"]+)"|(?P<name>[^\W\d]\w*))(?P<place>\[\d+\])?
    \s+(?P<sign>eq|ne|lt|le|gt|ge)\s+(?P<literal>'(?:[^']|'')*'|[^\s']+)\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_AND = re.compile(r"and\b", re.IGNORECASE)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def filter_for(text: str, find: Find) -> Test:
    """
    What *text* asks of a record.

    Args:
        find: a name to its column; raises for one that does not exist.

    Raises:
        ODataRefusal: it is something else, or compares text with a number.
    """
    tests = []
    place = 0
    while found := _COMPARISON.match(text, place):
        tests.append(_test(found, find))
        if found.end() == len(text):
            return lambda record: all(test(record) for test in tests)
        joint = _AND.match(text, found.end())
        if not joint:
            break
        place = joint.end()
    raise _syntax()


def _test(found: re.Match[str], find: Find) -> Test:
    """Comparisons with null are false but of equality; so are those of unlike types."""
    column = find((found["quoted"] or found["name"]) + (found["place"] or ""))
    wanted = _literal(found["literal"])
    unlike = {Kind.TEXT: Decimal, Kind.NUMBER: str}.get(column.kind)
    if unlike and isinstance(wanted, unlike):
        message = "The types of a comparison in $filter differ (9)"
        raise ODataRefusal(400, "8310", message)
    name = found["sign"].lower()
    compare, read = _SIGNS[name], column.read

    def test(record: Record) -> bool:
        value = read(record)
        if name not in ("eq", "ne") and (value is None or wanted is None):
            return False
        try:
            return compare(value, wanted)
        except TypeError:
            return False

    return test


def _literal(text: str) -> Any:
    """A text, a number, a date, a moment on the server's wall clock, or null."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.lower() == "null":
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    try:
        if len(text) == len("2026-03-02"):
            return date.fromisoformat(text)
        # an offset is taken as written: the server knows wall clocks only
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise _syntax() from None


def _syntax() -> ODataRefusal:
    return ODataRefusal(400, "-1002", "syntax error in URL at: '$filter'")
