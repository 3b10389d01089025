"""The pages on which all that a run changes is searched, filtered and sorted.

``changes.html`` holds every row where they fit; else it tells what is alike and leads
to pages by table. A script of our own, in the page, is allowed by its digest alone;
without it a page shows its first rows, and says how many it does not show.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import attrgetter

from reimport_lib.plain import visible
from reimport_lib.show import change_words, changes, changes_tables
from reimport_lib.show.changes import Groups, Listing, MaskedRow, RowsAlike
from reimport_lib.show.html import Element, PageLink, Sentence, from_template
from reimport_lib.show.words import count, noun, sentence_case, several

PAGE_BYTES = 600_000
"""Of the rows of one page; with all else that is in it a page stays below 1 MB."""
PLAIN = 40
"""Rows that are shown without a script."""
ON_PART = 30
"""Groups that a page of one table tells."""


@dataclass(slots=True)
class RowsOfPage:
    """
    Rows that go on one page, each text once.

    Attributes:
        first: those that are shown without a script.
        lines: table, key, row, whose, place, outcome, why, group, fields: texts by
            their number in ``texts``.
    """

    texts: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    first: list[MaskedRow] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    nouns: dict[str, str] = field(default_factory=dict)
    groups: set[int] = field(default_factory=set)
    size: int = 0

    def add(self, row: MaskedRow) -> None:
        fields = [self._number(cell) for change in row.fields for cell in change]
        if row.table not in self.nouns:
            self.nouns[row.table] = noun(row.table)
        words = (
            self.nouns[row.table],
            row.key,
            str(row.row or ""),
            row.whose,
            row.place,
        )
        told = (*words, change_words.WHATS[row.outcome], row.told_why)
        numbers = [self._number(text) for text in told]
        line = json.dumps([*numbers, row.group, fields], separators=(",", ":"))
        self.lines.append(line)
        self.size += len(line) + 1
        self.tables[row.table] = self.tables.get(row.table, 0) + 1
        self.groups.add(row.group)
        if len(self.first) < PLAIN:
            self.first.append(row)

    def _number(self, text: str) -> int:
        if text not in self.texts:
            self.texts[text] = len(self.texts)
            self.size += len(json.dumps(text)) + 1
        return self.texts[text]

    def data(self, name: str) -> str:
        """What the script reads: JSON, in which nothing ends the element it is in."""
        head = {
            "file": name,
            "heads": changes.heads_of_lines(),
            "texts": [visible(text) for text in self.texts],
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        whole = f'{text[:-1]},"rows":[{",".join(self.lines)}]}}'
        for sign in "<>&\u2028\u2029":
            whole = whole.replace(sign, f"\\u{ord(sign):04x}")
        return whole


def parts_of(rows: Iterable[MaskedRow]) -> Iterator[RowsOfPage]:
    """*rows* on as few pages as hold them."""
    part = RowsOfPage()
    for row in rows:
        if part.size > PAGE_BYTES:
            yield part
            part = RowsOfPage()
        part.add(row)
    yield part


def named_parts(rows: Iterable[MaskedRow]) -> Iterator[tuple[str, str, RowsOfPage]]:
    """File, title and rows of each page by table, where one page does not hold all."""
    for table, of_table in groupby(rows, attrgetter("table")):
        for number, part in enumerate(parts_of(of_table), start=1):
            more = f"-{number}" if number > 1 else ""
            told = f", part {number}" if number > 1 else ""
            name = f"changes-{table.replace('_', '-')}{more}.html"
            yield name, f"{sentence_case(noun(table))}{told}", part


def whole_page(run_id: str, found: Listing, part: RowsOfPage) -> str:
    """``changes.html`` with every row."""
    return _page(run_id, "What changes, field by field", found, part)


def overview(run_id: str, found: Listing, pages: Sequence[tuple[str, str, int]]) -> str:
    """
    ``changes.html`` where the rows are on pages of their own.

    Args:
        pages: file, title and number of rows.
    """
    links = [
        PageLink(f"{told}: {several(rows, 'row')}", name) for name, told, rows in pages
    ]
    return _page(run_id, "What changes, field by field", found, None, links)


def part_page(
    run_id: str, told: str, found: Listing, groups: Groups, part: RowsOfPage
) -> str:
    """A page of one table; *found* is of the whole run."""
    of_part = sorted(part.groups)
    here = [groups.alike[place - 1] for place in of_part[:ON_PART]]
    back = [PageLink("All tables, and what is alike", changes.PAGE)]
    numbers = of_part[:ON_PART]
    return _page(run_id, told, found, part, back, alike=here, numbers=numbers)


def _page(
    run_id: str,
    heading: str,
    found: Listing,
    part: RowsOfPage | None,
    links: Sequence[PageLink] = (),
    *,
    alike: Sequence[RowsAlike] | None = None,
    numbers: Sequence[int] | None = None,
) -> str:
    script = _script()
    shown = found.alike if alike is None else alike
    numbers = range(1, len(shown) + 1) if numbers is None else numbers
    return from_template(
        "changes.j2",
        title=f"{heading} · {run_id}",
        heading=heading,
        run_id=run_id,
        masked=changes_tables.MASKED,
        hidden=", ".join(found.hidden),
        counts=changes_tables.counts_grid(found.counts) if alike is None else None,
        alike=changes_tables.alike_grid(shown, found.total) if shown else None,
        numbers=" ".join(map(str, numbers)),
        further=_further(found) if alike is None else "",
        links=links,
        plain=_plain(part) if part else None,
        data=part.data(f"{run_id}-changes.csv") if part else "",
        script=script,
        script_digest=_digest(script),
    )


def _plain(part: RowsOfPage) -> Element:
    rows = sum(part.tables.values())
    if not rows:
        return Sentence("No row that is there changes or goes.")
    shown = len(part.first)
    left = rows - shown
    told = f"{several(shown, 'row')} of {count(rows)}"
    foot = f"{several(left, 'further row')} of this page: not shown without a script."
    return changes_tables.lines_grid(part.first, told, foot if left else "")


def _further(found: Listing) -> str:
    groups, rows = found.further
    if not groups:
        return ""
    told = several(groups, "smaller group")
    return f"{told}, {several(rows, 'row')} in all: only in the rows themselves."


@cache
def _script() -> str:
    place = files("reimport_lib.show") / "templates" / "changes.js"
    return place.read_text(encoding="utf-8")


def _digest(script: str) -> str:
    """As a policy has it."""
    sha = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(sha).decode()}"
