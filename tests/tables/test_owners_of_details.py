"""Whose a contact detail is: a patient's, a referrer's or a company's, by one key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from reimport_lib.plan.context import Held, Known
from reimport_lib.plan.decide import Link
from reimport_lib.plan.plan import managed_hashes
from reimport_lib.tables import registry
from tests.plan.frames import (
    ADA,
    KNOWN,
    RUTH,
    WORKS,
    decided,
    no_rows,
    plan,
    verdicts,
    written,
)

TABLE = "contact_details"
OWNERS = ("patient_id", "referrer_id", "company_id")
MOBILE = {"id.key": "p1", "type": "Mobile", "ph": "0491 570 006"}
OF_RUTH, OF_WORKS = {**MOBILE, "id.key": "R9"}, {**MOBILE, "id.key": "C9"}
ALONE = replace(
    KNOWN,
    in_snapshot={"patients": KNOWN.in_snapshot["patients"]},
    imported={"patients": KNOWN.imported["patients"]},
)
"""A source without referrers and companies, as all were before."""
WITHDRAWN = replace(ALONE, imported=KNOWN.imported)


def also(table: str, **rows: Any) -> Known:
    """``KNOWN`` with more *rows* of *table*; None: it has not come in."""
    keys = KNOWN.in_snapshot[table] | rows.keys()
    held = {key: Held(pk) for key, pk in rows.items() if pk}
    known = replace(KNOWN, in_snapshot={**KNOWN.in_snapshot, table: keys})
    return known.with_rows(table, {**KNOWN.rows(table), **held})


def owners(*rows: dict[str, str], known: Known = KNOWN) -> list[tuple[Any, ...]]:
    """Patient, referrer and company of every row that comes in."""
    values = decided(TABLE, *rows, known=known).values
    return list(values[list(OWNERS)].itertuples(index=False, name=None))


def imported(*rows: dict[str, str], known: Known = KNOWN) -> pd.DataFrame:
    """What the target holds once *rows* came in."""
    of = decided(TABLE, *rows, known=known)
    return written(no_rows(of.managed), plan(of))


def test_the_table_that_holds_the_key_says_whose_it_is() -> None:
    assert owners(MOBILE, OF_RUTH, OF_WORKS) == [
        (ADA, None, None),
        (None, RUTH, None),
        (None, None, WORKS),
    ]
    assert decided(TABLE, MOBILE, OF_RUTH).links == (Link("owner", 2, 2),)


@pytest.mark.parametrize("pk", [WORKS, None])
def test_a_key_of_two_tables_is_nobodys(pk: Any) -> None:
    known = also("companies", r9=pk)

    assert verdicts(TABLE, OF_RUTH, known=known) == ["rejected(ambiguous_owner)"]
    assert decided(TABLE, OF_RUTH, known=known).links == (Link("owner", 0, 1),)


def test_a_row_without_an_owner_says_why() -> None:
    known = also("referrers", r8=None)
    keys = ("", "nobody", "company", "r8")

    said = verdicts(TABLE, *({**MOBILE, "id.key": key} for key in keys), known=known)

    assert said == [
        "rejected(no_owner)",
        "rejected(unknown_owner)",
        "rejected(owner_not_imported)",
        "rejected(owner_not_imported)",
    ]


def test_without_the_exports_all_is_as_it_was_and_rows_follow_when_they_come() -> None:
    rows = (MOBILE, OF_RUTH, OF_WORKS)
    unknown = "rejected(unknown_owner)"

    first = plan(decided(TABLE, *rows, known=ALONE))
    later = plan(decided(TABLE, *rows), written(no_rows(_managed()), first))

    assert verdicts(TABLE, *rows, known=ALONE) == ["", unknown, unknown]
    assert list(later.rows["outcome"]) == ["unchanged", "created", "created"]


def test_rows_stay_with_owners_whose_export_is_missing_today() -> None:
    again = plan(
        decided(TABLE, MOBILE, OF_RUTH, known=WITHDRAWN), imported(MOBILE, OF_RUTH)
    )

    assert list(again.rows["outcome"]) == ["unchanged", "unchanged"]
    assert again.values.empty


def test_a_row_whose_owner_is_now_of_another_table_is_updated() -> None:
    known = also("companies", r9=WORKS)
    moved = replace(known, in_snapshot={**known.in_snapshot, "referrers": frozenset()})

    of = plan(decided(TABLE, OF_RUTH, known=moved), imported(OF_RUTH))

    assert list(of.rows["outcome"]) == ["updated"]
    assert list(of.changes["field"]) == ["company_id", "referrer_id"]


def _managed() -> tuple[str, ...]:
    return registry.named(TABLE).managed


def _of_an_earlier_version(*rows: dict[str, str]) -> pd.DataFrame:
    """Rows with the hashes of a time when all owners were patients."""
    target = imported(*rows, known=ALONE)
    before = replace(registry.named(TABLE), managed=_managed()[:-2])
    return target.assign(import_hash=managed_hashes(target, before))


def test_rows_imported_before_there_were_other_owners_are_unchanged() -> None:
    target = _of_an_earlier_version(MOBILE)

    same = plan(decided(TABLE, MOBILE), target)
    changed = plan(decided(TABLE, {**MOBILE, "Name": "Work"}), target)

    assert list(same.rows["outcome"]) == ["unchanged"]
    assert list(same.values["write"]) == ["rehash"]
    assert list(changed.rows["outcome"]) == ["updated"]


def test_one_of_them_that_is_gone_hands_its_mark_over() -> None:
    low, high = MOBILE, {**MOBILE, "ph": "0491 570 156"}

    of = plan(decided(TABLE, high), _of_an_earlier_version(low, high))

    assert list(of.rows["outcome"]) == ["updated"]
    assert list(of.changes["field"]) == ["is_primary"]


def test_each_owner_has_a_primary_of_each_kind() -> None:
    rows = [
        {**MOBILE, "id.key": key, "ph": ph}
        for key in ("p1", "r9", "c9")
        for ph in ("0491570156", "0491570006")
    ]

    primaries = decided(TABLE, *rows).values["is_primary"]

    assert list(primaries) == [False, True] * 3


def test_a_second_name_is_held_against_patients_alone() -> None:
    named = {"Contacts::Name Full": "Ruth Sender"}
    old = KNOWN.imported["patients"]["p1"]
    moved = also("patients").with_rows(
        "patients", {**KNOWN.rows("patients"), "r9": old}
    )

    said = [
        verdicts(TABLE, {**row, **named}, known=moved)[0] for row in (MOBILE, OF_RUTH)
    ]
    kept = decided(TABLE, {**OF_RUTH, **named}, known=moved).values

    assert said == ["rejected(contradicts_owner)", ""]
    assert kept["filemaker_metadata"].iloc[0]["owner_name"] == "Ruth Sender"
