"""Exports of many languages in many character sets, and what becomes of them.

    python -m tests.read.charset_corpus [--draws 5]

The names are in ``names_of_languages.txt``: language, the character sets that it is
written in, and pairs of names. Each file is decided by itself: right is one that reads
as it was written (Romanian with commas or cedillas), refused one that cannot be told,
wrong any other.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.errors import SourceError
from reimport_lib.read.exports import charsets

NAMES = Path(__file__).with_name("names_of_languages.txt")
ROWS = (1, 4, 12, 60, 300)
PLAIN = ("Ann Smith", "Bob Jones", "Mia Brown", "Tom Hill", "Eve Wood", "Max Ford")
STREETS = ("12 Main St", "7/3 Park Rd", "Unit 4, 9 High St", "PO Box 88")
CEDILLAS = str.maketrans("șțȘȚ", "şţŞŢ")
MIXTURES = {
    "west": (
        "German French Spanish Italian Portuguese Danish Swedish English Finnish",
        "cp1252 mac_roman cp850",
    ),
    "centre": (
        "Czech Slovak Polish Hungarian Slovene Croatian German",
        "cp1250 mac_latin2 cp852",
    ),
    "north": (
        "Danish Swedish Icelandic Finnish German English",
        "cp1252 mac_iceland",
    ),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file of names: whose, in which character set, how long, and its text."""

    language: str
    codec: str
    rows: int
    text: str
    shape: str = ""

    def outcome(self, folder: Path) -> str:
        """``right``, ``refused`` or ``wrong``."""
        path = folder / "Contacts.csv"
        path.write_bytes(self.text.encode(self.codec))
        try:
            found = charsets.decide(path)
        except SourceError:
            return "refused"
        read = path.read_bytes().decode(found.codec, "replace")
        same = read.translate(CEDILLAS) == self.text.translate(CEDILLAS)
        return "right" if same else "wrong"


def exports(*, draws: int = 1) -> Iterator[Export]:
    """Every language in each of its sets: short and long, with few accents and many."""
    people = dict(_people())
    written = {
        **{language: (names, codecs) for language, (codecs, names) in people.items()},
        **{
            mixture: ([n for each in of.split() for n in people[each][1]], codecs)
            for mixture, (of, codecs) in MIXTURES.items()
        },
    }
    for language, (names, codecs) in written.items():
        for codec in codecs.split():
            for rows in ROWS:
                for share in (1.0, 0.15):
                    for draw in range(draws):
                        seed = f"{language} {codec} {rows} {share} {draw}"
                        text = _text(_encodable(names, codec), codec, rows, share, seed)
                        if not text.isascii():
                            yield Export(language, codec, rows, text)


def _people() -> Iterator[tuple[str, tuple[str, list[str]]]]:
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        language, codecs, names = line.split("|")
        yield language, (codecs, names.split(" "))


def _encodable(names: list[str], codec: str) -> list[str]:
    """Of those that *codec* has no letters for, nobody would have made an export."""
    return [
        name for name in names if name.encode(codec, "ignore").decode(codec) == name
    ]


def _text(names: list[str], codec: str, rows: int, share: float, seed: str) -> str:
    draw = random.Random(seed)
    lines = ["id,nameFirst,nameLast,Phone,address 1"]
    for row in range(rows):
        person = " ".join(draw.sample(names, 2))
        if draw.random() > share:
            person = draw.choice(PLAIN)
        first, last = person.split(" ", 1)
        if draw.random() < 0.1 and _encodable([last.upper()], codec):
            last = last.upper()
        phone = f"04{draw.randrange(10**8):08}"
        lines.append(f"{row + 1},{first},{last},{phone},{draw.choice(STREETS)}")
    return "\r\n".join(lines) + "\r\n"


def measure(*, draws: int = 1) -> dict[Export, str]:
    with tempfile.TemporaryDirectory(prefix="charsets-") as folder:
        return {each: each.outcome(Path(folder)) for each in exports(draws=draws)}


def sentence(outcomes: Counter[str]) -> str:
    """As ``docs/sources.md`` states it."""
    return (
        f"{outcomes.total():,} files: {outcomes['right']:,} right, "
        f"{outcomes['refused']:,} refused, {outcomes['wrong']:,} wrong"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1)
    found = measure(draws=parser.parse_args().draws)
    write = sys.stdout.write
    for kind in ("language", "codec", "rows"):
        for value in sorted({getattr(each, kind) for each in found}):
            of = Counter(o for e, o in found.items() if getattr(e, kind) == value)
            write(f"{kind} {value}: {sentence(of)}\n")
    for each, outcome in found.items():
        if outcome == "wrong":
            write(f"wrong: {each.language} {each.codec}, {each.rows} rows\n")
    write(sentence(Counter(found.values())) + "\n")


if __name__ == "__main__":
    main()
