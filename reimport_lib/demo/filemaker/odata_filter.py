"""``$filter``: an expression as a test of records.

Pure. The grammar is that of odata-query; what it does not know is rewritten before:
FileMaker's names in double quotes, and repetitions such as ``Phones[2]``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from reimport_lib.demo.filemaker.model import Kind, Record
from reimport_lib.demo.filemaker.odata_query import Column, ODataRefusal

Read = Callable[[Record], Any]
Find = Callable[[str], Column]

_QUOTED = re.compile(r"""'(?:[^']|'')*'|"([^"]*)"(\[\d+\])?|\b(\w+)(\[\d+\])""")
_ORDER: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "length": len,
    "indexof": lambda text, part: text.find(part),
    "substring": lambda text, start, length=None: text[
        start : None if length is None else start + length
    ],
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
    "concat": operator.add,
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "hour": lambda moment: _clock(moment) // timedelta(hours=1),
    "minute": lambda moment: _clock(moment) // timedelta(minutes=1) % 60,
    "second": lambda moment: _clock(moment) // timedelta(seconds=1) % 60,
    "date": lambda moment: moment.date(),
    "time": lambda moment: _clock(moment),
    "round": round,
    "floor": lambda number: number // 1,
    "ceiling": lambda number: -(-number // 1),
    "now": lambda: datetime.now().replace(microsecond=0),
}


def filter_for(text: str, find: Find) -> Callable[[Record], bool]:
    """
    What *text* asks of a record.

    Args:
        find: a name to its column; raises for one that does not exist.

    Raises:
        ODataRefusal: it cannot be parsed, or compares text with a number.
    """
    names: list[str] = []

    def placeholder(found: re.Match[str]) -> str:
        quoted, quoted_place, plain, plain_place = found.groups()
        if quoted is None and plain is None:
            return found[0]
        names.append((quoted or plain) + (quoted_place or plain_place or ""))
        return f"__{len(names) - 1}__"

    plain = _QUOTED.sub(placeholder, text)
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(plain))
    except ODataException:
        raise ODataRefusal(400, "-1002", "syntax error in URL at: '$filter'") from None

    def column(name: str) -> Column:
        found = re.fullmatch(r"__(\d+)__", name)
        return find(names[int(found[1])] if found else name)

    test = _compiled(tree, column)
    return lambda record: _is_true(test(record))


def _compiled(node: Any, find: Find) -> Read:
    match node:
        case ast.Identifier():
            return find(node.name).read
        case ast.Compare(ast.In()):
            return _membership(node, find)
        case ast.Compare():
            return _comparison(node, find)
        case ast.BoolOp():
            left, right = _compiled(node.left, find), _compiled(node.right, find)
            if isinstance(node.op, ast.And):
                return lambda record: _is_true(left(record)) and _is_true(right(record))
            return lambda record: _is_true(left(record)) or _is_true(right(record))
        case ast.UnaryOp():
            operand = _compiled(node.operand, find)
            if isinstance(node.op, ast.Not):
                return lambda record: not _is_true(operand(record))
            return lambda record: None if (n := operand(record)) is None else -n
        case ast.BinOp():
            return _applied(_ARITHMETIC[type(node.op)], (node.left, node.right), find)
        case ast.Call() if node.func.name in _FUNCTIONS:
            return _applied(_FUNCTIONS[node.func.name], node.args, find)
        case _:
            value = _literal(node)
            return lambda record: value


def _comparison(node: Any, find: Find) -> Read:
    """Comparisons with null are false but ``eq null``; so are those of unlike types."""
    _refuse_unlike(node, find)
    left, right = _compiled(node.left, find), _compiled(node.right, find)
    if isinstance(node.comparator, ast.Eq):
        return lambda record: bool(left(record) == right(record))
    if isinstance(node.comparator, ast.NotEq):
        return lambda record: bool(left(record) != right(record))
    compare = _ORDER[type(node.comparator)]

    def test(record: Record) -> bool:
        one, other = left(record), right(record)
        try:
            return one is not None and other is not None and compare(one, other)
        except TypeError:
            return False

    return test


def _refuse_unlike(node: Any, find: Find) -> None:
    """FileMaker takes no number for a text field, nor text for one of numbers."""
    sides = (node.left, node.right)
    for field, literal in (sides, sides[::-1]):
        if not isinstance(field, ast.Identifier):
            continue
        kind = find(field.name).kind
        number = isinstance(literal, ast.Integer | ast.Float)
        if (kind is Kind.TEXT and number) or (
            kind is Kind.NUMBER and isinstance(literal, ast.String)
        ):
            raise ODataRefusal(
                400, "8310", "The types of a comparison in $filter differ (9)"
            )


def _membership(node: Any, find: Find) -> Read:
    left = _compiled(node.left, find)
    among = [_literal(each) for each in node.right.val]
    return lambda record: left(record) in among


def _applied(function: Callable[..., Any], nodes: Sequence[Any], find: Find) -> Read:
    """A function of values; of a null, or of a value of another type, it is null."""
    arguments = [_compiled(node, find) for node in nodes]

    def read(record: Record) -> Any:
        values = [argument(record) for argument in arguments]
        if any(value is None for value in values):
            return None
        try:
            return function(*values)
        except (TypeError, AttributeError, ArithmeticError):
            return None

    return read


def _literal(node: Any) -> Any:
    try:
        match node:
            case ast.Null():
                return None
            case ast.String() | ast.GUID():
                return node.val
            case ast.Integer():
                return int(node.val)
            case ast.Float():
                return Decimal(node.val)
            case ast.Boolean():
                return node.val.lower() == "true"
            case ast.Date():
                return date.fromisoformat(node.val)
            case ast.DateTime():
                # an offset is taken as written: the server knows wall clocks only
                moment = datetime.fromisoformat(node.val.upper().replace("Z", ""))
                return moment.replace(tzinfo=None)
            case ast.Time():
                return _clock(time.fromisoformat(node.val))
    except ValueError:
        raise ODataRefusal(400, "-1002", "syntax error in URL at: '$filter'") from None
    raise ODataRefusal(400, "-1002", "not supported in URL at: '$filter'")


def _clock(value: time | timedelta | datetime) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)


def _is_true(value: Any) -> bool:
    return bool(value)
