"""Exports that nobody here made: a right frame, or one clear error, every time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.checks import Verdict, failed
from reimport_lib.errors import SourceError
from reimport_lib.read.exports import kinds
from reimport_lib.read.reading import Reading
from reimport_lib.read.snapshot import freeze, open_snapshot

from .written import AS_OF, column, settings

DATA = Path(os.environ.get("REIMPORT_ACCEPTANCE_DATA", "/nonexistent"))
CLINICS = ("clinic_a", "clinic_c")

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="REIMPORT_ACCEPTANCE_DATA names no folder"
)


def expected(clinic: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (DATA / clinic / "expected" / "expected.json").read_text()
    )
    return found


def variant(clinic: str, name: str) -> Reading:
    return kinds.read(DATA / clinic / "variants" / name)


def export(clinic: str, name: str) -> Reading:
    return kinds.read(DATA / clinic / "exports" / name)


@pytest.mark.parametrize("clinic", CLINICS)
def test_a_clinic_is_frozen_whole(clinic: str, tmp_path: Path) -> None:
    folder = DATA / clinic / "exports"

    made = freeze(settings(folder), tmp_path / "s", as_of=AS_OF, objects=None)

    tables = open_snapshot(tmp_path / "s").manifest.tables
    assert {name: table.blank_rows for name, table in tables.items()} == expected(
        clinic
    )["blank_rows"]
    assert all(table.rows for table in tables.values())
    assert all(not made.table(name).isna().any().any() for name in tables)


@pytest.mark.parametrize("clinic", CLINICS)
@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Contacts_dimension.xlsx", "Contacts.xlsx"),
        ("Docs_headers.xlsx", "Docs.xlsx"),
        ("Images.mer", "Images.csv"),
        ("Images.tab", "Images.csv"),
    ],
)
def test_the_same_rows_in_other_clothes_are_the_same_rows(
    clinic: str, name: str, like: str
) -> None:
    found, wanted = variant(clinic, name), export(clinic, like)

    for header in wanted.data.column_names:
        assert column(found, header) == column(wanted, header)
    assert found.blank_rows == wanted.blank_rows


@pytest.mark.parametrize("clinic", CLINICS)
def test_both_date_systems_give_the_same_appointments(clinic: str) -> None:
    found = variant(clinic, "Appointments_1904.xlsx")
    wanted = export(clinic, "Appointments.xlsx")

    assert (found.date_system, wanted.date_system) == (1904, 1900)
    for header in wanted.data.column_names:
        # A time that carries its epoch in one system is bare in the other.
        bare = [text.removeprefix("1904-01-01 ") for text in column(wanted, header)]
        assert column(found, header) == bare


@pytest.mark.parametrize("clinic", CLINICS)
@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("mdy", "MDY"),
        ("dmy", "DMY"),
        ("dot", "DMY"),
        ("doctype", "MDY"),
        ("ctrl", "MDY"),
        ("empty", "DMY"),
    ],
)
def test_every_xml_has_its_records_and_its_order(
    clinic: str, name: str, order: str
) -> None:
    wanted = expected(clinic)["variants"][f"Contacts_{name}.xml"]

    found = variant(clinic, f"Contacts_{name}.xml")

    assert (found.data.num_rows, found.declared_order) == (
        wanted.get("records"),
        order,
    )
    assert failed(found.checks) == []


@pytest.mark.parametrize("clinic", CLINICS)
@pytest.mark.parametrize("name", ["dmy", "dot", "doctype", "ctrl", "found_mismatch"])
def test_every_xml_holds_the_same_text_beside_its_dates(clinic: str, name: str) -> None:
    found = variant(clinic, f"Contacts_{name}.xml").data
    wanted = variant(clinic, "Contacts_mdy.xml").data

    assert found.drop_columns(["DOB"]).equals(wanted.drop_columns(["DOB"]))


@pytest.mark.parametrize("clinic", CLINICS)
def test_what_is_repaired_is_counted(clinic: str) -> None:
    illegal = expected(clinic)["variants"]["Contacts_ctrl.xml"]["illegal_bytes"]

    found = variant(clinic, "Contacts_ctrl.xml").checks

    told = {check.name: check.actual for check in found}
    assert told["control characters"] == f"{illegal} became line ends, 0 dropped"


@pytest.mark.parametrize("clinic", CLINICS)
def test_a_count_that_does_not_hold_fails_its_check(clinic: str) -> None:
    wanted = expected(clinic)["variants"]["Contacts_found_mismatch.xml"]

    (check,) = failed(variant(clinic, "Contacts_found_mismatch.xml").checks)

    assert (check.name, check.expected, check.actual, check.verdict) == (
        "FOUND",
        str(wanted["found"]),
        str(wanted["records"]),
        Verdict.FAIL,
    )


@pytest.mark.parametrize("clinic", CLINICS)
def test_a_truncated_file_is_refused_as_a_whole(clinic: str) -> None:
    with pytest.raises(SourceError, match=r"Contacts_truncated\.xml: is not whole"):
        variant(clinic, "Contacts_truncated.xml")


def outcome(path: Path) -> Reading | SourceError:
    try:
        return kinds.read(path)
    except SourceError as error:
        return error


@pytest.mark.parametrize("folder", ["nasty", "filemaker"])
def test_every_strange_file_ends_in_a_frame_or_one_clear_error(folder: str) -> None:
    paths = [path for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
    assert len(paths) > 50

    for path in paths:
        found = outcome(path)
        if isinstance(found, SourceError):
            assert path.name in found.message
            assert found.hint
        else:
            assert len(found.rows) == found.data.num_rows
            assert not any(values.null_count for values in found.data.columns)


@pytest.mark.parametrize(
    "path", sorted((DATA / "nasty" / "maxogden__csv-spectrum").glob("*.csv"))
)
def test_every_csv_of_the_spectrum_is_read_as_its_authors_say(path: Path) -> None:
    # As stored, both have had their line ends changed: only one way here.
    wanted = json.loads(path.with_suffix(".json").read_text().replace(r"\r\n", r"\n"))

    assert kinds.read(path).data.to_pylist() == wanted


def test_the_published_xml_sample_is_read_as_another_reader_reads_it() -> None:
    folder = DATA / "filemaker" / "Hovercross__fmpxml-to-json"
    records = json.loads((folder / "sample.json").read_text())["records"]

    found = kinds.read(folder / "sample.xml")

    assert found.declared_order == "MDY"
    assert found.data.to_pylist() == [
        {name: record[name] for name in found.data.column_names} for record in records
    ]
