"""The switches of a running server, for callers on the same machine.

``GET /_control`` shows them; ``PATCH /_control/faults`` changes some, ``DELETE`` turns
all off; ``DELETE /_control/sessions`` ends every session; ``POST /_control/edits``
changes the records of a table: ``{"table": "Contacts", "edit": "delete"}``.
"""

from __future__ import annotations

import ipaddress
from functools import partial
from typing import Any, get_args

from flask import Blueprint, Response, abort, jsonify, request

from reimport_demo.filemaker.faults import Edit, Faults, changed
from reimport_demo.filemaker.service import Service
from reimport_lib.errors import UsageError


def control(service: Service) -> Blueprint:
    """The routes of the switches."""
    blueprint = Blueprint("control", __name__, url_prefix="/_control")
    routes: tuple[tuple[str, str, Any], ...] = (
        ("GET", "", show),
        ("PATCH", "/faults", change),
        ("DELETE", "/faults", clear),
        ("DELETE", "/sessions", expire),
        ("POST", "/edits", edit),
    )
    for method, path, view in routes:
        blueprint.add_url_rule(
            path, view.__name__, partial(view, service), methods=[method]
        )
    blueprint.before_request(_only_from_here)
    blueprint.register_error_handler(UsageError, _not_understood)
    return blueprint


def show(service: Service) -> Response:
    """The faults, the counts by kind of request, and the sessions."""
    return jsonify(service.switches.as_json() | {"sessions": service.sessions.counts()})


def change(service: Service) -> Response:
    service.switches.set(changed(service.faults, _body()))
    return show(service)


def clear(service: Service) -> Response:
    service.switches.set(Faults())
    return show(service)


def expire(service: Service) -> Response:
    service.sessions.close_all()
    return show(service)


def edit(service: Service) -> Response:
    """One change of a table's records, at its first record."""
    body = _body()
    table = service.database.tables.get(str(body.get("table")))
    kind: Edit = body.get("edit", "")
    if table is None or not kind or kind not in get_args(Edit):
        raise UsageError(
            "An edit names a table, and delete, insert or change.", id="R272"
        )
    for record in table.records()[:1]:
        service.edit(table, record, kind)
    return jsonify({"table": table.name, "records": len(table.records())})


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise UsageError("The body is no JSON object.", id="R273")
    return body


def _only_from_here() -> None:
    if not ipaddress.ip_address(request.remote_addr or "::").is_loopback:
        abort(404)


def _not_understood(error: UsageError) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 400
