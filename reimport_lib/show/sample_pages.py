"""The pages of a sign-off pack: cards to be compared by eye, marked and saved.

They ask no host for anything; the one script is named by its digest, so that no other
runs. They hold persons' data: see ``execute.sampling`` for where they lie.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from reimport_lib.plain import visible
from reimport_lib.prove.render.acceptance import ErrorRates, SamplingPlan
from reimport_lib.prove.render.cards import CardLine, Drawn, RecordCard
from reimport_lib.show import sample_words
from reimport_lib.show.html import PageLink, from_template
from reimport_lib.show.words import count, noun, sentence_case, several
from reimport_lib.tables import registry

INDEX = "index.html"
MOST_BYTES = 600_000
"""Of the cards of one page; a page stays well below a megabyte."""
MOST_CARDS = 20
LONGEST = 20_000
"""Characters of one cell that are shown."""

HEADS = ("source column", "FileMaker says", "field", "the database holds", "how alike")
INDEX_HEADS = (
    *("table", "came in", "at random", "wrong allowed", "panel and risk"),
    *("marked here", "what a sample that passes proves"),
)


@dataclass(frozen=True, slots=True)
class TablePages:
    """What the pages of one table are made of."""

    table: str
    plan: SamplingPlan
    cards: Sequence[RecordCard]
    gone: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PackHead:
    """
    What is said of a pack.

    Attributes:
        run_id: whose source it shows; seed: of the random samples.
        sentences: what the two sides are, and as of when.
        left_out: tables without cards, and why, a sentence each.
    """

    run_id: str
    seed: str
    rates: ErrorRates
    sentences: Sequence[str]
    left_out: Sequence[str]


@dataclass(frozen=True, slots=True)
class Script:
    """A text that stands in a page as its script, word for word."""

    source: str

    @property
    def digest(self) -> str:
        """What the page's policy names it by."""
        told = hashlib.sha256(self.source.encode()).digest()
        return f"sha256-{base64.b64encode(told).decode('ascii')}"

    def __html__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class _Made:
    """The HTML of a card, made already."""

    html: str

    def __html__(self) -> str:
        return self.html


@cache
def script() -> Script:
    """The one script of every page."""
    return Script(from_template("sample.js"))


def pages(head: PackHead, tables: Sequence[TablePages]) -> Iterator[tuple[str, str]]:
    """Name and HTML of each page; the first is where one begins."""
    first: dict[str, str] = {}
    made: list[tuple[str, str]] = []
    for each in tables:
        parts = list(_parted(_card(head, card) for card in each.cards))
        names = [f"{each.table}-{n:02d}.html" for n in range(1, len(parts) + 1)]
        first[each.table] = names[0]
        for at, (name, cards) in enumerate(zip(names, parts, strict=True)):
            made.append((name, _page(head, each, names, at, cards)))
    yield INDEX, _index(head, tables, first)
    yield from made


def _parted(cards: Iterable[str]) -> Iterator[list[str]]:
    """*cards* page by page, none too long to be opened at once."""
    page: list[str] = []
    size = 0
    for card in cards:
        length = len(card.encode())
        if page and (size + length > MOST_BYTES or len(page) == MOST_CARDS):
            yield page
            page, size = [], 0
        page.append(card)
        size += length
    if page:
        yield page


def _page(
    head: PackHead,
    each: TablePages,
    names: Sequence[str],
    at: int,
    cards: Sequence[str],
) -> str:
    things = sentence_case(noun(each.table))
    shown = f", page {at + 1} of {len(names)}" if len(names) > 1 else ""
    return from_template(
        "sample_cards.j2",
        title=f"{things}{shown}: sign-off pack of {head.run_id}",
        heading=f"{things}{shown}",
        run=head.run_id,
        script=script(),
        sentences=[sample_words.proves(each.table, each.plan, head.rates)],
        back=True,
        cards=[_Made(card) for card in cards],
        pages=[
            PageLink(str(n), "" if n == at + 1 else name)
            for n, name in enumerate(names, start=1)
        ]
        if len(names) > 1
        else [],
    )


def _index(
    head: PackHead, tables: Sequence[TablePages], first: Mapping[str, str]
) -> str:
    rows = [
        {
            "table": each.table,
            "noun": sentence_case(noun(each.table)),
            "page": first[each.table],
            "figures": [
                count(each.plan.lot),
                count(each.plan.size),
                count(each.plan.allowed),
                count(sum(card.drawn != (Drawn.RANDOM,) for card in each.cards)),
            ],
            "proves": sample_words.proves(each.table, each.plan, head.rates),
        }
        for each in tables
    ]
    gone = [
        f"{sentence_case(noun(each.table))}: {key} is gone"
        + (f"; {instead} takes its place." if instead else "; none takes its place.")
        for each in tables
        for key, instead in each.gone.items()
    ]
    return from_template(
        "sample_index.j2",
        title=f"Sign-off pack of {head.run_id}",
        heading=f"Sign-off pack of {head.run_id}",
        run=head.run_id,
        script=script(),
        sentences=head.sentences,
        back=False,
        cards=[],
        pages=[],
        heads=INDEX_HEADS,
        rows=rows,
        notes=[
            ("Panel: who is gone", gone),
            ("Tables without cards", head.left_out),
            ("How to look", HOW),
        ],
    )


HOW = (
    "Compare the two sides of each card; ok where the database has what FileMaker has,"
    " not ok where it does not. What is marked as differing is not yet wrong, and what"
    " is marked as the same may be: the program that says so could err.",
    "Random cards decide whether a sample passes. Those of the panel and those picked"
    " by risk prove nothing of the other rows; one that is not ok is an error all the"
    " same.",
    "Rows that did not come in have no card: they are in the run's worklist.",
    "Marks stay in this browser until they are saved as a file. Some browsers keep them"
    " page by page: then save each page. Or fill in signoff.xlsx or signoff.csv.",
)


def _card(head: PackHead, card: RecordCard) -> str:
    key = f" {card.key}" if card.key else ""
    return from_template(
        "sample_card.j2",
        heads=HEADS,
        card={
            "line": card.line_id(head.run_id),
            "table": card.table,
            "row": str(card.row),
            "heading": f"{sentence_case(noun(card.table))}:{key or ' no key'}",
            "place": _place(card),
            "above": "As exported, and as the database has it now"
            if card.target_digest
            else "As exported",
            "why": list(sample_words.why(card)),
            "warnings": list(sample_words.warnings(card)),
            "file": card.file,
            "lines": [_line(line) for line in card.lines],
            "blank": ", ".join(card.blank),
        },
    )


def _place(card: RecordCard) -> str:
    table = registry.named(card.table)
    if table.made is None:
        return f"row {count(card.row)} of the export"
    rows = noun(table.made.of)
    return f"made of {rows}: line {count(card.row)} of outcomes/{card.table}.csv"


def _line(line: CardLine) -> dict[str, str]:
    return {
        "columns": line.columns,
        "said": _cut(line.said),
        "field": line.field,
        "held": _cut(line.held),
        "alike": sample_words.alike(line),
        "tone": sample_words.tone(line),
        "named": line.named,
        "pointed": line.pointed,
    }


def _cut(text: str) -> str:
    """*text*, and how much of it is not shown."""
    shown = visible(text)
    if len(shown) <= LONGEST:
        return shown
    more = several(len(shown) - LONGEST, "character")
    return f"{shown[:LONGEST]}… ({more} more)"
