"""The synthetic clinic: its size, its defects, its answer key; always the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from reimport_demo.clinic import companies, files, referrals, referrers
from reimport_demo.clinic.build import LEAST_SCALE, SEED, Clinic, build, export_tables
from reimport_demo.clinic.details_defects import detail_defects
from reimport_demo.clinic.directory import make_directory
from reimport_demo.clinic.events_defects import event_defects
from reimport_demo.clinic.files_defects import document_defects, image_defects
from reimport_demo.clinic.key import Part
from reimport_demo.clinic.messages_defects import reply_defects, sms_defects
from reimport_demo.clinic.model import FULL_ROWS, Size
from reimport_demo.clinic.notes import note_defects
from reimport_demo.clinic.people import make_roster
from reimport_demo.clinic.people_defects import patient_defects
from reimport_demo.clinic.schedule import (
    REPEATED,
    REPEATED_OTHERWISE,
    Defect,
    random_for,
)
from reimport_demo.clinic.workbook import as_text
from reimport_lib.errors import UsageError
from reimport_lib.plan.codes import LOCAL, Note, Reason

ONLY_WITH_EARLIER_ROWS = LOCAL | {
    *(Note.KEPT_LOCAL, Note.CONFLICT, Note.OVERWRITTEN),
    *(Note.KEPT_BY_DECISION, Note.TAKEN_BY_DECISION, Note.UNFIT_TOGETHER),
}
ONLY_WITHOUT_A_TABLE = {Reason.OWNER_NOT_EXPORTED}
NOT_PLANTED = ONLY_WITH_EARLIER_ROWS | ONLY_WITHOUT_A_TABLE
MOST_REJECTED = 0.15


def declared() -> dict[str, list[Defect]]:
    """Every defect that the generator says it plants, table by table."""
    roster, rng = make_roster(SEED, Size(LEAST_SCALE)), random_for(SEED, "any")
    referring = referrals.referrers_of(SEED, Size(LEAST_SCALE))
    places = referrals.companies_of(SEED, Size(LEAST_SCALE))
    directory = make_directory(SEED)
    return {
        "patients": patient_defects(directory, rng),
        "companies": companies.company_defects(referring.imported),
        "referrers": referrers.referrer_defects(directory),
        "patient_referrers": referrals.referral_defects(SEED, roster, referring, rng),
        "referrer_companies": referrals.workplace_defects(SEED, referring, places),
        "contact_details": detail_defects(SEED, roster, referring, places),
        "appointments": event_defects(SEED, roster, directory, rng),
        "notes": note_defects(SEED, roster, rng),
        "sms": sms_defects(SEED, roster, rng),
        "sms_replies": reply_defects(SEED, roster, rng),
        "documents": document_defects(SEED, roster, rng),
        "images": image_defects(SEED, roster, rng),
    }


@pytest.fixture(scope="module")
def tallies() -> dict[str, Any]:
    """Counts at the size of the real system, taken off the streams."""
    counted: dict[str, Any] = {}
    for table in export_tables():
        tally, stored = (part := Part()).tally, part.stored
        without_patient = 0
        for line in table.lines():
            tally.add(line)
            stored.add(line)
            without_patient += "clinic_event" in line.notes
        counted[table.table] = {
            **tally.as_json(),
            "objects": len(stored.objects),
            "without_patient": without_patient,
        }
    return counted


def test_the_full_clinic_has_the_size_of_the_real_system(
    tallies: dict[str, Any],
) -> None:
    assert {table: t["source_rows"] for table, t in tallies.items()} == FULL_ROWS
    assert tallies["appointments"]["without_patient"] == 5_312
    assert tallies["documents"]["objects"] == 10_190
    extras = len(files.image_extras(Size()))
    assert tallies["images"]["objects"] + extras == 6_490
    directory = make_directory(SEED)
    assert (len(directory.clinics), len(directory.calendars)) == (11, 10)


@pytest.mark.parametrize("table", FULL_ROWS)
def test_the_full_clinic_stays_inside_the_default_gates(
    table: str, tallies: dict[str, Any]
) -> None:
    tally = tallies[table]
    assert tally["outcomes"]["rejected"] <= MOST_REJECTED * tally["source_rows"]
    assert tally["notes"].get("clinic_from_patient", 0) <= 0.2 * tally["source_rows"]


@pytest.mark.parametrize("table", FULL_ROWS)
def test_the_smallest_clinic_stays_inside_the_default_gates(
    table: str, small: Clinic
) -> None:
    tally = small.answer()["tables"][table]
    assert tally["outcomes"]["rejected"] <= MOST_REJECTED * tally["source_rows"]


def test_the_key_accounts_for_every_row_and_object(small: Clinic) -> None:
    answer = small.answer()
    for table in answer["tables"].values():
        left_out = table["source_rows"] - table["outcomes"]["created"]
        assert sum(table["outcomes"].values()) == table["source_rows"]
        assert sum(table["reasons"].values()) == left_out
    for objects in answer["objects"].values():
        skipped = sum(objects["skipped"].values())
        assert objects["unchanged"] + skipped == objects["stored_objects"]


@pytest.mark.parametrize("table", FULL_ROWS)
def test_every_defect_occurs_in_the_smallest_clinic(table: str) -> None:
    lines = {t.table: t.lines for t in export_tables(scale=LEAST_SCALE)}[table]

    planted = {line.defect for line in lines()} - {""}

    expected = {d.name for d in declared()[table] if d.least}
    repeated = {REPEATED, REPEATED_OTHERWISE}
    if table in ("contact_details", "referrer_companies", "sms_replies"):
        repeated = {REPEATED}
    assert planted == expected | repeated


def test_every_defect_occurs_several_times_in_the_full_clinic() -> None:
    for table in export_tables():
        planted = Counter(line.defect for line in table.lines())
        for defect in declared()[table.table]:
            assert planted[defect.name] == defect.rows >= 2, (table.table, defect.name)


def test_every_reason_and_note_occurs_in_the_smallest_clinic(small: Clinic) -> None:
    answer = small.answer()
    tables = answer["tables"].values()
    reasons = {reason for table in tables for reason in table["reasons"]}
    reasons |= {r for part in answer["objects"].values() for r in part["skipped"]}
    notes = {note for table in tables for note in table["notes"]}

    assert reasons == {r.value for r in Reason if r not in NOT_PLANTED}
    assert notes == {note.value for note in Note if note not in NOT_PLANTED}


def contents(clinic: Clinic) -> dict[str, Any]:
    """All that a clinic says, without the time stamps inside of workbooks."""
    texts = {
        path.relative_to(clinic.folder).as_posix(): path.read_bytes()
        for path in clinic.folder.rglob("*.*")
        if path.suffix != ".xlsx"
    }
    cells = {
        table.table: [
            {header: as_text(cell) for header, cell in line.cells.items()}
            for line in table.lines()
        ]
        for table in clinic.tables()
    }
    return {**texts, **cells}


def test_the_same_seed_makes_the_same_clinic(tmp_path: Path, small: Clinic) -> None:
    again = build(tmp_path, scale=small.scale, seed=small.seed)

    assert contents(again) == contents(small)


def test_another_seed_makes_another_clinic(tmp_path: Path, small: Clinic) -> None:
    other = build(tmp_path, scale=small.scale, seed=small.seed + 1)

    same = [
        name
        for name, content in contents(other).items()
        if content == contents(small)[name]
    ]
    assert same == []


def test_a_scale_too_small_for_the_defects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too few rows"):
        build(tmp_path, scale=0.001)

    assert list(tmp_path.iterdir()) == []


def test_nobody_can_be_called_or_written_to(small: Clinic) -> None:
    """Numbers are valid and reserved for fiction; addresses are example domains."""
    fiction = ("+614915", "+6125550", "+6127010", "+6187010")
    details = {t.table: t for t in small.tables()}["contact_details"]
    for line in details.lines():
        value, kind = str(line.values.get("value")), line.values.get("kind")
        if line.outcome != "created" or line.notes:
            continue
        if kind in ("phone", "mobile"):
            assert value.startswith(fiction)
            assert phonenumbers.is_valid_number(phonenumbers.parse(value))
        if kind == "email":
            assert value.endswith(("@example.com", "@example.org"))
