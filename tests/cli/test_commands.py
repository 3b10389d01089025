"""Runs by the command, in processes of its own, with their notebooks."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psutil

from reimport_lib.record.run import Run
from reimport_lib.write.databases import sqlite_file
from tests.cli.commands import Commands, typed_word, wait_for
from tests.phases import sites

RUN_ID = re.compile(r"\b(\d{8}T\d{6}Z-(?:rehearsal|full))\b")
VANISHING = """
    CREATE TRIGGER vanish AFTER INSERT ON patients_contactdetail
    WHEN NEW.kind = 'email'
    BEGIN DELETE FROM patients_contactdetail WHERE id = NEW.id; END;
"""
Stop = Callable[["subprocess.Popen[str]"], None]


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

    for name in ("00_validation", "01_backup", "03_patients"):
        output = run.folder / f"{name}.ipynb"
        done = commands.papermill(name, output, run_id=run.run_id)
        assert done.code == 0, done.err

    assert run.manifest()["status"] == "succeeded"
    assert commands.here("show", run.run_id) == 0
    assert (run.folder / "report.html").is_file()
    assert (run.folder / "03_patients.html").is_file()
    assert sites.outcomes(run) == sites.outcomes(rehearsal)
    for path in run.folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_ctrl_d_at_the_question_is_a_no_and_ctrl_c_an_interruption(
    commands: Commands,
) -> None:
    rehearsal = commands.site.rehearse("validation")
    words = ("open", "--full", "--reviewed", rehearsal.run_id)

    ended = commands.types("\x04", *words)
    stopped = commands.types("\x03", *words)

    assert ended.code == 3, ended.out
    assert "Not confirmed" in ended.out
    assert stopped.code == 130, stopped.out
    assert "reimport: interrupted." in stopped.out
    assert commands.runs() == [rehearsal.run_id]


def test_a_check_that_does_not_hold_afterwards_has_an_exit_code_of_its_own(
    commands: Commands,
) -> None:
    commands.site.execute_sql(VANISHING)

    done = commands("run", "--dry-run", "--phase", "patients")

    (run_id,) = commands.runs()
    manifest = commands.manifest(run_id)
    assert done.code == 5, done.out + done.err
    assert manifest["status"] == "validation-failed"
    assert all(part in done.out for part in manifest["error"].split(" Hint: "))
    assert "validation-failed: " in done.out
    assert (commands.run(run_id).folder / "report.html").is_file()


def ctrl_c(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)


def kill_kernel(process: subprocess.Popen[str]) -> None:
    """As a machine does that has no memory left."""
    for kernel in kernels(process):
        kernel.kill()


def kernels(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Those of its processes that execute cells: children of its kernels' server."""
    children = psutil.Process(process.pid).children()
    return [kernel for child in children for kernel in child.children()] or children


def test_a_run_that_is_stopped_in_a_phase_writes_nothing_of_it_and_goes_on(
    commands: Commands,
) -> None:
    rehearsal = commands.site.rehearse("patients")
    before = sites.content(commands.site.digest())
    words = ("run", "--full", "--reviewed", rehearsal.run_id, "--yes")
    # by SIGTERM: tests/phases/test_detached.py
    stops: tuple[tuple[Stop, int, str], ...] = (
        (ctrl_c, 130, "interrupted"),
        (kill_kernel, 4, "failed"),
    )

    for stop, code, status in stops:
        with commands.start(*words) as process:
            with somebody_writing(commands, process):
                (run_id,) = set(commands.runs()) - {rehearsal.run_id}
                twice = commands.here("run", "--resume", run_id)
                at_work = kernels(process)
                stop(process)
                psutil.wait_procs(at_work, timeout=30)
            said, _ = process.communicate(timeout=60)
        manifest = commands.manifest(run_id)

        assert process.returncode == code, said
        assert twice == 3
        assert manifest["status"] == manifest["phases"][-1]["status"] == status
        assert f"reimport run --resume {run_id}" in manifest["error"]
        assert sites.content(commands.site.digest()) == before
        assert (commands.run(run_id).folder / "report.html").is_file()
        words = ("run", "--resume")
        forget_patients(commands.run(run_id))

    with commands.start(*words) as process, somebody_writing(commands, process):
        process.kill()
    # that of the attempt before would tell of less than has been done since
    assert not (commands.run(run_id).folder / "report.html").exists()

    resumed = commands("run", "--resume")

    assert resumed.code == 0, resumed.out + resumed.err
    assert commands.manifest(run_id)["status"] == "succeeded"
    assert sites.outcomes(commands.run(run_id)) == sites.outcomes(rehearsal)
    statuses = [status for _, _, status in stops]
    each_attempt_stays(commands, run_id, [*statuses, "interrupted"])


def each_attempt_stays(commands: Commands, run_id: str, statuses: list[str]) -> None:
    """Its notebook and page stay; record, report and summary tell of it."""
    folder, entry = commands.run(run_id).folder, commands.run(run_id).phase("patients")
    report = (folder / "report.html").read_text()
    said = commands("show", run_id).out
    assert [attempt["status"] for attempt in entry["attempts"]] == statuses
    for number, attempt in enumerate(entry["attempts"], start=1):
        notebook = folder / f"03_patients.attempt-{number}.ipynb"
        digest = hashlib.sha256(notebook.read_bytes()).hexdigest()
        assert (attempt["notebook"], attempt["notebook_sha256"]) == (
            notebook.name,
            digest,
        )
        page = notebook.with_suffix(".html").name
        assert (folder / page).is_file()
        assert page in report
        assert f"patients, attempt {number}" in report
        when = " at" if attempt["ended_at"] else ", begun at"
        assert f"attempt {number}: {attempt['status']}{when} " in said
        assert attempt["error"] in said
    assert f"attempt {len(statuses) + 1}: succeeded" in said
    sealed = hashlib.sha256((folder / entry["notebook"]).read_bytes()).hexdigest()
    assert entry["notebook_sha256"] == sealed


def forget_patients(run: Run) -> None:
    """What tells how far the next attempt has come."""
    for name in ("outcomes", "plans"):
        (run.folder / name / "patients.csv").unlink()


@contextmanager
def somebody_writing(
    commands: Commands, process: subprocess.Popen[str]
) -> Iterator[None]:
    """
    Hold the lock that every writer of a SQLite file waits for, from the moment at which
    patients are planned: *process* has the fence of the database then.
    """
    file = sqlite_file(commands.site.url)
    wait_for(lambda: has_planned(commands) or process.poll() is not None)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        wait_for(lambda: is_writing(commands) or process.poll() is not None)
        yield
        connection.rollback()


def has_planned(commands: Commands) -> bool:
    """A full run has written down what it will do to patients."""
    runs = commands.site.settings.runs
    return any(runs.glob("*-full/plans/patients.csv"))


def is_writing(commands: Commands) -> bool:
    """The outcomes are written right before the database is, which has to wait."""
    runs = commands.site.settings.runs
    return any(
        path.name == "patients.csv" for path in runs.glob("*-full/outcomes/*.csv")
    )
