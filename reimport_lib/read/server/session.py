"""A session of the Data API: one token, renewed when it dies, given back at the end.

Imports no Django. A message of ours never repeats the server's, a name or a token.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from reimport_lib.errors import SourceError
from reimport_lib.read.server import http, jsontext
from reimport_lib.read.server.connection import Server
from reimport_lib.read.server.errors import EXPIRED, FULL, Refusal
from reimport_lib.read.server.http import Answer, Session

BASE = "/fmi/data/v2"
_LOG_OUTS = 3


@contextmanager
def opened(server: Server) -> Iterator[Session]:
    """
    A session on *server*, logged out at the end, however that comes.

    Raises:
        Refusal: the account is not let in; Unreachable: there is no server.
    """
    with http.connected(server) as client:
        database = f"{BASE}/databases/{quote(server.database, safe='')}"
        session = Session(server, client, database)
        log_in(session)
        try:
            yield session
        finally:
            _log_out(session)


def get(session: Session, path: str) -> dict[str, Any]:
    """
    The ``response`` of a GET below the database; a dead token is renewed once.

    Raises:
        Refusal: FileMaker answers with an error of its own, none being "no data".
        Unreachable: there is no answer.
    """
    try:
        return http.get(session, path, response_of)
    except Refusal as refusal:
        if refusal.code != EXPIRED:
            raise
    log_in(session)
    return http.get(session, path, response_of)


def log_in(session: Session) -> None:
    """
    A new token; waits where every session is taken.

    Raises:
        Refusal: the account is not let in, or no session becomes free.
    """
    pauses = iter(http.PAUSES)
    while True:
        try:
            session.token = _token(session)
            session.client.auth = _bearer(session.token)
            return
        except (Refusal, http.Unreachable) as error:
            if not _may_pass(error):
                raise
            pause = next(pauses, None)
            if pause is None:
                raise
            time.sleep(pause)


def _may_pass(error: SourceError) -> bool:
    """A login that made no session: none was free, or no engine was there."""
    if isinstance(error, Refusal):
        return error.code in FULL or error.status in http.PASSING
    return not isinstance(error, http.Untrusted | http.TooMuch)


def _token(session: Session) -> str:
    session.client.auth = session.server.account
    kind = {"Content-Type": "application/json"}
    answer = http.once(session, "POST", "/sessions", headers=kind, content=b"{}")
    try:
        token = response_of(answer).get("token")
    except jsontext.NotJson:
        raise Refusal("", answer.status) from None
    token = token or answer.headers.get("X-FM-Data-Access-Token")
    if not isinstance(token, str) or not token:
        raise Refusal("", answer.status)
    return token


def _bearer(token: str) -> Callable[[httpx.Request], httpx.Request]:
    def sign(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _log_out(session: Session) -> None:
    """Give the session back; a server that is gone has forgotten it anyway."""
    path = f"/sessions/{quote(session.token, safe='')}"
    for _ in range(_LOG_OUTS):
        with contextlib.suppress(SourceError):
            answer = http.once(session, "DELETE", path)
            if answer.status not in http.PASSING:
                return


def response_of(answer: Answer) -> dict[str, Any]:
    """
    The ``response`` of an envelope whose code is 0.

    Raises:
        Refusal: another code; or an error status without an envelope.
        NotJson: it says 200 and is no envelope: it was cut on its way.
    """
    try:
        body = jsontext.loads(answer.content)
        code = str(body["messages"][0]["code"])
        response = body.get("response", {})
    except jsontext.RepeatedName:
        raise SourceError(
            "A record of the FileMaker server names a portal or field twice.",
            hint="give every portal on the layout an object name of its own",
            id="R209",
        ) from None
    except (jsontext.NotJson, LookupError, TypeError, AttributeError):
        if answer.status == 200:
            raise jsontext.NotJson("no envelope") from None
        raise Refusal("", answer.status) from None
    if code != "0":
        raise Refusal(code, answer.status)
    if answer.status != 200 or not isinstance(response, dict):
        raise Refusal("", answer.status)
    return response
