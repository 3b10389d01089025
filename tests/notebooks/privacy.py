"""What must not be found in anything that a run shows: persons, and other hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from openpyxl import load_workbook

from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run
from tests.phases.sites import read_csv

WORD = re.compile(r"[\w@.+'-]+")
REQUEST = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*?
        \b(?:src|href|data)\s*=\s*["'](?:https?:)?//[^"']*
      | url\(\s*["']?(?:https?:)?//[^)]*
      | @import\s[^;]*
      | \b(?:fetch|importScripts|require\.config|WebSocket)\(""",
    re.VERBOSE,
)
SHOWN = frozenset({".ipynb", ".html", ".json", ".jsonl", ".csv"})
PERSONAL: Mapping[str, tuple[str, ...]] = {
    "Contacts": (
        *("id", "nameFirst", "nameMiddle", "nameLast", "Health Number"),
        *("NDIS Coordinator Name", "NDIS Coordinator Phone"),
        *("NDIS Coordinator Email", "NDIS notes"),
    ),
    "Coms": ("ph", "PhoneMobileIntFormat", "address 1", "Full Address one line"),
    "Appointments": ("id", "note", "Consult Notes"),
    "Notes": ("id", "Note", "@Notes to Contacts::Name Full"),
    "SMS": ("RecipientPhoneMobile", "RecipientPhoneMobileIntFormat", "MessageBody"),
    "Docs": ("id",),
    "Images": ("id",),
}
PHRASES_LOOKED_FOR = 150


@cache
def personal(exports: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Words (names, numbers, keys) and phrases of the persons in *exports*."""
    words, phrases = set(), set()
    for stem, columns in PERSONAL.items():
        for cell in _cells(exports, stem, columns):
            found = WORD.findall(cell)
            if len(found) == 1:
                words.add(found[0].strip(".-'").casefold())
            else:
                phrases.add(cell[:60].strip().casefold())
    words = {word for word in words if len(word) > 3}
    ordered = sorted(phrase for phrase in phrases if len(phrase) > 10)
    step = max(1, len(ordered) // PHRASES_LOOKED_FOR)
    return frozenset(words), frozenset(ordered[::step])


def leaks(path: Path, exports: Path) -> set[str]:
    """What of the persons in *exports* stands in the file."""
    words, phrases = personal(exports)
    text = path.read_text(encoding="utf-8").casefold()
    found = {word.strip(".-'") for word in WORD.findall(text)} & words
    return found | {phrase for phrase in phrases if phrase in text}


def requests(path: Path) -> list[str]:
    """What in the file would make a browser ask another host."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = text.replace('\\"', '"')
    return [match.group(0)[:120] for match in REQUEST.finditer(text)]


def shown(run: Run) -> Iterator[Path]:
    """Every file of *run* that people read; what holds the data itself left out."""
    private = {run.snapshot_folder, run.backup_folder, run.folder / PRIVATE}
    for path in sorted(run.folder.rglob("*")):
        if path.suffix in SHOWN and not private & set(path.parents):
            yield path


def _cells(exports: Path, stem: str, columns: tuple[str, ...]) -> Iterator[str]:
    """Every cell of the named columns that is not blank."""
    path = exports / f"{stem}.csv"
    if path.exists():
        headers, lines = read_csv(path)
        rows = [[line[header] for header in headers] for line in lines]
    else:
        with closing(load_workbook(exports / f"{stem}.xlsx", read_only=True)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            read = list(sheet.iter_rows(values_only=True))
        headers = [str(cell or "") for cell in read[0]]
        rows = [[str(cell or "") for cell in row] for row in read[1:]]
    places = [headers.index(column) for column in columns if column in headers]
    assert places, stem
    for row in rows:
        for place in places:
            if place < len(row) and row[place].strip():
                yield row[place].strip()
