"""Files of lines that are only added to, by one process at a time, whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from reimport_lib.private_files import lock, private_open, unwritable

_TAIL_BYTES = 1 << 16


def append(path: Path, line: Callable[[list[bytes]], bytes]) -> None:
    """
    Write a line at the end of the file at *path*, behind what a crash cut off, too.

    Args:
        line: given the last lines of the file, makes the one that follows them.

    Raises:
        ReimportError: the disk is full, or the folder cannot be written.
    """
    try:
        with private_open(path, "a") as file:
            lock(file)
            tail = _tail(path)
            torn = b"\n" if tail and not tail.endswith(b"\n") else b""
            made = line(tail.splitlines())
            file.write((torn + made + b"\n").decode())
    except OSError as error:
        raise unwritable(path, error) from None


def _tail(path: Path) -> bytes:
    """The last whole lines of the file, at least one; all of it where it is short."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        size = _TAIL_BYTES
        while True:
            start = max(0, end - size)
            file.seek(start)
            data = file.read()
            at = data.find(b"\n", 0, -1)
            if not start or at >= 0:
                return data[at + 1 :] if start else data
            size *= 4
