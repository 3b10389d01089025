"""What becomes of referrals: pairs of patient and referrer, each with its day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.plan import gates
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import stage
from reimport_lib.plan.values.keys import joined_keys
from reimport_lib.prove.render import joined
from reimport_lib.prove.render.moments import Zone
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import KeyOf, Table
from tests.plan.frames import (
    ADA,
    KNOWN,
    RUTH,
    context,
    decided,
    frame,
    plan,
    staged,
    verdicts,
)

REFERRAL = {"id_Contact": "P1", "id_Perscriber": "{R9}", "date": "2020-06-01"}


def test_patient_referrer_and_day_are_the_key() -> None:
    of = decided("patient_referrers", REFERRAL).values.loc[2]

    assert of["filemaker_id"] == "p1:r9:2020-06-01"
    assert (of["patient_id"], of["referrer_id"]) == (ADA, RUTH)
    assert of["referred_on"].isoformat() == "2020-06-01"


def test_history_is_kept() -> None:
    later = {**REFERRAL, "date": "2021-06-01"}
    undated = {**REFERRAL, "date": ""}

    found = decided("patient_referrers", REFERRAL, later, undated)

    assert list(found.values["filemaker_id"]) == [
        "p1:r9:2020-06-01",
        "p1:r9:2021-06-01",
        "p1:r9:",
    ]


def test_the_same_again_is_a_duplicate_however_it_is_written() -> None:
    again = {"id_Contact": " p1", "id_Perscriber": "r9", "date": "1/06/2020"}

    said = verdicts("patient_referrers", REFERRAL, again)

    assert said == ["", "skipped(duplicate_row)"]


def test_the_same_pair_and_day_with_other_words_is_for_a_person_to_choose() -> None:
    other = {**REFERRAL, "creationAccountName": "admin"}

    said = verdicts("patient_referrers", REFERRAL, other)

    assert said == ["rejected(duplicate_key)"] * 2


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"id_Contact": ""}, "no_owner"),
        ({"id_Contact": "P7"}, "unknown_owner"),
        ({"id_Contact": "company"}, "owner_not_imported"),
        ({"id_Perscriber": " "}, "no_owner"),
        ({"id_Perscriber": "R7"}, "unknown_owner"),
        ({"id_Contact": "", "id_Perscriber": "", "creationAccountName": "x"}, ""),
    ],
)
def test_a_row_belongs_to_both(changed: dict[str, str], reason: str) -> None:
    said = verdicts("patient_referrers", {**REFERRAL, **changed})

    assert said == [f"rejected({reason or 'no_owner'})"]


def test_nothing_of_a_key_is_no_key() -> None:
    row = {"id_Contact": "", "id_Perscriber": "", "date": "", "creationTimestamp": "x"}

    assert verdicts("patient_referrers", row) == ["rejected(no_key)"]


def test_without_the_referrers_export_nobody_says_that_they_are_unknown() -> None:
    known = replace(
        KNOWN,
        in_snapshot={"patients": KNOWN.in_snapshot["patients"]},
        imported={"patients": KNOWN.imported["patients"]},
    )

    found = decided("patient_referrers", REFERRAL, known=known)

    assert list(found.rows["reason"]) == ["owner_not_exported"]
    assert [link.checked for link in found.links] == [True, False]


def test_a_day_that_cannot_be_read_is_noted_and_kept() -> None:
    found = decided("patient_referrers", {**REFERRAL, "date": "soon"})

    assert found.rows.loc[2, "notes"] == "bad_date"
    assert found.values.loc[2, "filemaker_id"] == "p1:r9:"
    assert found.values.loc[2, "filemaker_metadata"] == {"date_text": "soon"}


def test_every_owner_has_to_be_found_often_enough() -> None:
    days = [f"2020-06-{day:02d}" for day in range(1, 13)]
    rows = [{**REFERRAL, "date": day} for day in days]
    rows += [{**row, "id_Perscriber": "R7"} for row in rows[:2]]

    results = gates.evaluate(plan(decided("patient_referrers", *rows)), gates.Gates())

    found = [(r.count, r.total, r.passed) for r in results if "match" in r.name]
    assert found == [(14, 14, True), (12, 14, False)]


# Keys of several columns, whatever the table


def key(*parts: str) -> str:
    row = dict(zip(("a", "b"), parts, strict=True))
    columns = frame(row)
    return str(joined_keys([columns["a"], columns["b"]]).iloc[0])


@pytest.mark.parametrize(
    "parts", [("a:b", "c"), ("a", "b:c"), ("a%3ab", "c"), ("a%", ":c"), ("", "a:")]
)
def test_parts_are_told_apart_whatever_they_hold(parts: tuple[str, str]) -> None:
    made = key(*parts)

    assert joined.split(made) == list(parts)
    assert made != key("a", "b:c") or parts == ("a", "b:c")


def test_a_key_that_the_backend_cannot_hold_keeps_its_row_out() -> None:
    short = replace(registry.named("patient_referrers"), key_of=KeyOf(("owner",), 1))

    rows = decide(stage(short, frame(REFERRAL), context()), context()).rows

    assert list(rows["reason"]) == ["value_too_long"]


@pytest.mark.parametrize(
    ("key_of", "message"),
    [
        (KeyOf(("owner", "colour")), "no column of the key is called colour"),
        (KeyOf(("owner",)), "its key is a column, or made of several"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused(key_of: KeyOf, message: str) -> None:
    table = registry.named("notes")

    with pytest.raises(ValueError, match=message):
        replace(table, key_of=key_of)


def test_another_key_makes_another_mapping() -> None:
    table: Table = registry.named("patient_referrers")

    assert replace(table, key_of=KeyOf(("owner", "referrer"))).digest != table.digest


ZONE = Zone("Australia/Sydney", "DMY")
PARTS = [joined.part(convert.key, ZONE), joined.part(convert.date, ZONE)]


@pytest.mark.parametrize(
    ("held", "said", "note", "fits"),
    [
        ("p1:2020-06-01", ("{P1}", "1/6/2020"), "", True),
        ("p1:2020-06-01", ("P1", "6/1/2020"), "", False),
        ("p1:2020-06-13", ("P1", "6/13/2020"), "other_date_order", True),
        ("p2:2020-06-13", ("P1", "6/13/2020"), "other_date_order", False),
        ("p1:", ("P1", "soon"), "bad_date", True),
        ("p1:", ("P1", "1/6/2020"), "bad_date", False),
        ("p1", ("P1", ""), "bad_date", False),
        ("p1:2020-06-01x", ("P1", "1/6/2020"), "", False),
    ],
)
def test_a_key_is_proven_part_by_part(
    held: str, said: tuple[str, str], note: str, fits: bool
) -> None:
    spoken, shown = joined.rendering_of(PARTS)(held, *said)
    explains = joined.notes_of(PARTS).get(note)

    assert (spoken == shown or bool(explains and explains(held, *said))) is fits


def test_a_key_that_lost_its_digits_is_refused_as_any_other() -> None:
    with pytest.raises(SourceError, match="lost digits"):
        staged("patient_referrers", {**REFERRAL, "id_Perscriber": "1.7629e+23"})
