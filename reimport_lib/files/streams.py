"""The bytes of a container: a stream behind a cookie and a redirect, on one host.

Imports no Django. Addresses hold what opens a file: they are in no message.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import unquote, urlsplit

import httpx

from reimport_lib.errors import SourceError
from reimport_lib.files.kinds import HEAD_BYTES
from reimport_lib.read.server import http
from reimport_lib.read.server.connection import Server

LARGEST_BYTES = 2 * 1024**3
LONGEST_SECONDS = 3_600.0
IN_MEMORY_BYTES = 16 * 1024 * 1024
MOST_REDIRECTS = 3

_NAMED = re.compile(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", re.IGNORECASE)


class Unfit(Exception):
    """
    A container whose bytes cannot be had.

    Attributes:
        passing: whether another try may bring them.
    """

    def __init__(self, why: str, *, passing: bool) -> None:
        super().__init__(why)
        self.passing = passing


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """
    A file, read whole.

    Attributes:
        content: its bytes, at their start.
        head: the first of them.
        sha256: of all of them.
        name: what the server calls it; "" for nothing.
    """

    content: IO[bytes]
    head: bytes
    size_bytes: int
    sha256: bytes
    name: str


@contextmanager
def fetched(client: httpx.Client, server: Server, address: str) -> Iterator[Fetched]:
    """
    The file at *address*, with cookies of its own; gone at the end of the block.

    Raises:
        Unfit: another host's, refused, no file, or beyond the limits.
        Unreachable: the server gave no answer.
        SourceError: the disk is full.
    """
    client.cookies.clear()
    try:
        with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as content:
            yield _follow(client, server, address, content)
    finally:
        client.cookies.clear()


def _follow(
    client: httpx.Client, server: Server, address: str, content: IO[bytes]
) -> Fetched:
    url = httpx.URL(address)
    for _ in range(MOST_REDIRECTS + 1):
        _require_own(server, url)
        try:
            with client.stream("GET", url, headers={"Accept": "*/*"}) as answer:
                if answer.is_redirect:
                    url = url.join(answer.headers.get("Location", ""))
                    continue
                return _read(answer, content)
        except httpx.HTTPError as error:
            raise http.unreachable(error) from None
    raise Unfit("its address leads in a circle", passing=True)


def _require_own(server: Server, url: httpx.URL) -> None:
    own = httpx.URL(server.url)
    if (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
        raise Unfit("its address is on another host", passing=False)


def _read(answer: httpx.Response, content: IO[bytes]) -> Fetched:
    _require_file(answer)
    digest, size, head = hashlib.sha256(), 0, b""
    until = time.monotonic() + LONGEST_SECONDS
    for part in _parts(answer):
        _keep(part, content)
        digest.update(part)
        size += len(part)
        if len(head) < HEAD_BYTES:
            head += part[: HEAD_BYTES - len(head)]
        if size > LARGEST_BYTES or time.monotonic() > until:
            raise Unfit("it is too large, or came too slowly", passing=False)
    if not size:
        raise Unfit("it has no bytes", passing=False)
    content.seek(0)
    return Fetched(content, head, size, digest.digest(), _name(answer))


def _keep(part: bytes, content: IO[bytes]) -> None:
    try:
        content.write(part)
    except OSError as error:
        raise SourceError(
            f"A file cannot be kept while it is fetched ({error.strerror}).",
            hint="make room in TMPDIR, then run `reimport files` again",
            id="R080",
        ) from None


def _parts(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_bytes()
    except httpx.HTTPError:
        raise http.Unreachable(
            "The FileMaker server broke off in the middle of a file.",
            hint="run it again; something on the way may cut long answers",
            id="R081",
        ) from None


def _require_file(answer: httpx.Response) -> None:
    """
    A refusal at random, or a stale address, passes; a web page is no file.

    A file that ends with its connection may have been cut: nobody could tell.
    """
    status = answer.status_code
    if status in http.PASSING:
        raise http.Unreachable(
            f"The FileMaker server answers with status {status}.", id="R082"
        )
    if status != 200:
        passing = status in (401, 403, 404) or status >= 500
        raise Unfit(f"refused with status {status}", passing=passing)
    told = answer.headers
    if "Content-Length" not in told and "Transfer-Encoding" not in told:
        raise Unfit("the server does not tell where it ends", passing=True)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    if is_page and "Content-Disposition" not in answer.headers:
        raise Unfit("a web page came instead of a file", passing=True)


def _name(answer: httpx.Response) -> str:
    named = _NAMED.search(answer.headers.get("Content-Disposition", ""))
    if named:
        return unquote(named[1]).strip()
    return unquote(urlsplit(str(answer.url)).path.rpartition("/")[2])
