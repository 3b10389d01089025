"""Pruning makes room, and takes nothing away that somebody may still need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import approve, prune_images, undo
from reimport_lib.execute import prune as retention
from reimport_lib.execute import restore as going_back
from reimport_lib.record import runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.write import bind, identity
from reimport_lib.write.touched import Narrowing
from tests.cli.commands import Commands
from tests.phases import sites
from tests.phases.sites import Site, rewritten

OLD = datetime(2020, 1, 1, tzinfo=UTC)


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


@pytest.fixture
def engine() -> str:
    """Files or databases: what goes is decided before that is asked."""
    return "sqlite"


def the(site: Site, mode: Mode) -> Run:
    return next(run for run in runs.readable(site.settings) if run.mode is mode)


def prune(site: Site, *named: str, keep: int = 1) -> list[retention.Pruning]:
    plans = retention.plan(site.settings, keep=keep, named=named)
    retention.carry_out(plans)
    return plans


def named(paths: object) -> list[str]:
    return [path.name for path in paths]  # type: ignore[attr-defined]


def of(plans: list[retention.Pruning], run: Run) -> retention.Pruning:
    return next(each for each in plans if each.run.run_id == run.run_id)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_copies_and_snapshots_of_old_runs_go_and_their_record_stays(
    ready: Site, engine: str
) -> None:
    old, proven = ready.rehearse("validation"), ready.rehearse("validation")
    approve.open_rehearsal(ready.settings, gates={})
    record = (old.folder / "run.json").read_bytes()

    planned = retention.plan(ready.settings, keep=1)
    assert (old.folder / "run.json").read_bytes() == record
    assert of(prune(ready), old).goes == of(planned, old).goes

    assert not old.snapshot_folder.exists()
    assert not old.backup_folder.exists()
    assert not (old.folder / "copy.sqlite3").exists()
    assert proven.snapshot_folder.exists()
    assert proven.backup_folder.exists()
    assert old.manifest()["status"] == "succeeded"
    with pytest.raises(Refused, match="has been pruned"):
        approve.reviewed_rehearsal(ready.settings, old.run_id)
    assert not any(each.goes for each in prune(ready))


def test_after_many_dry_runs_an_import_can_still_be_taken_back(imported: Site) -> None:
    """Its backup lies in the rehearsal that it applied; only the rest of that goes."""
    rehearsal, full = the(imported, Mode.REHEARSAL), the(imported, Mode.FULL)
    for _ in range(3):
        imported.rehearse("validation")

    plans = prune(imported)

    assert rehearsal.backup_folder.exists()
    assert not rehearsal.snapshot_folder.exists()
    assert not (rehearsal.folder / "copy.sqlite3").exists()
    assert of(plans, rehearsal).stays == {
        "backup": f"reimport restore {full.run_id} needs it"
    }
    way = going_back.way_back(imported.settings, full.run_id)
    going_back.go_back(way, ask=None, yes=True)
    assert full.manifest()["status"] == Status.ROLLED_BACK


def test_what_was_taken_back_stays_and_its_old_backup_goes(imported: Site) -> None:
    rehearsal, full = the(imported, Mode.REHEARSAL), the(imported, Mode.FULL)
    way = going_back.way_back(imported.settings, full.run_id)
    kept = going_back.go_back(way, ask=None, yes=True)
    for _ in range(3):
        imported.rehearse("validation")

    prune(imported)

    assert kept.exists()
    assert not rehearsal.backup_folder.exists()


def test_a_way_back_is_given_up_by_the_name_of_its_run(imported: Site) -> None:
    rehearsal, full = the(imported, Mode.REHEARSAL), the(imported, Mode.FULL)
    other = imported.rehearse("validation")

    plans = prune(imported, full.run_id)

    assert {each.run.run_id for each in plans} == {rehearsal.run_id, full.run_id}
    assert of(plans, rehearsal).ends == (full.run_id,)
    assert of(plans, full).ends == ()
    assert not rehearsal.backup_folder.exists()
    assert rehearsal.snapshot_folder.exists()
    assert not full.snapshot_folder.exists()
    assert other.backup_folder.exists()
    with pytest.raises(Refused, match="is gone"):
        going_back.way_back(imported.settings, full.run_id)


def test_the_newest_rehearsal_that_can_be_applied_stays_whole(ready: Site) -> None:
    old, waiting = ready.rehearse("validation"), ready.rehearse("validation")
    for _ in range(3):
        run = approve.open_rehearsal(ready.settings, gates={})
        with rewritten(run) as manifest:
            manifest.update(status="refused")

    plans = prune(ready)

    assert named(of(plans, old).goes)[:2] == ["snapshot", "backup"]
    assert set(of(plans, waiting).stays.values()) == {"it can still be applied"}
    assert approve.reviewed_rehearsal(ready.settings, waiting.run_id) == waiting


def test_a_run_that_can_be_resumed_stays_whole(imported: Site) -> None:
    """A full run that stopped, and the rehearsal that it applies."""
    rehearsal, full = the(imported, Mode.REHEARSAL), the(imported, Mode.FULL)
    with rewritten(full) as manifest:
        manifest.update(status="failed")
    for _ in range(2):
        imported.rehearse("validation")

    plans = prune(imported)

    assert of(plans, full).goes == of(plans, rehearsal).goes == ()
    assert set(of(plans, rehearsal).stays.values()) == {f"{full.run_id} applies it"}
    for run in (full, rehearsal):
        with pytest.raises(Refused, match=f"{full.run_id} is not done"):
            prune(imported, run.run_id)


def test_the_last_export_stays_to_compare_the_next_with(ready: Site) -> None:
    good = ready.rehearse("validation")
    approve.open_rehearsal(ready.settings, gates={})
    with rewritten(good) as manifest:
        manifest["parameters"].update(phases=["validation"])

    prune(ready)

    assert good.snapshot_folder.exists()


def test_there_is_no_pruning_of_all_or_of_a_run_that_is_not_there(ready: Site) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        retention.plan(ready.settings, keep=0)
    with pytest.raises(UsageError, match="There is no run"):
        retention.plan(ready.settings, keep=1, named=("20260101T000000Z-full",))


def test_by_what_runs_can_be_undone_goes_when_it_is_old_and_never_the_last_way_back(
    imported: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The only import stays whatever its age; older than another, by its backup."""
    full, aged = (
        the(imported, Mode.FULL),
        imported.with_settings(REIMPORT_UNDO_DAYS="1"),
    )
    held = sites.query(imported, "SELECT count(*) FROM ledger_beforeimage")[0][0]
    _begun(imported, OLD)
    assert stays(aged, keep=1) == [(full.run_id, "among the newest 1")]

    _later_imports(imported)
    assert stays(imported, keep=1)[0] == (full.run_id, "")
    assert stays(imported, keep=3)[0] == (full.run_id, "among the newest 3")
    assert stays(imported, keep=1)[1:] == [
        ("later-full", "it is the last import"),
        ("later-undo", "among the newest 1"),
    ]
    _begun(imported, now())
    assert stays(imported, keep=1)[0] == (full.run_id, "younger than 90 days")
    _begun(imported, OLD)
    backup = the(imported, Mode.REHEARSAL).backup_folder
    backup.rename(backup.with_name("elsewhere"))
    assert "no backup" in stays(imported, keep=1)[0][1]
    backup.with_name("elsewhere").rename(backup)

    reimport = Commands(imported, tmp_path).here
    assert reimport("prune", "--keep", "1", "--dry-run") == 0
    assert f"would remove from the ledger what {held:,} rows" in capsys.readouterr().out
    assert reimport("prune", "--keep", "1") == 0
    assert f"Removed from the ledger what {held:,} rows" in capsys.readouterr().out
    with pytest.raises(Refused, match=r"pruned from the ledger on 20\d\d-"):
        undo.plan(imported.settings, full.run_id, Narrowing())
    told = dict(sites.query(imported, "SELECT run_id, pruned FROM ledger_ledgerrun"))
    pruned = json.loads(str(told[full.run_id]))
    assert sum(n for of in pruned.values() for n in of.values()) == held
    assert stays(imported, keep=1, named=("later-full",)) == [("later-full", "")]


def stays(site: Site, **words: Any) -> list[tuple[str, str]]:
    plans = prune_images.plan(site.settings, **words)
    return [(each.kept.run_id, each.stays) for each in plans]


def _later_imports(site: Site) -> None:
    """A full run and an undo after it, of which the ledger holds one image each."""
    bind.bind_real(site.settings, writable=True)
    ledger = apps.get_app_config("ledger")
    for run_id, mode in (("later-full", "full"), ("later-undo", "undo")):
        ledger.get_model("LedgerRun").objects.create(
            run_id=run_id, mode=mode, status="succeeded", as_of=OLD, started_at=OLD
        )
        ledger.get_model("BeforeImage").objects.create(
            run_id=run_id,
            phase="notes",
            model="notes.Note",
            object_pk="1",
            action="created",
            after={},
        )
    bind.close()


def _begun(site: Site, at: datetime) -> None:
    """Every run began *at* that moment."""
    bind.bind_real(site.settings, writable=True)
    apps.get_model("ledger", "LedgerRun").objects.update(started_at=at)
    bind.close()
