"""A process is killed while it ends a run: that is told, and never as a forgery."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from reimport_lib.checks import Check
from reimport_lib.cli.completing import complete
from reimport_lib.errors import Interrupted
from reimport_lib.execute import approve, report
from reimport_lib.phases import fencing, named, recording, verifying
from reimport_lib.phases.binding import bind_run
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import bind
from reimport_lib.write.databases import sqlite_file
from tests.faults import points
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.test_evidence import NOTEBOOK

LAST = "patients"
EVERY = int(os.environ.get("CUT_OFF_EVERY", "15"))


class Ending(Exception):
    """The last phase has done all but to end; what was checked in it."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__()
        self.checks = checks


@sites.ONLY_SQLITE
@pytest.mark.parametrize("again", [False, True], ids=["at once", "after a stop"])
def test_a_run_that_was_killed_as_it_ended_is_cut_off_and_then_completed(
    imported: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    """
    From the last word in the ledger to the last seal, wherever a file is changed:
    nothing is called altered, and the next command that touches the run closes it.
    """
    rehearsal = imported.rehearse(LAST)
    full = approve.open_full(imported.settings, rehearsal, ask=None, yes=True)
    bind_run(full)
    for name in full.phases[:-1]:
        named(name).module.execute(full)
    if again:
        stop(full)
    checks = up_to_its_end(full, monkeypatch)
    folder, before = sqlite_file(imported.url).parent, tmp_path / "before"
    shutil.copytree(folder, before)

    reached = ended(full, checks, tmp_path / "points")
    assert look(imported, full) == ([], [])
    struck = [n for n, what in enumerate(reached) if changes(what)]
    wrong, completed = {}, 0
    for number in struck[::EVERY] + struck[-2:]:
        put_back(folder, before)
        ended(full, checks, tmp_path / "points", killed_at=number)
        left = look(imported, full)
        if runs.is_cut_off(full):
            complete([full])
            completed += 1
            assert look(imported, full) == ([], [])
            assert not list(full.folder.rglob(".*.tmp"))
        if left[0]:
            wrong[f"{number} {reached[number]}"] = left
    assert wrong == {}
    assert completed > 3


def stop(run: Run) -> None:
    """Its last phase is stopped by a person, and the run closed with that."""
    recording.begin(run, LAST)
    fencing.take(run)
    stopped = Interrupted("Stopped in a test.", hint="", id="")
    recording.record_failure(run, LAST, stopped)


def up_to_its_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> Sequence[Check]:
    """Its last phase is executed and not ended; what it checked."""

    def ends(run: Run, name: str, checks: Sequence[Check]) -> None:
        raise Ending(checks)

    with monkeypatch.context() as patched:
        patched.setattr(recording, "finish", ends)
        with pytest.raises(Ending) as raised:
            named(LAST).module.execute(run)
    bind.close()
    return raised.value.checks


def changes(what: str) -> bool:
    return what.startswith(("open ", "os.rename", "os.remove")) and ".lock" not in what


def ended(
    run: Run, checks: Sequence[Check], said: Path, *, killed_at: int = -1
) -> list[str]:
    """The points that a process which ends *run* comes to, where it is not killed."""
    child = os.fork()
    if not child:
        try:
            reached = points.watch(run.folder, {killed_at: kill}.get)
            end(run, checks)
            said.write_text(json.dumps([point.what for point in reached]))
            os._exit(0)
        finally:
            os._exit(1)  # whatever happens, nobody goes on as the parent does
    _, status = os.waitpid(child, 0)
    assert (status == 0) is (killed_at < 0)
    assert os.WIFSIGNALED(status) is (killed_at >= 0)
    found: list[str] = json.loads(said.read_text())
    return found


def kill(_: points.Here) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end(run: Run, checks: Sequence[Check]) -> None:
    """As the kernel of its last phase and then its command do."""
    bind_run(run)
    recording.finish(run, LAST, checks)
    bind.close()
    (run.folder / named(LAST).notebook).write_text(json.dumps(NOTEBOOK))
    report.seal(run, named(LAST))
    run.end(Status.SUCCEEDED, seconds=1)
    report.write(run)


def look(site: Site, run: Run) -> tuple[list[str], list[str]]:
    """What ``reimport verify`` calls altered, and what it could not check."""
    found = verifying.verified(site.settings, run.run_id)
    return found.altered, found.unchecked


def put_back(folder: Path, before: Path) -> None:
    bind.close()
    shutil.rmtree(folder)
    shutil.copytree(before, folder)
