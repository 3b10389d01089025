"""OData requests: the account in a header, FileMaker's errors, annotations.

Imports no Django. A query is written by hand: FileMaker refuses the encoding of $, of
commas and of parentheses that forms use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from reimport_lib.read.server import http, jsontext
from reimport_lib.read.server.connection import Server
from reimport_lib.read.server.errors import Refusal
from reimport_lib.read.server.http import Answer, Session
from reimport_lib.read.server.values import plain

BASE = "/fmi/odata/v4"
HEADERS = {
    "Accept": "application/json",
    # without these, newer servers name their annotations otherwise; both are read
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "Prefer": "fmodata.include-specialcolumns",
}


@contextmanager
def opened(server: Server) -> Iterator[Session]:
    """The OData service of the database of *server*."""
    with http.connected(server) as client:
        client.auth = server.account
        client.headers.update(HEADERS)
        database = f"{BASE}/{quote(server.database, safe='')}"
        yield Session(server, client, database)


def names_of(service: Session) -> set[str]:
    """Names of the table occurrences that the service lists."""
    return {
        plain(item.get("name"))
        for item in http.get(service, "", body_of).get("value", ())
        if isinstance(item, dict)
    }


def count(service: Session, name: str) -> int | None:
    """
    How many records the server says there are; None: it does not say.

    Raises:
        Refusal: the table is listed and cannot be asked for.
    """
    body = http.get(service, path_of(name, "$top=0&$count=true"), body_of)
    told = annotation(body, "count")
    return int(told) if told.isdigit() else None


def annotation(body: Mapping[str, object], name: str) -> str:
    """An annotation of an answer in either spelling, ``@count`` or ``@odata.count``."""
    return plain(body.get(f"@odata.{name}", body.get(f"@{name}")))


def path_of(name: str, query: str) -> str:
    return f"/{quote(name, safe='')}?{query}"


def content_of(answer: Answer) -> bytes:
    if answer.status != 200:
        raise Refusal(_code(answer.content), answer.status)
    return answer.content


def body_of(answer: Answer) -> dict[str, Any]:
    """
    The object that an answer is; its ``value`` is a list of objects, if only of none.

    Raises:
        Refusal: it is an error.
        NotJson: it says 200 and is no such list: it was cut or changed on its way.
    """
    if answer.status != 200:
        raise Refusal(_code(answer.content), answer.status)
    body = jsontext.loads(answer.content)
    if not isinstance(body, dict):
        raise jsontext.NotJson("no object")
    if "error" in body:
        raise Refusal(_code(answer.content), answer.status)
    rows = body.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise jsontext.NotJson("no list of records")
    return body


def _code(content: bytes) -> str:
    """FileMaker's code in an error; "" where it is no such error."""
    try:
        return plain(jsontext.loads(content)["error"]["code"])
    except (jsontext.NotJson, LookupError, TypeError):
        return ""
