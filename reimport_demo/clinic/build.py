"""The synthetic clinic: exports, configuration, stored objects and the answer key.

Imports nothing of the importer but errors. The same seed and scale always give the same
content; every table has random numbers of its own.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reimport_demo.clinic import files, leftovers, people
from reimport_demo.clinic.directory import Directory, make_directory
from reimport_demo.clinic.key import COLUMNS, Part
from reimport_demo.clinic.model import FULL_ROWS, Export, Size
from reimport_demo.clinic.parts import rows_file, write_tables
from reimport_demo.clinic.tables import LEAST_SCALE, SEED, export_tables
from reimport_demo.objects import content_of
from reimport_lib.errors import UsageError

SETTINGS = {
    "REIMPORT_DATE_ORDER": "DMY",
    "REIMPORT_PHONE_REGION": "AU",
    "REIMPORT_POSTCODE_WIDTH": "4",
    "REIMPORT_TIME_ZONE": "Australia/Sydney",
}
"""The settings that the exports are to be read with; an importer's defaults, all."""

__all__ = [
    "LEAST_SCALE",
    "SEED",
    "SETTINGS",
    "Clinic",
    "build",
    "export_tables",
    "open_clinic",
]


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic on disk.

    Attributes:
        folder: holds ``exports/`` and ``expected/``.
        seed, scale: what it was made with.
        exports: the folder an import reads.
        expected: the folder of the answer key.
        config: the file for ``reimport load-config``.
        listing: ``[{"Key", "Size"}, ...]`` of every stored object.
    """

    folder: Path
    seed: int
    scale: float

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    @property
    def expected(self) -> Path:
        return self.folder / "expected"

    @property
    def config(self) -> Path:
        return self.exports / "config.json"

    @property
    def listing(self) -> Path:
        return self.exports / "s3_listing.json"

    def answer(self) -> dict[str, Any]:
        """``expected.json``."""
        text = (self.expected / "expected.json").read_text(encoding="utf-8")
        answer: dict[str, Any] = json.loads(text)
        return answer

    def tables(self) -> tuple[Export, ...]:
        """Every table as a stream of lines, without reading a file."""
        return export_tables(self.seed, self.scale)


def open_clinic(folder: Path) -> Clinic:
    """
    The clinic that ``build`` wrote into *folder*.

    Raises:
        UsageError: there is none.
    """
    answer = folder / "expected" / "expected.json"
    if not answer.is_file():
        raise UsageError(
            f"{folder.name} holds no clinic.", hint="reimport demo", id="R264"
        )
    made = json.loads(answer.read_text(encoding="utf-8"))
    return Clinic(folder, made["seed"], made["scale"])


def build(
    folder: Path, *, scale: float = 1.0, seed: int = SEED, excel: bool = True
) -> Clinic:
    """
    Write a clinic into *folder*: ``exports/`` and ``expected/``.

    Args:
        scale: 1.0 is the size of the real system; 0.02 the least, 100 for benchmarks.
        excel: False writes every table as CSV, which takes half the time.

    Raises:
        UsageError: *scale* is too small.
    """
    export_tables(seed, scale)
    clinic, size = Clinic(folder, seed, scale), Size(scale)
    for path in (clinic.exports, clinic.expected):
        path.mkdir(parents=True, exist_ok=True)
    parts = write_tables(folder, seed=seed, scale=scale, excel=excel)
    parts["documents"].stored.extend(files.document_extras(seed, size))
    parts["images"].stored.extend(files.image_extras(size))
    _join_rows(clinic)
    _write_listing(clinic, parts)
    _write_answer(clinic, parts)
    _write_directory(clinic, make_directory(seed))
    return clinic


def _join_rows(clinic: Clinic) -> None:
    """Make one ``rows.csv`` of the tables' own."""
    with (clinic.expected / "rows.csv").open("wb") as whole:
        whole.write(",".join(COLUMNS).encode() + b"\n")
        for name in FULL_ROWS:
            path = rows_file(clinic.folder, name)
            with path.open("rb") as rows:
                shutil.copyfileobj(rows, whole)
            path.unlink()


def _write_listing(clinic: Clinic, parts: Mapping[str, Part]) -> None:
    keys = sorted(key for part in parts.values() for key, _ in part.stored.objects)
    with clinic.listing.open("w", encoding="utf-8") as file:
        file.write("[\n")
        for number, key in enumerate(keys):
            item = json.dumps({"Key": key, "Size": len(content_of(key))})
            file.write(f"{',' if number else ''}{item}\n")
        file.write("]\n")


def _write_answer(clinic: Clinic, parts: Mapping[str, Part]) -> None:
    answer = {
        "seed": clinic.seed,
        "scale": clinic.scale,
        "tables": {name: part.tally.as_json() for name, part in parts.items()},
        "blank_rows": {name: part.tally.blank_rows for name, part in parts.items()},
        "objects": {
            f"{name}_objects": parts[name].stored.as_json()
            for name in ("documents", "images")
        },
        **parts["images"].batches.as_json(),
        "coordinators": parts["patients"].coordinators.as_json(),
    }
    _write_json(clinic.expected / "expected.json", answer)
    lines = people.patient_lines(clinic.seed, Size(clinic.scale))
    existing = leftovers.expectation(leftovers.choose(lines, Size(clinic.scale)))
    _write_json(clinic.expected / "existing.json", existing)


def _write_directory(clinic: Clinic, directory: Directory) -> None:
    _write_json(clinic.exports / "clinics.json", directory.clinic_names())
    _write_json(clinic.config, directory.config())


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
