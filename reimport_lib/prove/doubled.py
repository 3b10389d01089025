"""Rows left out as doubled: the row of their key that came in says all that they say.

Read from the two rows as they stand in the source, cell by cell; which rows are paired
is the import's word, whether they are the same is not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from reimport_lib.checks import Check, Verdict, some_rows
from reimport_lib.counting import several
from reimport_lib.prove import one_form
from reimport_lib.prove.evidence import IMPORTED, Evidence
from reimport_lib.prove.reference_data import look_around
from reimport_lib.prove.render import clocks, rendering
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.moments import Zone
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import Field

DOUBLED = "duplicate_row"
_ORDERS = ("DMY", "MDY", "YMD")
_WORDS = frozenset({"status_word", "direction_word", "kind_text"})
_FLAGS = rendering.TRUE | {"", "0", "0.0", "no", "n", "false"}
_FLAG_COLUMNS = ("SMS Phone", "Email default", "Xero address")
_OF_PROGRAMS = ("id", "creation", "modification")
_VALUES = ("ph", "PhoneMobileIntFormat", *_FLAG_COLUMNS, "address 1")
"""Columns of a contact detail that may hold its value, one for another."""

_TIMES: Mapping[str, tuple[Aliases, ...]] = {
    "start_time": (("startDate",), ("startTime",), ("Start",)),
    "end_time": (("endDate",), ("endTime",), ("End",)),
}
_LEAST_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """
    A doubled row and the one that came in.

    Attributes:
        frame: the two, the doubled one first.
        values: of the record that came in, by field.
    """

    table: str
    frame: pd.DataFrame
    values: Mapping[str, Any]
    zone: Zone

    def texts(self, names: Aliases) -> tuple[str, str]:
        said, told = column(self.frame, names)
        return said, told


def check_doubled(evidence: Evidence) -> list[Check]:
    """One check for every table of which rows were left out as doubled."""
    found = []
    for table in registry.source_tables():
        if not evidence.snapshot.has(table.name):
            continue
        rows = evidence.outcomes(table.name)
        if rows is not None and (rows["reason"] == DOUBLED).any():
            found.append(_check(evidence, table.name, rows))
    return found


def _check(evidence: Evidence, table: str, rows: pd.DataFrame) -> Check:
    doubled = rows[rows["reason"] == DOUBLED]
    others = rows[rows["reason"] != DOUBLED]
    of_key = others[others["key"].isin(doubled["key"])].groupby("key")
    groups = {key: list(of_key.get_group(key).itertuples()) for key in of_key.groups}
    zone = look_around(evidence).zone(evidence.order_of(table))
    frame, held = evidence.source(table), evidence.database(table)
    wanted = {t.target_id for taken in groups.values() for t in taken}
    some: Any = held[held.index.isin(wanted)]
    records: dict[Any, dict[str, Any]] = some.to_dict("index")
    more = []
    for row, key in zip(doubled["row"], doubled["key"], strict=True):
        taken = groups.get(key, [])
        came_in = [
            Pair(table, frame.loc[[row, t.row]], records[t.target_id], zone)
            for t in taken
            if t.outcome in IMPORTED and t.target_id in records
        ]
        if not taken or (came_in and all(says_more(pair) for pair in came_in)):
            more.append(row)
    count, file = len(doubled), registry.by_name()[table].file
    return Check(
        f"{table}: doubled rows say nothing that the row which came in does not",
        f"{count:,} of {several(count, 'row')}",
        f"{count - len(more):,} of {several(count, 'row')}"
        + (f"; not {some_rows(more)}" if more else ""),
        Verdict.FAIL if more else Verdict.PASS,
        f"compare them with the other row of their key in {file}" if more else "",
    )


def says_more(pair: Pair) -> bool:
    """The first row of *pair* says something that the second does not."""
    return any(True for _ in said_more(pair))


def said_more(pair: Pair) -> Iterator[str]:
    """Names of the columns in which the first row says more."""
    number = registry.named(pair.table).number_key
    for names in (registry.key_names(pair.table), registry.owner_names(pair.table)):
        said, told = (rendering.key_text(t, number=number) for t in pair.texts(names))
        if said != told:
            yield next(iter(names), "")
    in_times = {
        name for columns in _TIMES.values() for names in columns for name in names
    }
    is_calendar = pair.table == "appointments"
    for each in registry.sources()[pair.table].fields:
        if each.convert.key or (is_calendar and each.names[0] in in_times):
            continue
        if not _is_told(pair, each):
            yield each.names[0]
    if is_calendar:
        for field, columns in _TIMES.items():
            if not _is_moment_told(pair, field, columns):
                yield field


def _is_told(pair: Pair, each: Field) -> bool:
    said, told = pair.texts(each.names)
    if not bare(said) or bare(said) == bare(told):
        return True
    if each.convert.coded or each.name in _WORDS:
        return False
    if pair.table == "contact_details":
        return _is_told_of_detail(pair, each, said)
    if each.convert is convert.moment and each.field in pair.values:
        zones = [replace(pair.zone, order=order) for order in _ORDERS]
        value = pair.values[each.field]
        moments = [zone.moment(value, "", "", said) for zone in zones]
        return any(spoken == shown for spoken, shown in moments)
    return _is_same(said, told, pair.zone.order)


def _is_told_of_detail(pair: Pair, each: Field, said: str) -> bool:
    header = each.names[0]
    if header.startswith(_OF_PROGRAMS) and header != "id.key":
        return True
    is_flag = rendering.folded(said) in _FLAGS
    if header in _FLAG_COLUMNS and is_flag:
        return True
    names = _VALUES if header in _VALUES else (header,)
    told = [pair.texts((name,))[1] for name in names]
    lost = header in _VALUES and rendering.is_exponent(said) and pair.values["value"]
    return bool(lost) or any(_is_same(said, t, pair.zone.order) for t in told)


def _is_moment_told(pair: Pair, field: str, columns: tuple[Aliases, ...]) -> bool:
    """Column by column, or as the moment that was stored."""
    cells = [pair.texts(names) for names in columns]
    if all(_is_same(said, told, pair.zone.order) for said, told in cells):
        return True
    texts = [said for said, _ in cells]
    for order in _ORDERS:
        zone = replace(pair.zone, order=order)
        said, shown = zone.moment(pair.values[field], *texts)
        if said == shown:
            return True
    return False


def _is_same(said: str, told: str, order: str) -> bool:
    """*told* has the letters and digits of *said*, or is its number, day or moment."""
    if not bare(said) or bare(said) == bare(told):
        return True
    one, other = map(rendering.without_point_zero, map(rendering.plain, (said, told)))
    if one_form.same(one, other, order) or one_form.same(other, one, order):
        return True
    if _is_same_number(one, other):
        return True
    return any(clocks.same_day(one, other, each) for each in (order, *_ORDERS))


def _is_same_number(one: str, other: str) -> bool:
    """One telephone number with and without what is dialled before it, or zeros."""
    (short, tail), (long, end) = sorted(
        map(rendering.parts_of_number, (one, other)), key=lambda parts: len(parts[0])
    )
    bare_digits = short.lstrip("0")
    return (
        tail == end
        and bool(bare_digits)
        and long.endswith(bare_digits)
        and (len(bare_digits) >= _LEAST_DIGITS or long.lstrip("0") == bare_digits)
    )


def bare(text: str) -> str:
    """What is left of *text* without case and separators: letters, marks, pictures."""
    signs = unicodedata.normalize("NFKC", rendering.without_point_zero(text.strip()))
    kinds = ((sign, unicodedata.category(sign)) for sign in rendering.folded(signs))
    return "".join(sign for sign, kind in kinds if kind[0] in "LMN" or kind == "So")
