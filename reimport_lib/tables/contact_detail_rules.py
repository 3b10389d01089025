"""Contact details: one row per phone, mobile, e-mail or address of its owner.

Pure. The authority is the paragraph "Contact details" of ``docs/rules.md``. The file
has no key column: a row's key is made of its owner, its kind and its value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.cells import (
    either,
    filled_from,
    no_codes,
    objects,
    test,
    texts,
)
from reimport_lib.plan.context import Context
from reimport_lib.plan.stage import Staged, stage_table, with_columns
from reimport_lib.plan.values import contacts, conversions
from reimport_lib.plan.values.canonical import canonical_texts, line_of
from reimport_lib.plan.values.text import Cleaned, listed_words
from reimport_lib.tables.contact_detail_texts import is_lost, part, with_note
from reimport_lib.tables.convert import PHONE_REGION
from reimport_lib.tables.declare import Table

KINDS = ("phone", "mobile", "email", "address")
PLACE = ("line1", "line2", "suburb", "postcode")
"""What makes an address one; its state and country alone do not. Else it is in ph."""

ADDRESS = ("line1", "line2", "suburb", "state", "postcode", "country")
FLAGS = {
    "phone": "sms_phone",
    "mobile": "sms_phone",
    "email": "email_default",
    "address": "xero_address",
}
"""Kind -> the column whose 1 marks the primary of its kind."""

_NUMBERS = ("phone", "mobile")


def stage_contact_details(
    table: Table, frame: pd.DataFrame, context: Context
) -> Staged:
    """
    Coms as values, with kind, content, value and key made out of the other columns.

    ``content`` is the text that counts, None for none; ``value`` is "" where there is
    none, or where it is a number that cannot be recovered.
    """
    staged = stage_table(table, frame, context)
    cells = staged.frame
    kind = _kinds(cells)
    content = _contents(cells, kind)
    line1 = either(_any_of(_is_text, cells, *PLACE), cells["line1"], content)
    value = _values(content, kind, line1, context)
    value = with_note(value, cells["ph"], content, kind)
    made = {"kind": _plain(kind), "content": _plain(content), "value": value}
    shown = either(cells["ph"] != value.values, cells["ph"], None)
    staged = with_columns(staged, made, originals={"ph_text": texts(shown)})
    keys = _keys(staged.frame)
    keys = part(keys, staged, context.settings.of(PHONE_REGION))
    said = texts(staged.frame["value"])
    return replace(staged, frame=staged.frame.assign(key=keys, value=said))


def _kinds(cells: pd.DataFrame) -> Column:
    """
    The kind of every row, None where unknown; an e-mail in a phone row is one.

    Of several kinds the first that the row holds something of, else the first known.
    """
    held = {
        **dict.fromkeys(
            _NUMBERS, _any_of(_is_phone, cells, "ph", "international", "sms_phone")
        ),
        "email": _any_of(_is_email, cells, "ph", "email_default"),
        "address": _any_of(_is_text, cells, *PLACE),
    }
    listed = [_known_kinds(word or "") for word in cells["kind_text"]]
    chosen = [
        next((kind for kind in kinds if held[kind].iloc[place]), (*kinds, None)[0])
        for place, kinds in enumerate(listed)
    ]
    kinds = objects(chosen, cells.index)
    holds_email = test(cells["ph"], _is_email)
    return either(~(kinds.isin(_NUMBERS) & holds_email), kinds, "email")


def _known_kinds(text: str) -> list[str]:
    words = (re.sub(r"[\s-]", "", word) for word in listed_words(text))
    return [word for word in words if word in KINDS]


def _any_of(
    fits: Callable[[str | None], bool], cells: pd.DataFrame, *names: str
) -> Mask:
    """(n,) bool: one of the columns *names* holds a text that *fits*."""
    return reduce(or_, (test(cells[name], fits) for name in names))


def _contents(cells: pd.DataFrame, kinds: Column) -> Column:
    """The text of each row that counts, None where it has none."""
    ph, spare = cells["ph"], (cells["international"], cells["sms_phone"])
    numbers = _first((_is_phone, ph, *spare), (_is_text, ph), (is_lost, *spare))
    emails = _first((_is_email, ph, cells["email_default"]), (_is_text, ph))
    places = _first((_is_text, *(cells[name] for name in PLACE), ph))
    contents = either(kinds.isin(_NUMBERS), numbers, None)
    contents = either(kinds != "email", contents, emails)
    return either(kinds != "address", contents, places)


def _values(
    contents: Column, kinds: Column, line1: Column, context: Context
) -> Cleaned:
    """Numbers in E.164, e-mails with their domain in lower case, else ``address 1``."""
    contents = texts(contents)
    numbers = contacts.phone(contents, context.settings.of(PHONE_REGION))
    emails = contacts.email(contents)
    values, codes = either(kinds == "address", line1, None), no_codes(kinds.index)
    for cleaned, is_kind in (
        (numbers, kinds.isin(_NUMBERS)),
        (emails, kinds == "email"),
    ):
        values = either(~is_kind, values, cleaned.values)
        codes = either(~is_kind, codes, cleaned.codes)
    return Cleaned(values=values, codes=codes)


def _keys(frame: pd.DataFrame) -> Column:
    """``owner:kind:hash of the value``; "" where one of the three is missing."""
    places = [canonical_texts(frame[name]) for name in ADDRESS]
    only_ph = ~_any_of(_is_text, frame, *PLACE)
    addresses = [
        line_of((*row, value or "") if alone else row)
        for *row, value, alone in zip(*places, frame["value"], only_ph, strict=True)
    ]
    columns = (frame[name] for name in ("owner", "kind", "value", "content"))
    keys = [
        _key(owner, kind, place if kind == "address" else value or content)
        if content
        else ""
        for owner, kind, value, content, place in zip(*columns, addresses, strict=True)
    ]
    return pd.Series(keys, index=frame.index, dtype=object)


def flagged_first(staged: Staged, _: Context) -> pd.DataFrame:
    """
    Which detail of an owner and kind is the primary: a flagged one, the lowest value.

    A flag on any of the rows with the same value counts: the order of the file does
    not matter.
    """
    frame = staged.frame
    flagged = pd.Series(False, index=frame.index)
    for kind, name in FLAGS.items():
        marks = test(conversions.flag(texts(frame[name])).values, bool)
        flagged |= marks & (frame["kind"] == kind)
    flagged = flagged.groupby(frame["key"]).transform("any")
    columns = {"unflagged": ~flagged, "value": frame["value"], "key": frame["key"]}
    return pd.DataFrame(columns)


def _first(*choices: Any) -> Column:
    """Per row the first text that fits: each choice is a test and its columns."""
    fitting = (
        either(test(column, fits), column, None)
        for fits, *columns in choices
        for column in columns
    )
    return reduce(filled_from, fitting)


def _is_text(value: str | None) -> bool:
    return bool(value)


def _is_email(value: str | None) -> bool:
    return bool(value) and "@" in str(value)


def _is_phone(value: str | None) -> bool:
    return len(re.sub(r"\D", "", value or "")) >= 8 and not is_lost(value)


def _key(owner: str, kind: str | None, value: str) -> str:
    if not (owner and kind):
        return ""
    digest = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
    return f"{owner}:{kind}:{digest[:32]}"


def _plain(values: Column) -> Cleaned:
    return Cleaned(values=values, codes=no_codes(values.index))
