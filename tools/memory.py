"""A command whose temporary files lie in memory, where the system has room for them.

Tests wait some milliseconds for the disk whenever a file is to outlast a power failure,
thousands of times; nothing of theirs has to.

    python -m tools.memory COMMAND ...    runs it with TMPDIR set
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

IN_MEMORY = Path("/dev/shm")  # noqa: S108  mkdtemp's
LEAST_BYTES = 8 * 2**30


@contextmanager
def temporary(folder: Path = IN_MEMORY, least: int = LEAST_BYTES) -> Iterator[Path]:
    """
    A folder in memory, gone afterwards; where there is no room the usual one.

    Args:
        folder: where the system keeps files in memory.
        least: bytes that memory and *folder* must both have left.
    """
    if not _has_room(folder, least):
        yield Path(tempfile.gettempdir())
        return
    with tempfile.TemporaryDirectory(
        prefix="tests-", dir=folder, ignore_cleanup_errors=True
    ) as made:
        yield Path(made)


def _has_room(folder: Path, least: int) -> bool:
    try:
        found = os.statvfs(folder)
    except FileNotFoundError:
        return False
    can_run = not found.f_flag & os.ST_NOEXEC  # environments are made in it
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    return can_run and os.access(folder, os.W_OK) and free >= least


def main(command: list[str]) -> int:
    """Run *command* with TMPDIR naming the folder; its exit code is ours."""
    with temporary() as folder:
        environ = {**os.environ, "TMPDIR": str(folder)}
        return subprocess.run(command, check=False, env=environ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
