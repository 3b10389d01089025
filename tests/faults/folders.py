"""A folder of files as it is now, held in memory, to be put back for every trial."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE

_OLD = (
    50_000_000  # ns; a file changed since may change again within a tick of its clock
)


@dataclass(frozen=True, slots=True)
class HeldFile:
    """
    Attributes:
        written: when, in nanoseconds.
    """

    mode: int
    written: int
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Folder:
    """
    Attributes:
        folders: path below it -> mode, those that hold others first.
        files: path below it -> what is there.
    """

    folders: Mapping[str, int]
    files: Mapping[str, HeldFile]

    @cached_property
    def mark(self) -> str:
        """The same for the same files, whenever they were written."""
        lines = [
            *(f"{path} {mode}" for path, mode in self.folders.items()),
            *(f"{path} {of.mode} {of.sha256}" for path, of in self.files.items()),
        ]
        return sha256("\n".join(sorted(lines)).encode()).hexdigest()

    def put_back(self, folder: Path) -> None:
        """Give *folder* what this holds; files that nobody has written to stay."""
        there = {path: (entry, stat) for path, entry, stat in _entries(str(folder))}
        for path, (entry, _) in there.items():
            wanted = self.folders if entry.is_dir(follow_symlinks=False) else self.files
            if path in wanted:
                continue
            if wanted is self.files:
                Path(entry.path).unlink(missing_ok=True)
            else:
                shutil.rmtree(entry.path, ignore_errors=True)
        for path, mode in self.folders.items():
            (folder / path).mkdir(exist_ok=True)
            (folder / path).chmod(mode)
        for path, held in self.files.items():
            entry, stat = there.get(path, (None, None))
            if stat is None or _written(stat) != (
                held.written,
                len(held.content),
                held.mode,
            ):
                _write(folder / path, held)


class FolderReader:
    """Reads a folder again and again; of its files, those that may have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._known: dict[tuple[str, int, int, int], HeldFile] = {}
        self._contents: dict[str, bytes] = {}

    def read(self) -> Folder:
        folders: dict[str, int] = {}
        files: dict[str, HeldFile] = {}
        for path, entry, stat in _entries(self._folder):
            if entry.is_dir(follow_symlinks=False):
                folders[path] = S_IMODE(stat.st_mode)
            else:
                files[path] = self._held(entry.path, stat)
        return Folder(folders, files)

    def _held(self, path: str, stat: os.stat_result) -> HeldFile:
        key = (path, stat.st_ino, *_written(stat))
        found = self._known.get(key)
        if found is None:
            content = Path(path).read_bytes()
            digest = sha256(content).hexdigest()
            content = self._contents.setdefault(digest, content)
            found = HeldFile(S_IMODE(stat.st_mode), stat.st_mtime_ns, content, digest)
            if time.time_ns() - stat.st_mtime_ns > _OLD:
                self._known[key] = found
        return found


def _entries(
    folder: str, below: str = ""
) -> Iterator[tuple[str, os.DirEntry[str], os.stat_result]]:
    """(path below *folder*, entry, its stat), a folder before what it holds."""
    for entry in os.scandir(folder):
        path = below + entry.name
        yield path, entry, entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path, f"{path}/")


def _written(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_size, S_IMODE(stat.st_mode)


def _write(path: Path, held: HeldFile) -> None:
    path.write_bytes(held.content)
    path.chmod(held.mode)
    os.utime(path, ns=(held.written, held.written))
