"""An import is looked at again, and what people changed since is told from the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from reimport_lib.checks import Verdict
from reimport_lib.cli.commands import app
from reimport_lib.errors import Moved, Refused, ReimportError
from reimport_lib.phases import watching
from reimport_lib.record import expiry, runs, watched
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.tables import registry
from tests.notify import receivers
from tests.notify.receivers import Hook
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE, Site
from tests.phases.test_notify import notifier, of

NOT_ASKED = {"outcomes files equal to the rehearsal's"}
EDITED = """
UPDATE patients_patient
   SET last_name = 'Other', archived = (1 = 1), updated_at = '2099-01-01 00:00:00+00:00'
 WHERE id =
       (SELECT id FROM patients_patient WHERE filemaker_id IS NOT NULL
         ORDER BY id LIMIT 1);
UPDATE appointments_appointment
   SET updated_at = '2099-01-01 00:00:00+00:00', patient_id =
       (SELECT id FROM patients_patient WHERE filemaker_id IS NOT NULL
         ORDER BY id DESC LIMIT 1)
 WHERE id =
       (SELECT id FROM appointments_appointment WHERE filemaker_id IS NOT NULL
         ORDER BY id LIMIT 1);
"""
SPOILT = """
UPDATE patients_patient SET first_name = 'Nobody'
 WHERE id =
       (SELECT id FROM patients_patient WHERE filemaker_id IS NOT NULL
         ORDER BY id DESC LIMIT 1);
DELETE FROM notes_note
 WHERE id =
       (SELECT id FROM notes_note WHERE filemaker_id IS NOT NULL ORDER BY id LIMIT 1);
"""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with receivers.hook() as made:
        yield made


def applied(site: Site, whole: Whole) -> Run:
    sites.know_database(site)
    return runs.load(site.settings, whole.full.run_id)


def hours_later(run: Run, hours: float) -> datetime:
    return expiry.planned_at(run.manifest()) + timedelta(hours=hours)


def test_what_people_changed_is_told_from_what_nobody_should_have(
    imported: Site, whole: Whole, hook: Hook
) -> None:
    run = applied(imported, whole)
    before, telling = imported.digest(), notifier(imported, hook)

    first = watching.look(run, (1,))

    assert (first.moved, first.unseen, first.edited) == ({}, (), {})
    recorded = {each["name"] for each in run.phase("validation-post")["checks"]}
    tables = [table for table in registry.all_tables() if table.model]
    assert first.checks == len(recorded - NOT_ASKED) + len(tables)
    assert imported.digest() == before

    imported.execute_sql(EDITED)
    second = watching.look(run, (6,))
    assert (second.moved, second.unseen) == ({}, ())
    assert second.edited == {"patients": 1, "appointments": 1}

    imported.execute_sql(SPOILT)
    third = watching.look(run, (24,))
    assert {
        "patients: imported rows that changed without being saved",
        "patients.first_name",
        "notes: imported rows in the database",
    } <= {*third.moved}
    assert not [name for name in third.moved if name.startswith("appointments")]
    assert third.edited == second.edited
    assert "Nobody" not in watched.path_of(run).read_text()

    telling.round()
    assert of(hook, run).count("reimport.moved") == 1
    data = json.loads(hook.got[-1].body)["data"]
    assert data["checks"] == {"moved": len(third.moved)}
    assert data["next"] == f"reimport watch {run.run_id}"


@ONLY_SQLITE  # it is the record that says what is due
def test_a_look_is_due_after_1_6_and_24_hours_and_once(
    imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sites.chosen(imported, applied(imported, whole), monkeypatch)
    found = watched.Look("2026-03-02T10:00:00+00:00", (1, 6), {}, (), 9, {})

    assert watched.due(run, hours_later(run, 0.9)) == ()
    assert watched.due(run, hours_later(run, 1)) == (1,)
    assert watched.due(run, hours_later(run, 23)) == (1, 6)  # the machine was off
    watched.keep(run, found)
    assert watched.due(run, hours_later(run, 23)) == ()
    assert watched.due(run, hours_later(run, 99)) == (24,)
    assert watched.looks(run) == [found]

    said = CliRunner().invoke(app, ["watch"])
    assert (said.exit_code, said.output) == (0, f"Nothing is due for {run.run_id}.\n")


@ONLY_SQLITE  # what is said is the same
def test_the_command_says_what_is_no_longer_so_and_exits_with_6(
    imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sites.chosen(imported, applied(imported, whole), monkeypatch)
    with sites.rewritten(run) as manifest:
        for each in manifest["phases"][-1]["checks"]:
            if each["name"] == "patients.first_name":
                each["verdict"] = str(Verdict.FAIL)  # and what failed then is no news
    imported.execute_sql(
        "UPDATE patients_patient SET first_name = 'N', last_name = 'N'"
    )
    monkeypatch.setattr("reimport_lib.cli.watch.now", lambda: hours_later(run, 7))

    done = CliRunner().invoke(app, ["watch"])

    assert isinstance(done.exception, Moved)
    assert (done.exception.exit_code, done.exception.id) == (6, "R496")
    assert "no longer so: patients.last_name: expected" in done.output
    assert "patients.first_name" not in done.output
    assert watched.due(run, hours_later(run, 7)) == ()
    again = CliRunner().invoke(app, ["watch", run.run_id])  # somebody asks
    assert isinstance(again.exception, Moved)
    assert len(watched.messages(run)) == 1


@ONLY_SQLITE  # it is the records that say which
def test_only_the_last_import_that_was_proven_is_looked_at(
    imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sites.chosen(imported, applied(imported, whole), monkeypatch)
    readable = runs.readable(imported.settings)
    assert watching.watchable(readable) == run
    newer = runs.create(run.settings, run.mode, phases=((0, "validation"),))
    assert watching.watchable([*readable, newer]) == run  # it has not begun
    newer.begin()
    assert watching.watchable([*readable, newer]) is None
    with pytest.raises(ReimportError) as refused:
        raise CliRunner().invoke(app, ["watch", newer.run_id]).exception  # type: ignore[misc]
    assert refused.value.id == "R495"
    newer.end(Status.REFUSED, seconds=1.0)
    assert watching.watchable([*readable, newer]) == run
    with sites.rewritten(run) as manifest:
        manifest["undone"] = [{"by": "x", "at": manifest["created_at"], "rows": {}}]
    assert watching.watchable([run]) is None
    assert "Nothing is due" in CliRunner().invoke(app, ["watch"]).output


def test_what_was_pruned_or_does_not_answer_is_refused(
    imported: Site, whole: Whole
) -> None:
    run = applied(imported, whole)
    imported.execute_sql("DROP TABLE ledger_rowbase")
    with pytest.raises(ReimportError) as refused:
        watching.look(run, (1,))
    assert refused.value.id == "R498"
    run.snapshot_folder.rename(run.folder / "elsewhere")
    with pytest.raises(Refused) as gone:
        watching.look(run, (1,))
    assert gone.value.id == "R497"
    assert watched.due(run, hours_later(run, 2)) == (1,)
