"""What of a run may be shared: the files of its folder that hold no person's data."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.privacy import sheets, views
from reimport_lib.privacy.index import Index
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.verify.contents import PRIVATE as DATA

_ASIDE = (*DATA, "before-restore", "people/", "copy.")
_DIGESTS = ".sha256"
WITHHELD = f"{PRIVATE}/withheld"


@dataclass(frozen=True, slots=True)
class SharedFile:
    """
    A file of a run that may be shared, as it is or as it will be written.

    Attributes:
        name: below the run's folder.
    """

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def pieces(self) -> Iterator[tuple[str, str]]:
        """Where in it, and a view of what stands there."""
        for place, text in views.pieces(Path(self.name), self.data):
            for view in views.views(text):
                yield place, view

    def add_to(self, index: Index) -> int:
        """Put all of it into *index*; how many keys in it are no pseudonyms."""
        if self.name.endswith(".csv"):
            sheet = sheets.read(self.data)
            if sheet is not None:
                index.uuids.update(sheet.uuids)
                index.add_all(views.views(sheet.text))
                return sheet.plain_keys
        index.add_all(view for _, view in self.pieces())
        return 0


def shared(
    folder: Path, written: Mapping[str, str], besides: Collection[str] = ()
) -> Iterator[SharedFile]:
    """
    Every file of the run in *folder* that may be shared, one after the other.

    Args:
        written: name -> text of files that are going to be written.
        besides: names that are left out.
    """
    for name in sorted(names(folder).difference(written, besides)):
        yield one(folder, name)
    for name, text in written.items():
        yield SharedFile(name, text.encode())


def one(folder: Path, name: str) -> SharedFile:
    """The file *name* of the run in *folder*."""
    return SharedFile(name, (folder / name).read_bytes())


def names(folder: Path) -> set[str]:
    """The names of the files below *folder* that may be shared."""
    found = (path for path in folder.rglob("*") if path.is_file())
    below = (path.relative_to(folder) for path in found)
    return {
        name.as_posix()
        for name in below
        if not name.as_posix().startswith(_ASIDE)
        and not any(part.startswith(".") for part in name.parts)
        and name.suffix != _DIGESTS
    }
