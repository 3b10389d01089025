"""Who a row belongs to, and why not where it belongs to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reimport_lib.plan.decide import Link
from tests.plan.frames import ADA, KNOWN, decided, patient, verdicts

NOTE = {"id": "N1", "id_Key": "P1", "Note": "Seen today."}


@pytest.mark.parametrize(
    ("owner", "verdict"),
    [
        ("p1", ""),
        ("{P1}", ""),
        ("", "rejected(no_owner)"),
        ("\xa0", "rejected(no_owner)"),
        ("nobody", "rejected(unknown_owner)"),
        ("COMPANY", "rejected(owner_not_imported)"),
    ],
)
def test_the_owner_is_found_or_the_row_says_why_not(owner: str, verdict: str) -> None:
    assert [verdict] == verdicts("notes", {**NOTE, "id_Key": owner})


def test_a_primary_key_of_the_backend_names_no_owner() -> None:
    assert verdicts("notes", {**NOTE, "id_Key": str(ADA)}) == [
        "rejected(unknown_owner)"
    ]


@pytest.mark.parametrize(
    "header", ["id_Contact", "id_Key", "id.key", "id_key", "id___key", "_kf_ContactID"]
)
def test_the_owner_column_has_many_spellings(header: str) -> None:
    assert verdicts("notes", {"id": "N1", header: "p1", "Note": "Seen."}) == [""]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("Ada Example", ""),
        ("  ADA\xa0 example ", ""),
        ("Ada Maria Example", ""),
        ("", ""),
        ("Ben Sample", "rejected(contradicts_owner)"),
        ("Ada Sample", "rejected(contradicts_owner)"),
        ("Adam Example", "rejected(contradicts_owner)"),
    ],
)
def test_a_full_name_may_not_contradict_the_owner(name: str, verdict: str) -> None:
    assert [verdict] == verdicts("notes", {**NOTE, "Contacts::Name Full": name})


@pytest.mark.parametrize(
    ("day", "owner", "verdict"),
    [
        ("03/02/1980", "p1", ""),
        ("", "p1", ""),
        ("1980-02-04", "p1", "rejected(contradicts_owner)"),
        ("1980-02-04", "p2", ""),
    ],
)
def test_a_birth_date_may_not_contradict_the_owner(
    day: str, owner: str, verdict: str
) -> None:
    assert [verdict] == verdicts("notes", {**NOTE, "id_Key": owner, "DOB": day})


@pytest.mark.parametrize(
    ("name", "day", "verdict"),
    [
        ("Ada Born", "", ""),
        ("Ada Born", "1981-02-03", ""),
        ("Ada Example", "", ""),
        ("Ben Sample", "", "rejected(contradicts_owner)"),
        ("Ada Born", "1999-02-03", "rejected(contradicts_owner)"),
    ],
)
def test_a_patient_renamed_in_the_backend_goes_by_the_sources_name_as_well(
    name: str, day: str, verdict: str
) -> None:
    born = patient(None, None, "Ada", "Born", date(1981, 2, 3))
    known = replace(KNOWN, in_source=lambda table: {"p1": born})
    row = {**NOTE, "Contacts::Name Full": name, "DOB": day}

    assert [verdict] == verdicts("notes", row, known=known)


def test_blank_and_doubled_rows_do_not_count_in_the_match_rate() -> None:
    rows = [
        NOTE,
        NOTE,
        {**NOTE, "id": ""},
        {**NOTE, "id": "N2", "id_Key": ""},
        {**NOTE, "id": "N3", "id_Key": "nobody"},
    ]

    (owner,) = decided("notes", *rows).links

    assert Link("owner", found=1, named=2) == owner


def test_a_rate_is_floored_and_whole_when_nothing_is_named() -> None:
    assert Link("owner", 2, 3).rate == 0.6666
    assert Link("owner", 0, 0).rate == 1.0
