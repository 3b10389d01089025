"""A full run that fails half-way takes back what it wrote; what passes does not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.checks import Check, equal
from reimport_lib.errors import CutOff, Refused, ReimportError, UsageError
from reimport_lib.execute import approve, failure, resume, runner, undo
from reimport_lib.phases import named, opening, recording
from reimport_lib.phases.data import DataPhase
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Return, Status
from reimport_lib.show.verdict import verdict
from reimport_lib.write import bind, ledger
from reimport_lib.write.touched import Narrowing
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.small_clinic import small_clinic
from tests.phases.test_odd_clinics import site_of
from tests.phases.test_resume import BREAK, MEND
from tools import postgres

NO_DELETES = {
    "sqlite": """
        CREATE TRIGGER no_deletes BEFORE DELETE ON patients_patient
        BEGIN SELECT RAISE(ABORT, 'never'); END;
    """,
    "postgresql": """
        CREATE FUNCTION no_deletes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'never'; END $$;
        CREATE TRIGGER no_deletes BEFORE DELETE ON patients_patient
        FOR EACH ROW EXECUTE FUNCTION no_deletes();
    """,
}
PHASES = ("delete", "patients", "appointments", "documents")


class Killed(BaseException):
    """The process ends here; nothing catches it."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.fixture(autouse=True)
def phases_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernels do them, without notebooks and pages."""

    def execute(run: Run, *_: object) -> list[object]:
        sites.execute(run)
        return []

    monkeypatch.setattr(runner, "_execute_phases", execute)
    monkeypatch.setattr(runner.report, "write", lambda *_: None)
    monkeypatch.setattr(runner.undo_report, "_execute", lambda run: None)


@pytest.fixture
def ready(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Site]:
    """A small clinic before an empty database."""
    exports = small_clinic().write(tmp_path / "exports", kind="csv")
    url = f"sqlite:///{tmp_path / 'clinic.sqlite3'}"
    if engine == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = postgres.create_database(server, f"failure_{uuid.uuid4().hex[:12]}")
    with site_of(exports, url, tmp_path) as site:
        yield site
    bind.close()


@pytest.fixture
def rehearsal(ready: Site, engine: str) -> Run:
    """Of an import whose appointments the real database is going to refuse."""
    found = ready.rehearse(*PHASES)
    ready.execute_sql(BREAK[engine])
    return found


def opened(site: Site, rehearsal: Run, *, keep: bool = False) -> Run:
    return approve.open_full(site.settings, rehearsal, ask=None, yes=True, keep=keep)


def state(run: Run) -> str:
    return str(run.manifest().get("going_back", {}).get("state", ""))


def said(run: Run) -> str:
    return " ".join(verdict(run.manifest()).sentences)


def undos(site: Site) -> list[Run]:
    return [run for run in runs.readable(site.settings) if run.mode is Mode.UNDO]


def test_a_run_that_fails_leaves_the_database_as_it_was_and_says_so(
    ready: Site, rehearsal: Run, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sites.content(ready.digest())

    run = opened(ready, rehearsal)
    assert runner.execute(run) is run.status is Status.FAILED
    assert sites.content(ready.digest()) == before
    taken_back_by_one_undo(ready, run)

    cut_off_and_finished(ready, rehearsal, before, monkeypatch)
    assert sites.content(ready.digest()) == before

    interrupted = opened(ready, rehearsal)
    with monkeypatch.context() as patched:
        patched.setattr(recording, "status_of", lambda error: Status.INTERRUPTED)
        assert runner.execute(interrupted) is Status.INTERRUPTED
    assert "It was interrupted, which undoes nothing" in said(interrupted)
    assert state(interrupted) == ""
    assert sites.content(ready.digest()) != before

    assert resume.resumable(ready.settings, "") == interrupted
    assert runner.execute(interrupted) is Status.FAILED
    assert state(interrupted) == Return.UNDONE
    assert sites.content(ready.digest()) == before

    ready.execute_sql(NO_DELETES[engine])
    refused = opened(ready, rehearsal)
    assert runner.execute(refused) is Status.FAILED
    assert (state(refused), refused.status) == (Return.RESTORED, Status.ROLLED_BACK)
    assert "nobody had worked meanwhile its backup was put back" in said(refused)
    assert "Why: appointments: the database refused the rows" in said(refused)
    assert sites.content(ready.digest()) == before
    with pytest.raises(Refused, match="cannot go on"):
        resume.resumable(ready.settings, refused.run_id)


def taken_back_by_one_undo(ready: Site, run: Run) -> None:
    [by] = undos(ready)
    record = run.manifest()
    assert record["going_back"]["state"] is Return.UNDONE
    assert record["going_back"]["by"] == by.run_id
    assert [one["by"] for one in record["undone"]] == [by.run_id]
    assert (by.folder / "report.html").is_file()
    assert by.manifest()["confirmed"]["how"] == failure.BY_ITSELF
    assert f"undone by itself, row by row, by {by.run_id}" in said(run)
    assert "Why: appointments: the database refused the rows" in said(run)
    assert "Written to the real database" not in said(run)
    with pytest.raises(Refused, match=f"taken back by {by.run_id}"):
        resume.resumable(ready.settings, run.run_id)
    with pytest.raises(UsageError, match="no unfinished run"):
        resume.resumable(ready.settings, "")
    with pytest.raises(Refused, match="has failed"):
        opening._require_turn(run, named("appointments"))


def cut_off_and_finished(
    ready: Site, rehearsal: Run, before: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the COMMIT of the undo, and after it."""
    for place, name in ((ledger, "record_phase"), (undo, "_end")):
        run = opened(ready, rehearsal)
        with monkeypatch.context() as patched:
            real = getattr(place, name)

            def stop(*given: Any, real: Any = real, **named: Any) -> Any:
                at_undo = "-undo" in str(getattr(given[0], "run_id", given[0]))
                return killed() if at_undo else real(*given, **named)

            patched.setattr(place, name, stop)
            with pytest.raises(Killed):
                runner.execute(run)
        assert state(run) == Return.BEGUN
        assert "was cut off: reimport run --resume" in said(run)
        assert (sites.content(ready.digest()) == before) is (place is undo)
        with pytest.raises(Refused, match="finishes that"):
            opening._require_turn(run, named("appointments"))
        tries = len(undos(ready))

        assert resume.resumable(ready.settings, "") == run
        assert runner.execute(run) is Status.FAILED

        assert state(run) == Return.UNDONE
        assert sites.content(ready.digest()) == before
        assert len(undos(ready)) == tries + (place is not undo)
        statuses = [by.status for by in undos(ready)][tries - 1 :]
        ended = [Status.SUCCEEDED] if place is undo else None
        assert statuses == (ended or [Status.INTERRUPTED, Status.SUCCEEDED])


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_passes_and_what_people_touched_stay(
    ready: Site, rehearsal: Run, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost database, --keep, work of people in between, a whole import."""
    run = opened(ready, rehearsal)
    lost = CutOff("appointments: lost.", hint="reimport run --resume", id="R262")
    with monkeypatch.context() as patched:
        patched.setattr(DataPhase, "apply", raising(lost, "appointments"))
        assert runner.execute(run) is Status.FAILED
    assert (state(run), undos(ready)) == ("", [])
    assert "It was interrupted, which undoes nothing" in said(run)
    ready.execute_sql("UPDATE patients_patient SET notes = 'theirs' WHERE rowid = 1")

    assert runner.execute(resume.resumable(ready.settings, "")) is Status.FAILED

    assert state(run) == Return.STAYS
    stays = run.manifest()["going_back"]["why"]
    assert "1 row of patients changed by people since" in stays
    assert "people have worked since the backup: 1 row of patients" in stays
    assert f"reimport undo {run.run_id}" in said(run)
    assert undos(ready) == []
    ready.execute_sql(MEND[engine])
    resumed = resume.resumable(ready.settings, "")
    monkeypatch.setattr(DataPhase, "reconcile", unlike("documents"))
    assert runner.execute(resumed) is Status.VALIDATION_FAILED
    assert state(resumed) == Return.STAYS


@pytest.mark.parametrize("engine", ["sqlite"])
def test_kept_on_demand_and_checks_that_do_not_hold(
    ready: Site, rehearsal: Run, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = opened(ready, rehearsal, keep=True)
    before = sites.content(ready.digest())
    assert runner.execute(kept) is Status.FAILED
    assert (state(kept), undos(ready)) == ("", [])
    assert "as it was opened with --keep" in said(kept)
    assert sites.content(ready.digest()) != before
    ready.execute_sql(MEND[engine])
    with monkeypatch.context() as patched:
        patched.setattr(DataPhase, "reconcile", unlike("appointments"))
        assert runner.execute(kept) is Status.VALIDATION_FAILED
    assert "It stays, for people to decide on: reimport undo" in said(kept)
    taken = undo.plan(ready.settings, kept.run_id, Narrowing())
    undo.carry_out(taken, ask=None, yes=True)
    with pytest.raises(Refused, match="was taken back by"):
        resume.resumable(ready.settings, kept.run_id)

    run = opened(ready, rehearsal)
    with monkeypatch.context() as patched:
        patched.setattr(DataPhase, "reconcile", unlike("appointments"))
        assert runner.execute(run) is Status.FAILED
    assert run.status is Status.VALIDATION_FAILED
    assert state(run) == Return.UNDONE
    assert sites.content(ready.digest()) == before


def raising(error: ReimportError, name: str) -> Any:
    real = DataPhase.apply

    def apply(phase: DataPhase, run: Run, plans: Any) -> Any:
        with recording.recording(run, phase.name):
            if phase.name == name:
                raise error
        return real(phase, run, plans)

    return apply


def unlike(name: str) -> Any:
    real = DataPhase.reconcile

    def reconcile(phase: DataPhase, run: Run, plans: Any) -> list[Check]:
        wrong = equal("as it was planned", expected=1, actual=2, id="C018")
        return [wrong] if phase.name == name else real(phase, run, plans)

    return reconcile
