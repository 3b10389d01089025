"""The records of an imported clinic by another way in: nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_demo import ways
from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.workbook import export_path, write_export
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.phases import sites
from tests.phases.sites import Site
from tests.read import spelled

CHARACTER_XML_CANNOT_HOLD = {"created": 1}
"""The row that a NUL keeps out of every other way comes in without it."""


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


def written(run: Run) -> dict[str, dict[str, int]]:
    """Table -> what the run wrote, outcome by outcome."""
    found: dict[str, dict[str, int]] = {}
    for table, counts in [*sites.tables(run).items(), *sites.deletions(run).items()]:
        for outcome in ("created", "updated", "deleted"):
            if counts.get(outcome):
                found.setdefault(table, {})[outcome] = counts[outcome]
    return found


@pytest.mark.parametrize("word", spelled.WAYS)
def test_a_format_of_filemaker_after_the_first_import_writes_nothing(
    imported: Site, clinic: Clinic, tmp_path: Path, word: str
) -> None:
    exports = spelled.write_exports(clinic, tmp_path / "files", spelled.WAYS[word])

    run = imported.with_exports(exports).rehearse()

    assert sites.status(run) is Status.SUCCEEDED, sites.error(run)
    assert written(run) == (
        {"notes": CHARACTER_XML_CANNOT_HOLD} if word == "xml" else {}
    )


def test_workbooks_after_the_first_import_write_nothing(
    imported: Site, clinic: Clinic, tmp_path: Path
) -> None:
    for table in clinic.tables():
        path = export_path(tmp_path, table.file, 1)
        write_export(path, table.headers, table.lines())

    run = imported.with_exports(tmp_path).rehearse()

    assert sites.status(run) is Status.SUCCEEDED, sites.error(run)
    assert written(run) == {}


@pytest.mark.parametrize("word", ways.WAYS)
def test_a_server_after_the_first_import_writes_nothing(
    imported: Site, clinic: Clinic, word: str
) -> None:
    with ways.way_in(clinic, clinic.exports, word) as way:
        run = imported.with_settings(**way).rehearse()

    assert sites.status(run) is Status.SUCCEEDED, sites.error(run)
    assert written(run) == {}
