"""What an OData service says about itself: lists of names, and CSDL as XML and JSON.

Pure. FileMaker's entity types are called like their sets with an underscore behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from reimport_demo.filemaker.forms import EDM
from reimport_demo.filemaker.model import Database, Field, Kind, Layout

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM_NAMESPACE = "http://docs.oasis-open.org/odata/ns/edm"
TERM = "com.filemaker.odata."
READ_ONLY = "Org.OData.Core.V1.Permissions"
FIRST_TABLE = 1_065_089


def schema_name(database: Database) -> str:
    return f"{TERM}{database.name}.fmp12"


def names_of(database: Database) -> list[str]:
    """The names that are listed, whether or not they can be asked for."""
    return [*database.occurrences, *database.unreachable]


def as_xml(database: Database, version: str) -> bytes:
    """The ``$metadata`` document as XML."""
    edmx = ElementMaker(namespace=EDMX, nsmap={"edmx": EDMX})
    make = ElementMaker(namespace=EDM_NAMESPACE, nsmap={None: EDM_NAMESPACE})
    name = schema_name(database)
    schema = make.Schema(
        make.Annotation(Term="ServerVersion", String=f"OData Engine {version}"),
        Namespace=name,
    )
    sets = make.EntityContainer(Name=database.name)
    for number, (set_name, layout) in enumerate(_listed(database)):
        schema.append(_entity_type(make, name, set_name, layout, number))
        sets.append(make.EntitySet(Name=set_name, EntityType=f"{name}.{set_name}_"))
    schema.append(sets)
    root = edmx.Edmx(edmx.DataServices(schema), Version="4.01")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _listed(database: Database) -> Iterator[tuple[str, Layout]]:
    """Unreachable occurrences look like any other one here."""
    yield from database.occurrences.items()
    some = next(iter(database.occurrences.values()))
    for name in database.unreachable:
        yield name, some


def _entity_type(
    make: ElementMaker, schema: str, name: str, layout: Layout, number: int
) -> etree._Element:
    kind = make.EntityType(Name=f"{name}_")
    if has_key(layout):
        kind.append(make.Key(make.PropertyRef(Name=layout.table.key)))
    for place, field in enumerate(layout.fields, start=1):
        kind.append(_property(make, layout, field, _field_id(place, number)))
    for portal in layout.portals:
        target = f"Collection({schema}.{portal.table.name}_)"
        kind.append(make.NavigationProperty(Name=portal.table.name, Type=target))
    for term, value in (
        ("TableID", _table_id(number)),
        ("BestRowID", "ROWID"),
        ("RowVersion", "ROWMODID"),
    ):
        kind.append(make.Annotation(Term=f"{TERM}{term}", String=value))
    return kind


def _property(
    make: ElementMaker, layout: Layout, field: Field, field_id: str
) -> etree._Element:
    attributes = {"Name": field.column, "Type": EDM[field.kind]}
    if _is_key(layout, field):
        attributes["Nullable"] = "false"
    if default := _default(field):
        attributes["DefaultValue"] = default
    made = make.Property(**attributes)
    made.append(make.Annotation(Term=f"{TERM}FieldID", String=field_id))
    for term in _terms(layout, field):
        made.append(make.Annotation(Term=f"{TERM}{term}", Bool="true"))
    if field.repetitions > 1:
        repeats = str(field.repetitions)
        made.append(make.Annotation(Term=f"{TERM}MaxRepetitions", Int=repeats))
    if _is_read_only(field):
        permission = make.EnumMember("Org.OData.Core.V1.Permission/Read")
        made.append(make.Annotation(permission, Term=READ_ONLY))
    return made


def as_json(database: Database, version: str) -> dict[str, Any]:
    """The ``$metadata`` document as JSON."""
    name = database.name
    schema: dict[str, Any] = {}
    for number, (set_name, layout) in enumerate(_listed(database)):
        kind: dict[str, Any] = {"$Kind": "EntityType", "@TableID": _table_id(number)}
        if has_key(layout):
            kind["$Key"] = [layout.table.key]
        for place, field in enumerate(layout.fields, start=1):
            kind[field.column] = _json_property(layout, field, _field_id(place, number))
        for portal in layout.portals:
            kind[portal.table.name] = {
                "$Kind": "NavigationProperty",
                "$Collection": True,
                "$Type": f"{name}.{portal.table.name}_",
            }
        schema[f"{set_name}_"] = kind
    for kind_name in list(schema):
        kind_path = f"{name}.{kind_name}"
        schema[kind_name[:-1]] = {"$Kind": "EntitySet", "$Type": kind_path}
    return {
        "$Version": "4.01",
        "@ServerVersion": f"OData Engine {version}",
        name: schema,
    }


def _json_property(layout: Layout, field: Field, field_id: str) -> dict[str, Any]:
    made: dict[str, Any] = {"@FieldID": field_id}
    if not _is_key(layout, field):
        made["$Nullable"] = True
    if default := _default(field):
        made["$DefaultValue"] = default
    made |= {f"@{term}": True for term in _terms(layout, field)}
    if field.repetitions > 1:
        made["@MaxRepetitions"] = field.repetitions
    if _is_read_only(field):
        made[f"@{READ_ONLY}"] = "Org.OData.Core.V1.Permission@Read"
    return made | {"$Type": EDM[field.kind]}


def has_key(layout: Layout) -> bool:
    """Only a field that is unique and never empty is a key; else ROWID is."""
    return layout.table.has_unique_key and layout.named(layout.table.key) is not None


def _is_key(layout: Layout, field: Field) -> bool:
    return field.name == layout.table.key and has_key(layout)


def _default(field: Field) -> str:
    if not field.entered:
        return ""
    if field.kind is Kind.TIMESTAMP:
        return "CURRENT_TIMESTAMP"
    return "USER" if field.name.endswith("AccountName") else ""


def _is_read_only(field: Field) -> bool:
    return field.calculated or field.everywhere


def _terms(layout: Layout, field: Field) -> Iterator[str]:
    if field.entered:
        yield "AutoGenerated"
    if field.name == layout.table.key:
        yield "Index"
    if field.calculated:
        yield "Calculation"
    if field.everywhere:
        yield "Global"
    if field.name == "modificationTimestamp":
        yield "VersionID"


def _table_id(number: int) -> str:
    return f"FMTID:{FIRST_TABLE + number}"


def _field_id(place: int, number: int) -> str:
    return f"FMFID:{(place << 32) + number + 1}"
