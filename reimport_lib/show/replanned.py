"""What a rehearsal that reviews another one again plans otherwise; first in its report.

Imports words and html.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from reimport_lib.record.manifest import Manifest
from reimport_lib.show.figured import figure, tell
from reimport_lib.show.html import Element, Grid, Sentence
from reimport_lib.show.words import noun

FILE = "replanned.csv"
SHOWN_ROWS = 50
_HEADS = {
    "rows of": "table",
    "pseudonym": "key",
    "was to be": "then",
    "is to be": "now",
    "fields": "fields",
    "what moved": "why",
}


def replanned_rows(manifest: Manifest, folder: Path) -> list[Element]:
    """The rows that are planned otherwise, those first that nothing explains."""
    found = manifest.get("replanned")
    if found is None:
        return []
    said = tell(
        "{} moved since {}; {} planned otherwise, and all others as they were"
        " reviewed.",
        figure(found["moved"], "replanned", "moved", of="row"),
        found["of"],
        figure(found["rows"], "replanned", "rows", of="row"),
    )
    lines = sorted(_lines(folder), key=lambda line: line["why"] != "")
    rows = [
        [noun(line["table"]), *(line[n] for n in list(_HEADS.values())[1:])]
        for line in lines[:SHOWN_ROWS]
    ]
    more = len(lines) - SHOWN_ROWS
    table = Grid(
        "Planned otherwise",
        list(_HEADS),
        rows,
        foot=f"and {more:,} more in {FILE}" if more > 0 else "",
        empty="no row.",
    )
    return [Sentence(said, strong=True), table]


def _lines(folder: Path) -> list[Mapping[str, str]]:
    path = folder / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
