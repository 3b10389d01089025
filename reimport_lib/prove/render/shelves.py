"""Which stored files answer to a key, looked up from the key to the names.

Pure. The import goes the other way, from each name to the key in it; here the names
stand in order, and those that begin with a key are taken off the shelf.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reimport_lib.prove.render.rendering import key_text, seen

ITS_ONLY_FILE = "its only file"

_SPELLINGS = (
    (re.compile(r"\s+(?=\.[^.]*$)"), ""),
    (re.compile(r"^\{\s*(.*?)\s*\}(?=\.[^.]*$)", re.DOTALL), r"\1"),
    (re.compile(r"(?<=^[0-9])([0-9]*)\.0(?=\.[^.]*$)"), r"\1"),
)
"""How a key is spelled in a name though it is the same: blanks, braces, ``.0``."""

_SPELLED = re.compile(r"\s|^\{|\.0\.")
"""In every name that is spelled in one of these ways."""

_WITH_DIGIT_FIRST = ("7z", "3gp", "3gpp", "3g2", "3mf", "3ds")


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """
    Attributes:
        sizes: every file of the listing -> bytes.
        number: keys are numbers, whose leading zeros do not count.
        names: of the files with content below the prefix, in order: the name as keys
            are written, and the file.
    """

    sizes: Mapping[str, int]
    number: bool
    names: list[tuple[str, str]]

    def keys(self, texts: Iterable[str]) -> frozenset[str]:
        """The keys of all rows, as ``says`` needs them."""
        return frozenset(map(self._key, texts)) - {""}

    def says(self, file: str, key: str, keys: Collection[str]) -> str:
        """``ITS_ONLY_FILE`` where *file* is surely that of *key*, or what is wrong."""
        if not self.sizes.get(file):
            return "an empty file" if file in self.sizes else "not in the listing"
        answering = dict(self._answering(self._key(key)))
        if file not in answering.values():
            return "a file of another key"
        if len(answering) > 1:
            return "one of several files"
        if any(name in keys for name in answering):
            return "a file of two keys"
        return ITS_ONLY_FILE

    def _key(self, text: str) -> str:
        return key_text(text, number=self.number)

    def _answering(self, key: str) -> Iterable[tuple[str, str]]:
        """Those whose name is *key*, a dot, and an ending without a dot."""
        start = f"{key}."
        place = bisect_left(self.names, (start, ""))
        while place < len(self.names) and self.names[place][0].startswith(start):
            ending = self.names[place][0].removeprefix(start)
            if _is_ending(ending):
                yield self.names[place]
            place += 1


def _is_ending(text: str) -> bool:
    """Two letters or more, digits and marks among them; few begin with a digit."""
    marks = text.translate({ord(mark): "" for mark in "_~+-"})
    letters = text[:1].isalpha() and len(text) > 1
    known = letters or text in _WITH_DIGIT_FIRST
    return known and text.isascii() and (not marks or marks.isalnum())


def shelf(prefix: str, sizes: Mapping[str, int], *, number: bool) -> Shelf:
    """The files of a listing that lie below *prefix*, however that is written."""
    begin = _folded(prefix).removesuffix("/")
    names = []
    for file, size in sizes.items():
        name = _folded(file)
        if size and name.startswith(begin):
            short = name.removeprefix(begin).removeprefix("/").strip()
            names.append((_as_key(short, number=number), file))
    return Shelf(sizes, number, sorted(names))


def _as_key(name: str, *, number: bool) -> str:
    if _SPELLED.search(name):
        for written, meant in _SPELLINGS:
            name = written.sub(meant, name)
    return name.lstrip("0") if number and name.strip("0")[:1].isdecimal() else name


def _folded(text: str) -> str:
    form = unicodedata.normalize("NFKC", seen(text)).casefold()
    return unicodedata.normalize("NFKC", form)
