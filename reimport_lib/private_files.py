"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from reimport_lib.errors import CutOff, ReimportError

_JSON = json.JSONEncoder(ensure_ascii=False)
_DEPTH = 4  # a check of a phase of a run has a line of its own


def write_json(path: Path, value: object) -> None:
    """Write *value* whole: a temporary file, fsync, rename; mode 0600."""
    write_private(path, by_lines(value) + "\n")


def by_lines(value: object, depth: int = _DEPTH) -> str:
    """
    *value* as JSON: a line for each thing in it; what lies deep in it is on one.

    An encoder that is to indent is one in Python, 20 times as slow.
    """
    if not value or not depth or not isinstance(value, dict | list):
        return _JSON.encode(value)
    margin = "\n" + " " * (_DEPTH - depth)
    if isinstance(value, dict):
        inner = [
            f"{_JSON.encode(str(name))}: {by_lines(each, depth - 1)}"
            for name, each in value.items()
        ]
        return f"{{{margin} {f',{margin} '.join(inner)}{margin}}}"
    inner = [by_lines(each, depth - 1) for each in value]
    return f"[{margin} {f',{margin} '.join(inner)}{margin}]"


def write_private(path: Path, text: str) -> None:
    """
    Write *text* whole, or leave what was there.

    Raises:
        ReimportError: the disk is full, or the folder cannot be written.
    """
    try:
        with written_whole(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A new private file that is *path* when the block has ended, or is gone."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what processes that are no more were writing in *folder* and below it."""
    for path in list(folder.rglob(".*.tmp")):
        pid = path.name.split(".")[-2]
        if not pid.isdigit() or is_alive(int(pid)):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether there is a process *pid* on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def sha256_of(path: Path) -> str:
    """sha256 (hex) of the bytes of the file at *path*."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unwritable(path: Path, error: OSError) -> ReimportError:
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    mend = "free some space (`reimport prune`)" if is_full else "let it be written to"
    return CutOff(
        f"{path} could not be written: {error.strerror}.",
        hint=f"{mend}, then `reimport run --resume`",
        id="R119",
    )


@contextmanager
def private_open(path: Path, mode: str) -> Iterator[Any]:
    """Open *path* as text with mode 0600, whatever the umask."""
    with open(  # pathlib's open takes no opener
        path, mode, encoding="utf-8", newline="", opener=_private
    ) as file:
        yield file


def lock(file: IO[Any], *, wait: bool = True, shared: bool = False) -> None:
    """
    Hold *file* for this process, until it is closed or the process ends.

    Raises:
        BlockingIOError: another process holds it, and this one is not to wait.
        ReimportError: the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        raise ReimportError(
            f"Runs are made on Linux and macOS; {sys.platform} has no locks on files.",
            hint="use one of these systems",
            id="R120",
        ) from None
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    fcntl.flock(file, kind | (0 if wait else fcntl.LOCK_NB))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
