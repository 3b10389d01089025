"""Columns that several tables share.

Pure data. Names of headers follow the two families that exist: FileMaker's own
(``id_Contact``, ``_kp_...``) and those of the clinic's exports.
"""

from __future__ import annotations

from reimport_lib.tables import convert
from reimport_lib.tables.declare import Conversion, Dropped, Field, ShownAs

OWNER_NAMES = (
    "id_Contact",
    "id_Key",
    "id.key",
    "id_key",
    "id___key",
    "_kf_ContactID",
)

TITLES = (
    *("Mr", "Mrs", "Ms", "Miss", "Mx", "Master", "Dr", "Prof"),
    *("Father", "Sister", "Brother", "Jr", "Sr"),
)
"""Words before a name that are shown as they are."""


def owner_column(*preferred: str, feeds: str = "patient_id") -> Field:
    """The key of what a row belongs to, *preferred* headers first."""
    others = tuple(name for name in OWNER_NAMES if name not in preferred)
    names = (*preferred, *others)
    return Field("owner", names, convert.key, required=True, feeds=feeds)


REFERRER_COLUMN = Field(
    "referrer",
    ("id_Perscriber", "id_Prescriber", "id_Referrer"),
    convert.key,
    required=True,
    feeds="referrer_id",
)
"""The key of a referrer; FileMaker has it misspelt in one of its tables."""


def kept(
    metadata: str,
    *names: str,
    to: Conversion = convert.as_written,
    shown: ShownAs = "",
    words: tuple[str, ...] = (),
) -> Field:
    """A column without a field of its own, kept in the metadata as text."""
    return Field("", names, to, metadata=metadata, shown=shown, words=words)


AUDIT = (
    Field(
        "",
        ("creationAccountName",),
        convert.number_text,
        length=200,
        metadata="created_by",
    ),
    kept("created_at", "creationTimestamp"),
    kept("created_at_host", "creationHostTimestamp"),
    kept("created_on", "creationDate"),
    kept("modified_by", "modificationAccountName", to=convert.number_text),
    kept("modified_at", "modificationTimestamp"),
    kept("modified_at_host", "modificationHostTimestamp"),
)
"""Who made and changed the record, and when, as FileMaker says it."""

OWNER_CHECK = (
    Field(
        "owner_name",
        ("Name Full", "Contact Name", "Patient Name"),
        convert.person_name,
        feeds="(compared with the patient)",
    ),
    Field(
        "owner_dob",
        ("Contact DOB", "Patient DOB", "DOB"),
        convert.date,
        shown="year",
        feeds="(compared with the patient)",
    ),
)
"""A second naming of the owner: compared with the owner's key, then left out."""

GLOBALS = Dropped(
    (
        "RECORD_ACTIVE_INDICATOR",
        "SEARCH",
        "KEYS",
        "Link",
        "CREATE",
        "GLOBAL",
        "ID.KEY",
        "zv_*",
    ),
    "a global field: one value for the whole file",
)
