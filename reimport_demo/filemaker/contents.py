"""The database that is served: a clinic's tables, with layouts and occurrences.

Every table has a lean layout ``API_Name`` with the columns of its export, for imports,
and a wide one ``Name``, which for Contacts has portals and a repeating field as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reimport_demo.clinic import words
from reimport_demo.clinic.build import Clinic, open_clinic
from reimport_demo.clinic.directory import make_directory
from reimport_demo.clinic.files import FIRST_RECID, recid_of
from reimport_demo.clinic.model import Export, Line
from reimport_demo.filemaker.exports import clinic_names, exported_tables
from reimport_demo.filemaker.model import (
    Database,
    Field,
    Kind,
    Layout,
    Portal,
    Record,
    Stored,
    Table,
    Value,
)
from reimport_demo.filemaker.schema import (
    MONTH_FIRST,
    field_named,
    key_field,
    text_of,
    value_of,
)
from reimport_demo.objects import content_of

CLINICS = "Clinic_Name"
CONTACTS = "Contacts"
PHONES = Field("Phones", repetitions=3)
FACE = Field("faceImage_Full", Kind.CONTAINER)
LOGO = Field("logo", Kind.CONTAINER)
FILES = {
    "Docs": Field("Doc", Kind.CONTAINER),
    "Images": Field("image_Full", Kind.CONTAINER),
    CONTACTS: FACE,
}
"""The container of each table that has one."""

OWNERS = ("id.key", "id_Contact", "id_Key", "_kf_ContactID")
CARD = "Contacts: card/A4"
"""A layout whose name needs encoding in a URL; it is in a folder."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What there is to serve: tables of lines, and clinic keys with their names."""

    tables: tuple[Export, ...]
    clinics: Mapping[str, str]


def open_database(
    source: Clinic | Path, *, name: str, unreachable: tuple[str, ...] = ()
) -> Database:
    """
    The database of a clinic, of a clinic's folder, or of a folder of exports.

    Tables are read when they are first asked for.

    Raises:
        UsageError: the folder is neither.
    """
    given = _given(source)
    tables = {export.file: _table(export) for export in given.tables}
    tables[CLINICS] = _clinics(given.clinics)
    layouts: dict[str, Layout] = {}
    for table in tables.values():
        lean = Layout(f"API_{table.name}", table, _lean(table))
        wide = Layout(table.name, table, _wide(table), folder="Web")
        layouts |= {lean.name: lean, wide.name: wide}
    if CONTACTS in tables:
        portals = tuple(_portals(tables))
        wide = layouts[CONTACTS]
        layouts[CONTACTS] = Layout(
            wide.name, wide.table, wide.fields, portals, wide.folder
        )
        layouts[CARD] = Layout(CARD, wide.table, wide.fields[:6], folder="Print")
    occurrences = {each: layout for each, layout in layouts.items() if each != CARD}
    return Database(name, layouts, occurrences, content_of, unreachable=unreachable)


def _given(source: Clinic | Path) -> _Source:
    if isinstance(source, Path):
        if not (source / "expected" / "expected.json").is_file():
            return _Source(exported_tables(source), clinic_names(source))
        source = open_clinic(source)
    return _Source(source.tables(), make_directory(source.seed).clinic_names())


def _table(export: Export) -> Table:
    fields = [field_named(header) for header in export.headers]
    if export.file in FILES:
        fields.append(FILES[export.file])
    if export.file == CONTACTS:
        fields.append(PHONES)
    names = [field.name for field in fields]
    key = key_field(names)
    return Table(
        export.file, fields, key=key, read=partial(_records, export, tuple(fields))
    )


def _records(export: Export, fields: tuple[Field, ...]) -> list[Record]:
    """The records behind the lines of an export; rows that are blank are none."""
    kinds = [
        (header, field.name, field.kind)
        for header, field in zip(export.headers, fields, strict=False)
    ]
    fill = _FILLED.get(export.file)
    records = []
    lines = (line for line in export.lines() if not line.is_blank)
    for place, line in enumerate(lines):
        values: dict[str, Value | tuple[Value, ...]] = {}
        for header, name, kind in kinds:
            cell = line.cells.get(header, "")
            if cell != "":
                month_first = export.file in MONTH_FIRST
                values[name] = value_of(cell, kind, month_first=month_first)
        record = Record(_number(export.file, place), place * 7 % 5, values)
        if fill:
            fill(record, line)
        records.append(record)
    return records


def _number(table: str, place: int) -> int:
    """Record ids have gaps, where records were deleted; an image's is its ``recid``."""
    return recid_of(place) - (0 if table == "Images" else FIRST_RECID - 1)


def _file_of(name: str) -> Callable[[Record, Line], None]:
    """Put the row's stored object into the container; some only refer to a file."""

    def fill(record: Record, line: Line) -> None:
        if line.objects:
            record.values[name] = Stored(line.objects[0])
        elif record.number % 3 == 0:
            path = f"C:/scans/{record.number}.pdf"
            record.values[name] = f"file:{record.number}.pdf\rfilewin:/{path}"

    return fill


def _person(record: Record, line: Line) -> None:
    """A face for most people, and phones in a repeating field."""
    if record.number % 10:
        record.values[FACE.name] = Stored(f"faces/{record.number}.png")
    first, second = (
        words.MOBILES[(record.number + step) % len(words.MOBILES)] for step in (0, 7)
    )
    record.values[PHONES.name] = (first, second if record.number % 4 == 0 else "")


_FILLED = {
    "Docs": _file_of("Doc"),
    "Images": _file_of("image_Full"),
    CONTACTS: _person,
}


def _clinics(names: Mapping[str, str]) -> Table:
    def read() -> list[Record]:
        return [
            Record(number, 0, {"id": key, "Name": text_of(name), LOGO.name: logo})
            for number, (key, name) in enumerate(names.items(), start=1)
            for logo in (Stored(f"logos/{number}.png"),)
        ]

    fields = (Field("id", entered=True), Field("Name"), LOGO)
    return Table(CLINICS, fields, key="id", read=read)


def _lean(table: Table) -> tuple[Field, ...]:
    return tuple(each for each in table.fields.values() if each is not PHONES)


def _wide(table: Table) -> tuple[Field, ...]:
    return tuple(table.fields.values())


def _portals(tables: Mapping[str, Table]) -> Iterator[Portal]:
    """Every table that belongs to a contact; the first goes by an object name."""
    for table in tables.values():
        related = next((name for name in OWNERS if name in table.fields), "")
        if related and table.name != CONTACTS:
            shown = tuple(
                field.name
                for field in table.fields.values()
                if "::" not in field.name and field.kind is not Kind.CONTAINER
            )
            object_name = "portal_coms" if table.name == "Coms" else ""
            yield Portal(object_name, table, related, shown)
