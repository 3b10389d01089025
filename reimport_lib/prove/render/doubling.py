"""Two rows of one key: whether the second says what the first says, cell by cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reimport_lib.prove.render import clocks, one_form, rendering
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.moments import Zone

ORDERS = ("DMY", "MDY", "YMD")
_LEAST_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Doubled:
    """
    A doubled row and the one that came in.

    Attributes:
        frame: the two, the doubled one first.
        values: of the record that came in, by field.
    """

    table: str
    frame: pd.DataFrame
    values: Mapping[str, Any]
    zone: Zone

    def texts(self, names: Aliases) -> tuple[str, str]:
        said, told = column(self.frame, names)
        return said, told


def is_same(said: str, told: str, order: str) -> bool:
    """*told* has the letters and digits of *said*, or is its number, day or moment."""
    if not bare(said) or bare(said) == bare(told):
        return True
    one, other = map(rendering.without_point_zero, map(rendering.plain, (said, told)))
    if one_form.same(one, other, order) or one_form.same(other, one, order):
        return True
    if _is_same_number(one, other):
        return True
    return any(clocks.same_day(one, other, each) for each in (order, *ORDERS))


def _is_same_number(one: str, other: str) -> bool:
    """One telephone number with and without what is dialled before it, or zeros."""
    (short, tail), (long, end) = sorted(
        map(rendering.parts_of_number, (one, other)), key=lambda parts: len(parts[0])
    )
    bare_digits = short.lstrip("0")
    return (
        tail == end
        and bool(bare_digits)
        and long.endswith(bare_digits)
        and (len(bare_digits) >= _LEAST_DIGITS or long.lstrip("0") == bare_digits)
    )


def bare(text: str) -> str:
    """What is left of *text* without case and separators: letters, marks, pictures."""
    signs = unicodedata.normalize("NFKC", rendering.without_point_zero(text.strip()))
    kinds = ((sign, unicodedata.category(sign)) for sign in rendering.folded(signs))
    return "".join(sign for sign, kind in kinds if kind[0] in "LMN" or kind == "So")
