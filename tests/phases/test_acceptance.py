"""Clinics whose answers somebody else wrote down, imported as a whole, and again."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reimport_demo import s3
from reimport_lib.record.run import Run
from reimport_lib.write import configuration
from tests.phases import sites
from tests.phases.sites import Site
from tools import postgres
from tools.databases import migrate

DATA = os.environ.get("REIMPORT_ACCEPTANCE_DATA", "")
CLINICS = ("clinic_a", "clinic_c")
OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")

pytestmark = pytest.mark.skipif(
    not DATA, reason="REIMPORT_ACCEPTANCE_DATA names no folder of acceptance data"
)


class Imported:
    """A clinic after its dry run and full run, and what a dry run after those left."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.rehearsal = site.rehearse()
        self.full = site.apply(self.rehearsal)
        self.content = sites.content(site.digest())
        self.again = site.rehearse()
        self.content_again = sites.content(site.rehearsed(self.again).digest())

    @property
    def expected(self) -> Any:
        text = (self.folder / "expected" / "expected.json").read_text(encoding="utf-8")
        return json.loads(text)

    def rows(self) -> dict[tuple[str, int], tuple[str, str, str]]:
        """(table, row) -> outcome, reason, notes of the answer key."""
        path = self.folder / "expected" / "rows.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return {
                (line["table"], int(line["row"])): what(line)
                for line in csv.DictReader(file)
            }


def what(line: dict[str, str]) -> tuple[str, str, str]:
    return line["outcome"], line["reason"], line["notes"]


@pytest.fixture(scope="module", params=CLINICS)
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(DATA) / str(request.param)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def imported(
    request: pytest.FixtureRequest,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Imported]:
    own = tmp_path_factory.mktemp(f"{folder.name}-{request.param}")
    server, name = "", f"accept_{folder.name}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = postgres.create_database(server, name)
    else:
        url = f"sqlite:///{own / 'clinic.sqlite3'}"
    exports = folder / "exports"
    migrate(url)
    with s3.serve_s3(sites.stored_keys(exports), bucket=own.name[:60]) as served:
        site = sites.site(
            {
                **served.environment(),
                "DATABASE_URL": url,
                "REIMPORT_SOURCE": str(exports),
                "REIMPORT_RUNS": str(own / "runs"),
                "REIMPORT_POSTCODE_WIDTH": "5",
            }
        )
        configuration.load(site.settings, exports / "clinics.json")
        yield Imported(folder, site)
        site.drop_copies()
    if server:
        postgres.drop_database(server, name)


def test_every_run_succeeds(imported: Imported) -> None:
    runs = (imported.rehearsal, imported.full, imported.again)

    assert [sites.error(run) for run in runs] == ["", "", ""]
    assert [sites.status(run) for run in runs] == ["succeeded"] * 3


def test_counts_per_outcome_reason_and_note(imported: Imported) -> None:
    expected = imported.expected
    for run in (imported.rehearsal, imported.full):
        counted = sites.tables(run)
        found = {
            table: {
                "source_rows": counted[table]["source_rows"],
                "outcomes": {
                    n: counted[table][n] for n in OUTCOMES if counted[table][n]
                },
                "reasons": counted[table]["reasons"],
                "notes": counted[table]["notes"],
            }
            for table in expected["tables"]
        }

        assert found == expected["tables"]
        blank = {name: counted[name]["blank_rows"] for name in expected["blank_rows"]}
        assert blank == expected["blank_rows"]


def test_every_row_has_its_outcome_reason_and_notes(imported: Imported) -> None:
    expected = imported.rows()

    found = {
        (table, int(line["row"])): what(line)
        for table in imported.expected["tables"]
        for line in sites.outcome_lines(imported.full, table)
    }

    assert found.keys() == expected.keys()
    assert [row for row in expected if found[row] != expected[row]] == []


def test_objects_and_batches(imported: Imported) -> None:
    expected = imported.expected
    counted = sites.tables(imported.full)

    for table, objects in expected["objects"].items():
        skipped = {name: count for name, count in objects["skipped"].items() if count}
        assert counted[table]["source_rows"] == objects["stored_objects"]
        assert counted[table]["unchanged"] == objects["unchanged"]
        assert counted[table]["reasons"] == skipped
    assert counted["image_batches"]["created"] == expected["batches"]


def test_the_full_run_equals_the_rehearsal(imported: Imported) -> None:
    assert sites.outcomes(imported.full) == sites.outcomes(imported.rehearsal)


def test_a_second_import_changes_nothing(imported: Imported) -> None:
    first, again = imported.rows(), rows_of(imported.again, imported.expected["tables"])

    assert imported.content_again == imported.content
    for row, (outcome, reason, notes) in first.items():
        now = "unchanged" if outcome == "created" else outcome
        assert again[row] == (now, reason, notes), row


def rows_of(run: Run, tables: list[str]) -> dict[tuple[str, int], tuple[str, str, str]]:
    return {
        (table, int(line["row"])): what(line)
        for table in tables
        for line in sites.outcome_lines(run, table)
    }
