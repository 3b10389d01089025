"""Records and containers that misbehave: one line each, and the others come."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from typing import Any

import pytest
from flask import Response

from reimport_lib.errors import SourceError
from reimport_lib.files import ledger, streams
from reimport_lib.files.ledger import FileOutcome, Line
from reimport_lib.files.streams import Unfit
from reimport_lib.files.transfer import transfer
from reimport_lib.files.wanted import HOLLOW, NOT_ONLY_ITS_NAME, SEVERAL
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.server.http import connected
from tests.files.hostile import (
    PDF,
    Container,
    Hostile,
    file,
    lines,
    once,
    refusing,
    serving,
)
from tests.s3_requests import unguarded

DOCUMENTS = ("documents",)


def outcomes(found: list[Line]) -> list[FileOutcome]:
    return [line.outcome for line in found]


def test_the_second_record_of_a_key_fails_in_every_run(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with serving(("X1", file()), ("x1", file()), ("X2", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        for _ in range(2):
            transfer(made, tables=DOCUMENTS)

            first, second, third = lines(made)
            assert outcomes([first, third]) == [FileOutcome.STORED] * 2
            assert second.outcome is FileOutcome.FAILED
            assert second.why == "another record has the same key"
            assert second.object_key == ""
        assert hostile.asked == {1: 1, 3: 1}


@pytest.mark.parametrize("key", ["L" * 1_100, "ü" * 510, "two\nlines", "a/../b", "/"])
def test_a_key_that_is_no_name_is_a_line_and_the_others_come(
    bucket: dict[str, str], tmp_path: Path, key: str
) -> None:
    with serving((key, file()), ("last", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)

        transfer(made, tables=DOCUMENTS)

        first, last = lines(made)
        assert first.why == "its key cannot be the name of an object"
        assert last.outcome is FileOutcome.STORED
        assert set(hostile.asked) == {2}


@pytest.mark.parametrize("key", ["7001.2", "a.b.c", "a/b", "{B 1}"])
def test_a_file_is_stored_under_the_whole_key_and_is_there_afterwards(
    bucket: dict[str, str], tmp_path: Path, key: str
) -> None:
    with serving((key, file()), ("7001", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        transfer(made, tables=DOCUMENTS)

        first, _ = lines(made)
        transfer(made, tables=DOCUMENTS)

        assert first.object_key == f"filemaker-docs/{key.strip('{}')}.pdf"
        assert outcomes(lines(made)) == [FileOutcome.STORED] * 2
        assert set(hostile.asked.values()) == {1}


def test_a_file_whose_name_would_be_another_records_key_is_not_stored(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with serving(("7001", file()), ("7001.pdf", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)

        transfer(made, tables=DOCUMENTS)

        first, second = lines(made)
        assert (first.outcome, first.why) == (FileOutcome.FAILED, NOT_ONLY_ITS_NAME)
        assert second.object_key == "filemaker-docs/7001.pdf.pdf"


def test_where_several_objects_could_be_meant_nothing_is_fetched(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with serving(("D1", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        client: Any = unguarded(made)
        for name in ("D1.pdf", "d1.jpg"):
            key = f"filemaker-docs/{name}"
            client.put_object(Bucket=made.s3_bucket, Key=key, Body=b"x")

        transfer(made, tables=DOCUMENTS)

        assert [line.why for line in lines(made)] == [SEVERAL]
        assert not hostile.asked


def test_an_object_without_a_byte_is_no_file_and_is_left_alone(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with serving(("D1", file()), ("D2", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        client: Any = unguarded(made)
        for name, content in (("D1.pdf", b""), ("D2.pdf", b""), ("D2.jpg", b"x")):
            key = f"filemaker-docs/{name}"
            client.put_object(Bucket=made.s3_bucket, Key=key, Body=content)

        transfer(made, tables=DOCUMENTS)

        first, second = lines(made)
        assert (first.outcome, first.why) == (FileOutcome.FAILED, HOLLOW)
        assert second.outcome is FileOutcome.THERE
        assert second.object_key == "filemaker-docs/D2.jpg"
        assert not hostile.asked


def test_objects_that_s3_does_not_take_are_lines_until_there_are_many(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    records = [(f"D{number}", file()) for number in range(7)]
    with refusing("BadDigest") as s3, serving(*records) as hostile:
        made = hostile.settings(tmp_path, bucket | {"S3_ENDPOINT_URL": s3})

        with pytest.raises(SourceError) as caught:
            transfer(made, tables=DOCUMENTS)

        assert caught.value.message == "S3 does not take the object (BadDigest)."
        assert [line.why for line in lines(made)] == [caught.value.message] * 5
        assert set(hostile.asked.values()) == {1}


def test_a_bucket_that_may_not_be_written_stops_at_the_first_file(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with refusing("AccessDenied", 403) as s3, serving(("D", file())) as hostile:
        made = hostile.settings(tmp_path, bucket | {"S3_ENDPOINT_URL": s3})

        with pytest.raises(SourceError) as caught:
            transfer(made, tables=DOCUMENTS)

        assert "s3:PutObject" in caught.value.hint
        assert lines(made) == []


def test_records_deleted_meanwhile_are_empty_and_no_fault_of_the_server(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    records = [(f"D{number}", file()) for number in range(7)]
    with serving(*records) as hostile:
        made = hostile.settings(tmp_path, bucket)
        hostile.gone = set(range(1, 7))

        ended = transfer(made, tables=DOCUMENTS)["documents"]

    assert ended.counts == {FileOutcome.EMPTY: 6, FileOutcome.STORED: 1}


def cut() -> Response:
    """Fewer bytes than were told."""
    told = {"Content-Length": str(len(PDF) + 1)}
    return Response(iter([PDF]), mimetype="application/pdf", headers=told)


def full() -> Response:
    """More than may be kept in memory."""
    content = PDF.ljust(streams.IN_MEMORY_BYTES + 1)
    return Response(content, mimetype="application/pdf")


class Endless(StreamRequestHandler):
    """Bytes until the connection closes: whether they were all, nobody can tell."""

    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + PDF)


@pytest.mark.parametrize(
    "container",
    [cut, file(**{"Content-Encoding": "gzip"})],
    ids=["cut", "damaged"],
)
def test_a_file_that_breaks_off_is_not_stored(
    bucket: dict[str, str], tmp_path: Path, container: Container
) -> None:
    with serving(("cut", container), ("whole", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)

        transfer(made, tables=DOCUMENTS)

        first, second = lines(made)
        assert first.why == "The FileMaker server broke off in the middle of a file."
        assert (first.tries, first.object_key) == (4, "")
        assert second.outcome is FileOutcome.STORED


def test_a_file_without_a_length_is_not_taken(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with TCPServer(("127.0.0.1", 0), Endless) as raw:
        thread = Thread(target=raw.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{raw.server_address[1]}"
        server = server_of(Hostile((), url).settings(tmp_path, bucket))
        with (
            connected(server) as client,
            pytest.raises(Unfit, match="where it ends"),
            streams.fetched(client, server, f"{url}/Streaming/MainDB/1.bin"),
        ):
            pass
        thread.join()


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_a_refusal_that_passes_is_asked_for_again(
    bucket: dict[str, str], tmp_path: Path, status: int
) -> None:
    with serving(("D", once(Response("busy", status), file()))) as hostile:
        made = hostile.settings(tmp_path, bucket)

        transfer(made, tables=DOCUMENTS)

        [line] = lines(made)
        assert (line.outcome, line.tries) == (FileOutcome.STORED, 2)


def test_files_that_failed_before_keep_none_of_the_others_away(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    bad = [(f"B{number}", cut) for number in range(5)]
    with serving(*bad, ("good", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        for _ in range(2):
            with pytest.raises(SourceError, match="broke off"):
                transfer(made, tables=DOCUMENTS)

        assert lines(made)[-1].outcome is FileOutcome.STORED


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond a megabyte: as good as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_one_clear_line(bucket: dict[str, str], tmp_path: Path) -> None:
    with serving(("D1", file()), ("D2", full), ("D3", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)

        with pytest.raises(SourceError) as caught:
            transfer(made, tables=DOCUMENTS)

        assert "cannot be kept while it is fetched" in caught.value.message
        assert [line.number for line in lines(made)] == [1]


def test_a_ledger_on_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    line = Line(1, FileOutcome.FAILED, why="x" * 4_000_000)
    with ledger.opened(tmp_path, system="filemaker") as book:
        book.connection.execute("PRAGMA max_page_count = 8")

        with pytest.raises(SourceError, match="cannot be written"):
            book.write("documents", line)

        assert book.lines("documents") == []


def test_a_damaged_ledger_is_told_from_one_in_use(tmp_path: Path) -> None:
    (tmp_path / ledger.FOLDER).mkdir()
    (tmp_path / ledger.FOLDER / ledger.FILE).write_text("no database " * 20)

    with (
        pytest.raises(SourceError, match="no whole database") as caught,
        ledger.opened(tmp_path, system="filemaker"),
    ):
        pass

    assert "move it away" in caught.value.hint
