"""An export that does not fit, met as a person meets it: by a run of the notebooks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reimport_demo.clinic.build import Clinic
from tests.cli.commands import Commands


def renamed(name: str, column: str, new: str) -> Callable[[Path], None]:
    """What gives *column* of the export *name* another header."""

    def spoil(exports: Path) -> None:
        book = load_workbook(exports / name)
        [header] = [c for c in book.worksheets[0][1] if str(c.value).strip() == column]
        header.value = new
        book.save(exports / name)

    return spoil


def damaged(name: str) -> Callable[[Path], None]:
    return lambda exports: (exports / name).write_bytes(b"PKgarbage") and None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            renamed("Appointments.xlsx", "startDate", "start_Dat"),
            'appointments: column "start_Dat" is not known. [R114] '
            'Hint: did you mean "startDate"? Rename it in the export',
        ),
        (
            renamed("Contacts.xlsx", "id", "person number"),
            'patients: required column "id" is missing',
        ),
        (damaged("Notes.xlsx"), "Notes.xlsx: is no workbook"),
    ],
    ids=["nearly", "missing", "damaged"],
)
def test_an_export_that_does_not_fit_refuses_the_run_by_its_own_words(
    commands: Commands,
    clinic: Clinic,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    said: str,
) -> None:
    exports = Path(shutil.copytree(clinic.exports, tmp_path / "exports"))
    spoil(exports)

    done = commands("run", "--dry-run", REIMPORT_SOURCE=str(exports), COLUMNS="400")

    assert done.code == 3, done.out + done.err
    assert said in " ".join(done.out.split())
    assert "Traceback" not in done.out + done.err
    manifest = commands.manifest(commands.runs()[-1])
    assert manifest["status"] == manifest["phases"][0]["status"] == "refused"
    assert said in manifest["error"]
