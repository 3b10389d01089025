"""``$filter``: an expression as a test of records.

Pure. FileMaker quotes names with double quotes, and counts repetitions in brackets:
``"last name" eq 'O''Brien' and Phones[2] ne null``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from reimport_demo.filemaker.model import Kind, Record
from reimport_demo.filemaker.odata_query import Column, ODataRefusal

Read = Callable[[Record], Any]
Find = Callable[[str], Column]

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction (_OR conjunction)*
?conjunction: condition (_AND condition)*
?condition: sum
    | sum COMPARATOR sum                              -> comparison
    | sum _IN "(" literal ("," literal)* ")"          -> membership
?sum: product | sum SUM product                       -> arithmetic
?product: unary | product PRODUCT unary               -> arithmetic
?unary: primary | _NOT unary                          -> negation
?primary: literal | field | call | "(" disjunction ")"
call: FUNCTION "(" [disjunction ("," disjunction)*] ")"
field: (QUOTED | NAME) REPETITION?
literal: STRING | GUID | DATETIME | DATE | TIME | NUMBER | BOOLEAN | NULL

_OR.9: /or\b/i
_AND.9: /and\b/i
_NOT.9: /not\b/i
_IN.9: /in\b/i
COMPARATOR.9: /(eq|ne|lt|le|gt|ge)\b/i
SUM.9: /(add|sub)\b/i
PRODUCT.9: /(mul|div|mod)\b/i
NULL.9: /null\b/i
BOOLEAN.9: /(true|false)\b/i
FUNCTION.8: /[a-z]+(?=\()/i
GUID.7: /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/i
DATETIME.6: /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?/i
DATE.5: /\d{4}-\d\d-\d\d/
TIME.5: /\d\d:\d\d(:\d\d(\.\d+)?)?/
NUMBER.4: /-?\d+(\.\d+)?(e[-+]?\d+)?/i
STRING: /'([^']|'')*'/
QUOTED: /"[^"]+"/
NAME: /[^\W\d]\w*/
REPETITION: /\[\d+\]/
%ignore " "
"""

_COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
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
    "floor": math.floor,
    "ceiling": math.ceil,
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
    try:
        tree = _parser().parse(text)
    except LarkError:
        raise _syntax() from None
    test = _compiled(tree, find)
    return lambda record: bool(test(record))


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr")


def _compiled(tree: Tree[Token], find: Find) -> Read:
    parts: list[Any] = list(tree.children)
    match tree.data:
        case "disjunction":
            tests = [_compiled(part, find) for part in parts]
            return lambda record: any(test(record) for test in tests)
        case "conjunction":
            tests = [_compiled(part, find) for part in parts]
            return lambda record: all(test(record) for test in tests)
        case "negation":
            test = _compiled(parts[0], find)
            return lambda record: not test(record)
        case "comparison":
            return _comparison(*parts, find=find)
        case "membership":
            left = _compiled(parts[0], find)
            among = [_literal(part.children[0]) for part in parts[1:]]
            return lambda record: left(record) in among
        case "arithmetic":
            function = _ARITHMETIC[parts[1].lower()]
            return _applied(function, (parts[0], parts[2]), find)
        case "call":
            name = parts[0].lower()
            if name not in _FUNCTIONS:
                raise _syntax()
            arguments = [part for part in parts[1:] if part is not None]
            return _applied(_FUNCTIONS[name], arguments, find)
        case "field":
            return _column(tree, find).read
        case _:
            value = _literal(parts[0])
            return lambda record: value


def _column(field: Tree[Token], find: Find) -> Column:
    name, *repetition = (str(part) for part in field.children)
    return find("".join((name.strip('"'), *repetition)))


def _comparison(
    one: Tree[Token], comparator: Token, other: Tree[Token], *, find: Find
) -> Read:
    """Comparisons with null are false but ``eq null``; so are those of unlike types."""
    _refuse_unlike(one, other, find)
    _refuse_unlike(other, one, find)
    left, right = _compiled(one, find), _compiled(other, find)
    if comparator.lower() == "eq":
        return lambda record: bool(left(record) == right(record))
    if comparator.lower() == "ne":
        return lambda record: bool(left(record) != right(record))
    compare = _COMPARATORS[comparator.lower()]

    def test(record: Record) -> bool:
        least, most = left(record), right(record)
        try:
            return least is not None and most is not None and compare(least, most)
        except TypeError:
            return False

    return test


def _refuse_unlike(field: Tree[Token], literal: Tree[Token], find: Find) -> None:
    """FileMaker takes no number for a text field, nor text for one of numbers."""
    if field.data != "field" or literal.data != "literal":
        return
    kind, given = _column(field, find).kind, literal.children[0]
    if not isinstance(given, Token):
        return
    if (kind, given.type) in ((Kind.TEXT, "NUMBER"), (Kind.NUMBER, "STRING")):
        message = "The types of a comparison in $filter differ (9)"
        raise ODataRefusal(400, "8310", message)


def _applied(
    function: Callable[..., Any], parts: Sequence[Tree[Token]], find: Find
) -> Read:
    """A function of values; of a null, or of a value of another type, it is null."""
    arguments = [_compiled(part, find) for part in parts]

    def read(record: Record) -> Any:
        values = [argument(record) for argument in arguments]
        if any(value is None for value in values):
            return None
        try:
            return function(*values)
        except (TypeError, AttributeError, ArithmeticError):
            return None

    return read


def _literal(token: Token) -> Any:
    text = str(token)
    try:
        match token.type:
            case "STRING":
                return text[1:-1].replace("''", "'")
            case "NUMBER":
                return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
            case "BOOLEAN":
                return text.lower() == "true"
            case "NULL":
                return None
            case "DATE":
                return date.fromisoformat(text)
            case "DATETIME":
                # an offset is taken as written: the server knows wall clocks only
                moment = datetime.fromisoformat(text.upper().removesuffix("Z"))
                return moment.replace(tzinfo=None)
            case "TIME":
                return _clock(time.fromisoformat(text))
    except ValueError:
        raise _syntax() from None
    return text


def _clock(value: time | timedelta | datetime) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)


def _syntax() -> ODataRefusal:
    return ODataRefusal(400, "-1002", "syntax error in URL at: '$filter'")
