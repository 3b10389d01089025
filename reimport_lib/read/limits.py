"""How much a source may hold: what is beyond these bounds is refused, not read.

Imports only errors. The bounds are far above a clinic's export (about 15,000 rows a
table) and below what a machine with a few gigabytes can hold.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from reimport_lib.errors import SourceError

FILE_BYTES = 2 * 1024**3  # as it lies on the disk
CELLS = 40_000_000  # rows times columns, counting the empty ones between
COLUMNS = 2_000  # of one table

# Of a workbook: of all in it, unpacked; of the parts that only say where its sheets
# lie; and unpacked to packed bytes, looked at from so many on.
UNPACKED_BYTES = 1024**3
PART_BYTES = 16 * 1024**2
RATIO, RATIO_FROM_BYTES = 200, 64 * 1024**2

# Of a sheet: its reader makes room for all cells, each with a copy of its text; the
# limit of text holds for all strings of the workbook too.
SHEET_CELLS = 15_000_000
SHEET_TEXT_BYTES = 384 * 1024**2

# Of delimited text: of a field and of a line; of some thousand records, or of one that
# is never closed.
FIELD_CHARS = 16 * 1024**2
BATCH_CHARS = 64 * 1024**2

# Of an XML export: of one row, and of what stands before the first.
ROW_BYTES = 64 * 1024**2
HEADER_BYTES = 1024**2


def check_file(path: Path) -> os.stat_result:
    """
    The file's status, if it is one that can be read: regular, not empty, not too large.

    Raises:
        SourceError: it is not there, is a folder, device or pipe, cannot be read, is
            empty, or is larger than ``FILE_BYTES``.
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
    if status.st_size > FILE_BYTES:
        raise SourceError(
            f"{path.name}: {status.st_size:,} bytes; the limit is {FILE_BYTES:,}.",
            hint="export the table in a leaner form, without container fields",
            id="R173",
        )
    return status


def check_cells(name: str, *, rows: int, columns: int, most: int = 0) -> None:
    """Refuse a table of more columns than may be, or of more cells (or than *most*)."""
    most = min(CELLS, most or CELLS)
    if columns > COLUMNS:
        raise SourceError(
            f"{name}: {columns:,} columns; the limit is {COLUMNS:,}.",
            hint="see what stands far to the right, and export the table without it",
            id="R174",
        )
    if rows * columns > most:
        raise SourceError(
            f"{name}: reaches over {rows:,} rows and {columns:,} columns; the limit "
            f"is {most:,} cells.",
            hint="see what stands far outside the table, and export it without that",
            id="R175",
        )
