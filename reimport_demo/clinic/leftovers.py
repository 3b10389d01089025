"""What the backend holds before the import, and what must become of it.

Pure. Three kinds of rows: some that the first system left (random keys, no hash of what
it wrote, links that dangle), some that FileMaker has no longer, some made by people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reimport_demo.clinic import coordinators
from reimport_demo.clinic.model import Line, Size
from reimport_demo.clinic.workbook import as_text

FIRST_SYSTEM_PATIENTS = 40
ADOPTED_PATIENTS = 4

GONE = {
    "patients": 2,
    "contact_details": 2,
    "appointments": 3,
    "notes": 2,
    "documents": 3,
    "image_batches": 2,
    "images": 4,
}
"""Rows that FileMaker no longer has; at any scale few enough for the default gates."""
LOCAL = {
    "patients": 3,
    "contact_details": 2,
    "appointments": 6,
    "notes": 2,
    "documents": 1,
}
"""Rows made by people in the backend."""


@dataclass(frozen=True, slots=True)
class Known:
    """
    A patient that the first system imported.

    Attributes:
        row: record number in Contacts.
        cells: header -> text, as an importer reads them.
        key: canonical FileMaker key, upper case.
        differs: the backend holds other values than FileMaker.
    """

    row: int
    cells: dict[str, str]
    key: str
    differs: bool


def choose(lines: Iterable[Line], size: Size) -> list[Known]:
    """
    The patients that the first system had: the first ones without a doubt in them.

    None has a support coordinator, which the first system kept in another way.
    The last few of them differ in the variant that a plan counts as adopted.
    """
    wanted = size.of(FIRST_SYSTEM_PATIENTS, least=6)
    found: list[Known] = []
    for row, line in enumerate(lines, start=2):
        doubted = line.notes or line.cells.get(coordinators.NAME)
        if line.outcome == "created" and not doubted:
            cells = {header: as_text(cell) for header, cell in line.cells.items()}
            differs = len(found) >= wanted - ADOPTED_PATIENTS
            found.append(Known(row, cells, line.key, differs))
        if len(found) == wanted:
            break
    return found


def expectation(known: list[Known]) -> dict[str, Any]:
    """
    What differs from the answer key of an empty database, for ``existing.json``.

    ``unchanged``: rows of Contacts that are there already, with the same values.
    ``adopted``: of these, the rows that differ in the variant (then ``updated``, and
    stopped by the gate ``patients.max_adopted`` unless it is raised).
    ``deleted`` and ``kept``: target rows per table, by outcome of the delete phase.
    """
    return {
        "unchanged": {"patients": [patient.row for patient in known]},
        "adopted": {"patients": [p.row for p in known if p.differs]},
        "deleted": GONE,
        "kept": {"local": LOCAL},
    }
