"""Ctrl-C while the command is still being loaded: one line, 130, nothing left."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from reimport_lib.execute.prefork import forked
from tests.cli.commands import Commands, wait_for

ONE_LINE = "reimport: interrupted.\n"


def holds(pid: int, library: str) -> bool:
    """Whether the process has loaded *library*; that tells how far it is."""
    try:
        return library in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    except OSError:
        return False


@pytest.mark.parametrize(
    ("words", "library"),
    [
        *((("run", "--dry-run"), name) for name in ("_asyncio", "zmq", "pandas")),
        *((("doctor",), name) for name in ("_asyncio", "psycopg", "pandas")),
    ],
)
def test_ctrl_c_while_loading_is_one_line_and_leaves_nothing(
    commands: Commands, words: tuple[str, ...], library: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "reimport_lib", *words],
        cwd=commands.folder,
        env=commands.environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: holds(process.pid, library) or process.poll() is not None)
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err.lstrip()) == (130, "", ONE_LINE)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert commands.runs() == []


def test_the_server_can_be_ended_as_soon_as_that_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C may come at any line of the module that is being imported."""
    source = Path(forked.__file__).read_text(encoding="utf-8")
    lines, ended = ast.parse(source).body, 0
    for number in range(len(lines)):
        partly = ModuleType("partly")
        monkeypatch.setitem(sys.modules, "partly", partly)
        loaded = ast.Module(lines[:number], type_ignores=[])
        exec(compile(loaded, "partly", "exec"), partly.__dict__)  # noqa: S102 - ours
        if end := getattr(partly, "end", None):
            end()
            ended += 1

    assert ended > 5


def test_a_command_that_ignores_ctrl_c_goes_on_ignoring_it(commands: Commands) -> None:
    """As ``nohup`` and a shell's background have it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reimport_lib", "runs"],
        cwd=commands.folder,
        env=commands.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    wait_for(lambda: holds(process.pid, "pandas") or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "No runs in" in out
