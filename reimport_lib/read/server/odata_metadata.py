"""What an OData service says about its tables: fields, their types, their keys.

Reads CSDL as XML and as JSON. FileMaker's names hold blanks and other signs that OData
does not allow, so nothing here checks them. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from reimport_lib.errors import SourceError
from reimport_lib.read.server import jsontext
from reimport_lib.read.server.values import FieldKind, ServerField, plain

_KINDS = {
    "Date": FieldKind.DATE,
    "TimeOfDay": FieldKind.TIME,
    "DateTimeOffset": FieldKind.MOMENT,
    "Binary": FieldKind.CONTAINER,
    "Stream": FieldKind.CONTAINER,
    **dict.fromkeys(
        ("Decimal", "Double", "Single", "Byte", "SByte", "Int16", "Int32", "Int64"),
        FieldKind.NUMBER,
    ),
}
_REPETITIONS = "MaxRepetitions"


@dataclass(frozen=True, slots=True)
class Entity:
    """A table occurrence as it is described.

    Attributes:
        key: the one field that is unique and never empty; "" where there is none.
    """

    name: str
    fields: tuple[ServerField, ...]
    key: str


def entities(content: bytes) -> dict[str, Entity]:
    """
    The tables of a metadata document by name, XML or JSON.

    Raises:
        SourceError: it is neither.
    """
    read = _of_json if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" else _of_xml
    try:
        return {entity.name: entity for entity in read(content)}
    except (etree.XMLSyntaxError, jsontext.NotJson, TypeError, AttributeError):
        raise SourceError(
            "The metadata of the OData service cannot be read.",
            hint="open FILEMAKER_HOST/fmi/odata/v4/DATABASE/$metadata in a browser",
            id="R207",
        ) from None


def _of_xml(content: bytes) -> Iterator[Entity]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(content, parser)
    types = {kind.get("Name"): kind for kind in root.iter("{*}EntityType")}
    for named in root.iter("{*}EntitySet"):
        kind = types.get(str(named.get("EntityType")).rpartition(".")[2])
        if kind is not None:
            fields = [
                _field(
                    str(each.get("Name")),
                    each.get("Type"),
                    {
                        a.get("Term"): a.get("Int")
                        for a in each.iterfind("{*}Annotation")
                    },
                )
                for each in kind.iterfind("{*}Property")
            ]
            keys = [str(ref.get("Name")) for ref in kind.iterfind("{*}Key/*")]
            yield _entity(str(named.get("Name")), fields, keys)


def _field(name: str, kind: object, annotations: Mapping[Any, object]) -> ServerField:
    told = next(
        (
            plain(n)
            for term, n in annotations.items()
            if str(term).endswith(_REPETITIONS)
        ),
        "",
    )
    return ServerField(name, _kind(kind), int(told) if told.isdigit() else 1)


def _of_json(content: bytes) -> Iterator[Entity]:
    document = jsontext.loads(content)
    for schema in document.values():
        if not isinstance(schema, dict):
            continue
        for name, described in _members(schema, "EntitySet"):
            kind = plain(described.get("$Type")).rpartition(".")[2] or f"{name}_"
            if kind in schema:
                yield _entity(
                    name, list(_json_fields(schema[kind])), schema[kind].get("$Key", [])
                )


def _members(
    schema: Mapping[str, Any], kind: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, described in schema.items():
        told = described.get("$Kind") if isinstance(described, dict) else None
        if told == kind:
            yield name, described
        elif told == "EntityContainer":
            yield from (pair for pair in described.items() if isinstance(pair[1], dict))


def _json_fields(described: Mapping[str, Any]) -> Iterator[ServerField]:
    for name, field in described.items():
        is_field = isinstance(field, dict) and not name.startswith(("$", "@"))
        if is_field and field.get("$Kind", "Property") == "Property":
            yield _field(name, field.get("$Type"), field)


def _entity(name: str, fields: list[ServerField], keys: list[str]) -> Entity:
    named = {field.name for field in fields}
    key = keys[0] if len(keys) == 1 and keys[0] in named else ""
    return Entity(name, tuple(fields), key)


def _kind(told: object) -> FieldKind:
    """The kind of an Edm type; one that is not told is text."""
    return _KINDS.get(str(told).removeprefix("Edm."), FieldKind.TEXT)
