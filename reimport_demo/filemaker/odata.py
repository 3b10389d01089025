"""FileMaker's OData 4: databases, service document, metadata, records, files.

Relations between tables are described, not followed: no client here asks for that.

The address is read as it was sent, since names and keys may hold any sign.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from flask import Blueprint, Response, g, request

from reimport_demo.filemaker import odata_metadata, odata_records
from reimport_demo.filemaker.forms import for_odata
from reimport_demo.filemaker.model import Layout, Record, Stored
from reimport_demo.filemaker.odata_query import (
    ODataRefusal,
    Query,
    column_of,
    read_query,
)
from reimport_demo.filemaker.odata_records import UNREADABLE, Shape
from reimport_demo.filemaker.service import Service
from reimport_demo.filemaker.streaming import kind_of

BASE = "/fmi/odata/v4"
_KEYED = re.compile(r"(?P<name>[^(]+)\((?P<key>.*)\)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\rnt])")
_RAW = {"\\": "\\\\", "r": "\r", "n": "\n", "t": "\t"}
_MINIMUM_OF_MARKS = 21
"""Servers from this version on write annotations in the style of OData 4.01."""


def odata(service: Service) -> Blueprint:
    """The routes of OData."""
    blueprint = Blueprint("odata", __name__)
    for path in (BASE, f"{BASE}/<path:rest>"):
        blueprint.add_url_rule(
            path,
            endpoint=path.replace(".", "_"),
            view_func=partial(answer, service),
            methods=["GET", "POST", "PATCH", "DELETE", "PUT"],
            strict_slashes=False,
            provide_automatic_options=False,
        )
    blueprint.register_error_handler(ODataRefusal, _refused)
    return blueprint


def answer(service: Service, rest: str = "") -> Response:
    """Whatever an address below ``/fmi/odata/v4`` asks for."""
    _authorise(service)
    names = [unquote(part) for part in _parts()]
    if request.method != "GET":
        raise ODataRefusal(403, "9", "Insufficient privileges")
    query = read_query(_query_string(), strict=service.options.strict)
    if not names or names == ["$metadata"]:
        return _databases(service)
    if names[0].removesuffix(".fmp12") != service.database.name:
        raise ODataRefusal(404, "802", "Unable to open file")
    shape = _shape(service)
    match names[1:]:
        case []:
            return _service_document(service, shape)
        case ["$metadata"]:
            return _metadata(service)
        case [name, *more]:
            return _entities(service, name, more, query=query, shape=shape)
    raise ODataRefusal(404, "-1002", "syntax error in URL")


def _entities(
    service: Service, name: str, more: list[str], *, query: Query, shape: Shape
) -> Response:
    keyed = _KEYED.fullmatch(name)
    layout = service.database.occurrences.get(keyed["name"] if keyed else name)
    if layout is None:
        shown = keyed["name"] if keyed else name
        raise ODataRefusal(404, "-1020", f"Table '{shown}' is not defined")
    if keyed:
        record = odata_records.record_with(layout, keyed["key"])
        if more:
            return _field_of(service, layout, record, more)
        shown = odata_records.single(service, layout, record, query, shape=shape)
        return _json(service, shown, shape)
    records = layout.table.records()
    if more == ["$count"] and not service.options.strict:
        number = odata_records.count(layout, records, query)
        return Response(str(number), 200, mimetype="text/plain")
    if more:
        raise ODataRefusal(400, "-1002", f"syntax error in URL at: '{more[0]}'")
    g.is_list = True
    shown = odata_records.page(service, layout, query, shape=shape, records=records)
    return _json(service, shown, shape)


def _field_of(
    service: Service, layout: Layout, record: Record, more: list[str]
) -> Response:
    """The bare value of a field; only bytes need no ``$value`` behind their name."""
    value = column_of(layout, more[0].strip('"')).show(record)
    if more[1:] == ["$value"] or (isinstance(value, Stored) and not more[1:]):
        return _bare(service, value)
    raise ODataRefusal(400, "-1002", f"syntax error in URL at: '{more[-1]}'")


def _bare(service: Service, value: Any) -> Response:
    """A value alone; to ask for bytes as bytes yields their name, as it does."""
    if value == "":
        return Response(status=204)
    if not isinstance(value, Stored):
        return Response(str(for_odata(value)), 200, mimetype="text/plain")
    if service.switches.falls("streams", service.faults.container_401_every):
        raise ODataRefusal(401, "212", "Invalid user account and/or password")
    name = value.key.rpartition("/")[2]
    if request.headers.get("Accept", "") == "application/octet-stream":
        return Response(name, 200, mimetype="text/plain")
    content = service.database.content(value.key)
    shown = Response(content, 200, mimetype=kind_of(content))
    shown.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return shown


def _databases(service: Service) -> Response:
    root = f"{request.host_url.rstrip('/')}{BASE}"
    name = service.database.name
    listed = [{"name": name, "kind": "EntityContainer", "url": f"{root}/{quote(name)}"}]
    shape = _shape(service)
    shown = {f"{shape.mark}context": f"{root}/$metadata", "value": listed}
    return _json(service, shown, shape)


def _service_document(service: Service, shape: Shape) -> Response:
    listed = [
        {"name": n, "kind": "EntitySet", "url": f"{shape.root}/{quote(n, safe='')}"}
        for n in odata_metadata.names_of(service.database)
    ]
    context = f"{shape.root}/$metadata"
    return _json(service, {f"{shape.mark}context": context, "value": listed}, shape)


def _metadata(service: Service) -> Response:
    """JSON where it is asked for, else XML."""
    accepted = request.headers.get("Accept", "")
    database, version = service.database, service.options.version
    if "json" in accepted and "xml" not in accepted:
        shown = odata_metadata.as_json(database, version)
        return Response(json.dumps(shown), 200, mimetype="application/json")
    content = odata_metadata.as_xml(database, version)
    return Response(content, 200, mimetype="application/xml")


def _shape(service: Service) -> Shape:
    """What headers ask for."""
    headers = request.headers
    accepted = headers.get("Accept", "")
    prefer = headers.get("Prefer", "")
    version = headers.get("OData-Version") or headers.get("OData-MaxVersion")
    # "odata.metadata" is how 4.0 spells what 4.01 calls "metadata"
    old = version == "4.0" or "odata.metadata" in accepted
    new = int(service.options.version.partition(".")[0]) >= _MINIMUM_OF_MARKS
    name = quote(_parts()[0], safe="") if _parts() else ""
    return Shape(
        mark="@" if new and not old else "@odata.",
        bare="metadata=none" in accepted,
        special="include-specialcolumns" in prefer,
        root=f"{request.host_url.rstrip('/')}{BASE}/{name}",
    )


def _json(service: Service, shown: dict[str, Any], shape: Shape) -> Response:
    text = json.dumps(shown, ensure_ascii=False)
    if service.faults.invalid_json:
        text = text.replace(f'"{UNREADABLE}"', "?")
        text = _ESCAPED.sub(lambda found: _RAW[found[1]], text)
    made = Response(text, 200, mimetype="application/json")
    made.headers["Content-Type"] = "application/json;charset=utf-8"
    made.headers["OData-Version"] = "4.0" if shape.mark == "@odata." else "4.01"
    return made


def _refused(refusal: ODataRefusal) -> Response:
    """The error in JSON; in XML for a client that takes no JSON."""
    accepted = request.headers.get("Accept", "*/*")
    if "xml" in accepted and "json" not in accepted and "*/*" not in accepted:
        namespace = "http://docs.oasis-open.org/odata/ns/metadata"
        text = (
            f'<m:error xmlns:m="{namespace}"><m:code>{refusal.code}</m:code>'
            f"<m:message>The request was refused.</m:message></m:error>"
        )
        made = Response(text, refusal.status, mimetype="application/xml")
    else:
        error = {"code": refusal.code, "message": refusal.message}
        text = json.dumps({"error": error})
        made = Response(text, refusal.status, mimetype="application/json")
        made.headers["Content-Type"] = "application/json;charset=utf-8"
    if refusal.status == 401:
        made.headers["WWW-Authenticate"] = 'Basic realm="FileMaker OData"'
    return made


def _authorise(service: Service) -> None:
    """Basic on every request; a token of the Data API is none."""
    given = request.authorization
    name, password = (given.username, given.password) if given else (None, None)
    if name is None or not service.is_account(name, password or ""):
        raise ODataRefusal(401, "212", "Invalid user account and/or password")


def _sent() -> str:
    """The address as it was sent."""
    sent: str = request.environ["REQUEST_URI"]
    return re.sub(r"^https?://[^/]*", "", sent)


def _parts() -> list[str]:
    """The parts of the path below the base, not decoded."""
    path = _sent().partition("?")[0].removeprefix(BASE)
    return [part for part in path.split("/") if part]


def _query_string() -> str:
    return _sent().partition("?")[2]
