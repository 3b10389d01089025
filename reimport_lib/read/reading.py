"""What every reader gives back: the rows as text, and the facts about their source.

A reader is a function ``read(path, ...) -> Reading`` (files) or
``read(settings, table, ...) -> Reading`` (servers); nothing else is shared between
them. Imports only errors and checks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reimport_lib.checks import Check
from reimport_lib.errors import SourceError

TEXT = pa.large_string()

Progress = Callable[[str, int], None]
"""Told the table that is read, and how many rows of it are."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One source table, read to its end.

    Attributes:
        data: one text column per header, blank cells ``""``, blank rows left out.
        rows: the record number of each row (a header is 1); int64, as long as data.
        blank_rows: records without any value, left out.
        way: ``excel``, ``delimited``, ``fmpxml``, ``data-api`` or ``odata``.
        charset, delimiter: of text files; else empty.
        declared_order: of its text dates, where the source says so; else empty.
        date_system: 1900 or 1904 of a workbook; else None.
        checks: what the reader itself found, for the completeness certificate.
    """

    data: pa.Table
    rows: pa.Array
    blank_rows: int
    way: str
    charset: str = ""
    delimiter: str = ""
    declared_order: str = ""
    date_system: int | None = None
    checks: tuple[Check, ...] = ()


def assemble(
    columns: Sequence[str],
    arrays: Sequence[pa.Array | pa.ChunkedArray],
    *,
    first_row: int,
    name: str,
) -> tuple[pa.Table, pa.Array, int]:
    """
    The table without its blank rows, its record numbers, and how many were blank.

    Columns that have neither a name (``column 4``) nor a value are left out.

    Args:
        columns: cleaned, unique names.
        arrays: one array of text per column, all of one length, without nulls.
        first_row: record number of the first element.
        name: of the file, for an error.
    """
    table = pa.table([array.cast(TEXT) for array in arrays], names=list(columns))
    rows = pa.array(np.arange(first_row, first_row + table.num_rows, dtype=np.int64))
    blank = np.logical_and.reduce([is_blank(c).to_numpy() for c in table.columns])
    count = int(blank.sum())
    if count:
        kept = pa.array(~blank)
        table, rows = table.filter(kept), rows.filter(kept)
    return table.drop_columns(_unused(table, name)), rows, count


def _unused(table: pa.Table, file: str) -> list[str]:
    """
    Columns without a name and without a value.

    Raises:
        SourceError: most columns with values have no name: it is not the header row.
    """
    unnamed = [
        name
        for place, name in enumerate(table.column_names, start=1)
        if name == f"column {place}"
    ]
    unused = [name for name in unnamed if not filled(table.column(name))]
    nameless, named = len(unnamed) - len(unused), table.num_columns - len(unnamed)
    if nameless > named:
        raise SourceError(
            f"{file}: the first row names {named} of {named + nameless} columns with "
            "values: it is no header.",
            hint="remove titles above the table; one name per column",
            id="R182",
        )
    return unused


def is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where a cell is empty or holds only blanks (U+00A0 too)."""
    return pc.or_(pc.equal(pc.binary_length(column), 0), pc.utf8_is_space(column))


def filled(column: pa.ChunkedArray) -> int:
    """How many cells hold something."""
    return len(column) - int(pc.sum(is_blank(column)).as_py() or 0)
