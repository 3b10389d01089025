"""Counts: snapshot, ledger, ``run.json``, outcomes files and database say the same.

Nothing here writes. Every figure is counted where it stands: lines in files, rows in
tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from reimport_lib.checks import Check, Verdict, could_not_check, equal
from reimport_lib.counting import several
from reimport_lib.prove.evidence import DELETE, IMPORTED, OUTCOMES, Account, Evidence
from reimport_lib.prove.render.headers import source_keys
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.tables.registry import key_names


def check_counts(evidence: Evidence) -> list[Check]:
    """Every count of every table, and the seals of the outcomes files."""
    found: list[Check] = []
    for table in registry.all_tables():
        found += evidence.answer(counts_of_table, table.name)
    return [*found, *_seals(evidence)]


def counts_of_table(evidence: Evidence, name: str) -> list[Check]:
    """Every count of the table *name*, where the snapshot holds it."""
    table = registry.named(name)
    if not evidence.snapshot.has(table.snapshot_name):
        return []
    account = evidence.account(table.name)
    name = f"{table.name}: counts"
    if account is None:
        return [evidence.gap(name, table.name, id="C032")]
    if table.name not in account.counts:
        return [could_not_check(name, "the run did not look at this table", id="C032")]
    counts = _five(account.counts[table.name])
    found = [_conserved(evidence, table, counts), *_agreed(account, table, counts)]
    if table.model:
        found += _in_database(evidence, table.name, counts)
    return found


def _conserved(evidence: Evidence, table: Table, counts: Mapping[str, int]) -> Check:
    """Law 1, counted again: as many source rows as outcomes."""
    total = sum(counts.values())
    if table.made:
        rows = evidence.imported(table.name)
        if rows is None:
            return evidence.gap(
                f"{table.name}: outcomes in the ledger", table.made.of, id="C033"
            )
        return equal(
            f"{table.name}: outcomes in the ledger",
            expected=len(rows) + len(evidence.left_out(table.name)),
            actual=total,
            hint=evidence.remedy,
            id="C033",
        )
    return equal(
        f"{table.name}: source rows with one outcome each",
        expected=len(evidence.source(table.name)),
        actual=total,
        hint=evidence.remedy,
        id="C034",
    )


def _agreed(account: Account, table: Table, counts: Mapping[str, int]) -> list[Check]:
    """The ledger, the run's record and the outcomes file give the same five figures."""
    name = f"{table.name}: counts of the ledger"
    recorded = account.recorded.get(table.name)
    rows = account.rows(table.name)
    if recorded is None or rows is None:
        why = f"the folder of {account.run_id} is gone"
        return [could_not_check(f"{name} and its run folder", why, id="C035")]
    counted = Counter(rows["outcome"])
    strangers = set(counted) - set(OUTCOMES)
    return [
        equal(
            f"{name} and of run.json",
            expected=_said(counts),
            actual=_said(_five(recorded)),
            hint=f"reimport show {account.run_id}",
            id="C036",
        ),
        equal(
            f"{name} and lines of outcomes/{table.name}.csv",
            expected=_said(counts),
            actual=_said(_five(counted))
            + (f", {len(strangers)} unknown outcomes" if strangers else ""),
            hint=f"reimport show {account.run_id}",
            id="C037",
        ),
    ]


def _in_database(
    evidence: Evidence, table: str, counts: Mapping[str, int]
) -> list[Check]:
    imported = evidence.imported(table)
    if imported is None:
        return [
            evidence.gap(f"{table}: imported rows in the database", table, id="C038")
        ]
    held = evidence.database(table)
    pks = set(imported["target_id"])
    expected = sum(counts[outcome] for outcome in IMPORTED)
    found = [
        equal(
            f"{table}: imported rows in the database",
            expected=expected,
            actual=len(pks & set(held.index)),
            hint=evidence.remedy,
            id="C038",
        )
    ]
    return [*found, *_others(evidence, table, pks)]


def _others(evidence: Evidence, table: str, pks: set[str]) -> list[Check]:
    """
    Rows from FileMaker that this import did not bring: kept ones, each accounted for.

    A key of the snapshot that is in the database without having come in is one that
    was imported before and is rejected or skipped today.
    """
    held = evidence.database(table)
    others = held[~held.index.isin(pks)]
    name = f"{table}: rows from FileMaker beside the imported ones"
    kept = evidence.kept(table)
    local = evidence.left_out(table)
    if kept is None:
        if not len(others):
            return [equal(name, expected=0, actual=0, id="C039")]
        why = f"{several(len(others), 'row')}, and no delete phase says why"
        return [could_not_check(name, why, id="C039")]
    accounted = set(kept["target_id"]) | local
    found = [
        equal(
            name,
            expected=f"{len(accounted & set(others.index)):,} kept",
            actual=f"{len(others):,} kept",
            hint="reimport run --phase delete --dry-run",
            id="C039",
        )
    ]
    if key_names(table):
        keys = source_keys(evidence.source(table), table)
        found.append(_by_key(evidence, table, keys, pks, accounted))
    return found


def _by_key(
    evidence: Evidence,
    table: str,
    keys: frozenset[str],
    pks: set[str],
    kept: set[str],
) -> Check:
    """By the key that stands in the row itself, whatever primary key it has."""
    held = evidence.database(table)
    number = registry.named(table).number_key
    in_source = {
        pk
        for pk, key in zip(held.index, held["filemaker_id"], strict=True)
        if key_text(key, number=number) in keys
    }
    return equal(
        f"{table}: rows in the database whose key is in the snapshot",
        expected=len(pks) + len((in_source - pks) & kept),
        actual=len(in_source),
        hint=evidence.remedy,
        id="C040",
    )


def _seals(evidence: Evidence) -> list[Check]:
    """The outcomes files are those that the ledger's transaction sealed."""
    found = []
    for phase, account in evidence.accounts.items():
        name = f"{phase}: outcomes files are those that the ledger sealed"
        if not account.files:
            found.append(
                could_not_check(name, f"{account.run_id}: no outcomes files", id="C041")
            )
            continue
        found.append(
            equal(
                name,
                expected=f"sha256 {account.outcomes_sha256[:12]}",
                actual=f"sha256 {account.sha256_of_files[:12]}",
                hint=f"reimport show {account.run_id}",
                id="C041",
            )
        )
    if DELETE in evidence.gaps:
        gap = evidence.gaps[DELETE]
        if gap.verdict is Verdict.FAIL:
            found.append(gap)
    return found


def _five(counts: Mapping[str, Any]) -> dict[str, int]:
    return {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES}


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
