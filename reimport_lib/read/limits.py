"""How much a source may hold: what is beyond these bounds is refused, not read.

Imports only errors. The bounds are far above a clinic's export (about 15,000 rows a
table) and below what a machine with a few gigabytes can hold.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.errors import SourceError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one source table.

    Attributes:
        file_bytes: of the file as it lies on the disk.
        unpacked_bytes: of everything in a workbook, unpacked.
        part_bytes: of the parts of a workbook that only say where its sheets lie.
        sheet_cells: like cells, of a sheet: its reader makes room for all of them.
        sheet_text_bytes: of the text that the cells of a sheet show, counted for every
            cell; and of all its strings.
        ratio: unpacked to packed bytes; looked at from ``ratio_from_bytes`` on.
        cells: rows times columns, counting the empty ones between.
        columns: of one table.
        field_chars: of one field in a delimited file, and of one of its lines.
        batch_chars: of some thousand of its records, or one that is never closed.
        row_bytes: of one row of an XML export.
        header_bytes: of the first record, and of an XML prolog.
    """

    file_bytes: int = 2 * 1024**3
    unpacked_bytes: int = 1024**3
    part_bytes: int = 16 * 1024**2
    sheet_cells: int = 15_000_000
    sheet_text_bytes: int = 384 * 1024**2
    ratio: int = 200
    ratio_from_bytes: int = 64 * 1024**2
    cells: int = 40_000_000
    columns: int = 2_000
    field_chars: int = 16 * 1024**2
    batch_chars: int = 64 * 1024**2
    row_bytes: int = 64 * 1024**2
    header_bytes: int = 1024**2


LIMITS = Limits()


def check_file(path: Path, limits: Limits = LIMITS) -> os.stat_result:
    """
    The file's status, if it is one that can be read: regular, not empty, not too large.

    Raises:
        SourceError: it is not there, is a folder, device or pipe, cannot be read, is
            empty, or is larger than ``limits.file_bytes``.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(
            f"{path.name}: cannot be read ({error.strerror}).",
            hint="check the folder of exports and its permissions",
            id="R169",
        ) from None
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(
            f"{path.name}: is not a regular file.",
            hint="put the exported file itself into the folder of exports",
            id="R170",
        )
    if not os.access(path, os.R_OK):
        raise SourceError(
            f"{path.name}: no permission to read it.",
            hint="give this account the right to read the folder of exports",
            id="R171",
        )
    if status.st_size == 0:
        raise SourceError(
            f"{path.name}: is empty (0 bytes).",
            hint="export the table again",
            id="R172",
        )
    if status.st_size > limits.file_bytes:
        raise SourceError(
            f"{path.name}: {status.st_size:,} bytes; the limit is "
            f"{limits.file_bytes:,}.",
            hint="export the table in a leaner form, without container fields",
            id="R173",
        )
    return status


def check_cells(name: str, *, rows: int, columns: int, limits: Limits = LIMITS) -> None:
    """Refuse a table of more cells or columns than the limits allow."""
    if columns > limits.columns:
        raise SourceError(
            f"{name}: {columns:,} columns; the limit is {limits.columns:,}.",
            hint="see what stands far to the right, and export the table without it",
            id="R174",
        )
    if rows * columns > limits.cells:
        raise SourceError(
            f"{name}: reaches over {rows:,} rows and {columns:,} columns; the limit "
            f"is {limits.cells:,} cells.",
            hint="see what stands far outside the table, and export it without that",
            id="R175",
        )
