"""An import of a noisy backend: nobody outside hears of it, and the report says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.own_project import work
from tests.own_project.conftest import Workshop


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what has been posted to it."""
    posted: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not into the output of tests."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/news", posted
        server.shutdown()
        thread.join()


def test_nothing_of_a_noisy_backend_leaves_the_house(
    ready: Workshop, webhook: tuple[str, list[str]]
) -> None:
    address, posted = webhook
    ready.ask(work.be_noisy, address)
    try:
        full = ready.import_all()
    finally:
        heard = ready.ask(work.be_quiet)

    assert heard == posted == []
    assert full["held"]["customers"]["signals"] > 0  # the ledger's own rows
    assert {n for held in full["held"].values() for n in held} == {
        "mails",
        "connections",
        "programs",
        "signals",
        "callbacks",
    }
    assert full["said"].startswith("Nothing of the backend left the house")
    assert "0 mails, 0 connections, 0 programs, " in full["said"]

    ready.ask(work.be_noisy, address)
    ready.ask(work.add_customer, ready.place.url, "Walk-in")
    assert {*ready.ask(work.be_quiet)} == {
        "signal of Customer",
        "webhook",
        "callback",
        "mail to b@example.org",
    }
    assert {*posted} == {"/news"}
