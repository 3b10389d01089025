"""Column names as the source has them, cleaned once, at the boundary.

Imports only errors and limits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reimport_lib.counting import several
from reimport_lib.errors import SourceError
from reimport_lib.read import limits

ROW = "@row"
"""The name under which the record numbers are stored beside the columns."""

_QUALIFIER = re.compile(r"^.*::", re.DOTALL)
_BLANKS = " \t\r\n\v\f\xa0\ufeff\u200b\x1d"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_DATA = re.compile(
    r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"  # a UUID
    r"|[-+]?\d[\d.,]*"  # a number
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?"  # a date
)


def clean(header: str) -> str:
    """
    A header without blanks, BOM and U+00A0 around it and a leading ``Table::``.

    Returns, tabs and control characters inside (a terminal would obey them) become one
    blank each.
    """
    text = _QUALIFIER.sub("", header.strip(_BLANKS)).strip(_BLANKS)
    return re.sub(r"\r\n|[\x00-\x1f\x7f-\x9f\u202a-\u202e]", " ", text)


def looks_like_data(cells: Sequence[str]) -> bool:
    """Some cell is a number, a date or a UUID: not what columns are called."""
    return any(_DATA.fullmatch(cell.strip(_BLANKS)) for cell in cells)


def refuse_other_content(cells: Sequence[str], *, name: str) -> None:
    """
    Refuse what stands where a text file has its first record.

    Raises:
        SourceError: it is not text at all, or a line that only Excel understands.
    """
    if any(_CONTROL.search(cell) for cell in cells):
        raise SourceError(
            f"{name}: its first record holds control characters: it is no text file.",
            hint="export the table as .xlsx, .csv, .tab, .mer or FMPXMLRESULT .xml",
            id="R164",
        )
    if cells[0].strip().casefold().startswith("sep="):
        raise SourceError(
            f"{name}: begins with a line for Excel (sep=), not with column names.",
            hint="remove that line, or export the table again from FileMaker",
            id="R165",
        )


def columns(cells: Sequence[str], *, name: str) -> tuple[str, ...]:
    """
    The cleaned, unique column names of file *name*.

    A column without a name keeps its place as ``column 4``, so that what stands in
    it is still counted and warned about.

    Raises:
        SourceError: no column has a name, one occurs twice (both places are named),
            or there are more than the limits allow.
    """
    if len(cells) > limits.COLUMNS:
        raise SourceError(
            f"{name}: {len(cells):,} columns; the limit is {limits.COLUMNS:,}.",
            hint="is this the right file? export only the columns that are needed",
            id="R166",
        )
    cleaned = [clean(cell) for cell in cells]
    if not any(cleaned):
        raise SourceError(
            f"{name}: no column has a name.",
            hint="export with the field names in the first row",
            id="R167",
        )
    named = tuple(
        header or f"column {place}" for place, header in enumerate(cleaned, start=1)
    )
    _refuse_repeated(named, name=name)
    return named


def _refuse_repeated(named: Sequence[str], *, name: str) -> None:
    places: dict[str, list[int]] = {ROW: []}
    for place, header in enumerate(named, start=1):
        places.setdefault(header, []).append(place)
    repeated = [
        f"{header!r} (columns {', '.join(map(str, found))})"
        for header, found in places.items()
        if len(found) > 1 or (header == ROW and found)
    ]
    if repeated:
        raise SourceError(
            f"{name}: {several(len(repeated), 'column name')} more than once: "
            f"{'; '.join(repeated[:5])}.",
            hint="give each column a name of its own in the export, then run again",
            id="R168",
        )
