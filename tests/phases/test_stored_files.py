"""A run looks at stored files by listing them, and at nothing else in the bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from reimport_lib.tables import registry
from tests.phases import sites
from tests.phases.sites import Site

Requests = list[tuple[str, str]]


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


def test_a_run_asks_for_two_lists_and_for_no_object(ready: Site) -> None:
    with overheard(ready) as (site, requests):
        rehearsal = site.rehearse("patients", "documents", "images")
        rehearsed = list(requests)
        full = site.apply(rehearsal)

    assert sites.error(full) == ""
    assert sites.tables(full)["documents"]["created"] > 50
    assert [method for method, _ in rehearsed] == ["GET", "GET"]
    rows = site.settings.rows
    assert {(rows.of(prefix),) for prefix in registry.prefixes().values()} == {
        tuple(parse_qs(urlsplit(path).query)["prefix"]) for _, path in rehearsed
    }
    assert requests == rehearsed


@contextmanager
def overheard(site: Site) -> Iterator[tuple[Site, Requests]]:
    """*site* with a server before its bucket that notes each request on its way."""
    requests: Requests = []
    bucket = site.environ["S3_ENDPOINT_URL"]

    class Between(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            requests.append((self.command, self.path))
            with urlopen(f"{bucket}{self.path}") as answer:  # noqa: S310
                body = answer.read()
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        yield site.with_settings(S3_ENDPOINT_URL=url), requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
