"""The files of a run, in its folder or in a dossier."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

from reimport_lib.record.verify.leaves import LOG, is_file, last_of, lines_of, object_of


class Files:
    """The files of a run: in a folder, or in a zip with or without a folder in it."""

    def __init__(self, place: str) -> None:
        self.place = Path(place)
        self._zip = zipfile.ZipFile(place) if self.place.is_file() else None
        self._base = ""
        for name in self._zip.namelist() if self._zip else ():
            if name.endswith(LOG):
                self._base = name[: -len(LOG)]

    def names(self) -> list[str]:
        """Of every file, below the folder of the run, with ``/``."""
        if self._zip:
            found = [n[len(self._base) :] for n in self._zip.namelist()]
            return sorted(name for name in found if name and not name.endswith("/"))
        return sorted(
            path.relative_to(self.place).as_posix()
            for path in self.place.rglob("*")
            if path.is_file()
        )

    def sealed(self) -> dict[str, str]:
        """Name of every file that was sealed -> the run it lies in, where another."""
        leaves = map(object_of, lines_of(self.read(LOG) or b""))
        found = last_of(list(leaves)).items()
        return {name: leaf.get("of", "") for name, leaf in found if is_file(leaf)}

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        try:
            with self._open(name) as file:
                return bytes(file.read())
        except (OSError, KeyError):
            return None

    def sha256(self, name: str) -> str:
        """sha256 (hex) of a file; "" where there is none."""
        digest = hashlib.sha256()
        try:
            with self._open(name) as file:
                for part in iter(lambda: file.read(1 << 20), b""):
                    digest.update(part)
        except (OSError, KeyError):
            return ""
        return digest.hexdigest()

    def _open(self, name: str) -> Any:
        if self._zip:
            return self._zip.open(self._base + name)
        return (self.place / name).open("rb")
