"""The FileMaker Data API, versions v1, v2 and vLatest: sessions, metadata, records.

What only writes or runs scripts is not there: no client here asks for it.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException

from reimport_demo.filemaker import data_records
from reimport_demo.filemaker.data_parameters import (
    Refusal,
    from_address,
    from_body,
    read_json,
)
from reimport_demo.filemaker.data_records import View
from reimport_demo.filemaker.layouts import layout_details, layout_tree
from reimport_demo.filemaker.model import Layout
from reimport_demo.filemaker.service import Service
from reimport_demo.filemaker.sessions import Session

BASE = '/fmi/data/<any("v1", "v2", "vLatest"):version>'
_DATABASE = "/databases/<database>"
_LAYOUT = f"{_DATABASE}/layouts/<path:layout>"
_RECORD = f"{_LAYOUT}/records/<record>"


def data_api(service: Service) -> Blueprint:
    """The routes of the Data API."""
    routes: tuple[tuple[str, str, Any], ...] = (
        ("GET", "/productInfo", product_info),
        ("GET", "/databases", databases),
        ("POST", f"{_DATABASE}/sessions", log_in),
        ("DELETE", f"{_DATABASE}/sessions/<token>", log_out),
        ("GET", f"{_DATABASE}/layouts", layouts),
        ("GET", _LAYOUT, layout_metadata),
        ("GET", f"{_LAYOUT}/records", records),
        ("GET", _RECORD, record),
        ("POST", f"{_LAYOUT}/_find", find),
    )
    blueprint = Blueprint("data_api", __name__)
    for method, path, view in routes:
        blueprint.add_url_rule(
            f"{BASE}{path}",
            endpoint=f"{method} {path}".replace(".", "_"),
            view_func=partial(view, service),
            methods=[method],
            strict_slashes=False,
            provide_automatic_options=False,
        )
    blueprint.register_error_handler(Refusal, _refused)
    return blueprint


def ok(response: dict[str, Any]) -> Response:
    """The envelope of an answer without error."""
    return _enveloped(response, 200, 0, "OK")


def refused_path(error: HTTPException) -> Response:
    """A path that does not exist, or a verb that it does not take."""
    if error.code == 405:
        message = "Resource doesn't support the specified HTTP verb"
        return _enveloped({}, 405, 1704, message)
    return _enveloped({}, 404, 1700, "Resource doesn't exist")


def _refused(refusal: Refusal) -> Response:
    return _enveloped({}, refusal.status, refusal.code, refusal.message)


def _enveloped(
    response: dict[str, Any], status: int, code: int, message: str
) -> Response:
    messages = [{"code": str(code), "message": message}]
    body = {"response": response, "messages": messages}
    if code:
        body = {"messages": messages, "response": response}
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type="application/json; charset=utf-8")


def product_info(service: Service, version: str) -> Response:
    info = {
        "name": "FileMaker Data API Engine",
        "buildDate": "08/26/2025",
        "version": f"{service.options.version}.204",
        "dateFormat": "MM/dd/yyyy",
        "timeFormat": "HH:mm:ss",
        "timeStampFormat": "MM/dd/yyyy HH:mm:ss",
    }
    return ok({"productInfo": info})


def databases(service: Service, version: str) -> Response:
    return ok({"databases": [{"name": service.database.name}]})


def log_in(service: Service, version: str, database: str) -> Response:
    """A token for a name and a password, in the body and in a header."""
    given = _authorization()
    if given.type != "basic":
        raise Refusal(
            401, 10, "HTTP Authorization header or OAuth headers are missing."
        )
    read_json(request.get_data(as_text=True))
    if database != service.database.name:
        raise Refusal(500, 802, "Unable to open file")
    if not service.is_account(given.username or "", given.password or ""):
        message = "Invalid user account and/or password; please try again"
        raise Refusal(401, 212, message)
    full = service.switches.within("logins", service.faults.sessions_full)
    token = "" if full else service.sessions.open(database)
    if not token:
        raise Refusal(500, 812, "Exceeded host's capacity")
    answer = ok({"token": token})
    answer.headers["X-FM-Data-Access-Token"] = token
    return answer


def log_out(service: Service, version: str, database: str, token: str) -> Response:
    if not service.sessions.close(token):
        raise Refusal(401, 952, "Invalid FileMaker Data API token (*)")
    return ok({})


def layouts(service: Service, version: str, database: str) -> Response:
    _session(service, database)
    return ok({"layouts": layout_tree(service.database.layouts.values())})


def layout_metadata(
    service: Service, version: str, database: str, layout: str
) -> Response:
    _session(service, database)
    return ok(layout_details(_layout(service, layout)))


def records(service: Service, version: str, database: str, layout: str) -> Response:
    """A range of all records."""
    view = _view(service, database, layout)
    g.is_list = True
    held = view.layout.table.records()
    found = data_records.sort_records(view.layout, held, view.asked.sort)
    return ok(data_records.answer(view, found))


def record(
    service: Service, version: str, database: str, layout: str, record: str
) -> Response:
    view = _view(service, database, layout)
    found = view.layout.table.numbered(int(record)) if record.isdecimal() else None
    if found is None:
        raise Refusal(500, 101, "Record is missing")
    return ok(data_records.single(view, found))


def find(service: Service, version: str, database: str, layout: str) -> Response:
    """A range of the records that a query finds; to find none is an error."""
    body = read_json(request.get_data(as_text=True))
    view = _view(service, database, layout, body=body)
    query = body.get("query")
    if query is None:
        raise Refusal(400, 960, "Required parameter(s) missing: query")
    if not isinstance(query, list) or not all(isinstance(q, dict) for q in query):
        raise Refusal(400, 1708, "Parameter value is invalid")
    if not query:
        raise Refusal(400, 400, "Find criteria are empty")
    g.is_list = True
    found = data_records.find(view, query)
    if not found:
        raise Refusal(500, 401, "No records match the request")
    return ok(data_records.answer(view, found))


def _view(
    service: Service, database: str, layout: str, *, body: dict[str, Any] | None = None
) -> View:
    """How the request sees the layout; its parameters are read here."""
    session = _session(service, database)
    shown = _layout(service, layout)
    strict = service.options.strict
    asked = (
        from_address(request.args, strict=strict)
        if body is None
        else from_body(body, strict=strict)
    )
    streaming = "Streaming_SSL" if request.is_secure else "Streaming"
    return View(
        service,
        shown,
        asked,
        streams=f"{request.host_url}{streaming}/MainDB/",
        session=session.number,
        call=session.calls if service.faults.container_url_calls else 0,
    )


def _layout(service: Service, name: str) -> Layout:
    layout = service.database.layouts.get(name.rstrip("/"))
    if layout is None:
        raise Refusal(500, 105, "Layout is missing")
    return layout


def _session(service: Service, database: str) -> Session:
    """
    The session of the request's token; each use keeps it alive.

    Raises:
        Refusal: 10 without a token, 952 with one that is not good, or not for this
            database.
    """
    given = _authorization()
    if not given.type:
        message = "HTTP Authorization header or OAuth headers are missing."
        raise Refusal(401, 10, message)
    token = (given.token or "") if given.type == "bearer" else ""
    session = service.sessions.use(token)
    limit = service.faults.token_dies_after
    if session and limit and session.calls > limit:
        service.sessions.close(token)
        session = None
    if session is None or database != session.database:
        raise Refusal(401, 952, "Invalid FileMaker Data API token (*)")
    return session


def _authorization() -> Authorization:
    return request.authorization or Authorization("")
