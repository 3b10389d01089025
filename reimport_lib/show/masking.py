"""What a person's data looks like to somebody who only reviews the import.

Which mask a field has is said where its table is declared (``Field.shown`` and
``words``, ``Table.shown`` and ``words``); a field of which nobody said it is hidden. A
mask never shows more than it has to: a word outside the closed list of a coded field is
told by its length alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pandas as pd

from reimport_lib.plan.values.canonical import canonical
from reimport_lib.plan.values.keys import canonical_key, pseudonym
from reimport_lib.show.words import several
from reimport_lib.tables import registry
from reimport_lib.tables.declare import ShownAs

HIDDEN = "hidden"

_DAY = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
# Dates, times and moments as text, and numbers too short for anybody's number.
_FIGURES = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][\d:.]+Z?( ?[ap]m)?)?"
    r"|\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?|\d{1,7}|\d{1,3}\.\d+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"[+()\d\s./-]{6,}")
_ENDING = re.compile(r"\.([a-z0-9]{1,5})$", re.IGNORECASE)

_EVERYWHERE: Mapping[str, ShownAs] = {
    "key": "key",
    "filemaker_id": "key",
    "id": "key",
    "target_id": "key",
    "filemaker_metadata": "entries",
    "reason": "text",
    "row": "setting",
    "size": "plain",
}
"""Columns that the library itself gives to frames of any table."""


@dataclass(frozen=True, slots=True)
class Masking:
    """
    How values are shown.

    Attributes:
        secret: of this installation; makes pseudonyms stable and not to be guessed.
        reveal: show values as they are (still escaped by whatever renders them).
    """

    secret: bytes = field(repr=False)
    reveal: bool = False

    @property
    def key_head(self) -> str:
        """The head of a column of keys: what stands in it."""
        return "key" if self.reveal else "pseudonym"

    def key(self, key: str) -> str:
        """The key itself, or its pseudonym; a blank key stays blank."""
        if self.reveal or not key:
            return key
        return pseudonym(self.secret, key)

    def value(self, table: str, name: str, value: object) -> str:
        """*value* of field *name* in *table* as a reviewer may see it; blank is ""."""
        if blank(value):
            return ""
        if self.reveal:
            return str(value)
        words = _words(table, name)
        if words:
            word = str(value).strip().removesuffix(".").casefold()
            return str(value) if word in words else _text(value)
        kind = _shown(table, name)
        if kind == "key":
            return pseudonym(self.secret, _key(table, name, value))
        if kind == "object":
            return pseudonym(self.secret, str(value)) + _ending(str(value))
        return _SHOWN.get(kind, _hidden)(value)


def is_named(table: str, name: str) -> bool:
    """Somebody has said how *name* is shown; any other field is hidden."""
    return bool(_shown(table, name) or _words(table, name))


def _words(table: str, name: str) -> frozenset[str]:
    """Words, folded, that a coded field shows; any other text may be anything."""
    declared = registry.by_name().get(table)
    words = declared.words_of(name) if declared else ()
    return frozenset(word.casefold() for word in words)


def _shown(table: str, name: str) -> ShownAs:
    """As its table says; a link by what it leads to."""
    if declared := registry.by_name().get(table):
        said = declared.shown_as(name)
        if said is not None:
            return said
        for to, field in (pair for link in declared.links for pair in link.targets):
            if field == name:
                return "key" if to in registry.by_name() else "reference"
    return _EVERYWHERE.get(name, "")


def source_fields(table: str) -> dict[str, str]:
    """Header of the source -> the field it becomes, by the table's mapping."""
    if table not in registry.sources():
        return {}
    return {
        header: column.name
        for column in registry.sources()[table].all_fields
        for header in column.names
    }


def _key(table: str, name: str, value: object) -> str:
    """The key as the plans hold it, also where *value* is the text of the source."""
    number = name == "filemaker_id" and registry.named(table).number_key
    text = pd.Series([canonical(value)], dtype=object)
    return str(canonical_key(text, number=number).iloc[0])


def blank(value: object) -> bool:
    """None, NaN, NaT, the empty text, or an empty mapping or list."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, float):
        return value != value
    return isinstance(value, str | dict | list) and not value


def _hidden(_value: object) -> str:
    return HIDDEN


def _initials(value: object) -> str:
    """``J. S.``; a dot where one letter would be the whole name, or a word of one."""
    words = re.split(r"[\s\-,]+", str(value).strip())
    return " ".join(_initial(word) for word in words if word) or HIDDEN


def _initial(word: str) -> str:
    letter = word[0]
    has_case = letter.lower() != letter.upper()
    return f"{letter.upper()}." if len(word) > 1 and has_case else "•."


def _year(value: object) -> str:
    iso = canonical(value)
    return iso[:4] if _DAY.fullmatch(iso) else HIDDEN


def _phone(value: object) -> str:
    text = str(value)
    digits = re.sub(r"\D", "", text)
    if _PHONE.fullmatch(text) and len(digits) >= 6:
        return f"•••{digits[-2:]}"
    return HIDDEN


def _text(value: object) -> str:
    return f"text, {several(len(str(value)), 'character')}"


def _file(value: object) -> str:
    return f"file name{_ending(str(value))}"


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found.group(0).lower() if found else ""


def _entries(value: object) -> str:
    size = len(value) if isinstance(value, dict) else 0
    return several(size, "entry", "entries") if size else HIDDEN


def _reference(value: object) -> str:
    return f"{str(value)[:8]}…"


def _plain(value: object) -> str:
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    text = canonical(value)
    if isinstance(value, str) and not _FIGURES.fullmatch(text):
        return _text(value)
    return text.replace("T", " ").replace("Z", " UTC")


_SHOWN: Mapping[ShownAs, Callable[[object], str]] = {
    "initials": _initials,
    "year": _year,
    "phone": _phone,
    "text": _text,
    "file": _file,
    "entries": _entries,
    "reference": _reference,
    "plain": _plain,
    "setting": str,
}
