"""Orders of people at a page: the command, each time in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reimport_lib.execute import detached
from reimport_lib.own_calls import as_ours

_COMPLAINT = "reimport: "
_NEXT = "  next: "


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What the command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """What it complained of; its last line where it did not."""
        said = [
            line.removeprefix(_COMPLAINT)
            for line in self.err.splitlines()
            if line.strip() and not line.startswith(_NEXT)
        ]
        lines = said or [line for line in self.out.splitlines() if line.strip()]
        return " ".join(said) if said else lines[-1] if lines else ""

    @property
    def next(self) -> str:
        """What it advises; "" where nothing."""
        told = [line for line in self.err.splitlines() if line.startswith(_NEXT)]
        return told[-1].removeprefix(_NEXT) if told else ""

    def json(self) -> Any:
        """What it printed for a program; None where it was refused before."""
        try:
            return json.loads(self.out)
        except ValueError:
            return None


@as_ours
def give(*words: str, environ: Mapping[str, str] | None = None) -> CommandAnswer:
    """
    Have the command do *words*; it goes on where this process ends in between.

    Args:
        environ: settings that are others than those of this process.
    """
    done = subprocess.run(
        [sys.executable, "-m", "reimport_lib", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**detached.environ(), **(environ or {})},
        start_new_session=True,
    )
    return CommandAnswer(done.returncode, done.stdout, done.stderr)
