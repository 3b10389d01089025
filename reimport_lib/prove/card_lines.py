"""A record's card, field by field, out of the frozen source and the database.

The declarations say which column goes where; whether two sides say the same is phase
8's comparison, which shares no code with the import.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

from reimport_lib.prove.evidence import TECHNICAL, Evidence
from reimport_lib.prove.metadata import NAME, as_they_were, kept_columns
from reimport_lib.prove.pointed_at import PointedAt
from reimport_lib.prove.reference_data import ReferenceData
from reimport_lib.prove.render import one_form
from reimport_lib.prove.render.cards import (
    CardLine,
    Likeness,
    RecordCard,
    StoredFile,
    digest,
)
from reimport_lib.prove.render.comparison import Comparison, Matched, declared
from reimport_lib.prove.render.headers import bare
from reimport_lib.prove.render.rendering import folded, plain, seen
from reimport_lib.tables import registry
from reimport_lib.tables.declare import LinkTo
from reimport_lib.write.models import OWNER_TYPE, attname

KEY = "filemaker_id"
_NOT_SHOWN = TECHNICAL | {"pk", KEY, NAME}


class CardWriter:
    """Writes cards of one table; what all of them need is made once."""

    def __init__(
        self, evidence: Evidence, matched: Matched, reference: ReferenceData
    ) -> None:
        self._m, self._reference = matched, reference
        self._table = registry.named(matched.table)
        self._places = {row: place for place, row in enumerate(matched.rows)}
        self._fields = declared(matched)
        self._pointed = PointedAt(evidence)
        self._links = {
            name: (link, to)
            for link in self._table.links
            for to, name in link.targets
            if name
        }
        self._zone = ZoneInfo(reference.settings.time_zone)
        self._headers = {bare(str(name)): str(name) for name in matched.frame.columns}

    def card(self, row: int) -> RecordCard:
        """The card of *row*, without why it was drawn."""
        texts = {str(name): str(text) for name, text in self._m.frame.loc[row].items()}
        said = digest(*(part for pair in texts.items() for part in pair))
        place = self._places.get(row)
        by_account = self._table.key is None
        if place is None:
            lines = tuple(
                CardLine(name, text, "", "", Likeness.DIFFERS)
                for name, text in texts.items()
                if text.strip()
            )
            key = self._key_of(texts)
            return RecordCard(
                *(self._table.name, row, key, (), (), by_account, "", lines, ()),
                source_digest=said,
                target_digest="",
            )
        held = {str(n): v for n, v in self._m.target.iloc[place].items()}
        every = [
            *self._compared(place, held),
            *self._unsaid(texts, held),
            *self._metadata(texts, held),
        ]
        used = {name for line in every for name in line.columns.split(", ")}
        every += self._left_out(texts, used)
        every += self._of_backend(held, {line.field for line in every})
        shown = [e for e in every if e.said.strip() or e.held or e.pointed]
        blank = [line.field or line.columns for line in every if line not in shown]
        return RecordCard(
            *(self._table.name, row, str(held[KEY]), (), (), by_account, ""),
            *(tuple(shown), tuple(dict.fromkeys(blank))),
            source_digest=said,
            target_digest=digest(*(f"{n}={text_of(v)}" for n, v in held.items())),
            file=self._file(held),
        )

    def _key_of(self, texts: Mapping[str, str]) -> str:
        names = self._table.key.names if self._table.key else ()
        found = (texts[self._headers[n]] for n in names if n in self._headers)
        return next(found, "").strip()

    def _file(self, held: Mapping[str, Any]) -> StoredFile | None:
        stored = self._table.stored
        if stored is None:
            return None
        bucket, key = (str(held.get(n) or "") for n in (stored.bucket, stored.key))
        return StoredFile(bucket or self._reference.bucket, key)

    def _compared(self, place: int, held: Mapping[str, Any]) -> Iterator[CardLine]:
        """A line for each field that phase 8 compares, but the metadata."""
        for each in self._fields:
            texts = [column[place] for column in each.texts]
            value = each.values[place]
            shown = self._held(held, each.name, value)
            named, pointed = "", ""
            if each.name in self._links:
                link, to = self._links[each.name]
                if link.others and not any(each.render(value, *texts)):
                    texts = ["" for _ in texts]  # they name a row of another table
                named, pointed, shown = self._ends(link, to, texts, held, value)
            likeness, rule = self._likeness(each, place, value, texts, shown)
            yield CardLine(
                ", ".join(self._found(each.headers)),
                "\n".join(filter(None, map(str.strip, texts))),
                each.name,
                shown,
                likeness,
                rule,
                named,
                pointed,
            )

    def _held(self, held: Mapping[str, Any], name: str, value: object = None) -> str:
        """The value of the managed field *name* in words; *value* where it has none."""
        attribute = attname(name)
        found = held.get(attribute, value)
        if name == OWNER_TYPE:
            return self._reference.owner_types.get(found, self._text(found))
        return self._text(found)

    def _likeness(
        self,
        each: Comparison,
        place: int,
        value: object,
        texts: Sequence[str],
        shown: str,
    ) -> tuple[Likeness, str]:
        """How the sides of a field are alike, and by what rule."""
        if each.unchecked:
            return Likeness.UNCHECKED, each.unchecked
        spoken, read = each.render(value, *texts)
        typed = " ".join(filter(None, map(str.strip, texts)))
        if spoken == read:
            if typed == shown or folded(typed) == folded(shown):
                return Likeness.SAME, ""
            if not typed and each.headers:
                return Likeness.DEFAULT, ""
            if not typed:
                return Likeness.CONVERTED, "made by the import"
            return Likeness.CONVERTED, self._conversion(each.name)
        of_people = self._m.kept.get(each.name, {})
        if note := of_people.get(self._m.target.index[place]):
            return Likeness.KEPT, note
        for code in filter(None, self._m.notes[place].split(";")):
            explains = each.explained_by.get(code)
            if explains is not None and explains(value, *texts):
                return Likeness.EXPLAINED, code
        if self._m.edited[place] or (each.changed and each.changed[place]):
            return Likeness.EDITED, ""
        return Likeness.DIFFERS, ""

    def _conversion(self, name: str) -> str:
        """What makes the field *name*: a conversion, a link, or a rule of the table."""
        if name in self._links:
            return "link"
        if name == KEY:
            return self._table.key.convert.name if self._table.key else "key"
        for each in self._table.fields:
            if each.field == name and name not in self._table.values:
                return each.convert.name
        return "rule of the table"

    def _found(self, headers: Sequence[Sequence[str]]) -> list[str]:
        """The source's own name of each column; one it does not have is left out."""
        found = []
        for aliases in headers:
            names = (self._headers[n] for n in aliases if n in self._headers)
            found += [name for name in [next(names, "")] if name]
        return list(dict.fromkeys(found))

    def _ends(
        self,
        link: LinkTo,
        to: str,
        texts: Sequence[str],
        held: Mapping[str, Any],
        value: object,
    ) -> tuple[str, str, str]:
        """What the source names, what the database points at, and by which key."""
        name = next(name for other, name in link.targets if other == to)
        pk = held.get(attname(name))
        if to in registry.lookups():
            return "", "", self._pointed.entry(to, pk)
        pointed = self._pointed.at(link.through or to, pk)
        named = next(
            (said for text in texts if (said := self._pointed.named(to, text))), ""
        )
        key = value if isinstance(value, str) and not link.through else ""
        return named, pointed, key

    def _unsaid(
        self, texts: Mapping[str, str], held: Mapping[str, Any]
    ) -> Iterator[CardLine]:
        """Managed fields that nothing compares, with the column of their name."""
        known = {each.name for each in self._fields}
        for name in self._table.managed:
            if name in known or name == NAME:
                continue
            of_name = [f.names for f in self._table.fields if f.field == name]
            columns = self._found(of_name)
            said = "\n".join(texts[column].strip() for column in columns)
            shown = self._held(held, name)
            why = "nobody has said how it is compared"
            alike = Likeness.SAME if said == shown else Likeness.UNCHECKED
            rule = "" if alike is Likeness.SAME else why
            yield CardLine(", ".join(columns), said, name, shown, alike, rule)

    def _metadata(
        self, texts: Mapping[str, str], held: Mapping[str, Any]
    ) -> Iterator[CardLine]:
        """What is kept beside the fields, name by name."""
        kept = held.get(NAME)
        kept = kept if isinstance(kept, dict) else {}
        words = kept_columns(self._table.name)
        before = {
            name: aliases
            for name, aliases in as_they_were(self._table.name).items()
            if name in kept and name not in words
        }
        for name, aliases in [*((n, (a,)) for n, a in words.items()), *before.items()]:
            columns = self._found(aliases)
            said = "\n".join(filter(None, (texts[c].strip() for c in columns)))
            shown = self._text(kept.get(name, ""))
            yield CardLine(
                ", ".join(columns),
                said,
                f"{NAME}: {name}",
                shown,
                *self._kept_likeness(said, shown),
            )
        for name in kept.keys() - words.keys() - before.keys():
            shown = self._text(kept[name])
            yield CardLine("", "", f"{NAME}: {name}", shown, Likeness.BESIDE, "")

    def _kept_likeness(self, said: str, shown: str) -> tuple[Likeness, str]:
        if plain(seen(said)) == shown:
            return Likeness.SAME, ""
        order = self._m.zone.order
        if not plain(seen(said)) or one_form.same(shown, said, order):
            return Likeness.BESIDE, ""
        if not shown:
            return Likeness.LEFT_OUT, "its field says all of it"
        return Likeness.BESIDE, "in one form"

    def _left_out(self, texts: Mapping[str, str], used: set[str]) -> Iterator[CardLine]:
        """Columns that went nowhere, and why."""
        for name, text in texts.items():
            if name not in used:
                why = self._why_dropped(bare(name))
                yield CardLine(name, text.strip(), "", "", Likeness.LEFT_OUT, why)

    def _why_dropped(self, header: str) -> str:
        for dropped in self._table.dropped:
            if any(fnmatchcase(header, pattern) for pattern in dropped.names):
                return dropped.reason
        return "no field takes it"

    def _of_backend(
        self, held: Mapping[str, Any], known: set[str]
    ) -> Iterator[CardLine]:
        """What stands in fields that the import does not write."""
        taken = {attname(name) for name in (*known, *self._table.managed)}
        for name, value in held.items():
            if name not in taken and name not in _NOT_SHOWN and name != "id":
                yield CardLine("", "", name, self._text(value), Likeness.BACKEND)

    def _text(self, value: object) -> str:
        """*value* in words; a moment by the clinic's clock."""
        if isinstance(value, datetime) and value == value:
            at = value.astimezone(self._zone) if value.tzinfo else value
            return at.isoformat(" ").partition("+")[0]
        if isinstance(value, tuple):
            return " ".join(filter(None, map(self._text, value)))
        return text_of(value)


def text_of(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() | Decimal() | datetime() if value != value:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case date() | time():
            return value.isoformat()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
