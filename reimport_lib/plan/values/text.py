"""What every conversion gives back, and how a column is converted value by value.

Pure; imports only errors and codes. A column of 1.5 million rows holds far fewer
values than rows: each distinct text is read once, the answer spread over the rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reimport_lib.counting import several, verb
from reimport_lib.errors import SourceError
from reimport_lib.frames import Array, Column
from reimport_lib.plan.codes import Reason

Converted = tuple[object, str]
"""One converted value (None where blank or unreadable) and its code ("" for none)."""

_RETURNS = re.compile(r"\r\n?|\x0b")
_BETWEEN_WORDS = re.compile(
    r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029;,/|\\&+\u2022\u00b7\u3001]"
)
_WHOLE_NUMBER = re.compile(r"([+-]?[0-9]+)\.0")
_INVISIBLE = dict.fromkeys(
    (
        *range(0x200B, 0x2010),  # zero width, and marks of direction
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),  # isolates: telephones put them around numbers
        *(0xAD, 0x61C, 0xFEFF),
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """
    A converted column.

    Attributes:
        values: (n,) object; None where the text is blank or cannot be read.
        codes: (n,) object of str; "" or one code of ``plan.codes``. Only
            ``times.stamps`` may join two with ";".
    """

    values: Column
    codes: Column

    def __repr__(self) -> str:
        return f"Cleaned({len(self.values)} rows)"


def clean(column: Column, read: Callable[[str], Converted]) -> Cleaned:
    """
    Give every cell of *column* what *read* makes of its text, with the same index.

    Raises:
        SourceError: a cell is not a str, so its leading zeros may be lost already.
    """
    positions, texts = distinct(column)
    values, codes = [], []
    for text in texts:
        value, code = read(text)
        values.append(value)
        codes.append(code)
    return Cleaned(
        values=_spread(positions, values, column),
        codes=_spread(positions, codes, column),
    )


def convert(column: Column, read: Callable[[str], object]) -> Column:
    """Like ``clean`` for a conversion that has no codes: a Series of object."""
    positions, texts = distinct(column)
    return _spread(positions, [read(text) for text in texts], column)


def distinct(column: Column) -> tuple[Array, list[str]]:
    """
    The distinct texts of *column*, and for each row the position of its text.

    Raises:
        SourceError: a cell is not a str.
    """
    cells = column.to_numpy(dtype=object)
    positions, uniques = pd.factorize(cells, use_na_sentinel=False)
    texts = list(uniques)
    strangers = sum(not isinstance(text, str) for text in texts)
    if strangers:
        raise SourceError(
            f'column "{column.name}" holds {several(strangers, "value")} that'
            f" {verb(strangers, 'is', 'are')} no text.",
            hint="read every cell as text; a blank one is the empty text",
            id="R118",
        )
    return positions, texts


def _spread(positions: Array, values: Sequence[object], column: Column) -> Column:
    """One value per row; built by hand because pandas would guess another dtype."""
    table = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        table[position] = value
    return pd.Series(
        table[positions], index=column.index, name=column.name, dtype=object
    )


def read_text(cell: str) -> Converted:
    """
    In-field returns become LF, then stripped; None when nothing to be seen is left.

    A character that no database stores (NUL, half a surrogate pair) gives None and
    ``bad_character``: the row cannot come in without losing something.
    """
    if "\x00" in cell or not (cell.isascii() or _is_unicode(cell)):
        return None, Reason.BAD_CHARACTER.value
    if "\r" in cell or "\x0b" in cell:
        cell = _RETURNS.sub("\n", cell)
    cell = cell.strip()
    return (cell if visible(cell).strip() else None), ""


def _is_unicode(cell: str) -> bool:
    """It can be written as UTF-8: no half of a surrogate pair stands alone."""
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_number(value: str) -> str:
    """*value* without the ``.0`` that a spreadsheet adds to whole numbers."""
    number = _WHOLE_NUMBER.fullmatch(value)
    return number[1] if number else value


def visible(value: str) -> str:
    """*value* without the characters that nobody sees and programs leave behind."""
    return value if value.isascii() else value.translate(_INVISIBLE)


def read_word(cell: str) -> Converted:
    """Like ``read_text`` for what is no free text: invisible characters go first."""
    return read_text(visible(cell))


def fold(value: str) -> str:
    """
    *value* without compatibility forms, case and invisible characters, stripped.

    Blanks inside stay.
    """
    if not value.isascii():
        value = unicodedata.normalize("NFKC", visible(value))
    return unicodedata.normalize("NFKC", value.casefold()).strip()


def listed_words(value: str) -> list[str]:
    """
    The folded words of a set of checkboxes or a repeated field, each once, in order.

    FileMaker puts a return, a vertical tab or a group separator between them, other
    programs another control character; people a comma, a semicolon, a slash, a bar, a
    bullet or a sign for "and", of any width.
    """
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    words = map(fold_words, _BETWEEN_WORDS.split(value))
    return list(dict.fromkeys(filter(None, words)))


def one_meaning(value: str, meanings: Mapping[str, str]) -> str | None:
    """What all words of *value* mean; None where one is unknown or two disagree."""
    found = {meanings.get(word) for word in listed_words(value) or [""]}
    return found.pop() if len(found) == 1 else None


def fold_words(value: str) -> str:
    """Like ``fold``, and every run of blanks is one blank."""
    return " ".join(fold(value).split())
