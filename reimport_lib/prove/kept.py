"""Texts that no field of the backend says: they must be in the metadata.

Pure. Read from the source and from the value that is stored, without the import's own
account of what its values carry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reimport_lib.prove.matched import Matched
from reimport_lib.prove.render import clocks, rendering, words
from reimport_lib.prove.render.moments import Zone, is_stamp
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field

_FALSE = frozenset({"", "0", "0.0", "no", "n", "false"})
_START = (("startDate",), ("startTime",), ("Start",))
_END = (("endDate",), ("endTime",), ("End",))
_OWNER_NAMES = ("Name Full", "Contact Name", "Patient Name")
_OWNER_DAYS = ("Contact DOB", "Patient DOB", "DOB")
_METADATA = "filemaker_metadata"
_NO_TIME = frozenset("0:. z")
"""Of a midnight behind a date: programs write it where nobody typed one."""


def must_be_kept(m: Matched) -> dict[str, set[int]]:
    """Name in the metadata -> places of the rows whose text must be there."""
    found: dict[str, set[int]] = {}
    for column in registry.sources()[m.table].fields:
        test = _TESTS.get(column.convert)
        if test is None or not column.field or column.field.startswith("owner"):
            continue
        values = _values(m, column)
        texts = m.texts(*column.names)
        found[column.kept_text] = _places(
            test(value, text, m.zone.order)
            for value, text in zip(values, texts, strict=True)
        )
    if m.table == "contact_details":
        pairs = zip(m.values("value"), m.texts("ph"), strict=True)
        found["ph_text"] = _places(_differs(value, text, "") for value, text in pairs)
    if m.table == "appointments":
        parts = {name for name in found if name.startswith(("start_", "end_"))}
        found = {name: found[name] for name in found.keys() - parts}
        found |= _of_calendar(m)
    return found


def said_of_owners(m: Matched) -> list[dict[str, str]]:
    """Per row what its second naming of the owner says, as the metadata has it."""
    if m.table == "patients":
        return [{} for _ in m.rows]
    texts = (m.texts(*_OWNER_NAMES), m.texts(*_OWNER_DAYS), m.values(_METADATA))
    return [
        {
            "owner_name": _name(held.get("owner_name", ""), name),
            "owner_dob": _day(held.get("owner_dob", ""), day, m.zone.order),
        }
        for name, day, held in zip(*texts, strict=True)
    ]


def _name(held: str, said: str) -> str:
    spoken, shown = rendering.name(held, said)
    return held if spoken == shown else spoken


def _day(held: str, said: str, order: str) -> str:
    """*held* (ISO) where the text says this day in one of the orders."""
    try:
        value = date.fromisoformat(held)
    except ValueError:
        return said
    spoken, shown = clocks.day(value, said, order)
    same = spoken == shown or clocks.in_other_order(value, said, order)
    return held if same else said


def _values(m: Matched, column: Field) -> Sequence[Any]:
    """The field that the column became, where the table has one of its name."""
    if column.field in m.target.columns:
        return m.values(column.field)
    return [""] * len(m.rows)


def _time_behind(value: Any, text: str, order: str) -> bool:
    """A time of day stands behind the date, or no date at all could be read."""
    if not rendering.folded(text):
        return False
    return _has_time(text) or (value is None and not clocks.is_date(text, order))


def _has_time(text: str) -> bool:
    return not _NO_TIME.issuperset(clocks.split(text).clock)


def _stayed_empty(value: Any, text: str, order: str) -> bool:
    said = bool(rendering.folded(text))
    return value is None and said and not is_stamp(text, order)


def _differs(value: Any, text: str, order: str) -> bool:
    """The text is there, and the value is another."""
    number = rendering.number_text(None, text)[0]
    return bool(number) and number != (value or "")


def _spelled_otherwise(value: Any, text: str, order: str) -> bool:
    """The value is the number of the text, and not its text; it may have lost all."""
    said, shown = rendering.phone(value, text)
    lost = not value and rendering.is_exponent(text)
    return _differs(value, text, order) and (said == shown or lost)


def _unknown_flag(value: Any, text: str, order: str) -> bool:
    return rendering.folded(text) not in _FALSE | rendering.TRUE


def _unknown_sex(value: Any, text: str, order: str) -> bool:
    meant = {words.SEXES.get(each) for each in rendering.ticked(text)}
    return None in meant or len(meant) > 1


_TESTS: Mapping[str, Callable[[Any, str, str], bool]] = {
    "date": _time_behind,
    "birth date": _time_behind,
    "date and time": _stayed_empty,
    "phone": _spelled_otherwise,
    "flag": _unknown_flag,
    "sex": _unknown_sex,
}
"""Conversion of the mapping -> whether the text has to be kept beside the value."""


def _of_calendar(m: Matched) -> dict[str, set[int]]:
    """Starts and ends of which a column says more than the moment that was stored."""
    zone = ZoneInfo(m.zone.name)
    starts = m.values("start_time")
    days = [start.astimezone(zone).date() for start in starts]
    found = {}
    for name, moments, columns in (
        ("start_text", starts, _START),
        ("end_text", m.values("end_time"), _END),
    ):
        on, at, stamp = columns
        columns_of_texts = m.texts(*on), m.clocks(*at), m.texts(*stamp)
        texts = zip(*columns_of_texts, strict=True)
        rows = zip(moments, days, texts, strict=True)
        found[name] = _places(_says_more(m.zone, *row) for row in rows)
    return found


def _says_more(
    zone: Zone, moment: datetime | None, day: date, texts: tuple[str, str, str]
) -> bool:
    """A time behind the date, an end that stayed empty, or a stamp that differs."""
    on, at, stamp = texts
    if _has_time(on):
        return True
    orders = [replace(zone, order=order) for order in ("DMY", "MDY", "YMD")]
    if moment is None:
        pairs = [clocks.day(day, on, each.order) for each in orders]
        same = any(said == shown for said, shown in pairs)
        return bool(rendering.folded(at + stamp)) or bool(on.strip() and not same)
    if not (rendering.folded(stamp) and rendering.folded(on) and rendering.folded(at)):
        return False
    pairs = [each.moment(moment, "", "", stamp) for each in orders]
    return all(said != shown for said, shown in pairs)


def _places(tests: Iterable[bool]) -> set[int]:
    return {place for place, holds in enumerate(tests) if holds}
