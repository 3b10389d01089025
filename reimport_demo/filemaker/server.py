"""A FileMaker server on this machine: the application, and its listener on loopback.

The framework is decided in the package's own docstring.
"""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from threading import Thread
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from reimport_demo.clinic.build import Clinic
from reimport_demo.filemaker.certificates import make_authority, server_context
from reimport_demo.filemaker.contents import open_database
from reimport_demo.filemaker.control import control
from reimport_demo.filemaker.data_api import data_api, refused_path
from reimport_demo.filemaker.faults import Faults, changed
from reimport_demo.filemaker.odata import odata
from reimport_demo.filemaker.service import Options, Service, make_service
from reimport_demo.filemaker.streams import streams
from reimport_lib.errors import UsageError
from reimport_lib.tables import registry

DATABASE = "Clinic"
HOST = "127.0.0.1"
MOST_BYTES = 16 * 1024 * 1024
GATEWAY_PAGE = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


@dataclass(frozen=True, slots=True)
class Served:
    """
    A running server.

    Attributes:
        url: ``https://127.0.0.1:PORT``, or http.
        ca_file: what clients must trust; None without https.
        service: its state, for tests in the same process.
    """

    url: str
    ca_file: Path | None
    service: Service

    def environment(self) -> dict[str, str]:
        """The settings that an import from this server needs."""
        options, database = self.service.options, self.service.database
        settings = {
            "FILEMAKER_HOST": self.url,
            "FILEMAKER_DATABASE": database.name,
            "FILEMAKER_USERNAME": options.account,
            "FILEMAKER_PASSWORD": options.password,
        }
        if self.ca_file:
            settings["FILEMAKER_CA_FILE"] = str(self.ca_file)
        for table in registry.source_tables():
            settings[f"FILEMAKER_LAYOUT_{table.name.upper()}"] = f"API_{table.file}"
        return settings


def application(service: Service) -> Flask:
    """The whole server as one WSGI application."""
    app = Flask("filemaker", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.url_map.merge_slashes = False
    for blueprint in (data_api, odata, streams, control):
        app.register_blueprint(blueprint(service))
    app.register_error_handler(HTTPException, _unknown_path)

    @app.before_request
    def gateway() -> Response | None:
        if not request.path.startswith("/fmi/"):
            return None
        # a socket closed with a body unread loses the answer on its way
        request.get_data(cache=True)
        time.sleep(service.faults.slow_seconds)
        if service.switches.falls("requests", service.faults.bad_gateway_every):
            return Response(GATEWAY_PAGE, 502, mimetype="text/html")
        return None

    @app.after_request
    def connection(answer: Response) -> Response:
        if not g.get("is_list", False):
            return answer
        if service.switches.falls("bodies", service.faults.truncated_every):
            return _broken_off(answer)
        return answer

    return app


def _unknown_path(error: HTTPException) -> Response:
    if request.path.startswith("/fmi/data/"):
        return refused_path(error)
    page = f"<html><body><h1>{error.name}</h1></body></html>"
    return Response(page, error.code, mimetype="text/html")


def _broken_off(answer: Response) -> Response:
    """The first half of a body that says how long it was to be."""
    whole = answer.get_data()
    half = Response(iter([whole[: len(whole) // 2]]), answer.status)
    for name, value in answer.headers:
        half.headers[name] = value
    half.headers["Content-Length"] = str(len(whole))
    return half


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1 and logs nothing: a demonstration has its own output."""

    protocol_version = "HTTP/1.1"
    # head and body are two writes: without this the second waits 40 ms
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *arguments: object) -> None:
        """No line per request, nor for a client that does not trust the authority."""


@contextmanager
def listening(
    app: Flask, *, port: int = 0, tls: SSLContext | None = None
) -> Iterator[str]:
    """
    Serve *app* on loopback until the end of the block; gives its address.

    Raises:
        UsageError: the port is taken.
    """
    with _socket(port) as listener:
        server = make_server(
            HOST,
            port,
            app,
            threaded=True,
            request_handler=_Handler,
            fd=listener.fileno(),
        )
    if tls:
        # the handshake is the handler's: a silent client must not stop the others
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.ssl_context = tls
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _socket(port: int) -> socket.socket:
    """werkzeug would end the process where the port is taken."""
    try:
        return socket.create_server((HOST, port))
    except OSError:
        raise UsageError(
            f"Port {port} of this machine cannot be listened on.",
            hint="stop what uses it, or name another",
            id="R278",
        ) from None


@contextmanager
def serving(
    source: Clinic | Path,
    *,
    https: bool = False,
    faults: Mapping[str, Any] | None = None,
    options: Options | None = None,
    authority: Path | None = None,
    unreachable: tuple[str, ...] = (),
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Served]:
    """
    Serve a clinic's records as FileMaker does; stop at the end of the block.

    Args:
        source: a clinic, its folder, or a folder of exports.
        https: with a certificate of a private authority.
        faults: those switched on at the start, by the names in ``Faults``.
        authority: the folder that keeps the authority; None: one for this time only.
        unreachable: names that OData lists and then does not find.
        port: 0 takes a free one.
        clock: seconds that sessions live by.

    Raises:
        UsageError: *source* holds no clinic, or *faults* a name that is none.
    """
    service = make_service(
        open_database(source, name=DATABASE, unreachable=unreachable),
        options=options or Options(),
        faults=changed(Faults(), faults or {}),
        clock=clock,
    )
    app = application(service)
    if not https:
        with listening(app, port=port) as url:
            yield Served(url, None, service)
        return
    with tempfile.TemporaryDirectory(prefix="authority-") as temporary:
        folder = authority or Path(temporary)
        ca_file = make_authority(folder)
        with listening(app, port=port, tls=server_context(folder)) as url:
            yield Served(url, ca_file, service)
