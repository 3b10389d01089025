"""Whose a row is: the row that its key names, and a second naming of a patient.

Pure. The authority is the paragraph "Owners" of ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import pandas as pd

from reimport_lib.frames import Column
from reimport_lib.plan.cells import objects, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context, Held, Known
from reimport_lib.plan.decide import Ruling
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values import conversions
from reimport_lib.plan.values.text import fold_words
from reimport_lib.tables.declare import LinkTo, NamedAgain

PATIENTS = "patients"
PATIENT = "patients.patient"
"""Type of the owner in a generic foreign key."""


def _contradiction(staged: Staged, context: Context) -> tuple[Ruling]:
    """
    A rule: a second column names another person than the owner's key does.

    A patient whom a person renamed in the target goes by the source's name as well.
    """
    frame, known = staged.frame, context.known
    names = conversions.canonical_text(texts(frame["owner_name"])).values
    rows = list(zip(frame["owner"], names, frame["owner_dob"], strict=True))
    held = _patients(staged, known)
    other = [
        _is_another(person, name, day)
        for person, (_, name, day) in zip(held, rows, strict=True)
    ]
    people = known.in_source(PATIENTS) if any(other) else {}
    other = [
        hit and (key not in people or _is_another(people[key], name, day))
        for hit, (key, name, day) in zip(other, rows, strict=True)
    ]
    return ((pd.Series(other, frame.index, bool), Reason.CONTRADICTS_OWNER),)


def _patients(staged: Staged, known: Known) -> list[Held | None]:
    """The patient whose key each row names; None where it is of another table."""
    links = (link for link in staged.declared.links if link.again is not None)
    others = {to for link in links for to in link.tables} - {PATIENTS}
    theirs = frozenset[str]().union(*(known.keys(to) for to in others))
    rows = known.rows(PATIENTS)
    return [None if key in theirs else rows.get(key) for key in staged.frame["owner"]]


def _is_another(person: Held | None, name: str | None, day: object) -> bool:
    return person is not None and (
        _another_name(name, person) or _another_day(day, person)
    )


@lru_cache(maxsize=2**13)
def _folded(name: str) -> str:
    """Many rows are of one patient, one after the other."""
    return fold_words(name)


def _another_name(name: str | None, owner: Held) -> bool:
    """It begins with another first name or ends with another last name."""
    if not name:
        return False
    first, last = (
        _folded(owner.values["first_name"] or ""),
        _folded(owner.values["last_name"] or ""),
    )
    begins = not first or name == first or name.startswith(f"{first} ")
    ends = not last or name == last or name.endswith(f" {last}")
    return not (begins and ends)


def _another_day(day: object, owner: Held) -> bool:
    return (
        day is not None
        and owner.values["dob"] is not None
        and day != owner.values["dob"]
    )


def _unsaid(staged: Staged, context: Context) -> Mapping[str, Column]:
    """
    The second naming of the owner where the patient lacks a word of it.

    A row without a patient (an event of the clinic) may name somebody all the same.
    """
    frame = staged.frame
    people = _patients(staged, context.known)
    names = [
        name if name and not _has_words(owner, name) else ""
        for owner, name in zip(people, frame["owner_name"], strict=True)
    ]
    days = [
        day.isoformat() if day and (owner is None or day != owner.values["dob"]) else ""
        for owner, day in zip(people, frame["owner_dob"], strict=True)
    ]
    said = {"owner_name": names, "owner_dob": days}
    return {name: objects(texts, frame.index) for name, texts in said.items()}


def _has_words(owner: Held | None, name: str) -> bool:
    if owner is None:
        return False
    own = fold_words(
        f"{owner.values['first_name']} {owner.values['last_name']}"
    ).split()
    return set(fold_words(name).split()) <= set(own)


TO_PATIENT = LinkTo(
    "owner",
    PATIENTS,
    ("owner",),
    "patient_id",
    again=NamedAgain(("owner_name", "owner_dob"), _contradiction, _unsaid),
    owner=True,
)
BY_TYPE = replace(TO_PATIENT, field="owner_id", type_field="owner_type")
"""The same by a generic foreign key."""
OF_ANYBODY = replace(
    TO_PATIENT, others=(("referrers", "referrer_id"), ("companies", "company_id"))
)
"""The same where the key may be a referrer's or a company's as well."""
BY_KEY_ALONE = replace(TO_PATIENT, again=None)
"""The same where no second column names the patient."""
TO_REFERRER = LinkTo("referrer", "referrers", ("referrer",), "referrer_id", owner=True)
