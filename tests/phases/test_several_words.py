"""A look-up by name takes several words in a cell as coded columns do.

All words must name the same entry; else nothing is linked, the row says so, and every
word is kept. Through the whole pipe, whose last phase reads the cells by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from reimport_lib.record.run import Run
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.small_clinic import CLINICS, SmallClinic, small_clinic
from tests.phases.test_odd_cells import NO_LIMITS
from tests.phases.test_odd_clinics import ask, outcome, site_of
from tools import postgres

DIRECTORIES = {
    "clinics": [{"filemaker_id": k, "name": name} for k, name in CLINICS.items()],
    "clinicians": [
        {"filemaker_id": "K1", "full_name": "Probe Footwright"},
        {"filemaker_id": "K2", "full_name": "Test Heelman"},
    ],
    "appointment_types": [
        {"filemaker_id": "T1", "name": "Initial"},
        {"filemaker_id": "T2", "name": "Review, short"},
    ],
    "funding_sources": [
        {"filemaker_id": "F1", "name": "Veterans", "code": "DVA"},
        {"filemaker_id": "F2", "name": "Private", "code": "PRV"},
    ],
}
EXPORTS = {"Contacts": "patients", "Appointments": "appointments"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, what it links to, and the note of its row."""

    stem: str
    column: str
    text: str
    linked: str
    note: str

    @property
    def table(self) -> str:
        return EXPORTS[self.stem]


CELLS = (
    Cell("Contacts", "id_Clinic", "102\x0b South  testville", "South Testville", ""),
    Cell("Contacts", "id_Clinic", "101\x1d102", "", "unknown_clinic"),
    Cell("Contacts", "id_Clinic", "101\r9999", "", "unknown_clinic"),
    Cell("Contacts", "Clinic_Name", "102\x1dSouth Testville", "South Testville", ""),
    Cell("Contacts", "Clinic_Name", "North Testville\r102", "", "unknown_clinic"),
    Cell("Contacts", "Funding", "Veterans\x1ddva", "Veterans", ""),
    Cell("Contacts", "Funding", "Veterans\rPrivate", "", "unknown_value"),
    Cell("Contacts", "Funding", "Veterans; Lottery", "", "unknown_value"),
    Cell("Appointments", "id_Clinic", "102\r102", "South Testville", ""),
    Cell(
        "Appointments",
        "id_Clinic",
        "102\x1d101",
        "North Testville",
        "clinic_from_patient",
    ),
    Cell("Appointments", "Type", "Initial\x0bt1", "Initial", ""),
    Cell("Appointments", "Type", "review, Short", "Review, short", ""),
    Cell("Appointments", "Type", "Initial\x1dT2", "", "unknown_value"),
    Cell(
        "Appointments", "id_Clinician", "K1\rPROBE Footwright", "Probe Footwright", ""
    ),
    Cell("Appointments", "id_Clinician", "K1\x1dK2", "", "unknown_clinician"),
    Cell("Appointments", "id_Clinician", "Footwright, Probe", "", "unknown_clinician"),
)
LINKS = {
    "id_Clinic": ("clinic_id", "clinics_clinic", "name"),
    "Clinic_Name": ("clinic_id", "clinics_clinic", "name"),
    "Funding": ("funding_type_id", "clinics_fundingsource", "name"),
    "Type": ("appointment_type_id", "clinics_appointmenttype", "name"),
    "id_Clinician": ("clinician_id", "clinics_clinician", "full_name"),
}
MODELS = {"patients": "patients_patient", "appointments": "appointments_appointment"}


def clinic_of_several_words() -> SmallClinic:
    """The cells, each in a row of its own: that of its place in ``CELLS``."""
    clinic = small_clinic()
    for number, cell in enumerate(CELLS, start=1):
        row = clinic.row(cell.stem, number)
        if cell.column == "Clinic_Name":
            row["id_Clinic"] = ""
        row[cell.column] = cell.text
    for stem in EXPORTS:
        first = clinic.row(stem, 1)
        for cell in CELLS:
            if cell.stem == stem:
                first.setdefault(cell.column, "")
    return clinic


@dataclass(frozen=True, slots=True)
class Imported:
    site: Site
    full: Run
    again: Run


@pytest.fixture(
    scope="module", params=[("sqlite", "csv"), ("postgresql", "xlsx")], ids=str
)
def imported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    engine, kind = request.param
    folder = tmp_path_factory.mktemp("words")
    exports = clinic_of_several_words().write(folder / "exports", kind=kind)
    (exports / "clinics.json").write_text(json.dumps(DIRECTORIES), encoding="utf-8")
    url, server, name = f"sqlite:///{folder / 'clinic.sqlite3'}", "", "several_words"
    if engine == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = postgres.create_database(server, name)
    with site_of(exports, url, folder) as site:
        full = site.apply(site.rehearse(gates=NO_LIMITS))
        yield Imported(site, full, site.rehearse(gates=NO_LIMITS))
    if server:
        postgres.drop_database(server, name)


def test_every_check_holds_and_a_second_import_changes_nothing(
    imported: Imported,
) -> None:
    assert (sites.error(imported.full), sites.status(imported.full)) == (
        "",
        "succeeded",
    )
    for counts in sites.tables(imported.again).values():
        assert (counts["created"], counts["updated"]) == (0, 0)


@pytest.mark.parametrize("number", range(1, len(CELLS) + 1))
def test_all_words_of_a_cell_must_name_the_same_entry(
    imported: Imported, number: int
) -> None:
    cell = CELLS[number - 1]
    link, directory, name = LINKS[cell.column]
    [[linked, row]] = ask(
        imported.site,
        f"SELECT d.{name}, CAST(t.filemaker_metadata AS TEXT)"  # noqa: S608
        f"{' || t.funding_source' if cell.column == 'Funding' else ''}"
        f" FROM {MODELS[cell.table]} t LEFT JOIN {directory} d ON d.id = t.{link}"
        f" WHERE t.filemaker_id LIKE '%{number:012}'",
    )

    assert (linked or "") == cell.linked
    said = outcome(imported.full, cell.table, number + 1)
    assert said[0] == "created"
    notes = {"unknown_clinic", "unknown_value", "unknown_clinician"}
    notes |= {"clinic_from_patient"}
    assert notes & set(said[2].split(";")) == ({cell.note} if cell.note else set())
    for word in cell.text.replace("\x0b", "\r").replace("\x1d", "\r").split("\r"):
        assert word.strip() in str(row)
