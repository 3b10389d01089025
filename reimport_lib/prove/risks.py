"""Rows that are likelier wrong than others, out of the source and the database.

What they are picked by is told with each; no plan is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.peoples import NOTES, UNFIT
from reimport_lib.prove.render.cards import Pick, Risk, ranked
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.prove.render.headers import bare
from reimport_lib.prove.render.rendering import folded
from reimport_lib.tables import registry
from reimport_lib.write.models import attname, fields_of, model_of

MOST = 14
"""Rows of one table that are picked by risk."""

EACH = 2
"""Rows that are picked for one reason."""

_OF_PEOPLE = (*NOTES, UNFIT, "taken_by_decision", "overwritten")


def picked(matched: Matched, evidence: Evidence, seed: str) -> list[Pick]:
    """The rows of *matched* that are picked by risk, at most ``MOST`` of them."""
    found: dict[int, list[Pick]] = {}
    finders = (
        _noted(matched, seed),
        _unsure(matched, seed),
        _most_named(matched, evidence),
        _longest(matched),
        _ends(matched),
    )
    for pick in (pick for finder in finders for pick in finder):
        if pick.row in found or len(found) < MOST:
            found.setdefault(pick.row, []).append(pick)
    return [pick for picks in found.values() for pick in picks]


def _noted(matched: Matched, seed: str) -> Iterator[Pick]:
    """A few rows of each note, those that people had a say in first."""
    of_note: dict[str, list[int]] = {}
    for row, notes in zip(matched.rows, matched.notes, strict=True):
        for code in filter(None, notes.split(";")):
            of_note.setdefault(code, []).append(row)
    for code in sorted(of_note, key=lambda code: (code not in _OF_PEOPLE, code)):
        risk = Risk.MERGED if code in _OF_PEOPLE else Risk.DOUBTED
        rows = of_note[code]
        for row in ranked(seed, matched.table, rows)[:EACH]:
            yield Pick(row, risk, code, f"{len(rows):,}")


def _unsure(matched: Matched, seed: str) -> Iterator[Pick]:
    """Rows whose link was found by another spelling than that of the row it names."""
    for link in registry.named(matched.table).links:
        if link.through or link.others or link.to in registry.lookups():
            continue
        (name, *_) = link.columns
        names = registry.named(matched.table).column(name).names
        keys = [matched.reference.key(link.to, pk) for pk in matched.links(link.field)]
        texts = matched.texts(*names)
        rows = [
            row
            for row, text, key in zip(matched.rows, texts, keys, strict=True)
            if text.strip() and key and folded(text) != folded(key)
        ]
        for row in ranked(seed, matched.table, rows)[:EACH]:
            yield Pick(row, Risk.UNSURE, link.field, f"{len(rows):,}")


def _longest(matched: Matched) -> Iterator[Pick]:
    """Rows with the longest text in one cell of the source, keys left aside."""
    longest: dict[int, tuple[int, str]] = {}
    table = registry.named(matched.table)
    keys = {n for f in table.all_fields if f.convert.key for n in f.names}
    for header in matched.source.columns:
        if bare(str(header)) in keys:
            continue
        texts = matched.source[header].tolist()
        for row, text in zip(matched.rows, texts, strict=True):
            longest[row] = max(longest.get(row, (0, "")), (len(text), str(header)))
    first = sorted(longest, key=lambda row: (-longest[row][0], row))[:EACH]
    for row in first:
        characters, header = longest[row]
        if characters:
            yield Pick(row, Risk.LONGEST, header, f"{characters:,}")


def _ends(matched: Matched) -> Iterator[Pick]:
    """The rows with the first and the last day or moment of each field."""
    for name in registry.named(matched.table).managed:
        attribute = attname(name)
        if attribute not in matched.target.columns:
            continue
        held = matched.values(attribute)
        dated = [
            (_instant(value), row)
            for value, row in zip(held, matched.rows, strict=True)
            if isinstance(value, date) and value == value
        ]
        if len(dated) > EACH:
            for risk, (said, row) in (
                (Risk.EARLIEST, min(dated)),
                (Risk.LATEST, max(dated)),
            ):
                yield Pick(row, risk, name, said[:10])


def _instant(value: date) -> str:
    """A day or a moment as a text that sorts as they do."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat().rjust(10, "0")


def _most_named(matched: Matched, evidence: Evidence) -> Iterator[Pick]:
    """The rows that most rows of other tables point at."""
    named: Counter[Any] = Counter()
    for table in registry.all_tables():
        if not table.model:
            continue
        columns = fields_of(model_of(table.name))
        for link in table.links:
            for to, name in link.targets:
                attribute = attname(name)
                if to == matched.table and not link.through and attribute in columns:
                    named.update(evidence.counted(table.name, attribute))
    pks: Sequence[Any] = matched.target["pk"].tolist()
    counted = [(named[pk], row) for pk, row in zip(pks, matched.rows, strict=True)]
    for number, row in sorted(counted, key=lambda one: (-one[0], one[1]))[:EACH]:
        if number:
            yield Pick(row, Risk.MOST_NAMED, "", f"{number:,}")
