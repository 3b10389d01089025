"""The one HTTP client of the FileMaker sources: verified, bounded, patient, silent.

Certificates are always verified; a request's address, which may hold a token, is never
part of a message. Only reading is tried again. Imports no Django.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import httpx

from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.own_calls import ours
from reimport_lib.read.server.connection import Server
from reimport_lib.read.server.jsontext import NotJson

MOST_BYTES = 256 * 1024 * 1024
"""Of one answer, unpacked."""

MOST_SECONDS = 900.0
"""That one answer may take, however steadily it drips."""

PASSING = frozenset((429, 502, 503, 504))
"""Statuses of a gateway that wants fewer requests, or whose engine is busy or down."""

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries of what is asked for again."""

ANSWER_SECONDS = 120.0
"""Without a byte, after which an answer is given up."""

Read = TypeVar("Read")


class Unreachable(SourceError):
    """The server gave no usable answer, however often it was asked."""


class Untrusted(Unreachable):
    """Its certificate is not one that is trusted: to ask again changes nothing."""


class TooMuch(Unreachable):
    """An answer beyond the limits of time or size: less has to be asked for at once."""


@dataclass(slots=True, repr=False, eq=False)
class Session:
    """
    An open way to one database of *server*; *client* carries what lets it in.

    Attributes:
        database: where it begins in addresses.
        token: of the Data API; it changes when the server has forgotten it.
    """

    server: Server
    client: httpx.Client
    database: str
    token: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back: status, headers, and the whole body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@contextmanager
def connected(server: Server) -> Iterator[httpx.Client]:
    """
    A client of *server* alone, that follows no redirect; closed at the end.

    Raises:
        SettingsError: FILEMAKER_CA_FILE holds no certificate.
    """
    for name in ("httpx", "httpcore"):
        # their lines name every address, and one of them ends in a session's token
        logging.getLogger(name).setLevel(logging.WARNING)
    with httpx.Client(
        base_url=server.url,
        verify=_trusted(server),
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=15.0),
        follow_redirects=False,
        trust_env=not server.is_local,
        http2=False,  # FileMaker's own breaks off long answers
    ) as client:
        yield client


def _trusted(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file:
        try:
            context = ssl.create_default_context(cafile=str(server.ca_file))
        except (OSError, ssl.SSLError):
            raise SettingsError(
                "FILEMAKER_CA_FILE: holds no certificate that can be read.",
                hint="it must be the certificate in PEM form",
                id="R191",
            ) from None
    return context


def get(
    session: Session,
    path: str,
    read: Callable[[Answer], Read],
    *,
    headers: Mapping[str, str] | None = None,
) -> Read:
    """
    What *read* makes of the answer at *path*; asked again while it is no answer.

    Gateway pages, broken connections, and bodies that *read* says are no JSON are
    asked for again; every other status is *read*'s to judge.

    Raises:
        Unreachable: there was none in all tries; TooMuch where time ran out.
    """
    pauses = iter(PAUSES)
    while True:
        try:
            answer = once(session, "GET", path, headers=headers)
            if answer.status not in PASSING:
                return read(answer)
            problem: SourceError = Unreachable(
                f"The FileMaker server answers with status {answer.status} only.",
                hint="its web publishing engine is down or starting: try again later",
                id="R192",
            )
        except NotJson as error:
            problem = Unreachable(
                f"The FileMaker server's answer cannot be read ({error}).",
                hint="something between here and the server cuts or changes answers",
                id="R193",
            )
        except (Untrusted, TooMuch):
            raise
        except Unreachable as error:
            problem = error
        pause = next(pauses, None)
        if pause is None:
            raise problem
        time.sleep(pause)


def once(
    session: Session,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> Answer:
    """
    One request below the database, and its whole answer.

    Raises:
        Unreachable: no answer, or one beyond the limits; TooMuch where time ran out.
    """
    until = time.monotonic() + MOST_SECONDS
    try:
        with (
            ours(),
            session.client.stream(
                method, f"{session.database}{path}", headers=headers, content=content
            ) as response,
        ):
            parts: list[bytes] = []
            size = 0
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                _bound(size, until)
            return Answer(response.status_code, response.headers, b"".join(parts))
    except httpx.TimeoutException:
        raise TooMuch(
            "The FileMaker server did not answer in time.",
            hint="lower FILEMAKER_PAGE_ROWS, or make the layout leaner",
            id="R194",
        ) from None
    except httpx.HTTPError as error:
        raise unreachable(error) from None


def unreachable(error: httpx.HTTPError) -> Unreachable:
    """What *error* means, without the address it was about."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Untrusted(
            "The certificate of the FileMaker server is not trusted.",
            hint="name its authority's certificate: FILEMAKER_CA_FILE",
            id="R195",
        )
    return Unreachable(
        f"The FileMaker server cannot be reached ({type(error).__name__}).",
        hint="check FILEMAKER_HOST, the network, and that the server is running",
        id="R196",
    )


def _bound(size: int, until: float) -> None:
    if size > MOST_BYTES:
        raise TooMuch(
            f"An answer of the FileMaker server is larger than {MOST_BYTES:,} bytes.",
            hint="lower FILEMAKER_PAGE_ROWS, or make the layout leaner",
            id="R197",
        )
    if time.monotonic() > until:
        raise TooMuch(
            "An answer of the FileMaker server took too long.",
            hint="lower FILEMAKER_PAGE_ROWS, or make the layout leaner",
            id="R198",
        )
