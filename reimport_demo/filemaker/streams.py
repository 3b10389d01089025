"""Container files: an address answers with a cookie and a redirect, then with bytes."""

from __future__ import annotations

import hashlib
from functools import partial

from flask import Blueprint, Response, request

from reimport_demo.filemaker.service import Service
from reimport_demo.filemaker.streaming import ContainerFile, kind_of

COOKIE = "X-FMS-Session-Key"


def streams(service: Service) -> Blueprint:
    """The routes of container files, over https and over http."""
    blueprint = Blueprint("streams", __name__)
    for folder in ("Streaming_SSL", "Streaming"):
        blueprint.add_url_rule(
            f"/{folder}/MainDB/<address>",
            endpoint=folder,
            view_func=partial(stream, service),
            provide_automatic_options=False,
        )
    return blueprint


def stream(service: Service, address: str) -> Response:
    """
    The file at *address*.

    Without the cookie the answer is a redirect to the same place that sets it; the
    place it leads to is refused without it.
    """
    found = service.streamed(address.partition(".")[0])
    if found is None:
        return _page(404, "Not Found")
    place, content, name = found
    if not _is_fresh(service, place):
        return _page(401, "Unauthorized")
    cookie = _cookie(service, place)
    if service.options.authenticated_streams and request.cookies.get(COOKIE) != cookie:
        if "Redirect" in request.args:
            return _page(401, "Unauthorized")
        query = request.query_string.decode("ascii", "replace")
        answer = Response(status=302)
        answer.headers["Location"] = f"{request.path}?{query}&Redirect"
        answer.set_cookie(COOKIE, cookie, httponly=True, secure=request.is_secure)
        return answer
    if service.switches.falls("streams", service.faults.container_401_every):
        return _page(401, "Unauthorized")
    answer = Response(content, 200, mimetype=kind_of(content))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _is_fresh(service: Service, place: ContainerFile) -> bool:
    """Whether the session that the address was made for still lives."""
    session = service.sessions.numbered(place.session)
    if session is None:
        return False
    limit = service.faults.container_url_calls
    return not limit or session.calls - place.call <= limit


def _cookie(service: Service, place: ContainerFile) -> str:
    text = f"cookie of {place.session}".encode()
    return hashlib.blake2b(text, key=service.secret, digest_size=16).hexdigest()


def _page(status: int, title: str) -> Response:
    return Response(f"<html><body><h1>{title}</h1></body></html>", status)
