"""A run looks at stored files by listing them, and at nothing else in the bucket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.execute import approve
from reimport_lib.phases import stored_objects
from reimport_lib.record import runs
from reimport_lib.tables import registry
from tests.phases import sites
from tests.phases.conftest import Whole
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


def test_a_full_run_lists_again_and_says_what_moved(ready: Site) -> None:
    rehearsal = ready.rehearse("validation")
    full = approve.open_full(ready.settings, rehearsal, ask=None, yes=True)
    held = {check.name: check.expected for check in stored_objects.checks(full)}
    assert held.keys() == {
        f"{name}: objects that are as they were frozen"
        for name in registry.stored().values()
    }

    with overheard(ready, without_the_first) as (site, _):
        moved = stored_objects.checks(runs.load(site.settings, full.run_id))
    nowhere = ready.with_settings(S3_BUCKET="no-such-bucket")
    unknown = stored_objects.checks(runs.load(nowhere.settings, full.run_id))

    assert stored_objects.checks(rehearsal) == []
    for check in moved:
        count = int(held[check.name].replace(",", ""))
        assert check.actual == f"{count - 2:,}, 1 gone, 1 changed"
        assert check.verdict is Verdict.FAIL
    assert [check.verdict for check in unknown] == [Verdict.COULD_NOT_CHECK]


def test_the_last_phase_of_a_full_run_asks_the_bucket_once_more(whole: Whole) -> None:
    asked = [check["id"] for check in whole.full.phase("validation-post")["checks"]]

    assert asked.count("C105") == len(registry.stored())


def without_the_first(listing: bytes) -> bytes:
    """A *listing* without its first object, and with another second one."""
    found = re.findall(rb"<Contents>.*?</Contents>", listing, re.DOTALL)
    other = re.sub(rb"<Size>\d+<", b"<Size>1<", found[1])
    return listing.replace(found[0], b"").replace(found[1], other)


@contextmanager
def overheard(
    site: Site, change: Callable[[bytes], bytes] = bytes
) -> Iterator[tuple[Site, Requests]]:
    """
    *site* with a server before its bucket that notes each request on its way.

    Args:
        change: what becomes of the body of an answer.
    """
    requests: Requests = []
    bucket = site.environ["S3_ENDPOINT_URL"]

    class Between(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            requests.append((self.command, self.path))
            with urlopen(f"{bucket}{self.path}") as answer:  # noqa: S310
                body = change(answer.read())
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
