"""The scan: what may be shared of a run is searched for the values of its persons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import reimport_lib
from reimport_lib.privacy import canary, files, folding
from reimport_lib.privacy.files import SharedFile
from reimport_lib.privacy.index import OWN, UUID, Index
from reimport_lib.privacy.matching import Matcher, Trace
from reimport_lib.privacy.values import KEYS, PersonValues

_TEXTS = (".py", ".j2", ".css", ".md", ".svg")
_MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class Leak:
    """
    Persons' values in one file; never the values themselves.

    Attributes:
        kinds: what they are -> how many times. places: cells, or lines.
    """

    name: str
    kinds: Mapping[str, int]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """
    Attributes:
        files: that were searched; values: that they were searched for.
        blind: where the scan did not find its own canaries.
    """

    files: int
    values: int
    leaks: tuple[Leak, ...]
    blind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """
    Shared files that were read for a scan.

    Attributes:
        shared: all that stands in them.
        read: name -> sha256; "" of one that was not read to its end.
        plain_keys: name -> keys in it that are no pseudonyms.
    """

    shared: Index = field(default_factory=Index)
    read: dict[str, str] = field(default_factory=dict)
    plain_keys: dict[str, int] = field(default_factory=dict)

    def add(self, file: SharedFile) -> None:
        self.read[file.name] = ""
        if found := file.add_to(self.shared):
            self.plain_keys[file.name] = found
        self.read[file.name] = file.sha256

    def add_rest(self, folder: Path, names: Iterable[str]) -> None:
        """Those of *names*, below *folder*, that were not read."""
        for name in sorted(set(names) - self.read.keys()):
            self.add(files.one(folder, name))

    def hold(self, folder: Path, written: Collection[str]) -> bool:
        """Whether these files of *folder* are what they were when they were read."""
        there = files.names(folder).difference(written)
        return self.read.keys() <= there and all(
            files.one(folder, name).sha256 == sha256
            for name, sha256 in self.read.items()
        )


def load() -> None:
    """Read what the program says by itself, which each scan asks for."""
    _program()


def scan(
    folder: Path,
    streams: Iterable[PersonValues],
    *,
    written: Mapping[str, str],
    known: Iterable[str],
    begun: ReadFiles | None = None,
) -> Scanned:
    """
    Search all that may be shared of the run in *folder*.

    Args:
        streams: values of its persons; those of no kind are what anybody may see.
        written: name -> text of files that are going to be written.
        known: texts that say nothing of a person, as the lists of the project.
        begun: files that were read before; if one is another by now, all are read.
    """
    common = _of_program()
    common.add_all(known)
    if begun is None or not begun.hold(folder, written):
        begun = ReadFiles()
    for file in files.shared(folder, written, begun.read):
        begun.add(file)
    plain_keys, count = begun.plain_keys, len(begun.read)
    matcher = Matcher(begun.shared, common)
    matcher.match_all(streams)
    blind = canary.blind_spots(folder, common, matcher.still_drawn())
    forms = matcher.told()
    leaks = dict(_leaks(folder, written, forms)) if forms else {}
    for name, number in plain_keys.items():
        kinds = {**(leaks[name].kinds if name in leaks else {}), KEYS: number}
        places = leaks[name].places if name in leaks else ("column key",)
        leaks[name] = Leak(name, kinds, places)
    return Scanned(count, matcher.compared, tuple(leaks.values()), tuple(blind))


def _leaks(
    folder: Path, written: Mapping[str, str], forms: Mapping[Trace, str]
) -> Iterator[tuple[str, Leak]]:
    """Which file holds which of *forms*, and where."""
    for file in files.shared(folder, written):
        kinds, places = Counter[str](), dict[str, None]()
        for place, view in file.pieces():
            for form in _standing(view, forms):
                kinds[forms[form]] += 1
                places[place or _line(file, form)] = None
        if kinds:
            shown = tuple(filter(None, places))[:_MOST_PLACES]
            yield file.name, Leak(file.name, dict(kinds), shown)


def _standing(view: str, forms: Mapping[Trace, str]) -> Iterator[Trace]:
    """Those of *forms* that stand in *view*, each as often as it does."""
    text = folding.folded(view)
    words = folding.words(OWN.sub(" \n ", text))
    yield from (("word", w) for w in words if ("word", w) in forms)
    phrases = [form for form in forms if form[0] == "words"]
    first, lengths = {form[1] for form in phrases}, {len(form) - 1 for form in phrases}
    for at in (at for at, word in enumerate(words) if word in first):
        said = (("words", *words[at : at + length]) for length in lengths)
        yield from (phrase for phrase in said if phrase in forms)
    rest: list[Trace] = [("number", n) for n in set(folding.numbers(text))]
    rest += [("day", str(day)) for day in set(folding.days(text))]
    rest += [("uuid", u.replace("-", "")) for u in set(UUID.findall(text))]
    rest += [("telling", said) for _, said in folding.telling(text)]
    yield from (form for form in rest if form in forms)


def _line(file: SharedFile, form: Trace) -> str:
    """The first line of *file* in which a part of *form* stands as it is."""
    part = form[1] if form[0] != "uuid" else form[1][:8]
    text = folding.folded(file.data.decode("utf-8", "replace"))
    at = text.find(part)
    return f"line {text.count(chr(10), 0, at) + 1}" if at >= 0 else "embedded"


def _of_program() -> Index:
    """What the program says by itself, which tells nothing of anybody."""
    said = _program()
    return Index(set(said.words), set(said.pairs), telling=dict(said.telling))


@cache
def _program() -> Index:
    index = Index()
    folder = Path(reimport_lib.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TEXTS:
            index.add_words(folding.folded(path.read_text(encoding="utf-8")))
    return index
