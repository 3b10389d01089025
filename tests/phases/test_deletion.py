"""The delete phase: what FileMaker no longer has goes, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.errors import GateFailed, Refused
from reimport_lib.phases.notebook import open_phase
from reimport_lib.phases.questions.delete import DeleteNotebook
from reimport_lib.record.status import Status
from reimport_lib.write import bind, ledger, models, read
from tests.cli.commands import Commands
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import Site
from tests.write.kept import before_images


def imported_keys(whole: Whole, table: str, count: int) -> list[str]:
    """Keys of rows of *table* that came in, of which the source holds one row each."""
    bind.bind_real(whole.site.settings)
    model: Any = models.model_of(table)
    rows = model.objects.exclude(filemaker_id=None).order_by("filemaker_id")
    keys = list(rows.values_list("filemaker_id", flat=True)[:count])
    bind.close()
    return keys


def held(site: Site, table: str, keys: list[str]) -> set[str]:
    """Those of *keys* that the real database holds."""
    bind.bind_real(site.settings)
    model: Any = models.model_of(table)
    found = set(
        model.objects.filter(filemaker_id__in=keys).values_list(
            "filemaker_id", flat=True
        )
    )
    bind.close()
    return found


def test_rows_that_the_source_no_longer_has_are_deleted_and_kept_as_they_were(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    notes = imported_keys(whole, "notes", 2)
    visits = imported_keys(whole, "appointments", 1)
    changes = {
        "Notes": sites.without("id", *notes),
        "Appointments": sites.without("id", *visits),
    }
    site = imported.with_exports(
        sites.edited(clinic.exports, tmp_path / "exports", changes)
    )

    full = site.apply(site.rehearse("delete"))

    assert sites.error(full) == ""
    deleted = {t: c["deleted"] for t, c in sites.deletions(full).items()}
    assert {table: n for table, n in deleted.items() if n} == {
        "notes": 2,
        "appointments": 1,
    }
    assert held(site, "notes", notes) == held(site, "appointments", visits) == set()
    bind.bind_real(site.settings)
    images = {
        (model, values["filemaker_id"])
        for model, _, action, values in before_images(full.run_id)
        if action == ledger.DELETED
    }
    bind.close()
    assert images == {("notes.Note", key) for key in notes} | {
        ("appointments.Appointment", key) for key in visits
    }


@pytest.mark.parametrize("engine", ["sqlite"])
def test_deletions_that_a_gate_refused_are_not_made_by_the_next_cell_of_a_notebook(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    changes = {"Notes": sites.without("id", *imported_keys(whole, "notes", 1))}
    site = imported.with_exports(
        sites.edited(clinic.exports, tmp_path / "exports", changes)
    )
    with patch.dict(os.environ, Commands(site, tmp_path).environ(), clear=True):
        phase = open_phase(
            "delete",
            run_id="latest",
            gates={"max_deleted": 0.0, "max_deleted_rows": 0},
        )
    assert isinstance(phase, DeleteNotebook)
    before = read.imported("notes")

    with pytest.raises(GateFailed, match="notes"):
        phase.apply()
    for question in (phase.approve, phase.apply):
        with pytest.raises(Refused, match="nothing more is done in it"):
            question()

    assert read.imported("notes") == before > 0
    assert ledger.phase_done(phase.run.run_id, "delete") is None
    bind.close()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nothing_is_deleted_without_a_proven_backup(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    """Somebody has emptied a table since the last backup: this one is none."""
    notes = imported_keys(whole, "notes", 1)
    changes = {"Notes": sites.without("id", *notes)}
    site = imported.with_exports(
        sites.edited(clinic.exports, tmp_path / "exports", changes)
    )
    before = site.rehearse("delete")
    site.execute_sql("DELETE FROM notes_smsreply")

    run = site.rehearse("delete")

    assert sites.deletions(before)["notes"]["deleted"] == 1
    assert sites.status(run) is not Status.SUCCEEDED
    assert "notes_smsreply" in sites.error(run)
    assert run.phase("delete")["status"] == "pending"
    assert held(site, "notes", notes) == set(notes)


@sites.ONLY_SQLITE
def test_more_deletions_than_the_gate_allows_stop_the_run(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    visits = imported_keys(whole, "appointments", 30)
    changes = {"Appointments": sites.without("id", *visits)}
    site = imported.with_exports(
        sites.edited(clinic.exports, tmp_path / "exports", changes)
    )

    stopped = site.rehearse("delete")
    allowed = site.rehearse("delete", gates={"appointments.max_deleted_rows": 30})

    assert sites.status(stopped) is Status.REFUSED
    assert "appointments.max_deleted_rows=30" in sites.error(stopped)
    assert "look at the rows in outcomes/deletions.csv" in sites.error(stopped)
    assert (stopped.outcomes_folder / "deletions.csv").exists()
    assert sites.status(allowed) is Status.SUCCEEDED
    assert sites.deletions(allowed)["appointments"]["deleted"] == 30


@sites.ONLY_SQLITE
def test_a_patient_whose_rows_the_source_still_has_is_kept(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    owner = _owner_of_a_note(whole)
    changes = {"Contacts": sites.without("id", owner)}
    site = imported.with_exports(
        sites.edited(clinic.exports, tmp_path / "exports", changes)
    )

    run = site.rehearse("delete")

    assert sites.error(run) == ""
    assert sites.deletions(run)["patients"]["reasons"]["has_children"] == 1
    assert sites.deletions(run)["patients"]["deleted"] == 0
    assert sites.deletions(run)["notes"]["deleted"] == 0


@sites.ONLY_SQLITE
def test_a_table_that_is_not_in_the_snapshot_is_never_deleted_from(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    exports = sites.edited(clinic.exports, tmp_path / "exports", {})
    for name in ("SMS", "Replies"):
        (exports / f"{name}.csv").unlink()
    site = imported.with_exports(exports).with_settings(REIMPORT_OPTIONAL_TABLES="sms")
    messages = imported_keys(whole, "sms", 10_000)
    replies = imported_keys(whole, "sms_replies", 10_000)

    full = site.apply(site.rehearse("delete", "notes"))

    assert sites.error(full) == ""
    assert not {"sms", "sms_replies"} & sites.deletions(full).keys()
    assert not {"sms", "sms_replies"} & sites.tables(full).keys()
    assert held(site, "sms", messages) == set(messages)
    assert held(site, "sms_replies", replies) == set(replies)


def _owner_of_a_note(whole: Whole) -> str:
    bind.bind_real(whole.site.settings)
    model: Any = models.model_of("notes")
    note = model.objects.exclude(filemaker_id=None).order_by("filemaker_id").first()
    key: str = note.patient.filemaker_id
    bind.close()
    return key
