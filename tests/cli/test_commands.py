"""Runs by the command, in processes of its own, with their notebooks."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from reimport_lib.config import ROOT
from reimport_lib.demo.clinic import Clinic
from reimport_lib.run import Run
from reimport_lib.target.databases import sqlite_file
from tests.cli.commands import Commands, wait_for
from tests.phases import sites

RUN_ID = re.compile(r"\b(\d{8}T\d{6}Z-(?:rehearsal|full))\b")
VANISHING = """
    CREATE TRIGGER vanish AFTER INSERT ON patients_contactdetail
    WHEN NEW.kind = 'email'
    BEGIN DELETE FROM patients_contactdetail WHERE id = NEW.id; END;
"""
REFUSING = """
    CREATE TRIGGER refuse BEFORE INSERT ON patients_contactdetail
    BEGIN SELECT RAISE(ABORT, 'no'); END;
"""


def test_the_demo_rehearses_applies_and_leaves_the_database(
    commands: Commands, clinic: Clinic, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    words = ("demo", "--exports", str(clinic.exports), "--database-url", url)

    done = commands(*words)
    again = commands(*words)

    assert done.code == 0, done.out + done.err
    rehearsal, full = (commands.run(run_id) for run_id in commands.runs())
    assert f"Dry run: {rehearsal.run_id}\nFull run: {full.run_id}" in done.out
    assert str(full.folder / "report.html") in done.out
    assert sites.outcomes(full) == sites.outcomes(rehearsal)
    for run in (rehearsal, full):
        assert run.manifest()["status"] == "succeeded"
        for entry in run.manifest()["phases"]:
            notebook = run.folder / entry["notebook"]
            assert notebook.is_file()
            assert notebook.with_suffix(".html").is_file()
    assert again.code == 3
    assert "patients; the demo wants an empty one" in again.err


def test_a_full_run_that_nobody_can_confirm_is_rehearsed_and_refused(
    commands: Commands,
) -> None:
    before = commands.site.digest()

    refused = commands("run", "--full", "--phase", "patients")

    assert refused.code == 3
    assert "nobody can type here" in refused.err
    (rehearsal,) = commands.runs()
    assert f"reimport run --full --reviewed {rehearsal} --yes" in refused.err
    assert commands.run(rehearsal).phases == ("validation", "backup", "patients")
    assert commands.manifest(rehearsal)["status"] == "succeeded"
    assert commands.site.digest() == before

    done = commands("run", "--full", "--reviewed", rehearsal, "--yes")

    assert done.code == 0, done.out + done.err
    full = next(run_id for run_id in commands.runs() if run_id != rehearsal)
    assert commands.manifest(full)["status"] == "succeeded"
    assert commands.manifest(full)["parameters"]["reviewed"] == rehearsal
    assert "succeeded: " in done.out


def test_a_confirmation_is_typed_and_papermill_by_hand_does_the_rest(
    commands: Commands,
) -> None:
    rehearsal = commands.site.rehearse("patients")
    before = commands.site.digest()
    words = ("open", "--full", "--reviewed", rehearsal.run_id)

    wrong = commands.typed(lambda _: "yes", *words)
    assert wrong.code == 3, wrong.out
    assert "the word typed is another" in wrong.out
    assert commands.runs() == [rehearsal.run_id]

    right = commands.typed(typed_word, *words)
    assert right.code == 0, right.out
    run = commands.run(RUN_ID.findall(right.out)[-1])
    assert run.manifest()["confirmed"]["how"] == "typed"
    assert commands.site.digest() == before

    early = papermill(commands, run, "03_patients")
    assert early.returncode != 0
    assert "validation is not done" in early.stderr
    for name in ("00_validation", "01_backup", "03_patients"):
        done = papermill(commands, run, name)
        assert done.returncode == 0, done.stderr

    assert run.manifest()["status"] == "succeeded"
    assert commands.here("show", run.run_id) == 0
    assert (run.folder / "report.html").is_file()
    assert (run.folder / "03_patients.html").is_file()
    assert sites.outcomes(run) == sites.outcomes(rehearsal)
    for path in run.folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    ("trigger", "code", "status"),
    [(REFUSING, 4, "failed"), (VANISHING, 5, "validation-failed")],
)
def test_how_a_run_ends_is_its_exit_code(
    commands: Commands, trigger: str, code: int, status: str
) -> None:
    commands.site.execute_sql(trigger)

    done = commands("run", "--dry-run", "--phase", "patients")

    (run_id,) = commands.runs()
    assert done.code == code, done.out + done.err
    assert commands.manifest(run_id)["status"] == status
    assert commands.manifest(run_id)["error"] in " ".join(done.out.split())
    assert status in done.out
    assert (commands.run(run_id).folder / "report.html").is_file()


def ctrl_c(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)


def terminate(process: subprocess.Popen[str]) -> None:
    process.terminate()


def kill_kernel(process: subprocess.Popen[str]) -> None:
    """Kill every process that works for the command's own children, or those."""
    children = psutil.Process(process.pid).children()
    kernels = [kernel for child in children for kernel in child.children()]
    for kernel in kernels or children:
        kernel.kill()


@pytest.mark.parametrize(
    ("stop", "code", "status"),
    [
        (ctrl_c, 130, "interrupted"),
        (terminate, 130, "interrupted"),
        (kill_kernel, 4, "failed"),
    ],
)
def test_a_run_that_is_stopped_in_a_phase_writes_nothing_of_it_and_goes_on(
    commands: Commands,
    stop: Callable[[subprocess.Popen[str]], None],
    code: int,
    status: str,
) -> None:
    rehearsal = commands.site.rehearse("patients")
    before = sites.content(commands.site.digest())

    with somebody_writing(commands):  # so that the phase waits where it would write
        process = commands.start(
            "run", "--full", "--reviewed", rehearsal.run_id, "--yes"
        )
        wait_for(lambda: is_writing(commands) or process.poll() is not None)
        run_id = commands.runs()[0 if "full" in commands.runs()[0] else 1]
        twice = commands("run", "--resume", run_id)
        stop(process)
        said, _ = process.communicate(timeout=60)

    assert process.returncode == code, said
    assert twice.code == 3
    assert "another process" in twice.err
    manifest = commands.manifest(run_id)
    assert manifest["status"] == status
    assert manifest["phases"][-1]["status"] == status
    assert f"reimport run --resume {run_id}" in manifest["error"]
    assert sites.content(commands.site.digest()) == before
    assert (commands.run(run_id).folder / "report.html").is_file()

    resumed = commands("run", "--resume")

    assert resumed.code == 0, resumed.out + resumed.err
    assert commands.manifest(run_id)["status"] == "succeeded"
    assert sites.outcomes(commands.run(run_id)) == sites.outcomes(rehearsal)


@contextmanager
def somebody_writing(commands: Commands) -> Iterator[None]:
    """Hold the lock that every writer of a SQLite file waits for."""
    file = sqlite_file(commands.site.url)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()


def is_writing(commands: Commands) -> bool:
    """The outcomes are written right before the database is."""
    runs = commands.site.settings.runs
    return any(
        path.name == "patients.csv" for path in runs.glob("*-full/outcomes/*.csv")
    )


def typed_word(printed: str) -> str:
    """The word that the command asks for."""
    found = re.search(r"Type  (.+?)  to apply exactly this", printed)
    assert found is not None
    return found.group(1)


def papermill(
    commands: Commands, run: Run, name: str
) -> subprocess.CompletedProcess[str]:
    """papermill's own command, as a person would type it, whatever the umask."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "papermill",
            str(ROOT / "notebooks" / f"{name}.ipynb"),
            str(run.folder / f"{name}.ipynb"),
            "-p",
            "run_id",
            run.run_id,
            "--no-progress-bar",
        ],
        cwd=commands.folder,
        env=commands.environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        umask=0,
    )
