"""What an undo changes, row by row and field by field, kept as a list of changes.

Read out of the images of both runs when the undo has ended; nothing that it wrote
depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from reimport_lib.phases.changes import keep_followed
from reimport_lib.plan.undo import CHANGED, CREATED, Fate, RowAt, RowValues, UndoPlan
from reimport_lib.plan.values.canonical import canonical
from reimport_lib.record import changes
from reimport_lib.record.changes import ListedRow
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import whose
from reimport_lib.write.models import tables_of_models
from reimport_lib.write.rows import in_chunks
from reimport_lib.write.undo_values import values_of
from reimport_lib.write.whose import Frames

AT_ONCE = 5_000
"""Rows whose values are held at a time."""
_STAYS = (Fate.KEPT, Fate.BLOCKED)


def keep(run: Run, plan: UndoPlan) -> None:
    """Write what *plan*, which *run* carried out or was to, does to each row."""
    done = run.status is Status.SUCCEEDED
    found: dict[str, list[ListedRow]] = {}
    frames: dict[str, pd.DataFrame] = {}
    for table, rows in _by_table(plan).items():
        names = ["id", *whose.columns(table)]
        lines: list[ListedRow] = []
        cells: list[list[Any]] = []
        for some in in_chunks(rows, AT_ONCE):
            values = values_of(plan, some, undo_id=run.run_id if done else "")
            for row in some:
                told = list(_of_row(plan, table, values[row])) if row in values else []
                lines += told
                cells += [_cells(values[row], names) for _ in told]
        lists = whose.entries(table)
        found[table] = [
            replace(line, entries=whose.named_in(line.fields, lists)) for line in lines
        ]
        frames[table] = _as_plans_tell(table, pd.DataFrame(cells, columns=names))
    there = _each_once(frames)
    for table, lines in found.items():
        owners = whose.of_rows(table, frames[table], there)
        rows_told = (
            replace(line, of=owner.of, whose=owner.told, place=owner.place)
            for line, owner in zip(lines, owners, strict=True)
        )
        changes.keep(run.folder, changes.UNDO, table, rows_told)
    if done:
        keep_followed(run, changes.UNDO)


def _by_table(plan: UndoPlan) -> dict[str, list[RowAt]]:
    tables = tables_of_models()
    found: dict[str, list[RowAt]] = {}
    for row in sorted(plan.rows):
        if row.model in tables:
            found.setdefault(tables[row.model], []).append(row)
    return found


def _of_row(plan: UndoPlan, table: str, row: RowValues) -> Iterator[ListedRow]:
    """What becomes of *row*: a line for what goes back, and one for what stays."""
    place = (table, row.key, 0, row.row.key)
    if plan.actions[row.row] == CHANGED:
        yield from _of_fields(place, row)
        return
    fate, why, what = plan.rows[row.row]
    if fate in _STAYS:
        yield ListedRow(*place, "kept", str(why), held_by=what)
    elif fate is Fate.REVERSED and plan.actions[row.row] == CREATED:
        yield ListedRow(*place, "deleted", changes.MADE_BY_RUN)
    elif fate is Fate.REVERSED:
        yield ListedRow(*place, changes.BACK, changes.DELETED_BY_RUN)


def _of_fields(place: tuple[str, str, int, str], row: RowValues) -> Iterator[ListedRow]:
    now, after = row.now or {}, row.after or {}
    back = [
        (name, canonical(now.get(name)), canonical(after.get(name)))
        for name, part in row.parts.items()
        if part.outcome is Fate.REVERSED
    ]
    if back:
        yield ListedRow(*place, "updated", fields=back)
    stays: dict[str, list[str]] = {}
    for name, part in row.parts.items():
        if part.outcome in _STAYS:
            stays.setdefault(str(part.why), []).append(name)
    for why, names in stays.items():
        yield ListedRow(*place, "kept", why, held_by=", ".join(names))


def _cells(row: RowValues, names: Sequence[str]) -> list[Any]:
    """What the columns *names* of *row* hold, or held where it is gone."""
    held: Mapping[str, Any] = row.now or row.before or row.after or {}
    return [row.row.key if name == "id" else held.get(name) for name in names]


def _as_plans_tell(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """*frame* with links told by identity, where the database has numbers."""
    for name, known in whose.identities_of_links(table).items():
        if name in frame:
            frame[name] = [known.get(one, one) for one in frame[name]]
    return frame


def _each_once(frames: Frames) -> Frames:
    """Rows as owners of others: those that are not there any more, or not yet."""
    return {table: frame.drop_duplicates("id") for table, frame in frames.items()}
