"""Phase 8 as a whole: what it shows, and which counts make it fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.errors import ValidationFailed
from reimport_lib.phases import validation_post as phase
from reimport_lib.prove import links
from reimport_lib.record.status import Status
from reimport_lib.tables import registry
from tests.phases import sites
from tests.phases.checking import (
    Case,
    Line,
    case,
    failing,
    named,
    own_case,
    rows_of,
    with_verdict,
)
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE, Site

__all__ = ["case", "own_case"]

DETAIL = "patients.ContactDetail"
SEALED = "outcomes files are those that the ledger sealed"


def counts(case: Case) -> Any:
    return named(phase.counts(case.evidence()))


def test_after_an_import_every_check_holds(case: Case) -> None:
    checks = case.checks()

    assert failing(checks) == set()
    assert with_verdict(checks, Verdict.WARN) == set()
    assert with_verdict(checks, Verdict.COULD_NOT_CHECK) == set()


@ONLY_SQLITE
def test_no_check_shows_what_stands_in_a_record(case: Case) -> None:
    checks = case.checks().values()
    shown = " ".join(f"{c.name} {c.expected} {c.actual} {c.hint}" for c in checks)
    patients = rows_of("patients.Patient")

    for last_name, key in patients.values_list("last_name", "filemaker_id"):
        assert len(last_name) < 4 or last_name not in shown
        assert not key or key not in shown


def test_the_phase_writes_nothing(whole: Whole) -> None:
    before = whole.site.digest()
    case_of_nobody = Case(whole.full)
    sites.bind_run(whole.full)
    case_of_nobody.checks()
    sites.bind.close()

    assert whole.site.digest() == before


@ONLY_SQLITE
def test_a_failed_check_closes_the_phase_as_validation_failed(own_case: Case) -> None:
    rows_of("notes.Note").filter(pk=own_case.imported("notes")[0]).update(author="X")
    with sites.rewritten(own_case.run) as manifest:  # as before its last phase
        manifest["status"] = manifest["phases"][-1]["status"] = "running"

    with pytest.raises(ValidationFailed, match=r"notes\.author"):
        phase.execute(own_case.run)

    assert own_case.run.phase(phase.NAME)["status"] == Status.VALIDATION_FAILED
    recorded = own_case.run.phase(phase.NAME)["checks"]
    assert {c["name"] for c in recorded if c["verdict"] == "fail"} == {"notes.author"}


def test_an_imported_row_that_is_gone_is_missed(case: Case) -> None:
    rows_of(DETAIL).filter(pk=case.imported("contact_details")[0]).delete()

    assert failing(counts(case)) == {"contact_details: imported rows in the database"}


def test_an_imported_row_with_a_key_that_is_gone_is_missed_by_its_key(
    case: Case,
) -> None:
    rows_of("notes.Note").filter(pk=case.imported("notes")[0]).delete()

    assert failing(counts(case)) == {
        "notes: imported rows in the database",
        "notes: rows in the database whose key is in the snapshot",
    }


def test_a_row_with_a_key_that_no_phase_accounts_for_is_seen(case: Case) -> None:
    patient = case.imported("patients")[0]
    rows_of("notes.Note").create(patient_id=patient, content="x", filemaker_id="new")

    assert failing(counts(case)) == {
        "notes: rows from FileMaker beside the imported ones"
    }


@ONLY_SQLITE
def test_a_row_that_people_made_changes_no_count(case: Case) -> None:
    patient = case.imported("patients")[0]
    rows_of("notes.Note").create(patient_id=patient, content="x")

    assert failing(counts(case)) == set()


@ONLY_SQLITE
def test_a_key_of_a_rejected_row_in_the_database_is_seen(case: Case) -> None:
    """Nobody kept it: it is not in the account of the delete phase."""
    outcomes = case.evidence().outcomes("notes")
    assert outcomes is not None
    rejected = outcomes.loc[outcomes["reason"] == "unknown_owner", "row"].iloc[0]
    key = case.evidence().source("notes").loc[rejected, "id"]
    patient = case.imported("patients")[0]
    rows_of("notes.Note").create(
        patient_id=patient, content="x", filemaker_id=key.strip().casefold()
    )

    assert failing(counts(case)) == {
        "notes: rows from FileMaker beside the imported ones",
        "notes: rows in the database whose key is in the snapshot",
    }


@ONLY_SQLITE
@pytest.mark.parametrize("table", [table.name for table in registry.all_tables()])
def test_a_count_of_the_ledger_that_is_off_by_one_is_seen(
    case: Case, table: str
) -> None:
    """More or fewer than source rows, run.json, the file and the database have."""
    name = next(t.phase for t in registry.all_tables() if t.name == table)
    entry = rows_of("ledger.LedgerPhase").get(run_id=case.run.run_id, name=name)
    is_made = registry.named(table).made is not None
    outcome = "skipped" if is_made else "rejected"
    entry.counts[table][outcome] += 1
    entry.save()

    conserved = "outcomes in the ledger"
    if not is_made:
        conserved = "source rows with one outcome each"
    assert failing(counts(case)) == {
        f"{table}: {conserved}",
        f"{table}: counts of the ledger and of run.json",
        f"{table}: counts of the ledger and lines of outcomes/{table}.csv",
    }


def test_a_row_counted_as_created_that_is_not_there_is_seen(case: Case) -> None:
    entry = rows_of("ledger.LedgerPhase").get(run_id=case.run.run_id, name="notes")
    entry.counts["notes"]["created"] += 1
    entry.counts["notes"]["rejected"] -= 1
    entry.save()

    found = failing(counts(case))

    assert "notes: imported rows in the database" in found
    assert "notes: source rows with one outcome each" not in found


@ONLY_SQLITE
def test_run_json_that_says_another_count_is_seen(own_case: Case) -> None:
    def edit(manifest: dict[str, Any]) -> None:
        entry = next(e for e in manifest["phases"] if e["name"] == "notes")
        entry["tables"]["sms"]["created"] += 1

    own_case.edit_manifest(edit)

    assert failing(counts(own_case)) == {"sms: counts of the ledger and of run.json"}


@ONLY_SQLITE
def test_a_line_gone_from_an_outcomes_file_is_seen(own_case: Case) -> None:
    own_case.edit_outcomes("sms", lambda line: None if line["row"] == "2" else line)

    assert failing(counts(own_case)) >= {
        "sms: counts of the ledger and lines of outcomes/sms.csv",
        f"notes: {SEALED}",
        "outcomes files equal to the rehearsal's",
    }


@ONLY_SQLITE
def test_an_outcomes_file_edited_afterwards_breaks_its_seal(own_case: Case) -> None:
    def edit(line: Line) -> Line:
        return {**line, "notes": "bad_date"} if line["row"] == "2" else line

    own_case.edit_outcomes("patients", edit)

    assert failing(counts(own_case)) == {
        f"patients: {SEALED}",
        "outcomes files equal to the rehearsal's",
    }


@ONLY_SQLITE
def test_an_outcome_that_does_not_exist_is_seen(own_case: Case) -> None:
    def edit(line: Line) -> Line:
        return {**line, "outcome": "lost"} if line["row"] == "2" else line

    own_case.edit_outcomes("notes", edit)

    checks = counts(own_case)
    name = "notes: counts of the ledger and lines of outcomes/notes.csv"
    assert name in failing(checks)
    assert "1 unknown outcomes" in checks[name].actual


@ONLY_SQLITE
def test_a_phase_that_the_ledger_does_not_know_fails(case: Case) -> None:
    rows_of("ledger.LedgerPhase").filter(name="notes").delete()

    assert failing(counts(case)) == {
        f"{table}: counts" for table in ("notes", "sms", "sms_replies")
    }


@ONLY_SQLITE
def test_the_delete_phase_without_a_ledger_entry_fails(case: Case) -> None:
    rows_of("ledger.LedgerPhase").filter(name="delete").delete()

    assert failing(counts(case)) == {"delete"}


@ONLY_SQLITE
def test_what_the_rehearsal_did_otherwise_is_seen(own_case: Case) -> None:
    rehearsal = sites.runs.load(own_case.run.settings, own_case.run.reviewed)
    (rehearsal.outcomes_folder / "notes.csv").unlink()

    assert failing(counts(own_case)) == {"outcomes files equal to the rehearsal's"}


def test_a_row_saved_by_people_since_the_import_is_a_warning(case: Case) -> None:
    evidence = case.evidence()
    account = evidence.account("notes")
    assert account is not None
    later = account.finished_at + timedelta(seconds=1)
    rows_of("notes.Note").filter(pk=case.imported("notes")[0]).update(
        author="X", updated_at=later
    )

    checks = named(phase.fields(case.evidence()))

    assert failing(checks) == set()
    assert with_verdict(checks, Verdict.WARN) == {"notes.author"}


def test_one_phase_by_itself_is_compared_with_the_import_before_it(
    imported: Site,
) -> None:
    """The copy holds the earlier run's ledger, and its folder the outcomes."""
    run = imported.rehearse("validation-post")
    checks = run.phase(phase.NAME)["checks"]

    assert sites.error(run) == ""
    assert sites.status(run) is Status.SUCCEEDED
    assert {c["verdict"] for c in checks} == {"pass"}
    assert len(checks) > 150


@ONLY_SQLITE
def test_tables_that_nothing_imported_could_not_be_checked(ready: Site) -> None:
    run = ready.rehearse("patients", "validation-post")
    checks = run.phase(phase.NAME)["checks"]
    by_verdict = {
        verdict: {c["name"] for c in checks if c["verdict"] == verdict}
        for verdict in ("pass", "could-not-check")
    }

    assert sites.status(run) is Status.REFUSED
    assert "appointments, notes, documents, images" in sites.error(run)
    assert f"{len(by_verdict['could-not-check'])} of {len(checks)}" in sites.error(run)
    assert "patients.last_name" in by_verdict["pass"]
    assert "contact_details.value" in by_verdict["pass"]
    assert {
        "appointments: counts",
        "notes: fields",
        "documents: owner in the source = owner in the database",
        "API: images of a patient",
    } <= by_verdict["could-not-check"]


@ONLY_SQLITE
def test_an_import_of_another_source_is_nothing_to_compare_with(
    imported: Site, tmp_path: Any
) -> None:
    exports = sites.edited(
        imported.exports, tmp_path / "exports", {"Notes": lambda lines: lines[:-1]}
    )
    run = imported.with_exports(exports).rehearse("validation-post")

    assert sites.status(run) is Status.REFUSED
    assert "patients, appointments, notes" in sites.error(run)
    unchecked = {
        c["name"]
        for c in run.phase(phase.NAME)["checks"]
        if c["verdict"] == "could-not-check"
    }
    assert {"patients: counts", "patients: fields", "delete: counts"} & unchecked


@ONLY_SQLITE
def test_what_nobody_has_said_how_to_compare_could_not_be_checked(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = registry.named("notes")
    alone = replace(notes.column("author").convert, render=None)
    columns = tuple(
        replace(each, convert=alone) if each.field == "author" else each
        for each in notes.fields
    )
    tables = {**registry.by_name(), "notes": replace(notes, fields=columns, proof=None)}
    monkeypatch.setattr(registry, "by_name", lambda: tables)
    owners = links.owner_names
    monkeypatch.setattr(
        links, "owner_names", lambda table: () if table == "notes" else owners(table)
    )

    checks = case.checks()

    assert {
        "notes.author",
        "notes: owner in the source = owner in the database",
    } <= with_verdict(checks, Verdict.COULD_NOT_CHECK)
    assert failing(checks) == set()


@ONLY_SQLITE
def test_a_row_left_out_as_doubled_that_says_something_else_fails(
    own_case: Case,
) -> None:
    name = "notes: doubled rows say nothing that the row which came in does not"
    lines = own_case.evidence().outcomes("notes")
    assert lines is not None
    others = list(lines.loc[lines["outcome"] == "created", "key"])
    assert name not in failing(phase.counts(own_case.evidence()))

    own_case.edit_outcomes(
        "notes",
        lambda line: (
            {**line, "key": next(key for key in others if key != line["key"])}
            if line["reason"] == "duplicate_row"
            else line
        ),
    )

    assert name in failing(phase.counts(own_case.evidence()))
