"""The command and the notifier beside a run; receivers listen, hang or are down."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from reimport_lib.errors import ReimportError
from reimport_lib.record import lock
from reimport_lib.record.status import Status
from tests.cli.commands import Commands, wait_for
from tests.notify import receivers
from tests.notify.receivers import SECRET, Hook, Mails
from tests.phases import sites

RUN = ("run", "--dry-run", "--phase", "patients")


@pytest.fixture
def hook() -> Iterator[Hook]:
    with receivers.hook() as made:
        yield made


@pytest.fixture
def mails() -> Iterator[Mails]:
    with receivers.mail_server(receivers.free_port()) as made:
        yield made


def notifiers(run_id: str) -> list[psutil.Process]:
    """Those that were started beside that run."""
    return [
        each
        for each in psutil.process_iter(["cmdline"])
        if {"notify", run_id} <= {*(each.info["cmdline"] or ())}
    ]


def types(hook: Hook) -> list[str]:
    return [json.loads(got.body)["type"] for got in hook.got]


def result(commands: Commands, run_id: str) -> dict[str, Any]:
    """What a run found and planned; not when."""
    manifest = commands.manifest(run_id)
    plans = {e["name"]: e.get("plan_digests", {}) for e in manifest["phases"]}
    outcomes = sites.outcomes(commands.run(run_id))
    names = ("status", "snapshot_digest", "target_digests", "error")
    return {"plans": plans, "outcomes": outcomes, **{n: manifest[n] for n in names}}


def test_a_run_ends_as_it_would_while_who_is_told_hangs_is_down_or_listens(
    commands: Commands, hook: Hook, mails: Mails
) -> None:
    """Nobody's address is in a process list, a log or what the run leaves."""
    down = f"http://127.0.0.1:{receivers.free_port()}/d0wn"
    with receivers.hanging() as hangs:
        done = commands(
            *RUN,
            REIMPORT_NOTIFY="mailto:it@clinic.example approval failure;"
            f" {hook.url}/T0KEN {SECRET}; {down} {SECRET}; {hangs} {SECRET} start",
            DJANGO_EMAIL_HOST="127.0.0.1",
            DJANGO_EMAIL_PORT=str(mails.port),
        )
        (told,) = commands.runs()
        try:
            wait_for(lambda: "reimport.approval" in types(hook) and bool(mails.got))
            (beside,) = notifiers(told)
            seen = " ".join(beside.cmdline())
        finally:
            for each in notifiers(told):
                each.kill()
    quiet = commands(*RUN)
    _, untold = commands.runs()

    assert (done.code, quiet.code) == (0, 0), done.err
    assert result(commands, told) == result(commands, untold)
    assert sorted(types(hook)) == [
        "reimport.approval",
        *["reimport.phase_done"] * 3,
        "reimport.start",
    ]
    assert len({*hook.ids}) == len(hook.got)
    assert mails.to == ["it@clinic.example"]
    assert mails.got[0]["Subject"] == f"reimport: {told} waits for approval"
    left = [p.read_bytes() for p in commands.run(told).folder.rglob("*") if p.is_file()]
    shown = (done.out + done.err + seen).encode()
    for word in (b"T0KEN", b"d0wn", b"it@clinic", SECRET.encode()):
        assert [each for each in (shown, *left) if word in each] == []


def test_who_is_told_hears_of_a_run_that_was_killed(
    commands: Commands, hook: Hook
) -> None:
    notify = f"{hook.url} {SECRET}"
    process = commands.start(*RUN, REIMPORT_NOTIFY=notify)
    wait_for(lambda: "reimport.phase_done" in types(hook))
    (run_id,) = commands.runs()
    run = commands.run(run_id)
    wait_for(lambda: run.phase("patients")["status"] is Status.RUNNING)
    assert lock.executor(run) == process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()

    wait_for(lambda: "reimport.heartbeat_lost" in types(hook))
    wait_for(lambda: notifiers(run_id) == [])
    assert types(hook)[-1] == "reimport.heartbeat_lost", "what was done is told first"
    lost = json.loads(hook.got[-1].body)["data"]
    assert lost["next"] == f"reimport run --resume {run_id}"
    assert lost["state"] == "silent"

    done = commands("run", "--resume", run_id, REIMPORT_NOTIFY=notify)
    assert done.code == 0, done.err
    wait_for(lambda: notifiers(run_id) == [])
    assert run.status is Status.SUCCEEDED
    assert types(hook)[-1] == "reimport.approval"
    assert len({*hook.ids}) == len(hook.got)
    assert types(hook).count("reimport.start") == 2
    assert types(hook).count("reimport.phase_done") == 3


def test_wrong_settings_are_said_in_a_line_and_by_doctor_and_stop_no_run(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = "mailto:it@clinic.example faliure"
    done = commands("run", "--dry-run", "--phase", "validation", REIMPORT_NOTIFY=wrong)
    assert done.code == 0
    assert "entry 1" in done.err
    assert "R438" in done.err
    assert "clinic.example" not in done.err

    assert commands.here("notify", REIMPORT_NOTIFY=wrong) != 0
    assert "did you mean failure" in capsys.readouterr().err.casefold()
    assert commands.here("doctor", "--json", REIMPORT_NOTIFY=wrong) == 3
    checks = json.loads(capsys.readouterr().out)
    (told,) = [each for each in checks if each["name"] == "notifications"]
    assert (told["verdict"], "R438" in told["actual"]) == ("fail", True)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise imports it
def test_doctor_names_who_could_never_be_told(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    notify = f"nothing://knows/this; https://hooks.example.org/in {SECRET}"
    commands.here("doctor", "--json", REIMPORT_NOTIFY=notify)

    found = [c for c in json.loads(capsys.readouterr().out) if c["id"] == "C115"]
    assert [(c["name"], c["verdict"]) for c in found] == [
        ("notification 1 (nothing)", "warn"),
        ("notification 2 (webhook)", "pass"),
    ]


def test_the_command_sends_what_is_due_and_says_what_became_of_it(
    commands: Commands, hook: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    down = f"http://127.0.0.1:{receivers.free_port()}/x"
    notify = f"{hook.url} {SECRET}; {down} {SECRET}"
    assert commands.here("notify", "--test", REIMPORT_NOTIFY=notify) == 4
    assert capsys.readouterr().out.splitlines() == [
        "1 (webhook): sent",
        "2 (webhook): ConnectError",
    ]
    assert commands.here("notify", "--test", "--follow", REIMPORT_NOTIFY=notify) == 2
    assert "R439" in capsys.readouterr().err
    assert commands.here("notify", REIMPORT_NOTIFY=notify) == 0
    assert "0 sent, 0 notifications waiting, 0 given up." in capsys.readouterr().out


def test_no_process_for_a_notifier_is_a_line_and_no_more(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from reimport_lib.notify import companion

    complaints: list[ReimportError] = []
    settings = commands.site.with_settings(REIMPORT_NOTIFY="mailto:it@clinic.example")
    monkeypatch.setattr("sys.executable", str(tmp_path / "gone"))

    companion.start(
        settings.settings,
        "20261130T170000Z-full",
        lambda e: complaints.append(str(e.id)),
    )

    assert complaints == ["R441"]
