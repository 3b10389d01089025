"""What a run changes, row by row and field by field, as a reviewer may see it.

Rows to which the same happens are counted together. Imports masking, words and html;
``changes_tables`` and ``changes_pages`` show them, ``execute.changes`` writes all.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from reimport_lib.record.changes import ListedRow
from reimport_lib.show.change_words import WHATS
from reimport_lib.show.plans import EMPTY
from reimport_lib.show.remembered_mask import RememberedMask
from reimport_lib.show.words import noun, several
from reimport_lib.tables import registry

FILE, PAGE = "changes.json", "changes.html"
MOST_LISTED = 200
"""Rows up to which the report itself lists them."""
MOST_ALIKE = 100
"""Groups of rows that are told on one page."""
EXAMPLES = 3
METADATA = "filemaker_metadata"
HEADS = (
    "table",
    "pseudonym",
    "row",
    "whose",
    "",
    "field",
    "before",
    "after",
    "what",
    "why",
)
ListedRows = Callable[[], Iterator[ListedRow]]


@dataclass(frozen=True, slots=True)
class MaskedRow:
    """
    A row as it is shown; ``group`` counts from 1 in the order of ``RowsAlike``.

    Attributes:
        fields: name, before, after.
        why: codes: why it goes or stays, or what is to be said of it.
    """

    table: str
    key: str
    row: int
    whose: str
    place: str
    outcome: str
    why: str
    fields: Sequence[Sequence[str]]
    held_by: str = ""
    group: int = 0

    def lines(self) -> Iterator[tuple[str, ...]]:
        """One for each field, in the columns of ``HEADS``."""
        where = (noun(self.table), self.key, str(self.row or ""), self.whose)
        for name, before, after in self.fields or (("", "", ""),):
            told = (self.place, name, before, after, WHATS[self.outcome])
            yield (*where, *told, self.told_why)

    @property
    def told_why(self) -> str:
        return f"{self.why}: {self.held_by}" if self.held_by else self.why


@dataclass(frozen=True, slots=True)
class RowsAlike:
    """
    Rows to which the same happens.

    Attributes:
        same: the same fields go from the same to the same; else the same fields change.
        examples: pseudonyms of the first.
    """

    table: str
    outcome: str
    why: str
    rows: int
    same: bool
    fields: Sequence[Sequence[str]]
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Listing:
    """
    What is told of all changes of a run, as its report has it.

    Attributes:
        counts: (table, outcome, rows, fields).
        alike: the largest groups; further: how many more there are, and their rows.
        rows: every row, where there are few.
        hidden: fields of which nothing is shown.
        pages: files beside the report, the first one first.
    """

    counts: Sequence[tuple[str, str, int, int]] = ()
    alike: Sequence[RowsAlike] = ()
    further: tuple[int, int] = (0, 0)
    rows: Sequence[MaskedRow] = ()
    hidden: Sequence[str] = ()
    pages: Sequence[str] = ()

    @property
    def total(self) -> int:
        return sum(rows for _, _, rows, _ in self.counts)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Of the run in *folder*; None where nothing was kept."""
        path = folder / FILE
        if not path.is_file():
            return None
        held = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            counts=[tuple(each) for each in held["counts"]],
            alike=[RowsAlike(**each) for each in held["alike"]],
            further=tuple(held["further"]),
            rows=[MaskedRow(**each) for each in held["rows"]],
            hidden=held["hidden"],
            pages=held["pages"],
        )

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(slots=True)
class Groups:
    """Which rows are alike, counted over all of them; no row is held."""

    alike: list[RowsAlike] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    _same: Counter[bytes] = field(default_factory=Counter)
    _places: dict[bytes, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: ListedRows, mask: RememberedMask) -> Self:
        """Of all *rows*, which are gone through twice."""
        made = cls()
        for row in rows():
            made._same[_digest(row, exact=True)] += 1
            made.counts[row.table, row.outcome, "rows"] += 1
            made.counts[row.table, row.outcome, "fields"] += len(row.fields)
            made.hidden |= {
                (row.table, name)
                for name, *_ in row.fields
                if name != METADATA and not mask.shows(row.table, name)
            }
        sizes, firsts = Counter[bytes](), dict[bytes, MaskedRow]()
        examples: dict[bytes, list[str]] = {}
        for row in rows():
            digest = made._digest_of(row)
            sizes[digest] += 1
            told = examples.setdefault(digest, [])
            if len(told) < EXAMPLES:
                firsts.setdefault(digest, masked(row, mask))
                told.append(mask.key(row.key) or "a row without a key")
        ranked = sorted(sizes, key=lambda digest: (-sizes[digest], digest))
        for place, digest in enumerate(ranked, start=1):
            made._places[digest] = place
            one = firsts[digest]
            alone = sizes[digest] == 1 or not one.fields
            same = alone or made._same.get(digest, 0) > 1
            fields = one.fields if same else [(n, "", "") for n, *_ in one.fields]
            what = (one.table, one.outcome, "" if one.fields else one.why)
            alike = RowsAlike(*what, sizes[digest], same, fields, examples[digest])
            made.alike.append(alike)
        return made

    def place_of(self, row: ListedRow) -> int:
        """The number of the group of *row*, from 1."""
        return self._places[self._digest_of(row)]

    def _digest_of(self, row: ListedRow) -> bytes:
        digest = _digest(row, exact=True)
        return digest if self._same[digest] > 1 else _digest(row, exact=False)


def masked(row: ListedRow, mask: RememberedMask, group: int = 0) -> MaskedRow:
    """*row* as it may be shown."""
    whose = (mask.value(row.of, name, text) for name, text in row.whose)
    codes = filter(None, (row.reason, *row.notes.split(";")))
    return MaskedRow(
        row.table,
        mask.key(row.key),
        row.row,
        " ".join(filter(None, whose)),
        row.place,
        row.outcome,
        ", ".join(codes),
        [_field(row.table, *each, mask, dict(row.entries)) for each in row.fields],
        row.held_by,
        group,
    )


def heads_of_lines() -> list[str]:
    """The heads of lines; that of the place is the name of its link."""
    places = {name for name, each in registry.lookups().items() if each.is_place}
    links = (link for table in registry.all_tables() for link in table.links)
    name = next((link.name for link in links if link.to in places), "place")
    return [head or name for head in HEADS]


def _field(
    table: str,
    name: str,
    before: str,
    after: str,
    mask: RememberedMask,
    entries: Mapping[str, str],
) -> tuple[str, str, str]:
    if name == METADATA and not mask.reveal:
        return name, *_entries(table, before, after)
    if mask.is_count(table, name):
        return name, before, after
    old, new = (
        entries.get(text) or mask.value(table, name, text) or EMPTY
        for text in (before, after)
    )
    return name, old, f"{new} (another one)" if old == new else new


def _entries(table: str, before: str, after: str) -> tuple[str, str]:
    """How many entries, and which of those that are declared are another."""
    sides: list[Mapping[str, object]] = [
        json.loads(text) if text else {} for text in (before, after)
    ]
    old, new = sides
    declared = {
        name
        for column in registry.named(table).all_fields
        for name in (column.metadata, column.kept_text)
    }
    differing = [n for n in {**old, **new} if old.get(n) != new.get(n)]
    named = sorted(name for name in differing if name in declared)
    others = len(differing) - len(named)
    told = ", ".join([*named, *([several(others, "other")] if others else [])])
    counted = [several(len(side), "entry", "entries") for side in sides]
    return counted[0], f"{counted[1]}; differing: {told}"


def _digest(row: ListedRow, *, exact: bool) -> bytes:
    """Of what happens to *row*; of metadata, which entries are another."""
    fields = [
        (name, _entries(row.table, before, after)[1].partition("; ")[2], "")
        if name == METADATA
        else (name, before if exact else "", after if exact else "")
        for name, before, after in row.fields
    ]
    why = "" if row.fields else row.reason
    told = repr((exact or not fields, row.table, row.outcome, why, fields))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:16]


def hidden_fields(groups: Groups) -> list[str]:
    """Fields of which nothing is shown, as a page names them."""
    return [f"{noun(table)}: {name}" for table, name in sorted(groups.hidden)]


def listing_of(
    groups: Groups, rows: Sequence[MaskedRow], pages: Sequence[str]
) -> Listing:
    """What the report tells; *rows*: all of them, where there are few."""
    places = {name: place for place, name in enumerate(registry.by_name())}
    order = {name: place for place, name in enumerate(WHATS)}
    kinds = sorted(
        {(table, outcome) for table, outcome, _ in groups.counts},
        key=lambda kind: (places[kind[0]], order[kind[1]]),
    )
    left = groups.alike[MOST_ALIKE:]
    return Listing(
        counts=[
            (*kind, groups.counts[*kind, "rows"], groups.counts[*kind, "fields"])
            for kind in kinds
        ],
        alike=groups.alike[:MOST_ALIKE],
        further=(len(left), sum(each.rows for each in left)),
        rows=rows,
        hidden=hidden_fields(groups),
        pages=pages,
    )
