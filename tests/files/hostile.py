"""A Data API of this machine whose containers misbehave, each in a way of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, jsonify, request

from reimport_demo.filemaker.server import listening
from reimport_lib.config import Settings, load_settings
from reimport_lib.files import ledger
from reimport_lib.files.ledger import Line
from tests.read.servers import ACCOUNT

PDF = b"%PDF-1.4 synthetic"

Container = Callable[[], Response]
"""What a container answers."""


def file(content: bytes = PDF, **headers: str) -> Container:
    """A container that gives *content* for ever."""
    return lambda: Response(content, mimetype="image/png", headers=headers)


def once(first: Response, then: Container) -> Container:
    """A container that answers *first*, and later like *then*."""
    answers = iter([first])
    return lambda: next(answers, None) or then()


@dataclass(slots=True)
class Hostile:
    """
    Documents: (key, container; None is an empty one), numbered from 1.

    Attributes:
        gone: numbers of records that were deleted after they had been listed.
        asked: number -> how often its container was asked for.
    """

    records: Sequence[tuple[str, Container | None]]
    url: str = ""
    gone: set[int] = field(default_factory=set)
    asked: Counter[int] = field(default_factory=Counter)

    def environment(self, runs: Path, bucket: dict[str, str]) -> dict[str, str]:
        """What leads ``reimport files`` from here to *bucket*."""
        own = {"FILEMAKER_HOST": self.url, "FILEMAKER_PAUSE_SECONDS": "0"}
        return {**ACCOUNT, **bucket, **own, "REIMPORT_RUNS": str(runs)}

    def settings(self, runs: Path, bucket: dict[str, str]) -> Settings:
        return load_settings(self.environment(runs, bucket))


@contextmanager
def serving(*records: tuple[str, Container | None]) -> Iterator[Hostile]:
    """Serve *records* until the end of the block."""
    hostile = Hostile(records)
    with listening(_application(hostile)) as url:
        hostile.url = url
        yield hostile


@contextmanager
def refusing(code: str, status: int = 400) -> Iterator[str]:
    """An S3 that lists nothing and refuses every object; gives its address."""
    app = Flask("refusing")

    @app.route("/<path:path>", methods=["GET", "PUT"])
    def answer(path: str) -> Response:
        if request.method == "GET":
            return Response("<ListBucketResult/>", mimetype="application/xml")
        request.get_data()
        said = f"<Error><Code>{code}</Code></Error>"
        return Response(said, status, mimetype="application/xml")

    with listening(app) as url:
        yield url


def lines(made: Settings) -> list[Line]:
    """What the ledger tells of documents."""
    with ledger.opened(made.runs, system=made.rows.system) as book:
        return book.lines("documents")


def _application(hostile: Hostile) -> Flask:
    app = Flask("hostile")
    database = "/fmi/data/v2/databases/Clinic"
    layout = f"{database}/layouts/API_Docs"
    fields = [("id", "text"), ("Doc", "container")]

    @app.route(f"{database}/sessions", methods=["POST"])
    def log_in() -> Response:
        return _enveloped(token="canary-token")

    @app.route(f"{database}/sessions/<token>", methods=["DELETE"])
    def log_out(token: str) -> Response:
        return _enveloped()

    @app.route(layout)
    def described() -> Response:
        return _enveloped(
            fieldMetaData=[{"name": name, "result": kind} for name, kind in fields]
        )

    @app.route(f"{layout}/records")
    def listed() -> Response:
        numbers = range(1, len(hostile.records) + 1)
        told = {"foundCount": len(numbers)}
        return _enveloped(data=[_record(hostile, n) for n in numbers], dataInfo=told)

    @app.route(f"{layout}/records/<int:number>")
    def single(number: int) -> Response:
        if number in hostile.gone:
            return _enveloped("101", status=404)
        return _enveloped(data=[_record(hostile, number)])

    @app.route("/Streaming/MainDB/<int:number>.bin")
    def stream(number: int) -> Response:
        hostile.asked[number] += 1
        container = hostile.records[number - 1][1]
        assert container is not None
        return container()

    return app


def _record(hostile: Hostile, number: int) -> dict[str, object]:
    key, container = hostile.records[number - 1]
    address = f"{hostile.url}/Streaming/MainDB/{number}.bin?canary-address"
    values = {"id": key, "Doc": address if container else ""}
    return {"recordId": str(number), "modId": "1", "fieldData": values}


def _enveloped(code: str = "0", status: int = 200, **response: object) -> Response:
    answer = jsonify(response=response, messages=[{"code": code}])
    answer.status_code = status
    return answer
