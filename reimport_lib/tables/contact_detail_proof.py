"""Contact details in phase 8: a key, a kind and a value that several columns say."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from reimport_lib.prove.render import explaining, keeping, rendering, words
from reimport_lib.prove.render.comparison import Comparison, Matched, field_of
from reimport_lib.prove.render.doubling import Doubled, is_same
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.tables.registry import owner_names

FLAGS: dict[str, Aliases] = {
    "phone": ("SMS Phone",),
    "mobile": ("SMS Phone",),
    "email": ("Email default",),
    "address": ("Xero address",),
}
"""Kind of contact detail -> the column that marks the primary one."""


_FLAG_COLUMNS = ("SMS Phone", "Email default", "Xero address")
_FLAG_TEXTS = rendering.TRUE | {"", "0", "0.0", "no", "n", "false"}
_OF_PROGRAMS = ("id", "creation", "modification")
_KIND_KEY = "id.key"
_VALUES = ("ph", "PhoneMobileIntFormat", *_FLAG_COLUMNS, "address 1")
"""Columns that may hold the value of a contact detail, one for another."""

ADDRESS = ("line1", "line2", "suburb", "state", "postcode", "country")
DETAIL: tuple[Aliases, ...] = (
    *(("ph",), ("PhoneMobileIntFormat",), ("SMS Phone",), ("Email default",)),
    *(("address 1",), ("address 2",), ("suburb",), ("post code", "postcode")),
)
"""The columns that say what the value of a contact detail is."""


def comparisons(m: Matched) -> list[Comparison]:
    """Its key, its kind, its value, and whether it is the primary one."""
    key = field_of(
        m,
        "filemaker_id",
        _derived_key,
        owner_names(m.table),
        values=m.values("filemaker_id", "kind", "value", *ADDRESS),
    )
    return [
        replace(key, changed=_changed(m)),
        field_of(m, "kind", _kind, ("type", "Type"), *DETAIL),
        field_of(
            m,
            "value",
            detail_value,
            *DETAIL,
            values=m.values("value", "kind"),
            notes=explaining.numbers(),
        ),
        _primary(m),
    ]


def _derived_key(value: tuple[str, ...], said: str) -> Pair:
    """
    A detail has no key of its own: one is made of its owner, its kind and its value.

    A number that could not be recovered has no value, and only the rest is compared;
    a detail that differs from another by the words beside its value has one part more.
    """
    held, kind, content, *place = value
    if kind == "address":
        of_place = [*place[:3], place[4]]
        content = "\x00".join(place if any(of_place) else [*place, content])
    sha256 = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
    head = f"{rendering.key_text(said)}:{kind}:"
    tail = held.removeprefix(head)
    of_value, _, beside = tail.partition(":")
    if not content and _is_hex(of_value, 32):
        of_value = sha256
    beside = "" if _is_hex(beside, 16) else beside
    return f"{head}{sha256}", f"{held[: len(held) - len(tail)]}{of_value}{beside}"


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and set(text) <= set("0123456789abcdef")


def _kind(value: str | None, said: str, ph: str, *others: str) -> Pair:
    """Of several kinds that are known, the first that the row has something for."""
    spellings = [
        each.replace(" ", "").replace("-", "") for each in rendering.ticked(said)
    ]
    known = [spelling for spelling in spellings if spelling in words.KINDS]
    abroad, sms, default, *place = others
    numbers = any(map(_is_number, (ph, abroad, sms)))
    has = {
        "phone": numbers,
        "mobile": numbers,
        "email": "@" in ph + default,
        "address": any(map(rendering.plain, place)),
    }
    spoken = [*filter(has.__getitem__, known), *known, " ".join(spellings)][0]
    if spoken in ("phone", "mobile") and "@" in ph:
        spoken = "email"
    return spoken, value or ""


def detail_value(
    value: tuple[str, str], ph: str, abroad: str, sms: str, default: str, *place: str
) -> Pair:
    """The text that counts for the kind, in the order in which columns stand in."""
    held, kind = value
    if kind == "address":
        is_place = any(map(rendering.plain, place))
        return rendering.number_text(held, place[0] if is_place else ph)
    if kind == "email":
        said = next((cell for cell in (ph, default) if "@" in cell), ph)
        return rendering.email(held, rendering.without_point_zero(said))
    numbers = [cell for cell in (ph, abroad, sms) if _is_number(cell)]
    lost = [cell for cell in (abroad, sms) if rendering.is_exponent(cell)]
    texts = [cell for cell in (ph,) if rendering.plain(cell)]
    return rendering.phone(held, [*numbers, *texts, *lost, ""][0])


def _is_number(cell: str) -> bool:
    """Eight digits or more; a 0 or 1 in such a column is a flag."""
    long = sum(map(str.isdecimal, rendering.number_text(None, cell)[0])) >= 8
    return long and not rendering.is_exponent(cell)


def _primary(m: Matched) -> Comparison:
    """
    The flagged detail of its owner and kind is the primary, else the lowest value.

    A flag on a later row that says the same detail again counts too.
    """
    flagged = _flagged(m)
    held = m.values("kind", "value", "filemaker_id", "is_primary")
    owners = map(rendering.key_text, m.reference.owners_of(m.table, m.target))
    ranks = [
        ((owner, kind), (key not in flagged, value, derived))
        for owner, (kind, value, derived, _), key in zip(
            owners, held, m.keys, strict=True
        )
    ]
    first: dict[Any, Any] = {}
    for group, rank in ranks:
        first[group] = min(rank, first.get(group, rank))
    marked = {group for row, (group, _) in zip(held, ranks, strict=True) if row[-1]}
    others = _with_changed_details(m)
    values = [
        (row[-1], first[group] == rank and (group in marked or group[0] not in others))
        for row, (group, rank) in zip(held, ranks, strict=True)
    ]
    return field_of(m, "is_primary", _expected_flag, values=values)


def _with_changed_details(m: Matched) -> set[str]:
    """Keys of owners of whose details a person changed one: that may be the primary."""
    is_theirs = m.outcomes["target_id"].isin(m.reference.left_alone(m.table))
    left_alone = m.outcomes.loc[is_theirs, "row"]
    owners = column(m.frame.loc[list(left_alone)], owner_names(m.table))
    return set(map(rendering.key_text, owners))


def _changed(m: Matched) -> list[bool]:
    """Whether a person changed something of each: its key is of what it was before."""
    left_alone = m.reference.left_alone(m.table)
    return [target_id in left_alone for target_id in m.target.index]


def _flagged(m: Matched) -> set[str]:
    """Keys of details that a flag of their kind marks, in any row of the file."""
    kinds = dict(zip(m.keys, m.values("kind"), strict=True))
    columns = {
        kind: dict(zip(m.frame.index, column(m.frame, aliases), strict=True))
        for kind, aliases in FLAGS.items()
    }
    return {
        key
        for row, key in zip(m.outcomes["row"], m.outcomes["key"], strict=True)
        if key in kinds and rendering.is_set(columns[kinds[key]][row])
    }


def _expected_flag(value: tuple[bool, bool]) -> Pair:
    held, expected = value
    return rendering.flag(expected)[1], rendering.flag(held)[1]


def kept_beside(m: Matched, found: dict[str, set[int]]) -> dict[str, set[int]]:
    """The column that most values come from, where the value is another text."""
    pairs = zip(m.values("value"), m.texts("ph"), strict=True)
    return {
        **found,
        "ph_text": keeping.places(
            keeping.differs(value, text, "") for value, text in pairs
        ),
    }


def told_otherwise(pair: Doubled, header: str) -> bool:
    """The row that came in says in any column of its value what *header* says."""
    if header.startswith(_OF_PROGRAMS) and header != _KIND_KEY:
        return True
    said, _ = pair.texts((header,))
    if header in _FLAG_COLUMNS and rendering.folded(said) in _FLAG_TEXTS:
        return True
    if header in _VALUES and rendering.is_exponent(said) and pair.values["value"]:
        return True
    names = _VALUES if header in _VALUES else (header,)
    told = [pair.texts((name,))[1] for name in names]
    return any(is_same(said, text, pair.zone.order) for text in told)
