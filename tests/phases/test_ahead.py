"""A kernel that waits reads ahead what is frozen, and its phase finds just that."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jupyter_core.utils import run_sync
from pandas.testing import assert_frame_equal

from reimport_lib.errors import SourceError
from reimport_lib.execute import kernels
from reimport_lib.phases import ahead, frozen
from reimport_lib.phases.patients import PHASE
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from tests.phases.sites import Site


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


@pytest.fixture
def run(imported: Site) -> Run:
    return imported.rehearse("validation")


def test_what_was_staged_ahead_is_what_would_be_staged_and_is_given_once(
    run: Run,
) -> None:
    ahead.read_ahead(run, "delete")
    snapshot = frozen.snapshot_of(run)

    for table in registry.sources():
        early = frozen.staged(run, snapshot, table)
        later = frozen.staged(run, snapshot, table)

        assert early is not later
        assert_frame_equal(early.frame, later.frame)


def test_reading_ahead_waits_until_the_source_is_frozen(run: Run) -> None:
    clock = run.manifest()["as_of"]
    run.update(lambda manifest: manifest.update(as_of=""))

    with ThreadPoolExecutor(1) as kernel:
        reading = kernel.submit(ahead.read_ahead, run, "patients")
        time.sleep(0.3)
        was_waiting = not reading.done()
        run.update(lambda manifest: manifest.update(as_of=clock))
        reading.result(timeout=60)

    assert was_waiting


def test_many_rows_are_not_held_while_their_phase_waits(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "ROWS", 10)
    staged: list[str] = []
    monkeypatch.setattr(frozen, "stage_ahead", lambda *given: staged.extend(given[2]))

    ahead.read_ahead(run, "patients")

    assert staged == []


def test_what_fails_ahead_is_told_by_the_phase_that_needs_it(
    run: Run, imported: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in imported.environ.items():
        monkeypatch.setenv(name, value)
    (run.snapshot_folder / "patients.parquet").write_bytes(b"")
    frozen._proven.cache_clear()

    ahead.prepare(run.run_id, "patients")
    ahead.prepare("no such run", "patients")

    with pytest.raises(SourceError, match="patients: the snapshot cannot be read"):
        PHASE.stage(runs.load(imported.settings, run.run_id))


def test_a_kernel_runs_its_line_before_it_answers(tmp_path: Path) -> None:
    line = "import pathlib, time; time.sleep(1); pathlib.Path('ran').touch()"
    manager = kernels.boot(tmp_path, line)
    try:
        client = manager.client()
        client.start_channels()
        run_sync(client.wait_for_ready)(timeout=kernels.START_SECONDS)

        assert (tmp_path / "ran").exists()
    finally:
        client.stop_channels()
        run_sync(manager.shutdown_kernel)(now=True)
