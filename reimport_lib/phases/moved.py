"""What moved since a rehearsal, row by row: in the database and in the source.

Rows are named by their pseudonyms and, in the database, by identity; of a changed one
the fields are named, and no value is.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from reimport_lib.phases import frozen
from reimport_lib.plan.stage import stage
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.private_files import write_private
from reimport_lib.read import snapshot as snapshots
from reimport_lib.read.objects import list_objects
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.tables import registry

FILE = "drift.csv"
COLUMNS = ("where", "table", "key", "target_id", "change", "fields")
DATABASE, SOURCE = "database", "source"
SHOWN_ROWS = 5


def in_database(rehearsal: Run, moved: pd.DataFrame) -> pd.DataFrame:
    """
    The rows that are not what *rehearsal* saw, and entries of lists.

    Args:
        moved: as ``ManagedDigest.drift`` has them.

    Returns:
        COLUMNS, one line a row; key is a pseudonym, that of the FileMaker key where an
        outcomes file of the rehearsal names the row.
    """
    secret = runs.pseudonym_key(rehearsal.settings)
    named = dict(_named(rehearsal)) if len(moved) else {}
    keys = [named.get(row) or pseudonym(secret, row) for row in moved["target_id"]]
    return moved.assign(where=DATABASE, key=keys)[list(COLUMNS)]


def in_source(rehearsal: Run, earlier: Snapshot, later: Snapshot) -> pd.DataFrame:
    """The records and stored objects that differ, as ``in_database`` has rows."""
    secret = runs.pseudonym_key(rehearsal.settings)
    lines = [
        (SOURCE, table, pseudonym(secret, key) if key else "", "", change, fields)
        for table in sorted({*_held(earlier), *_held(later)})
        for key, change, fields in _differing(
            _records(rehearsal, earlier, table), _records(rehearsal, later, table)
        )
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)


def source_now(rehearsal: Run) -> pd.DataFrame:
    """
    The source as it is, held against the frozen one; nothing of it is kept.

    Raises:
        SourceError: either cannot be read, or is not complete.
    """
    with tempfile.TemporaryDirectory(
        dir=rehearsal.folder, prefix=".source-", ignore_cleanup_errors=True
    ) as folder:
        later = snapshots.freeze(
            rehearsal.settings,
            Path(folder) / "snapshot",
            as_of=now(),
            objects=list_objects(rehearsal.settings),
        )
        return in_source(rehearsal, frozen.snapshot_of(rehearsal), later)


def write(folder: Path, moved: pd.DataFrame) -> Path:
    """Write *moved* into the private file ``drift.csv`` of *folder*."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(moved[list(COLUMNS)].itertuples(index=False, name=None))
    path = folder / FILE
    write_private(path, buffer.getvalue())
    return path


def counted(moved: pd.DataFrame) -> str:
    """How many rows of which tables moved, and the first of them."""
    counts = ", ".join(
        f"{table} {count:,} {change}"
        for (table, change), count in Counter(
            zip(moved["table"], moved["change"], strict=True)
        ).items()
    )
    first = moved.head(SHOWN_ROWS)
    named = (
        f"{key} {fields.replace(';', ' and ')}".strip()
        for key, fields in zip(first["key"], first["fields"], strict=True)
    )
    return f"{counts} (first: {', '.join(named)})"


def _named(rehearsal: Run) -> Iterator[tuple[str, str]]:
    """(identity, pseudonym) of every row that the outcomes files name."""
    for path in sorted(rehearsal.outcomes_folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                if line["target_id"]:
                    yield line["target_id"], line["key"]


def _held(snapshot: Snapshot) -> list[str]:
    return [*snapshot.manifest.tables, *snapshot.manifest.objects]


def _records(
    rehearsal: Run, snapshot: Snapshot, name: str
) -> dict[tuple[str, int], dict[str, str]]:
    """(canonical key, which of those of one key) -> column -> text."""
    if not snapshot.has(name):
        return {}
    if name in snapshot.manifest.objects:
        frame = snapshot.objects(name).astype(str)
        keys = frame["key"].tolist()
    else:
        frame = snapshot.table(name)
        context = frozen.context_of(rehearsal, snapshot)
        staged = stage(registry.named(name), frame, context).frame["key"]
        frame = frame.loc[staged.index]  # wholly blank ones are left out
        keys = [key or "" for key in staged]
    seen: Counter[str] = Counter()
    found = {}
    columns = [str(column) for column in frame]
    for key, cells in zip(keys, frame.itertuples(index=False, name=None), strict=True):
        seen[key] += 1
        found[key, seen[key]] = dict(zip(columns, cells, strict=True))
    return found


def _differing(
    then: dict[tuple[str, int], dict[str, str]],
    after: dict[tuple[str, int], dict[str, str]],
) -> Iterator[tuple[str, str, str]]:
    """(key, change, columns joined with ";") of every record that is another."""
    for place in sorted(then.keys() | after.keys()):
        old, new = then.get(place), after.get(place)
        if old is None or new is None:
            yield place[0], "created" if old is None else "deleted", ""
        elif old != new:
            names = dict.fromkeys((*old, *new))
            changed = [name for name in names if old.get(name) != new.get(name)]
            yield place[0], "changed", ";".join(changed)
