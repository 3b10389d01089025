"""A run that stopped goes on at the first phase that is not done, and does it once."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.db import connections

from reimport_demo.clinic.build import Clinic
from reimport_lib.errors import CutOff, PhaseFailed, Refused, UsageError
from reimport_lib.execute import approve, runner
from reimport_lib.execute import prune as retention
from reimport_lib.execute.resume import resumable
from reimport_lib.phases import named, recording, validation
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.data import DataPhase
from reimport_lib.phases.verifying import verified
from reimport_lib.record import lock
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show import run_facts, verdict
from reimport_lib.write import bind, ledger
from tests.phases import sites
from tests.phases.sites import Lines, Site, rewritten

BREAK = {
    "sqlite": """
        CREATE TRIGGER refuse_visits BEFORE INSERT ON appointments_appointment
        BEGIN SELECT RAISE(ABORT, 'visit of Imke Ashgrove'); END;
    """,
    "postgresql": """
        CREATE FUNCTION refuse_visits() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'visit of Imke Ashgrove'; END $$;
        CREATE TRIGGER refuse_visits BEFORE INSERT ON appointments_appointment
        FOR EACH ROW EXECUTE FUNCTION refuse_visits();
    """,
}
MEND = {
    "sqlite": "DROP TRIGGER refuse_visits",
    "postgresql": "DROP TRIGGER refuse_visits ON appointments_appointment",
}
LOSE = (
    BREAK["postgresql"]
    .replace(
        "RAISE EXCEPTION 'visit of Imke Ashgrove'",
        "PERFORM pg_terminate_backend(pg_backend_pid())",
    )
    .replace("END $$", "RETURN NEW; END $$")
)
PHASES = ("delete", "patients", "appointments", "documents")


def test_a_phase_that_fails_stops_the_run_and_resuming_finishes_it(
    ready: Site, engine: str
) -> None:
    rehearsal = ready.rehearse(*PHASES)
    ready.execute_sql(BREAK[engine])

    stopped = ready.apply(rehearsal)

    assert sites.status(stopped) is Status.FAILED
    assert statuses(stopped) == {
        "validation": "succeeded",
        "backup": "succeeded",
        "delete": "succeeded",
        "patients": "succeeded",
        "appointments": "failed",
        "documents": "pending",
    }
    assert "Imke" not in (stopped.folder / "run.json").read_text()
    assert "Imke" not in (stopped.folder / "events.jsonl").read_text()
    started = {name: stopped.phase(name)["started"] for name in ("backup", "patients")}

    assert verified(ready.settings, stopped.run_id).altered == []
    ready.execute_sql(MEND[engine])
    resumed = resumable(ready.settings, "")
    sites.execute(resumed)

    assert resumed.run_id == stopped.run_id
    assert sites.status(resumed) is Status.SUCCEEDED
    assert sites.outcomes(resumed) == sites.outcomes(rehearsal)
    assert {name: resumed.phase(name)["started"] for name in started} == started
    found = verified(ready.settings, resumed.run_id)
    assert (found.altered, found.unchecked) == ([], [])
    with pytest.raises(UsageError, match=f"Run {resumed.run_id} is done"):
        resumable(ready.settings, resumed.run_id)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_server_that_is_lost_is_named_and_the_run_goes_on_when_it_is_back(
    ready: Site, engine: str
) -> None:
    rehearsal = ready.rehearse("patients", "appointments")
    ready.execute_sql(LOSE)

    stopped = ready.apply(rehearsal)

    assert sites.status(stopped) is Status.FAILED
    assert re.fullmatch(
        r"appointments: the database failed: (terminating connection due to"
        r" administrator command|the connection was lost)\. Nothing of this phase was"
        r" written\. \[R262\] Hint: mend that, then reimport run --resume \S+",
        sites.error(stopped),
    )
    ready.execute_sql(MEND[engine])
    sites.execute(stopped)
    assert sites.status(stopped) is Status.SUCCEEDED
    assert sites.outcomes(stopped) == sites.outcomes(rehearsal)


@sites.ONLY_SQLITE
def test_a_failed_import_of_appointments_leaves_patients_those_they_had(
    imported: Site, engine: str, clinic: Clinic, tmp_path: Path
) -> None:
    exports = sites.edited(
        clinic.exports, tmp_path / "exports", {"Appointments": one_more}
    )
    site = imported.with_exports(exports)
    rehearsal = site.rehearse("delete", "patients", "appointments")
    site.execute_sql(BREAK[engine])
    before = sites.content(site.digest())

    stopped = site.apply(rehearsal)

    assert sites.tables(rehearsal)["appointments"]["created"] == 1
    assert sites.status(stopped) is Status.FAILED
    assert stopped.phase("appointments")["status"] == "failed"
    assert sites.content(site.digest()) == before


def one_more(lines: Lines) -> Lines:
    """Appointments, and the first once more under a key of its own."""
    return [*lines, {**lines[0], "id": "one-more-appointment"}]


@sites.ONLY_SQLITE
def test_a_phase_that_was_committed_but_not_recorded_is_not_done_again(
    ready: Site,
) -> None:
    rehearsal = ready.rehearse("delete", "patients")
    full = ready.apply(rehearsal)
    before = sites.content(ready.digest())
    with rewritten(full) as manifest:  # as a process that was killed leaves it
        manifest["status"] = "running"
        for entry in manifest["phases"]:
            if entry["name"] in ("delete", "patients"):
                entry["status"] = "running"

    resumed = resumable(ready.settings, "")
    sites.execute(resumed)

    assert sites.error(resumed) == ""
    assert resumed.run_id == full.run_id
    assert sites.status(resumed) is Status.SUCCEEDED
    assert sites.content(ready.digest()) == before
    assert sites.outcomes(resumed) == sites.outcomes(rehearsal)
    assert sites.tables(resumed) == sites.tables(rehearsal)
    assert sites.deletions(resumed) == sites.deletions(rehearsal)


@sites.ONLY_SQLITE
def test_a_run_is_not_resumed_on_another_database(ready: Site) -> None:
    rehearsal = ready.rehearse("patients")
    with rewritten(rehearsal) as manifest:
        manifest["database"].update(server="another")
    full = approve.open_full(ready.settings, rehearsal, ask=None, yes=True)
    before = ready.digest()

    sites.execute(full)

    assert sites.status(full) is Status.REFUSED
    assert "other server" in sites.error(full)
    assert ready.digest() == before


@sites.ONLY_SQLITE
def test_what_was_rolled_back_or_pruned_does_not_go_on(ready: Site) -> None:
    run = approve.open_rehearsal(ready.settings, gates={})

    for change, why in (({"status": "rolled-back"}, "rolled-back"), (PRUNED, "pruned")):
        with rewritten(run) as manifest:
            manifest.update(change)
        with pytest.raises(Refused, match=f"cannot go on: it is {why}"):
            resumable(ready.settings, run.run_id)


@sites.ONLY_SQLITE
def test_what_a_later_run_has_made_out_of_date_is_resumed_only_by_its_id(
    ready: Site,
) -> None:
    old = approve.open_rehearsal(ready.settings, gates={})
    ready.rehearse("validation")

    with pytest.raises(UsageError, match="no unfinished run"):
        resumable(ready.settings, "")
    assert resumable(ready.settings, old.run_id) == old
    newer = approve.open_rehearsal(ready.settings, gates={})
    assert resumable(ready.settings, "") == newer


class Killed(BaseException):
    """The process ends here; nothing catches it."""


def killed(*_: object) -> None:
    raise Killed


@sites.ONLY_SQLITE
def test_a_kernel_that_was_killed_after_its_commit_has_written_what_it_says(
    ready: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal = ready.rehearse("patients")
    full = approve.open_full(ready.settings, rehearsal, ask=None, yes=True)
    patients = named("patients")
    with monkeypatch.context() as patched:
        patched.setattr(DataPhase, "reconcile", killed)
        with pytest.raises(Killed):
            sites.execute(full)
    with pytest.raises(PhaseFailed) as ended:
        runner._require_record(full, patients, None)
    recording.record_failure(full, "patients", ended.value)

    assert full.phase("patients")["committed"] == written_at(ready, full)
    assert "what patients writes was committed" in told(full)
    assert "Written to the real database: patients." in told(full)
    assert run_facts.only_planned(full.manifest()) == ()
    assert approve.what_will_change(full)["patients"]["created"] > 0

    sites.execute(resumable(ready.settings, ""))
    assert sites.status(full) is Status.SUCCEEDED
    assert "committed" not in told(full)


@sites.ONLY_POSTGRES  # a file has no link that could be lost
def test_where_the_link_was_lost_the_server_is_asked_anew_what_was_committed(
    ready: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal = ready.rehearse("patients")
    full = approve.open_full(ready.settings, rehearsal, ask=None, yes=True)
    with monkeypatch.context() as patched:
        patched.setattr(DataPhase, "reconcile", killed)
        with pytest.raises(Killed):
            sites.execute(full)
    bind_run(full)

    with (
        pytest.raises(CutOff, match="the database failed"),
        recording.recording(full, "patients"),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert full.phase("patients")["committed"] == written_at(ready, full)
    sites.execute(resumable(ready.settings, ""))
    assert sites.status(full) is Status.SUCCEEDED


def told(run: Run) -> str:
    return " ".join(verdict.verdict(run.manifest()).sentences)


def written_at(site: Site, run: Run) -> str:
    bind.bind_real(site.settings)
    done = ledger.phase_done(run.run_id, "patients")
    bind.close()
    return done.finished_at.isoformat() if done else ""


@sites.ONLY_SQLITE
def test_a_rehearsal_that_was_killed_after_the_freeze_goes_on(ready: Site) -> None:
    run = approve.open_rehearsal(ready.settings, (named("validation"),), gates={})
    bind_run(run)
    recording.begin(run, "validation")
    frozen = validation.freeze(run)

    resumed = resumable(ready.settings, "")
    sites.execute(resumed)

    assert (sites.error(resumed), sites.status(resumed)) == ("", Status.SUCCEEDED)
    assert resumed.manifest()["snapshot_digest"] == frozen.digest


@sites.ONLY_SQLITE
def test_a_full_run_that_was_killed_while_it_was_opened_goes_on(
    ready: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal = ready.rehearse("validation")
    taken: list[str] = []

    def link(source: str, target: str) -> None:
        if taken:
            raise Killed
        taken.append(target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", link)
        with pytest.raises(Killed):
            approve.open_full(ready.settings, rehearsal, ask=None, yes=True)

    resumed = resumable(ready.settings, "")
    sites.execute(resumed)

    assert (sites.error(resumed), sites.status(resumed)) == ("", Status.SUCCEEDED)
    assert resumed.is_full
    held = {path.name: path.read_bytes() for path in resumed.snapshot_folder.iterdir()}
    assert held == {
        path.name: path.read_bytes() for path in rehearsal.snapshot_folder.iterdir()
    }


@sites.ONLY_SQLITE
def test_there_is_nothing_to_resume_in_an_empty_folder(ready: Site) -> None:
    with pytest.raises(UsageError, match="no unfinished run"):
        resumable(ready.settings, "")


@sites.ONLY_SQLITE
def test_a_run_that_is_being_executed_is_neither_executed_twice_nor_pruned(
    ready: Site,
) -> None:
    run = ready.rehearse("validation")
    approve.open_rehearsal(ready.settings, gates={})

    with lock.executing(run):
        assert lock.is_executed(run)
        with (
            pytest.raises(Refused, match="another process"),
            lock.executing(run),
        ):
            pass
        pruned = retention.plan(ready.settings, keep=1)
        assert [each.goes for each in pruned] == [()]
        assert set(pruned[0].stays.values()) == {"it is at work"}

    assert not lock.is_executed(run)


PRUNED = {"status": "failed", "pruned": "2026-01-01T00:00:00+00:00"}


def statuses(run: Run) -> dict[str, str]:
    return {entry["name"]: entry["status"] for entry in run.manifest()["phases"]}
