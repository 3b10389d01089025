"""What is different from the source of an earlier run, before anything is planned.

Compares two snapshots: rows, columns, blank tables and new words in coded columns. The
limits that are passed stop the run; everything else warns. Imports checks and snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import MANY_ROWS, several
from reimport_lib.read.manifest import TableManifest
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.tables import registry
from reimport_lib.tables.headers import shared_names

GONE, EMPTIED = "gone", "no value left"
"""What is found of a column that was lost."""

_SHOWN = 8


_LOST_ROWS = 0.05
"""Fraction of a table's rows that may be gone, where the table has none of its own."""

LOST_FLOOR_ROWS = 20
"""Losses up to here never stop, however small the table is or however few cells of a
column held something."""

_GROWN_ROWS = 0.25
"""Fraction by which a table may grow before it is warned about."""

_FILLED = 0.20
"""Fraction of a column's filled cells that may be gone."""

_NEW_WORDS = 25
"""More new words than this in one column: they are no codes."""


def compare(
    earlier: Snapshot,
    later: Snapshot,
    *,
    lost_rows: Mapping[str, float] = MappingProxyType({}),
) -> tuple[Check, ...]:
    """
    Every difference that a reviewer should see, table by table.

    A check that fails stops the run: a table that came empty or lost many rows, or a
    column that is gone or has no value left though it held some.

    Args:
        lost_rows: table -> fraction of its rows that may be gone.
    """
    checks: list[Check] = []
    for name, before in earlier.manifest.tables.items():
        after = later.manifest.tables.get(name)
        if after is None:
            checks.append(_gone(name, before))
            continue
        checks.append(_rows(name, before, after, lost_rows.get(name, _LOST_ROWS)))
        checks += _columns(name, before, after)
        checks += _words(name, earlier, later)
    checks += [
        Check(
            f"{name}: table",
            "not there",
            "new",
            Verdict.WARN,
            "a first import of it",
            id="C061",
        )
        for name in later.manifest.tables
        if name not in earlier.manifest.tables
    ]
    return tuple(checks)


def _gone(name: str, before: TableManifest) -> Check:
    return Check(
        f"{name}: table",
        several(before.rows, "row"),
        "not exported",
        Verdict.WARN,
        "nothing of it is deleted; export it if it should be imported",
        id="C061",
    )


def _rows(
    name: str, before: TableManifest, after: TableManifest, may_go: float
) -> Check:
    lost, grown = before.rows - after.rows, after.rows - before.rows
    verdict, hint = Verdict.PASS, ""
    if before.rows and not after.rows:
        verdict, hint = Verdict.FAIL, "the table came empty: export it again"
    elif lost > LOST_FLOOR_ROWS and lost > before.rows * may_go:
        verdict = Verdict.FAIL
        hint = "was a found set exported? in FileMaker, choose Show All Records"
    elif lost > 0:
        verdict, hint = (
            Verdict.WARN,
            "those that were imported before the delete phase will list",
        )
    elif before.rows and grown > _GROWN_ROWS * before.rows:
        verdict, hint = Verdict.WARN, "is it the right file?"
    return Check(
        f"{name}: rows", f"{before.rows:,}", f"{after.rows:,}", verdict, hint, id="C062"
    )


def _columns(name: str, before: TableManifest, after: TableManifest) -> Iterator[Check]:
    table = registry.named(name)
    said = {
        **shared_names(table, after.columns, after.filled),
        **shared_names(table, before.columns, before.filled),
    }
    for column in before.columns:
        held, holds = before.filled[column], after.filled.get(column)
        label = f"{name}: column {said[column]!r}"
        if holds is None:
            yield Check(
                label,
                f"{held:,} filled",
                GONE,
                Verdict.FAIL if held else Verdict.WARN,
                "was it renamed, or left out of the export? export all columns",
                id="C063",
            )
        elif not holds and held > LOST_FLOOR_ROWS and after.rows:
            yield Check(
                label,
                f"{held:,} filled",
                EMPTIED,
                Verdict.FAIL,
                "was it moved to another column? look at it in FileMaker",
                id="C063",
            )
        elif held * after.rows > holds * before.rows and (
            held / max(1, before.rows) - holds / max(1, after.rows)
            > _FILLED * held / max(1, before.rows)
        ):
            yield Check(
                label,
                _share(held, before.rows),
                _share(holds, after.rows),
                Verdict.WARN,
                "fewer cells hold a value than before",
                id="C063",
            )
    for column in after.columns:
        if column not in before.columns:
            yield Check(
                f"{name}: column {said[column]!r}",
                "not there",
                f"{after.filled[column]:,} filled",
                Verdict.WARN,
                "map it, or drop it with a reason",
                id="C064",
            )


def _words(name: str, earlier: Snapshot, later: Snapshot) -> Iterator[Check]:
    """New words in coded columns; shown only where they are few enough to be codes."""
    shared = set(earlier.manifest.tables[name].columns) & set(
        later.manifest.tables[name].columns
    )
    coded = [column for column in _coded(name) if column in shared]
    if not coded:
        return
    before, after = earlier.table(name), later.table(name)
    for column in coded:
        known = set(before[column].str.strip().str.casefold())
        found = after[column].str.strip()
        counts = found[~found.str.casefold().isin(known | {""})].value_counts()
        if counts.empty:
            continue
        yield Check(
            f"{name}: new words in {column!r}",
            "0",
            f"{len(counts):,} ({_shown(counts)})",
            Verdict.WARN,
            "see whether the table of words knows them",
            id="C065",
        )


def _shown(counts: pd.Series[int]) -> str:
    """
    The words that many rows share, the most frequent first.

    What few rows hold may be anything that a person typed, so it is counted only.
    """
    many = counts[counts >= MANY_ROWS]
    shared = sorted(many.items(), key=lambda pair: (-pair[1], pair[0]))
    if not shared or len(counts) > _NEW_WORDS:
        return f"in {several(int(counts.sum()), 'row')}"
    return ", ".join(f"{word}: {count:,} rows" for word, count in shared[:_SHOWN])


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _coded(name: str) -> tuple[str, ...]:
    """Columns of the table *name* that hold one of few words."""
    fields = registry.named(name).fields
    return tuple(header for field in fields if field.coded for header in field.names)
