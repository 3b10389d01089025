"""Exports of people who do not exist, for measuring the telling of character sets.

    python -m tests.read.invented_exports [--fold 2] [--draws 1] [--every 1]

``invented_parts.txt`` has a line for each language: its character sets, given names,
beginnings and ends of surnames, streets, and remarks. No given name and no beginning is
in ``names_of_languages.txt``, which served to tune. The parts are in three folds that
share none (but the ends): what was learned of one is proved on another. Lines behind
``Welsh`` are of sets that nobody told us of: such a file may be refused, never misread.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .charset_corpus import Export, sentence

PARTS = Path(__file__).with_name("invented_parts.txt")
FOLDS = 3
ROWS = (10, 30, 200)
FOREIGN = 3
SHAPES = ("all", "some", "three", "names")
"""Everybody of the language; every fifth; three people; all, without their remarks."""
CASES = ("written", "upper", "lower")
SIGNS = (
    "“see letter”",
    "it’s paid",  # noqa: RUF001
    "fee 45 €",
    "€60 owing",
    "bends to 30°",
    "first – then left",  # noqa: RUF001
    "wait… call",
    "½ dose",
    "±2 mm",
    "‘new’",  # noqa: RUF001
    "size 7½",
    "5 µg",
    "cost £12",
    "„Brief“",
    "«reçu»",
    "•\u00a0insoles",
    "100 m²",
    "© clinic",
)
FIRSTS = "Grace Oliver Ruby Henry Poppy Jack Edith Leo Hazel Arthur".split()
LASTS = "Marsh Webster Clarke Dunn Parsons Lamb Boyd Hobbs Sykes Potter".split()
PLACES = ("9 Elm Court", "Flat 3, 18 Mill Lane", "2/40 Station Street", "RMB 712")
REMARKS = (
    "",
    "",
    "sore heel",
    "new insoles, wears them",
    "rang back",
    "diabetic; ulcer",
)
MIXTURES = {
    "West": "German French Spanish Danish Swedish Italian Portuguese Finnish English",
    "Centre": "Czech Slovak Polish Hungarian Croatian Slovene German",
    "South": "Croatian Slovene German Italian",
    "Baltic": "Lithuanian Latvian Estonian German",
    "North": "Icelandic Danish Norwegian Swedish German",
    "Bosporus": "Turkish German French",
    "Cyrillic": "Russian Bulgarian",
}


@dataclass(frozen=True, slots=True)
class Language:
    """What the names and lines of a language are made of."""

    codecs: Sequence[str]
    givens: Sequence[str]
    beginnings: Sequence[str]
    ends: Sequence[str]
    streets: Sequence[str]
    remarks: Sequence[str]

    def drawn(self, draw: random.Random) -> list[str]:
        """First name, last name, address and remark of somebody."""
        last = draw.choice(self.beginnings) + draw.choice(self.ends)
        return [
            draw.choice(self.givens),
            last,
            draw.choice(self.streets),
            draw.choice((*self.remarks, "")),
        ]


ENGLISH = Language((), FIRSTS, LASTS, ("",), PLACES, REMARKS)


def exports(*, fold: int, draws: int = 1, every: int = 1) -> Iterator[Export]:
    """Every language in each of its sets, of every length, shape and case.

    Args:
        every: of those, every so many-th.
    """
    languages = dict(_languages(fold))
    groups = {name: [name] for name in languages}
    groups |= {name: of.split() for name, of in MIXTURES.items()}
    shared = {
        name: set.intersection(*(set(languages[each].codecs) for each in of))
        for name, of in groups.items()
    }
    kinds = [
        (name, (codec, *kind))
        for name in groups
        for codec in sorted(shared[name])
        for kind in itertools.product(ROWS, SHAPES, CASES, range(draws))
    ]
    for name, kind in kinds[::every]:
        codec, rows, shape, case, _ = kind
        draw = random.Random(f"{name} {kind} {fold}")
        people = [_encodable(languages[each], codec) for each in groups[name]]
        text = _cased(_text(people, codec, rows, shape, draw), case, codec)
        if not text.isascii():
            yield Export(name, codec, rows, text, f"{shape} {case}")


def _languages(fold: int) -> Iterator[tuple[str, Language]]:
    for line in PARTS.read_text(encoding="utf-8").splitlines():
        name, codecs, givens, beginnings, ends, streets, remarks = line.split("|")
        yield (
            name,
            Language(
                codecs.split(),
                givens.split()[fold::FOLDS],
                beginnings.split()[fold::FOLDS],
                ends.split() or ("",),
                streets.split("; ")[fold::FOLDS] or streets.split("; "),
                remarks.split("; ")[fold::FOLDS] or remarks.split("; "),
            ),
        )


def _encodable(language: Language, codec: str) -> Language:
    """What *codec* has no letters for stands in no such export."""
    kinds = (getattr(language, name) for name in Language.__slots__[1:])
    found = ([part for part in kind if _fits(part, codec)] or [""] for kind in kinds)
    return Language(language.codecs, *found)


def _fits(text: str, codec: str) -> bool:
    return text.encode(codec, "ignore").decode(codec) == text


def _text(
    people: Sequence[Language], codec: str, rows: int, shape: str, draw: random.Random
) -> str:
    share = {"some": 0.2, "three": FOREIGN / rows}.get(shape, 1.0)
    signs = (
        [each for each in SIGNS if _fits(each, codec)] if draw.random() < 0.5 else []
    )
    lines = ["id\tnameFirst\tnameLast\tPhone\taddress 1\tnotes"]
    for row in range(rows):
        language = draw.choice(people) if draw.random() < share else ENGLISH
        first, last, street, remark = language.drawn(draw)
        if shape == "names":
            street, remark = draw.choice(PLACES), draw.choice(REMARKS)
        if signs and draw.random() < 0.2:
            remark = f"{remark} {draw.choice(signs)}".strip()
        phone = f"04{draw.randrange(10**8):08}"
        cells = [str(row + 1), first, last, phone, street, remark]
        lines.append("\t".join(cells))
    return "\r\n".join(lines) + "\r\n"


def _cased(text: str, case: str, codec: str) -> str:
    """A letter whose other case the set lacks stays as it is."""
    if case == "written":
        return text
    signs = {each: each.upper() if case == "upper" else each.lower() for each in text}
    changed = {
        old: new for old, new in signs.items() if len(new) == 1 and _fits(new, codec)
    }
    return text.translate(str.maketrans(changed))


def measure(*, fold: int, draws: int = 1, every: int = 1) -> dict[Export, str]:
    """What becomes of every *every*-th file of *fold*."""
    with tempfile.TemporaryDirectory(prefix="charsets-") as folder:
        chosen = exports(fold=fold, draws=draws, every=every)
        return {each: each.outcome(Path(folder)) for each in chosen}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fold", type=int, choices=range(FOLDS), default=FOLDS - 1)
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    found = measure(fold=asked.fold, draws=asked.draws, every=asked.every)
    write = sys.stdout.write
    for kind in ("language", "codec", "rows", "shape"):
        for value in sorted({getattr(each, kind) for each in found}):
            of = Counter(o for e, o in found.items() if getattr(e, kind) == value)
            write(f"{kind} {value}: {sentence(of)}\n")
    for each, outcome in found.items():
        if outcome == "wrong":
            write(f"wrong: {each.language} {each.codec} {each.rows} {each.shape}\n")
    write(sentence(Counter(found.values())) + "\n")


if __name__ == "__main__":
    main()
