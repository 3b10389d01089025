"""The command, as a person or a script calls it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click

from reimport_lib.cli import commands
from reimport_lib.home import CHECKOUT
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from tests.phases.sites import Site

PERSON_SECONDS = 0.5  # the terminal takes keys some time after the question is shown
TIMEOUT_SECONDS = 300
Answer = tuple[str, Callable[[str], str]]


def every_command() -> dict[str, click.Command]:
    """The commands of ``reimport`` by name, also those of other distributions."""
    context = click.Context(commands.app)
    found = {
        name: commands.app.get_command(context, name)
        for name in commands.app.list_commands(context)
    }
    return {name: command for name, command in found.items() if command is not None}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str = ""


@dataclass(frozen=True)
class Commands:
    """``reimport`` with the settings of a site, started in another folder."""

    site: Site
    folder: Path

    def __call__(self, *words: str, **environ: str) -> Done:
        """``python -m reimport_lib WORDS`` without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "reimport_lib", *words],
            cwd=self.folder,
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def papermill(self, name: str, output: Path, **parameters: str | int) -> Done:
        """papermill's own command, as a person types it, whatever the umask."""
        given = [f"-p {name} {value}".split() for name, value in parameters.items()]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "papermill", "--no-progress-bar"),
                *(str(CHECKOUT / "notebooks" / f"{name}.ipynb"), str(output)),
                *(word for words in given for word in words),
            ],
            cwd=self.folder,
            env=self.environ(),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
            umask=0,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """The same in a process group of its own, left running."""
        return subprocess.Popen(
            [sys.executable, "-m", "reimport_lib", *words],
            cwd=self.folder,
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def typed(self, answer: Callable[[str], str], *words: str) -> Done:
        """The same on a terminal; *answer* makes of what was printed what is typed."""
        return self._on_terminal(lambda printed: f"{answer(printed)}\n", words)

    def types(self, keys: str, *words: str) -> Done:
        """The same on a terminal, where *keys* are pressed at the question."""
        return self._on_terminal(lambda _: keys, words)

    def _on_terminal(self, answer: Callable[[str], str], words: Sequence[str]) -> Done:
        return on_terminal(
            [sys.executable, "-m", "reimport_lib", *words],
            (("to apply exactly this", answer),),
            folder=self.folder,
            environ=self.environ(),
        )

    def here(self, *words: str, **environ: str) -> int:
        """The exit code of the command in this process: it starts no kernel."""
        try:
            with (
                patch.dict(os.environ, self.environ(**environ), clear=True),
                patch.object(sys, "argv", ["reimport", *words]),
            ):
                commands.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            bind.close()
        return 0

    def environ(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self.site.environ, **more}

    def runs(self) -> list[str]:
        return runs.all_run_ids(self.site.settings)

    def run(self, run_id: str) -> Run:
        return runs.load(self.site.settings, run_id)

    def manifest(self, run_id: str) -> dict[str, Any]:
        text = (self.site.settings.runs / run_id / "run.json").read_text()
        manifest: dict[str, Any] = json.loads(text)
        return manifest


def wait_for(what: Callable[[], bool], *, seconds: float = TIMEOUT_SECONDS) -> None:
    """Return once *what* holds."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise TimeoutError("it did not come true")
        time.sleep(0.05)


def on_terminal(
    words: Sequence[str],
    answers: Sequence[Answer],
    *,
    folder: Path,
    environ: Mapping[str, str],
) -> Done:
    """
    A command on a terminal of its own, where Ctrl-C and Ctrl-D mean what they do.

    Args:
        answers: in order, what is waited for in what is printed, and what of all that
            was printed until then is typed.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**environ, "COLUMNS": "200", "NO_COLOR": "1"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    printed, waiting = "", list(answers)
    while some := _read(ours):
        printed += some
        if waiting and waiting[0][0] in printed:
            _, typed = waiting.pop(0)
            time.sleep(PERSON_SECONDS)
            os.write(ours, typed(printed).encode())
    code = process.wait(TIMEOUT_SECONDS)
    os.close(ours)  # not before: a terminal that goes away hangs its session up
    return Done(code, printed)


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the other end is closed: the process has ended
        return ""


def typed_word(printed: str) -> str:
    """The word that the command asks for."""
    found = re.search(r"Type  (.+?)  to apply exactly this", printed)
    assert found is not None
    return found.group(1)
