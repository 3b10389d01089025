"""Tables of text on the disk: Parquet, private, written whole or not at all.

Imports errors, headers, private_files and reading.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from reimport_lib.errors import SourceError
from reimport_lib.private_files import written_whole
from reimport_lib.read.headers import ROW
from reimport_lib.read.reading import TEXT

PRIVATE_FOLDER = 0o700
_GROUP_ROWS = 50_000


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[None]:
    """
    Make *folder*; where the work within ends early, leave none of its files there.

    Raises:
        SourceError: the disk is full, or the folder cannot be written to.
    """
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        folder.chmod(PRIVATE_FOLDER)
        before = set(folder.iterdir())
    except OSError as error:
        raise cannot_write(folder, error) from None
    try:
        yield
    except BaseException:
        for path in set(folder.iterdir()) - before:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """
    A private file that is *path* when the block has ended.

    Raises:
        SourceError: it cannot be written; nothing is left under *path*.
    """
    try:
        with written_whole(path) as stream:
            yield stream
    except (OSError, pa.ArrowException) as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: Exception) -> SourceError:
    """What the person at the disk should know; a full disk by its own name."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return SourceError(
            f"The disk is full: {path.name} could not be written.",
            hint="free some space (`reimport prune` removes copies, snapshots and"
            " backups of old runs), then run again",
            id="R213",
        )
    said = error.strerror if isinstance(error, OSError) else type(error).__name__
    return SourceError(
        f"{path.name} could not be written ({said}).",
        hint="check REIMPORT_RUNS, its permissions and the space on its disk",
        id="R214",
    )


def store(folder: Path, name: str, data: pa.Table, rows: pa.Array) -> None:
    """Write *data* with its record numbers as ``<name>.parquet``."""
    numbered = data.add_column(0, pa.field(ROW, pa.int64()), rows)
    with written(folder / f"{name}.parquet") as stream:
        pq.write_table(
            numbered,
            stream,
            compression="none",
            use_dictionary=False,
            write_statistics=False,
            row_group_size=_GROUP_ROWS,
        )


def load(folder: Path, name: str) -> tuple[pa.Table, pa.Array]:
    """
    What ``store`` wrote: columns of text, and the record numbers.

    Raises:
        SourceError: the file is missing or damaged.
    """
    try:
        with pq.ParquetFile(folder / f"{name}.parquet") as file:
            numbered = file.read()  # as `read_table` does, which looks for partitions
        rows = numbered.column(ROW).combine_chunks()
        data = numbered.drop_columns([ROW])
        return data.cast(
            pa.schema([(field, TEXT) for field in data.column_names])
        ), rows
    except (OSError, KeyError, pa.ArrowException):
        raise damaged(name) from None


def frame(data: pa.Table, rows: pa.Array) -> pd.DataFrame:
    """As pandas: text columns without missing values, index ``row``."""
    made: pd.DataFrame = data.to_pandas()
    made.index = pd.Index(rows.to_numpy(), name="row")
    return made


def absent(name: str, held: Iterable[str]) -> SourceError:
    return SourceError(
        f"The snapshot holds no table {name!r}; it holds {', '.join(sorted(held))}.",
        hint="export it, then freeze the source again with `reimport run --dry-run`",
        id="R215",
    )


def damaged(name: str) -> SourceError:
    return SourceError(
        f"{name}: the snapshot cannot be read, or is not what was frozen.",
        hint="freeze the source again with `reimport run --dry-run`",
        id="R216",
    )
