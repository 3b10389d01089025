"""Imported rows with their source rows beside them, and how a field is compared.

Nothing here writes. A field is compared value by value: each distinct pair of value and
text is rendered once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from reimport_lib.prove.evidence import IMPORTED, Account, Evidence
from reimport_lib.prove.headers import Aliases, column
from reimport_lib.prove.reference_data import World
from reimport_lib.prove.render.clocks import in_full
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.write.models import model_of

Render = Callable[..., Pair]
Explains = Callable[..., bool]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """
    The imported rows of one table that are in the database, in source order.

    Attributes:
        rows: record numbers; missing: those of imported rows that are not there.
        source: their texts; target: their columns, by attribute; both in this order.
        frame, outcomes: every row of the table, in the source and its outcomes file.
        notes: codes joined with ";"; created: the row is new; keys: pseudonyms.
        edited: people have saved the row since it was imported.
        as_of: the clock of the run that imported them.
    """

    table: str
    rows: Sequence[int]
    missing: Sequence[int]
    source: pd.DataFrame
    target: pd.DataFrame
    frame: pd.DataFrame
    outcomes: pd.DataFrame
    notes: Sequence[str]
    created: Sequence[bool]
    keys: Sequence[str]
    edited: Sequence[bool]
    as_of: datetime
    zone: Zone
    world: World

    def texts(self, *aliases: str) -> list[str]:
        """The source's column under one of *aliases*; blanks where it has none."""
        return column(self.source, aliases)

    def clocks(self, *aliases: str) -> list[str]:
        """Like ``texts`` for times of day, in full where the whole column says less."""
        whole = in_full(column(self.frame, aliases))
        of_row = dict(zip(self.frame.index, whole, strict=True))
        return [of_row[row] for row in self.rows]

    def values(self, *attributes: str) -> list[Any]:
        """The database's column; of several, tuples."""
        if len(attributes) == 1:
            return self.target[attributes[0]].tolist()
        columns = (self.target[name].tolist() for name in attributes)
        return list(zip(*columns, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """
    One field of the backend and the source columns that it is made from.

    Attributes:
        values: of the database, one per row; texts: of the source, one list per column.
        render: (value, *texts) -> what the source says, what the value says.
        explained_by: note -> (value, *texts) -> whether it explains a difference.
        unchecked: why the field cannot be compared; "" where it can.
        headers: of those columns, the ones each may have.
        changed: whether a person changed what the value stands in; () where nobody did.
    """

    name: str
    values: Sequence[Any]
    texts: tuple[Sequence[str], ...]
    render: Render
    explained_by: Mapping[str, Explains] = field(default_factory=dict)
    unchecked: str = ""
    headers: tuple[Aliases, ...] = ()
    changed: Sequence[bool] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """
    Attributes:
        rows: how many were compared; equal of them are equal as they stand.
        explained: note -> rows whose difference it explains.
        different, edited: record numbers of rows that nothing explains, and of those
            that people have changed.
        source_sha256, target_sha256: over the lines of all rows but the explained.
        source_filled, target_filled: values that are not blank, over all rows.
    """

    rows: int
    equal: int
    explained: Mapping[str, int]
    different: Sequence[int]
    edited: Sequence[int]
    source_sha256: str
    target_sha256: str
    source_filled: int
    target_filled: int
    explained_blank: int


def match(
    evidence: Evidence, account: Account, table: str, world: World
) -> Matched | None:
    """The imported rows of *table*; None where their outcomes file is gone."""
    outcomes = evidence.outcomes(table)
    if outcomes is None:
        return None
    imported = outcomes[outcomes["outcome"].isin(IMPORTED)]
    held = evidence.database(table)
    there = imported["target_id"].isin(held.index)
    found = imported[there]
    target = held.loc[list(found["target_id"])]
    frame = evidence.source(table)
    return Matched(
        table=table,
        rows=list(found["row"]),
        missing=list(imported.loc[~there, "row"]),
        source=frame.loc[list(found["row"])],
        target=target,
        frame=frame,
        outcomes=outcomes,
        notes=list(found["notes"]),
        created=list(found["outcome"] == "created"),
        keys=list(found["key"]),
        edited=_edited(evidence, account, table, target),
        as_of=account.as_of,
        zone=world.zone(evidence.order_of(table)),
        world=world,
    )


def _edited(
    evidence: Evidence, account: Account, table: str, target: pd.DataFrame
) -> list[bool]:
    """Whether people have saved the row since *account* was closed."""
    manager: Any = model_of(table)._base_manager
    later = manager.using(evidence.alias).filter(updated_at__gt=account.finished_at)
    saved = {str(pk) for pk in later.values_list("pk", flat=True)}
    return [pk in saved for pk in target.index]


def compare(matched: Matched, field_: Field) -> Compared:
    """Both sides of one field, row by row."""
    pairs = _rendered(field_)
    unequal = [place for place, (said, shown) in enumerate(pairs) if said != shown]
    reasons = {place: _explanation(matched, field_, place) for place in unequal}
    explained = {place: code for place, code in reasons.items() if code}
    left = [place for place in unequal if place not in explained]
    edited = [
        place
        for place in left
        if matched.edited[place] or (field_.changed and field_.changed[place])
    ]
    different = [matched.rows[place] for place in left if place not in {*edited}]
    says, shows = [said for said, _ in pairs], [shown for _, shown in pairs]
    source_sha256 = _sha256(matched.rows, says, without=explained)
    return Compared(
        rows=len(matched.rows) + len(matched.missing),
        equal=len(pairs) - len(unequal),
        explained=dict(Counter(explained.values())),
        different=sorted([*different, *matched.missing]),
        edited=[matched.rows[place] for place in edited],
        source_sha256=source_sha256,
        target_sha256=_sha256(matched.rows, shows, without=explained)
        if left
        else source_sha256,
        source_filled=len(says) - says.count(""),
        target_filled=len(shows) - shows.count(""),
        explained_blank=sum(
            bool(pairs[place][0]) - bool(pairs[place][1]) for place in explained
        ),
    )


class _Rendered(dict[tuple[Any, ...], Pair]):
    """Each distinct value with its texts -> their pair, rendered when asked for."""

    def __init__(self, render: Render) -> None:
        super().__init__()
        self._render = render

    def __missing__(self, cells: tuple[Any, ...]) -> Pair:
        self[cells] = pair = self._render(*cells)
        return pair


def _rendered(field_: Field) -> list[Pair]:
    """The pair of every row."""
    known = _Rendered(field_.render)
    cells = zip(field_.values, *field_.texts, strict=True)
    return [known[each] for each in cells]


def _explanation(matched: Matched, field_: Field, place: int) -> str:
    """The note of the row that explains why the field differs, or ""."""
    cells = (field_.values[place], *(texts[place] for texts in field_.texts))
    for code in matched.notes[place].split(";"):
        explains = field_.explained_by.get(code)
        if explains is not None and explains(*cells):
            return code
    return ""


def _sha256(
    rows: Sequence[int], texts: Sequence[str], *, without: Collection[int]
) -> str:
    """Over the record numbers and the texts of these rows, but some by their place."""
    if without:
        kept = [place for place in range(len(rows)) if place not in without]
        rows, texts = [rows[n] for n in kept], [texts[n] for n in kept]
    text = "\x00".join([*map(str, rows), *texts])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
