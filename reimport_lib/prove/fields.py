"""Fields: every managed field of every imported row, the source against the database.

A difference is explained by a note of its row, or fails the check; figures and record
numbers are shown, never a value.
"""

from __future__ import annotations

from collections.abc import Collection

from reimport_lib.checks import Check, Verdict, could_not_check, some_rows
from reimport_lib.counting import several
from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.matching import match
from reimport_lib.prove.metadata import metadata
from reimport_lib.prove.reference_data import ReferenceData, reference_data
from reimport_lib.prove.render.comparison import (
    Compared,
    Comparison,
    compare,
    declared,
)
from reimport_lib.tables import registry
from reimport_lib.write.models import managed

NOT_SAID = "nobody has said how it is compared"


def check_fields(evidence: Evidence) -> list[Check]:
    """One check per field of every table that the snapshot holds, and its fill rate."""
    tables = registry.all_tables()
    return [c for table in tables for c in evidence.answer(fields_of_table, table.name)]


def fields_of_table(evidence: Evidence, name: str) -> list[Check]:
    """The same of the table *name*, where the snapshot holds it."""
    table, found = registry.named(name), list[Check]()
    if not evidence.snapshot.has(table.snapshot_name):
        return found
    reference = reference_data(evidence)
    if table.source:
        found += check_table(evidence, table.name, reference)
    if table.checks:
        found += table.checks(evidence, reference)
    return found


def check_table(
    evidence: Evidence, table: str, reference: ReferenceData
) -> list[Check]:
    """One check per field of *table*, and one of the fill rate of all."""
    account = evidence.account(table)
    matched = match(evidence, account, table, reference) if account else None
    if matched is None:
        return [evidence.gap(f"{table}: fields", table, id="C045")]
    if not matched.rows and not matched.missing:
        return [could_not_check(f"{table}: fields", "no row came in", id="C045")]
    fields = [*declared(matched), metadata(matched)]
    results = {each.name: compare(matched, each) for each in fields}
    checks = [_field_check(table, each, results[each.name]) for each in fields]
    checked = [results[each.name] for each in fields if not each.unchecked]
    return [*checks, *_uncompared(table, results), _fill_check(table, checked)]


def _uncompared(table: str, compared: Collection[str]) -> list[Check]:
    """Fields that the import writes and nothing here compares: never silence."""
    return [
        could_not_check(f"{table}.{name}", NOT_SAID, id="C046")
        for name in managed(table)
        if name not in compared
    ]


def _field_check(table: str, field: Comparison, result: Compared) -> Check:
    name = f"{table}.{field.name}"
    if field.unchecked:
        return could_not_check(name, field.unchecked, id="C047")
    explained = sum(result.explained.values())
    notes = ", ".join(f"{note} {n:,}" for note, n in sorted(result.explained.items()))
    figures = [
        f"{result.equal:,} of {result.rows:,} equal",
        f"{explained:,} explained by notes" + (f" ({notes})" if notes else ""),
    ]
    verdict, hint = Verdict.PASS, ""
    if result.edited:
        verdict = Verdict.WARN
        figures.append(f"{len(result.edited):,} changed by people")
    if result.different:
        verdict = Verdict.FAIL
        rows = some_rows(result.different)
        figures.append(f"{len(result.different):,} not explained: {rows}")
        hint = (
            f"compare these rows of {registry.by_name()[table].file} with the backend; "
            f"what became of them is in outcomes/{table}.csv"
        )
    return Check(
        name,
        f"{several(result.rows, 'row')}, sha256 {result.source_sha256[:12]}",
        "; ".join((*figures, f"sha256 {result.target_sha256[:12]}")),
        verdict,
        hint,
        id="C047",
    )


def _fill_check(table: str, results: list[Compared]) -> Check:
    """As many values as the source has, but for those that notes account for."""
    source = sum(result.source_filled for result in results)
    target = sum(result.target_filled for result in results)
    explained = sum(result.explained_blank for result in results)
    lost = source - target - explained
    off = f"{several(abs(lost), 'value')} too {'few' if lost > 0 else 'many'}"
    return Check(
        f"{table}: fill rate of all fields",
        several(source, "value"),
        f"{several(target, 'value')}, {explained:,} more left blank by notes",
        Verdict.FAIL if lost else Verdict.PASS,
        off if lost else "",
        id="C048",
    )
