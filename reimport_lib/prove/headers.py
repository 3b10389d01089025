"""Where the source says what: headers of keys and owners, written down a second time.

Not taken from the mappings of the import, so that a column mapped wrongly there shows.
A header counts without surrounding blanks, what nobody sees and ``Table::``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from reimport_lib.prove.render.rendering import key_text, seen

Aliases = tuple[str, ...]

KEYS: Mapping[str, Aliases] = {
    "patients": ("id", "_kp_id", "id_Contact"),
    "appointments": ("id", "_kp_EventID"),
    "notes": ("id", "_kp_NoteID"),
    "sms": ("id", "_kp_MessageID"),
    "sms_replies": ("id", "_kp_ReplyID"),
    "documents": ("id", "_kp_DocID"),
    "images": ("recid", "RecID"),
}
"""Table -> headers of its FileMaker key, the preferred one first."""

_CONTACT: Aliases = (
    *("id_Contact", "id_Key", "id.key", "id_key", "id___key", "_kf_ContactID"),
)
_MESSAGE: Aliases = ("id_Contact", "_kf_ContactID", *_CONTACT)
OWNERS: Mapping[str, Aliases] = {
    "contact_details": (
        *("id.key", "id_key", "id___key", "id_Key", "_kf_ContactID", "id_Contact"),
    ),
    "appointments": _CONTACT,
    "notes": ("id_Key", *_CONTACT),
    "sms": _MESSAGE,
    "sms_replies": _MESSAGE,
    "documents": _CONTACT,
    "images": _CONTACT,
}
"""Table -> headers of the key of the patient that a row belongs to."""


def column(frame: pd.DataFrame, aliases: Sequence[str]) -> list[str]:
    """The texts under the first of *aliases* that *frame* has; blanks where none."""
    by_name = {bare(header): header for header in reversed(list(frame.columns))}
    for alias in aliases:
        if alias in by_name:
            return list(frame[by_name[alias]].to_numpy(dtype=object))
    return [""] * len(frame)


def bare(header: str) -> str:
    """*header* without blanks, what nobody sees and the name of its table."""
    text = seen(header).strip()
    return text.split("::")[-1].strip() or text


def source_keys(frame: pd.DataFrame, table: str) -> frozenset[str]:
    """Every key that *frame* holds for *table*, one of ``KEYS``."""
    number = table == "images"
    texts = set(column(frame, KEYS[table]))
    return frozenset(key_text(text, number=number) for text in texts) - {""}
