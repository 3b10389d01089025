"""The JSON that FileMaker writes: exact numbers, repeated names, and a bare ``?``.

Imports cells. Numbers become text at once, with every digit that they had.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from reimport_lib.read import cells

UNREADABLE = "?"
"""What stands where FileMaker could not put a value into JSON."""

_STRING_OR_BARE = re.compile(r'"(?:[^"\\]|\\.)*"|\?', re.DOTALL)
_LONGEST_EXPONENT = 400


class NotJson(ValueError):
    """The text is no JSON, whole or mendable."""


class RepeatedName(NotJson):
    """An object names something twice: a parser would keep one of them only."""


def loads(text: str | bytes) -> Any:
    """
    The value that *text* holds; numbers as text (``101.0`` is ``"101"``).

    Control signs inside strings are taken; a bare ``?`` becomes the text ``?``.

    Raises:
        NotJson: it cannot be read.
    """
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        try:
            return _loads(plain)
        except RepeatedName:
            raise
        except ValueError:
            return _loads(_STRING_OR_BARE.sub(_quoted, plain))
    except RepeatedName:
        raise
    except (ValueError, RecursionError):
        raise NotJson("not JSON") from None


def number(text: str) -> str:
    """
    The text of a JSON number as a workbook's reader would write it.

    One with an exponent keeps it from 1e15 on: not all of its digits are known. A
    point behind sixteen digits stays, as a sign of a program that holds doubles.

    >>> number("101.0"), number("0.50"), number("4.9E+08"), number("-0")
    ('101', '0.5', '490000000', '0')
    >>> number("1.7629E23"), number("9007199254740993"), number("9007199254740992.0")
    ('1.7629e+23', '9007199254740993', '9007199254740992.0')
    """
    if text.isdigit():
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if abs(value.adjusted()) > _LONGEST_EXPONENT:
        return text
    if "e" in text.lower() and abs(value) >= cells.EXACT:
        return format(value.normalize(), "e")
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
        if "." not in plain and abs(value) >= cells.EXACT:
            return f"{plain}.0"
    return "0" if plain == "-0" else plain


def _loads(text: str) -> Any:
    return json.loads(
        text,
        strict=False,
        parse_int=number,
        parse_float=number,
        parse_constant=_no_constant,
        object_pairs_hook=_object,
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise RepeatedName("a name occurs twice")
    return made


def _no_constant(name: str) -> str:
    raise ValueError(name)


def _quoted(found: re.Match[str]) -> str:
    return f'"{UNREADABLE}"' if found[0] == UNREADABLE else found[0]
