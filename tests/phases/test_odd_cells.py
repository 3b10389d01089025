"""One odd cell never stops an import, and whatever it is, the proof afterwards holds.

Twenty thousand cells, one a row, through all phases: each row is plain but for one.
"""

from __future__ import annotations

import random

import pytest

from reimport_lib.plan import gates
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field
from tests.phases import sites
from tests.phases.odd_cells import odd_cell
from tests.phases.small_clinic import SmallClinic, patient, small_clinic
from tests.phases.test_odd_clinics import site_of

ROWS = 1_700
PLAIN = 200
"""Rows without an odd cell: those that others belong to."""

NO_LIMITS = {
    f"{table.name}.{name}": 0.0 if name.startswith("min_") else 1.0
    for table in registry.source_tables()
    for name in gates.names()
    if name not in gates.ROWS
}
KEYS = ("owner", "owner_name", "owner_dob", "appointment", "referrer", "company")
"""What names another row: a broken key there stops the whole column, by design."""


def odd_columns(table: str) -> list[Field]:
    """The columns that may hold anything: all but keys and what names the owner."""
    return [
        column for column in registry.sources()[table].fields if column.name not in KEYS
    ]


def with_odd_cells() -> SmallClinic:
    """A clinic of plain rows, one odd cell in each, columns in turn."""
    clinic = small_clinic(people=ROWS, referrers=True)
    rng = random.Random(20_261_128)
    for table in registry.source_tables():
        rows = clinic.tables[table.file]
        columns = odd_columns(table.name)
        for number, row in enumerate(rows):
            if table.name in registry.linked() and number < PLAIN:
                continue
            for name in ("id.key", "id_Contact", "id_Key"):
                if name in row:
                    row[name] = patient(1 + number % PLAIN)
            column = columns[number % len(columns)]
            header = next((n for n in column.names if n in rows[0]), column.names[0])
            row[header] = odd_cell(column.convert.name, rng)
        for column in columns:  # every header stands in the file, also of blank columns
            header = next((n for n in column.names if n in rows[0]), column.names[0])
            rows[0].setdefault(header, "")
    return clinic


def not_held(run: Run) -> list[str]:
    return [
        f"{check['name']}: {check['actual']}"
        for entry in run.manifest()["phases"]
        for check in entry["checks"]
        if check["verdict"] == "fail"
    ]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """The full run of the clinic, and a rehearsal after it."""
    folder = tmp_path_factory.mktemp("corpus")
    exports = with_odd_cells().write(folder / "exports", kind="csv")
    with site_of(exports, f"sqlite:///{folder / 'db.sqlite3'}", folder) as site:
        full = site.apply(site.rehearse(gates=NO_LIMITS))
        return full, site.rehearse(gates=NO_LIMITS)


def test_every_check_holds_whatever_the_cells_are(imported: tuple[Run, Run]) -> None:
    full, _ = imported

    assert not_held(full) == []
    assert (sites.error(full), sites.status(full)) == ("", "succeeded")


def test_most_rows_come_in_so_that_the_checks_had_something_to_look_at(
    imported: tuple[Run, Run],
) -> None:
    counts = sites.tables(imported[0])
    for table in registry.source_tables():
        assert counts[table.name]["created"] > ROWS * 0.8, table.name


def test_a_second_import_of_odd_cells_changes_nothing(
    imported: tuple[Run, Run],
) -> None:
    _, again = imported

    assert sites.error(again) == ""
    for table, counts in sites.tables(again).items():
        assert (counts["created"], counts["updated"]) == (0, 0), table
