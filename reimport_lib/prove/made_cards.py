"""Cards of records that rows of another table make: those rows beside what they made.

A record is known by its key in the database. Its rows are the ones whose record points
at it, and rows of the export that say the same in the columns that make one, so that a
record that was made twice, or of a row too few, shows as a difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from reimport_lib.counting import several
from reimport_lib.prove.card_lines import KEY, text_of
from reimport_lib.prove.evidence import IMPORTED, TECHNICAL, Evidence
from reimport_lib.prove.metadata import NAME
from reimport_lib.prove.pointed_at import PointedAt
from reimport_lib.prove.reference_data import ReferenceData
from reimport_lib.prove.render.cards import (
    CardLine,
    Likeness,
    Pick,
    RecordCard,
    Risk,
    StoredFile,
    digest,
)
from reimport_lib.prove.render.comparison import Matched, declared
from reimport_lib.prove.render.headers import column
from reimport_lib.prove.render.rendering import folded, key_text
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write.models import OWNER_TYPE, attname

SHOWN = 6
"""Rows that are listed on a card; how many there are in all is told above them."""
OF_MOST_ROWS = 4
_BETWEEN = " · "


class MadeRecords:
    """
    The records of the table *name* that came in, as their number among its outcomes.

    Attributes:
        rows: number, from 1 in the order of ``outcomes/TABLE.csv`` -> FileMaker key.
    """

    def __init__(
        self, evidence: Evidence, name: str, makers: Matched, reference: ReferenceData
    ) -> None:
        self._table, self._reference = registry.named(name), reference
        self._makers, self._maker = makers, registry.named(makers.table)
        self._said, self._held = registry.made(name).said, evidence.database(name)
        self._pointed = PointedAt(evidence)
        lines = evidence.outcomes(name)
        self._targets = {} if lines is None else _came_in(lines)
        self.rows = {n: self._key(target) for n, target in self._targets.items()}
        self._texts_of = [
            column(makers.source, self._maker.column(each).names)
            for each in dict.fromkeys(self._said.values())
        ]
        self._of: dict[object, list[int]] = defaultdict(list)
        for place, pk in enumerate(makers.links(_link(self._maker, name))):
            self._of[pk].append(place)
        self._left_alone = evidence.left_alone(name)
        self._alike = Counter(map(self._says, range(len(makers.rows))))
        left = evidence.left_alone(makers.table)
        self._edited = {
            self._says(place)
            for place, target in enumerate(makers.target.index)
            if makers.edited[place] or target in left
        }
        self._fields = {each.name: each for each in declared(makers)}

    def _key(self, target: str) -> str:
        return str(self._held.at[target, KEY]) if target in self._held.index else ""

    def picks(self) -> list[Pick]:
        """Those that most rows make."""
        counts = {n: len(self._places(n)) for n in self.rows}
        most = sorted(counts, key=lambda n: (-counts[n], n))[:OF_MOST_ROWS]
        return [Pick(n, Risk.MOST_NAMED, "", f"{counts[n]:,}") for n in most]

    def card(self, number: int) -> RecordCard:
        """The card of record *number*, without why it was drawn."""
        places = self._places(number)
        said = [part for place in places for part in self._texts(place)]
        key = self.rows[number]
        if self._targets[number] not in self._held.index:
            return RecordCard(
                *(self._table.name, number, key, (), (), False, "", (), ()),
                source_digest=digest(*said),
                target_digest="",
            )
        held = {str(n): v for n, v in self._held.loc[self._targets[number]].items()}
        every = [
            *(self._field(name, held, places) for name in self._shown()),
            *self._counted(held, places),
            *(self._row(place) for place in places[:SHOWN]),
        ]
        blank = [e.field for e in every if not (e.said or e.held or e.pointed)]
        lines = [each for each in every if each.said or each.held or each.pointed]
        return RecordCard(
            *(self._table.name, number, key, (), (), False, ""),
            *(tuple(lines), tuple(blank)),
            source_digest=digest(*said),
            target_digest=digest(*(f"{n}={text_of(v)}" for n, v in held.items())),
            file=self._first_file(places),
        )

    def _places(self, number: int) -> list[int]:
        """Where its rows stand among those that came in."""
        target = self._targets[number]
        if target not in self._held.index:
            return []
        return self._of.get(self._held.at[target, "pk"], [])

    def _shown(self) -> list[str]:
        left_out = {NAME, OWNER_TYPE, *TECHNICAL}
        return [name for name in self._table.managed if name not in left_out]

    def _columns(self, name: str) -> tuple[str, ...]:
        """Headers that the rows' column *name* may have."""
        return self._maker.column(name).names

    def _texts(self, place: int) -> list[str]:
        """What the row at *place* says in the columns that make a record."""
        return [str(texts[place]).strip() for texts in self._texts_of]

    def _text(self, name: str, place: int) -> str:
        row = self._makers.source.iloc[[place]]
        return str(column(row, self._columns(name))[0]).strip()

    def _says(self, place: int) -> tuple[str, ...]:
        """The same, by which rows of one record are alike."""
        return tuple(key_text(folded(text)) for text in self._texts(place))

    def _field(
        self, name: str, held: Mapping[str, Any], places: Sequence[int]
    ) -> CardLine:
        """A field of the record, and what its rows say of it, each text once."""
        of = self._said.get(name, "")
        texts = [self._text(of, place) for place in places] if of else []
        said = "\n".join(dict.fromkeys(filter(None, texts)))
        value = held.get(attname(name))
        shown, named, pointed = text_of(value), "", ""
        link = next((e for e in self._table.links if e.field == name), None)
        if link is not None:
            (shown,) = self._reference.owners_of(
                self._table.name, pd.DataFrame([held], dtype=object)
            )
            named = self._pointed.named(link.to, texts[0]) if texts else ""
            pointed = self._pointed.at(link.to, value)
            right = {key_text(text) for text in texts} == {key_text(shown)}
        else:
            right = bool(texts) and all(
                self._is_right(of, value, text, place)
                for text, place in zip(texts, places, strict=True)
            )
        alike, rule = self._likeness(of, said, shown, right=right)
        if alike is Likeness.DIFFERS:
            alike = self._difference(held, places)
        headers = self._columns(of)[0] if of else ""
        return CardLine(headers, said, name, shown, alike, rule, named, pointed)

    def _is_right(self, of: str, value: object, text: str, place: int) -> bool:
        """The row at *place* says *value* in its column *of*, or a note says why."""
        if folded(text) == folded(text_of(value)):
            return True
        if of not in self._fields:
            return False
        spoken, read = self._fields[of].render(value, text)
        notes = self._makers.notes[place].split(";")
        explained = filter(None, map(self._fields[of].explained_by.get, notes))
        return spoken == read or any(each(value, text) for each in explained)

    def _likeness(
        self, of: str, said: str, shown: str, *, right: bool
    ) -> tuple[Likeness, str]:
        if not of:
            return Likeness.UNCHECKED, "made by the import; phase 8 compares it"
        if said == shown:
            return Likeness.SAME, ""
        return (Likeness.CONVERTED, "each says it") if right else (Likeness.DIFFERS, "")

    def _difference(self, held: Mapping[str, Any], places: Sequence[int]) -> Likeness:
        """A difference is a fault, but where people changed a record or its rows."""
        by_people = str(held["pk"]) in self._left_alone
        by_people |= any(self._says(place) in self._edited for place in places)
        return Likeness.EDITED if by_people else Likeness.DIFFERS

    def _counted(
        self, held: Mapping[str, Any], places: Sequence[int]
    ) -> Iterator[CardLine]:
        """How many rows make it, by the export, by their records, and as it says."""
        if not self._said:
            return  # by nothing can rows be told that should be among them
        noun = self._maker.noun
        alike = sum(self._alike[one] for one in {self._says(p) for p in places})
        field = next(iter(self._table.counts), "")
        told = held.get(field, len(places))
        right = alike == len(places) == told
        yield CardLine(
            f"rows of {self._maker.file}",
            f"{alike:,} that came in and say so",
            field or f"its {noun}",
            several(len(places), "record") if told == len(places) else f"{told:,}",
            Likeness.CONVERTED if right else self._difference(held, places),
            "counted" if right else "",
        )

    def _row(self, place: int) -> CardLine:
        """One of its rows: as exported, and the record that came of it."""
        pk = self._makers.target["pk"].iloc[place]
        return CardLine(
            f"row {self._makers.rows[place]:,} of {self._maker.file}",
            _BETWEEN.join(self._own_words(place)),
            f"its {self._maker.noun}",
            str(self._makers.target[KEY].iloc[place]),
            Likeness.UNCHECKED,
            "its own card compares it",
            pointed=self._pointed.at(self._maker.name, pk),
        )

    def _own_words(self, place: int) -> list[str]:
        """Its key, and what it is known by."""
        row = self._makers.source.iloc[[place]]
        (key,) = column(row, registry.key_names(self._maker.name))
        known = (self._text(name, place) for name in self._maker.find_by)
        return [text for text in (str(key).strip(), *known) if text]

    def _first_file(self, places: Sequence[int]) -> StoredFile | None:
        stored = self._maker.stored
        if stored is None or not places:
            return None
        target = self._makers.target.iloc[places[0]]
        bucket = str(target.get(stored.bucket) or "") or self._reference.bucket
        return StoredFile(bucket, str(target.get(stored.key) or ""))


def _came_in(lines: pd.DataFrame) -> dict[int, str]:
    """Number of a line of an outcomes file, from 1 -> the record that it names."""
    pairs = zip(lines["outcome"], lines["target_id"], strict=True)
    return {n: t for n, (out, t) in enumerate(pairs, start=1) if out in IMPORTED}


def _link(maker: Table, name: str) -> str:
    """The managed field by which rows of *maker* point at the table *name*."""
    links = (link for link in maker.links if name in (link.through, *link.tables))
    return next(
        link.field
        if link.through
        else next(field for to, field in link.targets if to == name)
        for link in links
    )
