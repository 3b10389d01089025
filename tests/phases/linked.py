"""How many rows of a run name something, and how many of those name what is there.

Counted anew in the frozen source, in the rows that the run left in the database, and in
its outcomes files, which say what rates leave out. What reads a source here is what
phase 8 reads it with (``reimport_lib.prove``); nothing is shared with the plans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from pathlib import PurePosixPath

import pandas as pd

from reimport_lib.phases import frozen
from reimport_lib.plan.codes import LOCAL
from reimport_lib.prove.evidence import Evidence, gather
from reimport_lib.prove.reference_data import ReferenceData, reference_data
from reimport_lib.prove.render.headers import column
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.tables.links import LinkTo

NOT_COUNTED = ("no_key", "duplicate_row", "duplicate_key", "excluded_by_rule")

Counts = tuple[int, int]
"""Rows that name what is there, and rows that name something."""


def counts(run: Run, tables: Sequence[str]) -> Iterator[tuple[str, str, Counts]]:
    """(table, link, counts) of *tables* of *run*, whose database is bound."""
    evidence = gather(run, frozen.snapshot_of(run))
    reference = reference_data(evidence)
    for name in tables:
        table = registry.by_name()[name]
        if not table.source:
            continue
        counted, came_in = _rows(run, evidence, table)
        for link in table.links:
            made = registry.by_name().get(link.to)
            if made is not None and made.made and made.made.of == name:
                found = _made(link, table, came_in)
            elif link.to in reference.directories:
                found = _entries(link, table, counted, reference)
            else:
                found = _of_tables(link, table, counted, reference)
            yield name, link.name, found
        if table.stored:
            yield name, "object", _objects(table, counted, evidence, reference)


def _rows(
    run: Run, evidence: Evidence, table: Table
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The source's rows that rates count, and those that the plan found sound."""
    path = run.outcomes_folder / f"{table.name}.csv"
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    source = evidence.source(table.name)
    left_out = lines["outcome"].isin(("skipped", "rejected"))
    sound = lines[~left_out | lines["reason"].isin(LOCAL)]
    counted = lines[~lines["reason"].isin(NOT_COUNTED)]
    return (
        source.loc[[int(row) for row in counted["row"]]],
        source.loc[[int(row) for row in sound["row"]]],
    )


def _texts(link: LinkTo, table: Table, rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """What each row says in the columns of *link*."""
    columns = (column(rows, table.column(name).names) for name in link.columns)
    return list(zip(*columns, strict=True))


def _of_tables(
    link: LinkTo, table: Table, rows: pd.DataFrame, reference: ReferenceData
) -> Counts:
    """By the keys of the rows of the tables that it may lead to, as they are now."""
    number = any(registry.named(to).number_key for to in link.tables)
    said = [key_text(texts[0], number=number) for texts in _texts(link, table, rows)]
    named = [key for key in said if key]
    there = [set(reference.keys[to].values()) for to in link.tables]
    known = [
        set(reference.named.get(to, ())) | keys
        for to, keys in zip(link.tables, there, strict=True)
    ]
    found = sum(
        any(key in keys for keys in there) and sum(key in keys for keys in known) == 1
        for key in named
    )
    return found, len(named)


def _entries(
    link: LinkTo, table: Table, rows: pd.DataFrame, reference: ReferenceData
) -> Counts:
    """By the keys and the words of a list of the backend."""
    names = reference.directories[link.to]
    named = [texts for texts in _texts(link, table, rows) if any(map(str.strip, texts))]
    found = [any(_is_entry(names.named(text)) for text in texts) for texts in named]
    return sum(found), len(named)


def _is_entry(found: Hashable | None) -> bool:
    return found is not None


def _made(link: LinkTo, table: Table, rows: pd.DataFrame) -> Counts:
    """Rows made of these: each that says one has made it."""
    named = sum(any(map(str.strip, texts)) for texts in _texts(link, table, rows))
    return named, named


def _objects(
    table: Table, rows: pd.DataFrame, evidence: Evidence, reference: ReferenceData
) -> Counts:
    """By the names of the frozen listing, without their prefix and their ending."""
    listing = evidence.source(registry.stored()[table.name])
    prefix, number = reference.prefix(table.name), table.number_key
    stems: Counter[str] = Counter()
    for key, size in zip(listing["key"], listing["size"], strict=True):
        if key.startswith(prefix) and int(size):
            stem = PurePosixPath(key.removeprefix(prefix)).stem
            stems[key_text(stem, number=number)] += 1
    keys = column(rows, registry.key_names(table.name))
    found = sum(stems[key_text(key, number=number)] == 1 for key in keys)
    return found, len(rows)
