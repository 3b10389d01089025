"""A rehearsal reviewed again, since rows moved: only what hangs on those may differ.

The new rehearsal plans everything anew over the same snapshot and by the same clock, on
a fresh copy of the database; the two are then compared row by row. What is equal stays
reviewed, what is otherwise is shown, and a new word names the new plans.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from reimport_lib.config import Settings
from reimport_lib.counting import several, verb
from reimport_lib.errors import Refused
from reimport_lib.phases import (
    all_phases,
    frozen,
    list_drift,
    moved,
    row_plans,
    since_rehearsal,
)
from reimport_lib.phases.list_drift import ListDrift
from reimport_lib.plan.cells import texts
from reimport_lib.plan.replanned import COLUMNS, Place, Replanned, compare
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.private_files import write_private
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode
from reimport_lib.record.versions import opening_details
from reimport_lib.show.replanned import FILE
from reimport_lib.tables import registry
from reimport_lib.write import bind

SHOWN_ROWS = 5


def open_again(settings: Settings, reviewed: Run, *, newer_source: bool) -> Run:
    """
    A rehearsal of what *reviewed* rehearsed, over its snapshot or a newer one.

    It has the same phases, limits and clock; sign-offs are those in force now.
    """
    parameters = reviewed.manifest()["parameters"]
    names = parameters["phases"]
    return runs.create(
        settings,
        Mode.REHEARSAL,
        phases=tuple((p.number, p.name) for p in all_phases() if p.name in names),
        gates=parameters["gates"],
        strict=parameters["strict"],
        clean_slate=parameters["clean_slate"],
        again=reviewed.run_id,
        newer_source=newer_source,
        details={
            **opening_details(settings),
            "database": reviewed.manifest()["database"],
        },
    )


def differences(reviewed: Run, again: Run) -> Replanned:
    """
    What *again* plans otherwise than *reviewed*, recorded and kept in its folder.

    Raises:
        Refused: rows are planned otherwise that neither moved nor hang on one that did.
    """
    bind.bind_real(again.settings)  # what fields can hold, the models say
    then, now = row_plans.read(reviewed), row_plans.read(again)
    snapshots = [again, reviewed] if again.newer_source else [again]
    lists = list_drift.between(
        list_drift.seen_by(reviewed), list_drift.seen_by(again), snapshots
    )
    rows = _moved(reviewed, again, lists)
    names = [_Names(run, lists) for run in snapshots]
    found = compare(then, now, _places(rows, then, now), partial(_named_by, names))
    bind.close()
    path = _write(again.folder, found.rows)
    moved.write(again.folder, rows)
    wrong = found.unexplained
    again.record_replanning(
        {
            "of": reviewed.run_id,
            "moved": len(rows),
            "rows": len(found.rows),
            "unexplained": len(wrong),
        }
    )
    if len(wrong):
        first = wrong.head(SHOWN_ROWS)
        named = ", ".join(
            f"{table} {key}"
            for table, key in zip(first["table"], first["key"], strict=True)
        )
        many = len(wrong)
        raise Refused(
            f"{several(many, 'row')} {verb(many, 'is', 'are')} planned otherwise than"
            f" in {reviewed.run_id}, and neither they nor what they name moved:"
            f" {named}. Nothing was written; every one is in {path}.",
            hint=f"reimport show {again.run_id}, which is a rehearsal of all of it:"
            " review it as one",
            id="R330",
        )
    return found


def _moved(reviewed: Run, again: Run, lists: ListDrift) -> pd.DataFrame:
    """What moved between the two, of the database and of the source."""
    before, after = (since_rehearsal.seen_by(run) for run in (reviewed, again))
    found = pd.concat([before.drift(after), lists.entries], ignore_index=True)
    rows = moved.in_database(reviewed, found)
    if not again.newer_source:
        return rows
    sources = (frozen.snapshot_of(run) for run in (reviewed, again))
    return pd.concat([rows, moved.in_source(again, *sources)], ignore_index=True)


def _places(
    rows: pd.DataFrame, then: pd.DataFrame, now: pd.DataFrame
) -> dict[Place, str]:
    """(table, key) -> what moved of it; rows of the database by their identity."""
    planned = pd.concat([then, now])
    keys = {
        (table, target): key
        for table, target, key in zip(
            planned["table"], planned["target_id"], planned["key"], strict=True
        )
        if target
    }
    found: dict[Place, str] = {}
    for _, line in rows.iterrows():
        table, target = line["table"], line["target_id"]
        key = keys.get((table, target), line["key"])
        what = f"{line['change']} in the {line['where']}"
        said = f"{what}: {line['fields']}" if line["fields"] else what
        found[table, key] = "; ".join(filter(None, (found.get((table, key)), said)))
    return found


def _write(folder: Path, rows: pd.DataFrame) -> Path:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows.itertuples(index=False, name=None))
    write_private(folder / FILE, buffer.getvalue())
    return folder / FILE


def _named_by(
    names: Iterable[_Names], places: Collection[Place]
) -> dict[Place, list[Place]]:
    """What rows name, as ``compare`` asks, in any of those snapshots."""
    found: dict[Place, list[Place]] = {}
    for each in names:
        for place, named in each.of(places).items():
            found.setdefault(place, []).extend(named)
    return found


class _Names:
    """What the rows of a run's snapshot name, by pseudonyms; read where it is asked."""

    def __init__(self, run: Run, lists: ListDrift) -> None:
        self._run = run
        self._lists = lists
        self._snapshot = frozen.snapshot_of(run)
        self._secret = runs.pseudonym_key(run.settings)

    def of(self, places: Collection[Place]) -> dict[Place, list[Place]]:
        """Row -> the rows that it names, that make it, or whose mark it may take."""
        found: dict[Place, list[Place]] = {}
        for name in {table for table, _ in places}:
            table = registry.named(name)
            wanted = {key for of, key in places if of == name}
            if table.objects_of:  # whose object one is, its key may say or not
                found |= {(name, key): [(table.objects_of, "")] for key in wanted}
                continue
            source = table.snapshot_name
            if not self._snapshot.has(source):
                continue
            staged = frozen.staged(self._run, self._snapshot, source)
            if table.made:
                pairs = self._made(name, staged)
            else:
                pairs = self._linked(name, staged)
            for key, near in pairs:
                if key in wanted:
                    found.setdefault((name, key), []).append(near)
        return found

    def _linked(self, name: str, staged: Staged) -> Iterator[tuple[str, Place]]:
        """(key, row that it names), of rows of a table with a source of its own."""
        table, frame = registry.named(name), staged.frame
        keys = self._named(frame["key"])
        for link in table.links:
            for column in (c for c in link.columns if c in frame):
                named = self._named(frame[column])
                for to in link.tables:
                    yield from self._pairs(keys, to, named)
                if table.single and link.owner:
                    yield from _of_one_group(name, keys, named)
        for link in list_drift.links(table):
            for column in link.columns:
                yield from self._entries(keys, link.to, texts(frame[column]))
        for made in registry.made_of(name):
            yield from self._pairs(
                keys, made, self._named(registry.made(made).keys(staged))
            )

    def _entries(
        self, keys: Iterable[str], name: str, said: Iterable[str]
    ) -> Iterator[tuple[str, Place]]:
        """(key, list), of rows that call an entry what is found otherwise by now."""
        otherwise = self._lists.found_otherwise.get(name, frozenset())
        yield from (
            (key, (name, ""))
            for key, each in zip(keys, said, strict=True)
            if key and each in otherwise
        )

    def _made(self, name: str, staged: Staged) -> Iterator[tuple[str, Place]]:
        makers = self._named(staged.frame["key"])
        made = self._named(registry.made(name).keys(staged))
        yield from self._pairs(made, registry.made(name).of, makers)

    def _named(self, keys: Iterable[object]) -> list[str]:
        known = {key: pseudonym(self._secret, str(key)) if key else "" for key in keys}
        return [known[key] for key in keys]

    @staticmethod
    def _pairs(
        keys: Iterable[str], table: str, named: Iterable[str]
    ) -> Iterator[tuple[str, Place]]:
        for key, other in zip(keys, named, strict=True):
            if key and other:
                yield key, (table, other)


def _of_one_group(
    name: str, keys: Iterable[str], owners: Iterable[str]
) -> Iterator[tuple[str, Place]]:
    """(key, other row of the same owner): one of them bears the mark."""
    groups: dict[str, list[str]] = {}
    for key, owner in zip(keys, owners, strict=True):
        if key and owner:
            groups.setdefault(owner, []).append(key)
    for members in groups.values():
        for key in members:
            yield from ((key, (name, other)) for other in members if other != key)
