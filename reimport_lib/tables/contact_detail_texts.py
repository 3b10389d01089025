"""What a person typed into a contact detail beside its value.

Pure. A detail with the same value and another word beside it is another detail: a
label, a name behind the number, an extension. Flags, ids and stamps are the program's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import pandas as pd

from reimport_lib.frames import Column
from reimport_lib.plan.cells import objects, texts
from reimport_lib.plan.codes import Note
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values import contacts, conversions
from reimport_lib.plan.values.canonical import canonical_texts, line_of
from reimport_lib.plan.values.carrying import bare, carries, is_named
from reimport_lib.plan.values.text import Cleaned
from reimport_lib.tables import convert

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d*)?[eE][+-]?\d+")
_ADDRESS = ("line1", "line2", "suburb", "state", "postcode", "country")
_FLAGS = ("sms_phone", "email_default", "xero_address")
_SPARE = ("international", *_FLAGS)
_CONVERT = {"email": convert.email, "address": convert.number_text}


def is_lost(value: str | None) -> bool:
    """A number in scientific notation: its last digits are gone."""
    return bool(value) and _SCIENTIFIC.fullmatch(str(value)) is not None


def with_note(values: Cleaned, ph: Column, contents: Column, kinds: Column) -> Cleaned:
    """*values*, with a note where ``ph`` says more than they do and none says so."""
    columns = (ph, contents, kinds, values.values, values.codes)
    codes = []
    for said, content, kind, value, code in zip(*columns, strict=True):
        told = not said or is_named(code) or (is_lost(said) and value)
        if not told and (said == content or kind == "address"):
            told = carries(_CONVERT.get(kind, convert.phone), said, value, code)
        codes.append(code if told else f"{code};{Note.TEXT_KEPT.value}".lstrip(";"))
    return Cleaned(values.values, objects(codes, kinds.index))


def part(keys: Column, staged: Staged, region: str) -> Column:
    """
    *keys*, where those that share one have one more part if their texts differ.

    The row with the least beside its value keeps the plain key, so that it does not
    hang on the order of the file.
    """
    shared = keys.duplicated(keep=False) & (keys != "")
    if not shared.any():
        return keys
    frame = staged.frame[shared]
    dropped = {name: texts_[shared] for name, texts_ in staged.dropped.items()}
    beside = _beside(frame, dropped, region)
    some = keys[shared]
    least = beside.groupby(some).transform("min")
    parted = [
        key if text == first else f"{key}:{_digest(text)}"
        for key, text, first in zip(some, beside, least, strict=True)
    ]
    return keys.where(~shared, pd.Series(parted, some.index, dtype=object))


def _beside(frame: pd.DataFrame, dropped: Mapping[str, Column], region: str) -> Column:
    """One text per row: what was typed that its value and its kind do not say."""
    words = (texts(frame["label"]), texts(frame["owner_name"]), *dropped.values())
    columns = [[bare(text) for text in column] for column in words]
    columns.append(canonical_texts(frame["owner_dob"]))
    columns.append(_other_kinds(frame))
    columns += [_not_said(frame, name, region) for name in ("ph", *_SPARE)]
    is_address = (frame["kind"] == "address").to_numpy()
    for name in _ADDRESS:
        cells = zip(canonical_texts(frame[name]), is_address, strict=True)
        columns.append(["" if own else text for text, own in cells])
    lines = [line_of(row) if any(row) else "" for row in zip(*columns, strict=True)]
    return objects(lines, frame.index)


def _other_kinds(frame: pd.DataFrame) -> list[str]:
    """The kind as it was typed, where it says more or other than the one taken."""
    cells = zip(texts(frame["kind_text"]), frame["kind"], strict=True)
    return ["" if bare(text) == kind else bare(text) for text, kind in cells]


def _not_said(frame: pd.DataFrame, name: str, region: str) -> list[str]:
    """The column *name* where it is neither the value nor a flag."""
    cells = texts(frame[name])
    numbers, emails = (
        contacts.phone(cells, region).values,
        contacts.email(cells).values,
    )
    flags = conversions.flag(cells).values
    found = []
    for text, value, number, email, flag in zip(
        cells, frame["value"], numbers, emails, flags, strict=True
    ):
        same = value in (number, email) and carries(convert.phone, text, value, "")
        is_flag = flag is not None and name in _FLAGS
        said = not text or same or is_flag or (is_lost(text) and value)
        found.append("" if said else bare(text))
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
