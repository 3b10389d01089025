"""Who is told, on this machine: HTTP receivers and a mail server, up or down."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

SECRET = f"whsec_{base64.b64encode(b'n' * 32).decode()}"
OTHER_SECRET = f"whsec_{base64.b64encode(b'o' * 32).decode()}"


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hook:
    """
    An HTTP receiver.

    Attributes:
        statuses: of its next answers; then 204.
        on_request: called with each request before it is answered.
    """

    url: str
    got: list[Got] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    on_request: Callable[[Got], object] = lambda _: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.got]


@contextmanager
def hook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = Got(self.path, headers, body)
            with made.lock:
                status = made.statuses.pop(0) if made.statuses else 204
                made.got.append(said)
            made.on_request(said)
            try:
                self.send_response(status)
                self.end_headers()
            except OSError:  # whoever called is gone
                pass

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Hook(f"http://127.0.0.1:{server.server_address[1]}/in")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def hanging() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/in"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@dataclass
class Mails:
    """What a mail server took; *refuses*: answers of its next ones, then it takes."""

    port: int
    got: list[Message] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses.pop(0)
        self.got.append(message_from_bytes(envelope.content))
        self.to += envelope.rcpt_tos
        return "250 OK"


@contextmanager
def mail_server(port: int) -> Iterator[Mails]:
    mails = Mails(port)
    controller = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()
