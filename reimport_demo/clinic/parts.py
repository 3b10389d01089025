"""Write the tables of a clinic: export files, and each table's part of the answer key.

A large clinic is written by two processes, since making workbooks takes nearly all the
time: this module is also the program of the second one. It is started as a program and
not through multiprocessing, which would run the caller's script again.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reimport_demo.clinic.key import Part
from reimport_demo.clinic.model import FULL_ROWS, Size
from reimport_demo.clinic.tables import export_tables
from reimport_demo.clinic.workbook import export_path, write_export
from reimport_lib.errors import ReimportError
from reimport_lib.home import CHECKOUT

ALONE_BELOW = 0.5
"""Scale below which a second process is not worth its start."""
SECOND_HALF = ("contact_details", "notes", "documents", "sms_replies", "images")


def write_tables(
    folder: Path,
    *,
    seed: int,
    scale: float,
    excel: bool,
    alone_below: float = ALONE_BELOW,
) -> dict[str, Part]:
    """
    Write ``exports/`` and ``expected/rows-TABLE.csv`` of every table.

    Raises:
        ReimportError: the second process failed.
    """
    if scale < alone_below:
        return write_some(FULL_ROWS, folder, seed=seed, scale=scale, excel=excel)
    first_half = [name for name in FULL_ROWS if name not in SECOND_HALF]
    with _second_process(folder, seed, scale, excel=excel) as answer:
        parts = write_some(first_half, folder, seed=seed, scale=scale, excel=excel)
    parts |= pickle.loads(answer.read_bytes())  # noqa: S301  # written by ourselves
    answer.unlink()
    return {name: parts[name] for name in FULL_ROWS}


def write_some(
    names: Iterable[str], folder: Path, *, seed: int, scale: float, excel: bool
) -> dict[str, Part]:
    """Write the tables of *names*; lines pass the answer key on their way out."""
    tables = {table.table: table for table in export_tables(seed, scale)}
    parts = {}
    for name in names:
        table, part = tables[name], Part()
        rows = Size(scale).rows_of(name)
        path = export_path(folder / "exports", table.file, rows, excel=excel)
        with rows_file(folder, name).open("w", encoding="utf-8", newline="") as key:
            lines = part.follow(table.lines(), key, table=name, file=path.name)
            write_export(path, table.headers, lines)
        parts[name] = part
    return parts


def rows_file(folder: Path, name: str) -> Path:
    """Where one table's expected rows go until all tables are written."""
    return folder / "expected" / f"rows-{name}.csv"


@contextmanager
def _second_process(
    folder: Path, seed: int, scale: float, *, excel: bool
) -> Iterator[Path]:
    """Let another process write the second half meanwhile; where its answer will be."""
    answer = folder / "expected" / "second-half.pickle"
    command = [sys.executable, "-m", __name__, str(folder), str(seed), str(scale)]
    search = os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [*command, "excel" if excel else "csv", str(answer)],
        env={**os.environ, "PYTHONPATH": search},
    )
    try:
        yield answer
        failed = process.wait() != 0
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if failed:
        raise ReimportError(
            "The synthetic clinic could not be written whole.",
            hint="see the error above; is the disk full?",
            id="R265",
        )


def _main(folder: str, seed: str, scale: str, kind: str, answer: str) -> None:
    parts = write_some(
        SECOND_HALF,
        Path(folder),
        seed=int(seed),
        scale=float(scale),
        excel=kind == "excel",
    )
    Path(answer).write_bytes(pickle.dumps(parts))


if __name__ == "__main__":
    _main(*sys.argv[1:])
