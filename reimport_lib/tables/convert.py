"""The conversions: how a text becomes a value, and how phase 8 reads it for itself.

Each owns both directions. They share no code: what ``plan.values`` reads, ``render``
writes in the shape of the text it is compared with.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reimport_lib import setting_values
from reimport_lib.frames import Column
from reimport_lib.plan.cells import no_codes
from reimport_lib.plan.context import Context
from reimport_lib.plan.stage import order_of
from reimport_lib.plan.values import (
    carrying,
    contacts,
    conversions,
    dates,
    keys,
    one_form,
    times,
)
from reimport_lib.plan.values.text import Cleaned
from reimport_lib.prove.render import clocks, explaining, keeping, rendering, words
from reimport_lib.prove.render.explaining import Notes
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.tables.declare import Conversion, Field, Setting, Table

if TYPE_CHECKING:
    from reimport_lib.tables.columns import Read, Render


PHONE_REGION = Setting(
    "phone_region", "REIMPORT_PHONE_REGION", setting_values.phone_region, "AU"
)
"""Of phone numbers without a country code (ISO 3166)."""


def _simply(read: Callable[[Column], Cleaned]) -> Read:
    """A reading that needs the texts alone."""
    return lambda texts, *_: read(texts)


def _always(render: Render) -> Callable[[Zone], Render]:
    """A rendering that is the same on every wall clock."""
    return lambda zone: render


def _keys(texts: Column, _: Field, table: Table, __: Context) -> Cleaned:
    return _without_codes(keys.whole_keys(texts, table=table.name))


def _number_keys(texts: Column, _: Field, table: Table, __: Context) -> Cleaned:
    return _without_codes(keys.whole_keys(texts, table=table.name, number=True))


def _without_codes(values: Column) -> Cleaned:
    return Cleaned(values=values, codes=no_codes(values.index))


def _as_written(texts: Column, _: Field, table: Table, context: Context) -> Cleaned:
    order, _declared = order_of(table, context)
    return one_form.in_one_form(conversions.number_text(texts), order)


def _digits(texts: Column, field: Field, _: Table, context: Context) -> Cleaned:
    if not field.width:
        raise ValueError(f"{field.name}: no setting says how many digits it has")
    return conversions.digits(texts, context.settings.of(field.width))


def _phones(texts: Column, _: Field, __: Table, context: Context) -> Cleaned:
    return contacts.phone(texts, context.settings.of(PHONE_REGION))


def _dates(texts: Column, _: Field, table: Table, context: Context) -> Cleaned:
    order, declared = order_of(table, context)
    return dates.dates(texts, order, declared=declared)


def _birth_dates(texts: Column, _: Field, table: Table, context: Context) -> Cleaned:
    order, declared = order_of(table, context)
    today = context.as_of.astimezone(ZoneInfo(context.settings.time_zone))
    return dates.birth_dates(texts, order, declared=declared, as_of=today)


def _moments(texts: Column, _: Field, table: Table, context: Context) -> Cleaned:
    order, declared = order_of(table, context)
    zone = context.settings.time_zone
    return times.stamps(texts, order, declared=declared, zone=zone)


def _render_date(zone: Zone) -> Render:
    return partial(clocks.day, order=zone.order)


def _render_moment(zone: Zone) -> Render:
    def render(value: Any, said: str) -> Pair:
        return zone.moment(value, "", "", said)

    return render


def _notes_of_moments(zone: Zone) -> Notes:
    return {
        note: lambda value, said, explains=explains: explains(value, "", "", said)
        for note, explains in explaining.moments(zone).items()
    }


key = Conversion(
    "key", _keys, carrying.always, _always(rendering.key), key=True, shown="key"
)
number_key = Conversion(
    "number key",
    _number_keys,
    carrying.always,
    _always(rendering.number_key),
    key=True,
    number=True,
    shown="key",
)
text = Conversion(
    "text", _simply(conversions.text), render=_always(rendering.text), is_text=True
)
word = Conversion(
    "word",
    _simply(conversions.word),
    render=_always(rendering.label),
    shown="text",
    is_text=True,
)
number_text = Conversion(
    "number as text",
    _simply(conversions.number_text),
    render=_always(rendering.number_text),
    is_text=True,
)
as_written = Conversion("kept", _as_written, carrying.always)
digits = Conversion(
    "digits",
    _digits,
    carrying.with_zeros,
    _always(rendering.number_text),
    lambda _: explaining.zeros(),
    shown="hidden",
    is_text=True,
)
person_name = Conversion(
    "person name",
    _simply(conversions.person_name),
    render=_always(rendering.name),
    shown="initials",
    is_text=True,
)
title = Conversion(
    "title", _simply(conversions.title), render=_always(rendering.title), is_text=True
)
flag = Conversion(
    "flag",
    _simply(conversions.flag),
    carrying.always,
    _always(rendering.flag),
    keep=keeping.unknown_flag,
    gives=bool,
    coded=True,
)
amount = Conversion(
    "number",
    _simply(conversions.amount),
    carrying.always,
    _always(rendering.number),
    keep=keeping.no_number,
    gives=Decimal,
    shown="hidden",
)
whole = Conversion(
    "whole number",
    _simply(conversions.whole),
    carrying.always,
    _always(rendering.whole),
    keep=keeping.no_whole_number,
    gives=int,
    shown="hidden",
)
sex = Conversion(
    "sex",
    _simply(conversions.sex),
    carrying.always,
    _always(partial(rendering.coded, words=words.SEXES)),
    lambda _: {"unknown_value": explaining.unknown_word(words.SEXES, "U")},
    keeping.unknown_sex,
    coded=True,
)
phone = Conversion(
    "phone",
    _phones,
    carrying.number_in_full,
    _always(rendering.phone),
    lambda _: explaining.numbers(),
    keeping.spelled_otherwise,
    setting=PHONE_REGION,
    respelled=True,
    shown="phone",
    is_text=True,
)
email = Conversion(
    "e-mail",
    _simply(contacts.email),
    render=_always(rendering.email),
    shown="hidden",
    is_text=True,
)
date = Conversion(
    "date",
    _dates,
    carrying.date_alone,
    _render_date,
    explaining.dates,
    keeping.time_behind,
    gives=datetime.date,
    dated=True,
    shown="plain",
)
birth_date = Conversion(
    "birth date",
    _birth_dates,
    carrying.date_alone,
    _render_date,
    explaining.birth_dates,
    keeping.time_behind,
    gives=datetime.date,
    dated=True,
    shown="year",
)
since_midnight = Conversion(
    "time since midnight",
    _simply(times.times),
    carrying.always,
    clock=True,
    shown="plain",
)
time_of_day = Conversion(
    "time of day",
    _simply(times.times_of_day),
    carrying.always,
    _always(clocks.time_of_day),
    lambda _: explaining.times(),
    keeping.no_time,
    gives=datetime.time,
    clock=True,
    shown="plain",
)
moment = Conversion(
    "date and time",
    _moments,
    carrying.always,
    _render_moment,
    _notes_of_moments,
    keeping.stayed_empty,
    gives=datetime.datetime,
    dated=True,
    shown="plain",
)
