"""A folder of exports read back as lines, so that any clinic can be served.

Imports nothing of the importer. Excel workbooks and CSV with a header, as the demo's
clinics and its test sets have them; the files need not be friendly, but must be read
whole.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from reimport_demo.clinic.model import (
    DOCUMENTS_PREFIX,
    IMAGES_PREFIX,
    Cell,
    Export,
    Line,
)
from reimport_lib.errors import SourceError, UsageError
from reimport_lib.tables import registry

_STEM = re.compile(r"[0-9A-Fa-f-]+")
_OBJECTS = {"documents": ("id", DOCUMENTS_PREFIX), "images": ("recid", IMAGES_PREFIX)}


def exported_tables(folder: Path) -> tuple[Export, ...]:
    """
    The tables whose files lie in *folder*; their lines carry the stored objects.

    Raises:
        UsageError: it holds no export file.
        SourceError: a file cannot be read.
    """
    stored = _stored(folder / "s3_listing.json")
    tables = []
    for table in registry.source_tables():
        paths = (folder / f"{table.file}.{ending}" for ending in ("xlsx", "csv"))
        path = next((path for path in paths if path.is_file()), None)
        if path:
            read = partial(_lines, path, table.name, stored)
            tables.append(Export(table.name, table.file, _headers(path), read))
    if not tables:
        raise UsageError(
            f"{folder.name} holds no export files.",
            hint="name a clinic's folder, or one with Contacts.xlsx and the others",
            id="R274",
        )
    return tuple(tables)


def clinic_names(folder: Path) -> dict[str, str]:
    """Key -> name of the clinics, where the folder has ``clinics.json``."""
    path = folder / "clinics.json"
    if not path.is_file():
        return {}
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names


def _stored(listing: Path) -> dict[str, str]:
    """Stem of its name, below its prefix -> key of a stored object."""
    if not listing.is_file():
        return {}
    keys = [item["Key"] for item in json.loads(listing.read_text(encoding="utf-8"))]
    return {key.rpartition(".")[0].casefold(): key for key in reversed(keys)}


def _headers(path: Path) -> tuple[str, ...]:
    header: list[Any] = next(_rows(path), [])
    return tuple(str(cell) for cell in header if str(cell).strip())


def _lines(path: Path, table: str, stored: dict[str, str]) -> Iterator[Line]:
    rows = _rows(path)
    header = [str(cell) for cell in next(rows, [])]
    for row, cells in enumerate(rows):
        held: dict[str, Cell] = {
            name: cell
            for name, cell in zip(header, cells, strict=False)
            if name.strip() and cell != ""
        }
        blank = not any(str(cell).strip() for cell in held.values())
        line = Line(held, outcome="" if blank else "created", row=row)
        if table in _OBJECTS:
            name, prefix = _OBJECTS[table]
            found = _STEM.search(str(held.get(name, "")).removesuffix(".0"))
            stem = found[0].lstrip("0") if found and table == "images" else ""
            stem = stem or (found[0].casefold() if found else "")
            key = stored.get(f"{prefix}{stem}")
            line.objects = (key,) if key else ()
        yield line


def _rows(path: Path) -> Iterator[list[Any]]:
    read: Callable[[Path], Iterator[list[Any]]]
    read = _csv_rows if path.suffix == ".csv" else _sheet_rows
    return read(path)


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def _sheet_rows(path: Path) -> Iterator[list[Any]]:
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except CalamineError as error:
        raise SourceError(
            f"{path.name}: not a workbook that can be served.",
            hint="export it again",
            id="R275",
        ) from error
    yield from sheet.iter_rows()
