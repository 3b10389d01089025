"""A run is taken back by putting its backup in place again, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from reimport_lib.backup import restoring
from reimport_lib.backup.backup import MANIFEST, make_backup, open_backup
from reimport_lib.errors import BackupError, Refused, UsageError
from reimport_lib.execute import approve
from reimport_lib.execute import restore as going_back
from reimport_lib.execute.resume import resumable
from reimport_lib.record import lock, runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import bind, identity
from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file
from tests.phases import sites
from tests.phases.conftest import States, Whole
from tests.phases.sites import Site, rewritten

WRITTEN_LAST = "UPDATE ledger_ledgerphase SET id = id + 1000 WHERE run_id = '{}'"
NEW_WORK = "UPDATE clinics_clinician SET role = 'Principal'"


@pytest.fixture
def imported(imported: Site) -> Iterator[Site]:
    """The runs that were copied with the database are those of the copy."""
    bind.bind_real(imported.settings)
    database = identity.database_identity()
    for run in runs.readable(imported.settings):
        with rewritten(run) as manifest:
            manifest.update(database=database)
    yield imported
    bind.close()


def full_run(site: Site) -> Run:
    """The import that *site* was made with."""
    found = runs.newest(site.settings, None, statuses=frozenset({Status.SUCCEEDED}))
    assert found is not None
    assert found.is_full
    return found


def go_back(site: Site, run: Run) -> None:
    going_back.go_back(
        going_back.way_back(site.settings, run.run_id), ask=None, yes=True
    )


@contextmanager
def writing(site: Site) -> Iterator[None]:
    """Somebody is inside a transaction that has changed a patient."""
    if is_sqlite(site.url):
        with closing(sqlite3.connect(sqlite_file(site.url))) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(conninfo(site.url)) as connection:
        connection.execute("UPDATE patients_patient SET last_name = last_name")
        yield
        connection.rollback()


def test_the_database_is_as_it_was_before_the_run(imported: Site, whole: Whole) -> None:
    run = full_run(imported)

    go_back(imported, run)

    assert imported.digest() == whole.before
    assert sites.status(run) is Status.ROLLED_BACK


def test_what_it_held_until_then_is_backed_up(imported: Site) -> None:
    run, held = full_run(imported), imported.digest()

    go_back(imported, run)

    assert open_backup(run.folder / going_back.KEPT).digest == held


def test_a_person_is_shown_every_table_that_differs(
    imported: Site, whole: Whole
) -> None:
    way = going_back.way_back(imported.settings, full_run(imported).run_id)

    names = [name for name, _, _ in way.changes]
    assert names == list(imported.digest().differences(whole.before))
    assert "patients_patient" in names
    assert way.word.endswith(way.backup.digest.total[:8])


@sites.ONLY_SQLITE
def test_later_runs_are_undone_with_it(imported: Site, whole: Whole) -> None:
    first = full_run(imported)
    second = imported.apply(imported.rehearse())

    go_back(imported, first)

    assert sites.status(second) is Status.ROLLED_BACK
    assert imported.digest() == whole.before


@sites.ONLY_SQLITE
def test_backups_of_what_was_taken_back_are_not_compared_with(imported: Site) -> None:
    """A rehearsal in between has backed up rows that are rightly gone afterwards."""
    first = full_run(imported)
    imported.rehearse("backup")

    go_back(imported, first)

    compared = imported.rehearse("backup")
    assert (sites.error(compared), sites.status(compared)) == ("", Status.SUCCEEDED)

    imported.execute_sql("DELETE FROM clinics_clinician")
    emptied = imported.rehearse("backup")
    assert "clinics_clinician" in sites.error(emptied)


@sites.ONLY_SQLITE
def test_going_back_before_the_last_run_keeps_the_first(imported: Site) -> None:
    first, before = full_run(imported), imported.digest()
    second = imported.apply(imported.rehearse())

    go_back(imported, second)

    assert imported.digest() == before
    assert sites.status(first) is Status.SUCCEEDED


@sites.ONLY_SQLITE
def test_the_same_can_be_imported_again_afterwards(
    imported: Site, whole: Whole
) -> None:
    first = full_run(imported)
    go_back(imported, first)
    rehearsal = approve.reviewed_rehearsal(imported.settings, first.reviewed)

    again = imported.apply(rehearsal)

    assert sites.status(again) is Status.SUCCEEDED
    assert sites.outcomes(again) == sites.outcomes(whole.full)


def test_while_somebody_writes_nothing_is_restored(
    imported: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, held = full_run(imported), imported.digest()
    monkeypatch.setattr(restoring, "WAIT_SECONDS", 1)

    with writing(imported), pytest.raises(BackupError):
        go_back(imported, run)

    assert imported.digest() == held
    assert sites.status(run) is Status.SUCCEEDED


@sites.ONLY_SQLITE
def test_another_word_restores_nothing(imported: Site) -> None:
    run, held = full_run(imported), imported.digest()
    way = going_back.way_back(imported.settings, run.run_id)

    with pytest.raises(Refused, match="Not confirmed"):
        going_back.go_back(way, ask=lambda word: word.upper())
    with pytest.raises(Refused, match="nobody can type"):
        going_back.go_back(way, ask=None)

    assert imported.digest() == held
    assert not (run.folder / going_back.KEPT).exists()


class Killed(BaseException):
    """The process ends here; nothing catches it."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@sites.ONLY_SQLITE
def test_what_a_killed_restoration_did_is_found_in_the_ledger_and_recorded(
    imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy of what people had done is the only one: nothing replaces it."""
    run, held = full_run(imported), imported.digest()
    with monkeypatch.context() as patched:
        patched.setattr(Run, "take_back", killed)
        with pytest.raises(Killed):
            go_back(imported, run)
    assert sites.status(run) is Status.SUCCEEDED
    imported.execute_sql(NEW_WORK)
    worked_since = imported.digest()

    way = going_back.way_back(imported.settings, run.run_id)
    kept = going_back.go_back(way, ask=None)

    assert way.is_back
    assert kept is None
    assert sites.status(run) is Status.ROLLED_BACK
    assert imported.digest() == worked_since
    assert [open_backup(f).digest for f in going_back.kept_folders(run)] == [held]


@sites.ONLY_SQLITE
def test_a_copy_that_was_made_before_is_kept_beside_the_next(
    imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, first = full_run(imported), imported.digest()
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "restore", killed)
        with pytest.raises(Killed):
            go_back(imported, run)
    imported.execute_sql(NEW_WORK)
    second = imported.digest()

    go_back(imported, run)

    assert imported.digest() == whole.before
    assert [open_backup(f).digest for f in going_back.kept_folders(run)] == [
        first,
        second,
    ]


def test_who_has_written_since_the_copy_is_not_written_over(
    imported: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, real = full_run(imported), going_back.make_backup

    def make_backup(*words: object, **more: object) -> object:
        made = real(*words, **more)  # type: ignore[arg-type]
        imported.execute_sql(NEW_WORK)
        return made

    monkeypatch.setattr(going_back, "make_backup", make_backup)
    with pytest.raises(BackupError, match="has written to clinics_clinician"):
        go_back(imported, run)

    assert sites.status(run) is Status.SUCCEEDED
    (kept,) = going_back.kept_folders(run)
    written = open_backup(kept).digest.differences(imported.digest())
    assert written == ("clinics_clinician",)


def test_a_backup_that_is_not_what_was_backed_up_is_never_put_in_place(
    imported: Site, whole: Whole
) -> None:
    """Its file was replaced, and its manifest says so: only the rows do not."""
    run, held = full_run(imported), imported.digest()
    folder = runs.load(imported.settings, run.reviewed).backup_folder
    make_backup(imported.url, folder, made_at=now())
    other = json.loads((folder / MANIFEST).read_text())
    other["tables"] = whole.before.to_json()
    (folder / MANIFEST).write_text(json.dumps(other))

    with pytest.raises(BackupError, match="does not prove itself"):
        go_back(imported, run)

    assert imported.digest() == held
    assert sites.status(run) is Status.SUCCEEDED


@sites.ONLY_SQLITE
def test_a_backup_that_the_ledger_does_not_know_is_refused(imported: Site) -> None:
    """File, manifest and the run's record were all changed alike."""
    run, held = full_run(imported), imported.digest()
    folder = runs.load(imported.settings, run.reviewed).backup_folder
    made = make_backup(imported.url, folder, made_at=now())
    with rewritten(run) as manifest:
        manifest["backup"].update(digest=made.digest.total)

    with pytest.raises(Refused, match="gone, damaged or another"):
        going_back.way_back(imported.settings, run.run_id)
    assert imported.digest() == held


@sites.ONLY_SQLITE
def test_runs_are_undone_in_the_order_of_the_ledger(imported: Site) -> None:
    """A clock that was set back names a later run as if it were an earlier one."""
    first = full_run(imported)
    second = imported.apply(imported.rehearse("patients"))
    imported.execute_sql(WRITTEN_LAST.format(first.run_id))

    way = going_back.way_back(imported.settings, second.run_id)

    assert way.later == (first,)
    assert going_back.way_back(imported.settings, first.run_id).later == ()


@sites.ONLY_SQLITE
def test_a_damaged_backup_is_refused(imported: Site) -> None:
    run = full_run(imported)
    backup = runs.load(imported.settings, run.reviewed).backup_folder
    file = open_backup(backup).path
    file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(Refused, match="gone, damaged or another"):
        going_back.way_back(imported.settings, run.run_id)


@sites.ONLY_SQLITE
def test_another_database_is_refused(
    imported: Site, states: States, tmp_path: Path
) -> None:
    run = full_run(imported)
    other = states.copy(imported, tmp_path / "other")
    elsewhere = imported.with_settings(DATABASE_URL=other)

    with pytest.raises(Refused, match="does not name that one"):
        going_back.way_back(elsewhere.settings, run.run_id)


@sites.ONLY_SQLITE
def test_a_run_that_is_executed_is_in_the_way(imported: Site) -> None:
    run = full_run(imported)

    with lock.executing(run), pytest.raises(Refused, match="being executed"):
        going_back.way_back(imported.settings, run.run_id)


@sites.ONLY_SQLITE
def test_a_rehearsal_has_nothing_to_take_back(imported: Site) -> None:
    with pytest.raises(UsageError, match="wrote nothing"):
        going_back.way_back(imported.settings, full_run(imported).reviewed)


@sites.ONLY_SQLITE
def test_a_run_is_taken_back_once(imported: Site) -> None:
    run = full_run(imported)
    go_back(imported, run)

    with pytest.raises(Refused, match="taken back before"):
        going_back.way_back(imported.settings, run.run_id)
    with pytest.raises(Refused, match="cannot go on"):
        resumable(imported.settings, run.run_id)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_way_back_stands_without_the_record_of_the_run_that_has_the_backup(
    imported: Site, whole: Whole
) -> None:
    run = full_run(imported)
    record = imported.settings.runs / run.reviewed / "run.json"
    later = imported.settings.runs / "20990101T000000Z-full" / "run.json"
    later.parent.mkdir()
    before = record.read_text()
    for damaged in (record, later):
        damaged.write_text("{")

    way = going_back.way_back(imported.settings, run.run_id)
    going_back.go_back(way, ask=None, yes=True)

    assert way.unknown == (later.parent.name,)
    assert imported.digest() == whole.before
    record.write_text(before)
    later.unlink()
