"""Files come out of containers into the bucket: each once, and none is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from reimport_demo.filemaker.model import Stored, Table
from reimport_demo.filemaker.server import Served, serving
from reimport_demo.objects import content_of
from reimport_lib.config import Settings
from reimport_lib.errors import SourceError, UsageError
from reimport_lib.files import ledger, streams
from reimport_lib.files.ledger import FileOutcome, Line
from reimport_lib.files.progress import TransferProgress
from reimport_lib.files.streams import Unfit
from reimport_lib.files.transfer import transfer
from reimport_lib.read import objects
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.server.http import connected
from tests.read.servers import CLINIC, faulty
from tests.read.servers import settings as to_server
from tests.s3_requests import unguarded

KEPT = 12
"""Records that tests leave in each table."""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server with few files: some empty, one that only refers to a file."""
    with serving(CLINIC) as running:
        tables = running.service.database.tables
        for name in ("Docs", "Images"):
            _keep_some(tables[name])
        yield running


def _keep_some(table: Table) -> None:
    field = "Doc" if table.name == "Docs" else "image_Full"
    files = [r for r in table.records() if isinstance(r.value(field), Stored)]
    kept = {r.number for r in files if r.value(table.key)}
    kept = set(sorted(kept)[: KEPT - 2])
    kept |= {next(r.number for r in table.records() if r.value(field) == "")}
    kept |= {next(r.number for r in table.records() if "file:" in str(r.value(field)))}
    for record in table.records():
        if record.number not in kept:
            table.delete(record)


@pytest.fixture
def made(served: Served, bucket: dict[str, str], tmp_path: Path) -> Settings:
    own = {"REIMPORT_RUNS": str(tmp_path / "runs"), "FILEMAKER_PAUSE_SECONDS": "0"}
    return to_server(served, **bucket, **own)


def stored(made: Settings) -> dict[str, bytes]:
    """Key -> bytes of every object."""
    client: Any = unguarded(made)
    keys = [
        key for frame in objects.list_objects(made).values() for key in frame["key"]
    ]
    return {
        key: client.get_object(Bucket=made.s3_bucket, Key=key)["Body"].read()
        for key in keys
    }


def lines(made: Settings, table: str) -> list[Line]:
    with ledger.opened(made.runs, system=made.rows.system) as book:
        return book.lines(table)


def contents(served: Served, name: str, field: str) -> set[bytes]:
    table = served.service.database.tables[name]
    held = [record.value(field) for record in table.records()]
    return {content_of(value.key) for value in held if isinstance(value, Stored)}


def test_every_file_is_stored_once_under_the_key_of_its_record(
    served: Served, made: Settings
) -> None:
    ended = transfer(made)

    found = stored(made)
    expected = contents(served, "Docs", "Doc") | contents(
        served, "Images", "image_Full"
    )
    assert set(found.values()) == expected
    for table, name, key in (
        ("documents", "Docs", "id"),
        ("images", "Images", "recid"),
    ):
        told = lines(made, table)
        numbers = [r.number for r in served.service.database.tables[name].records()]
        assert [line.number for line in told] == numbers
        for line in told:
            if line.outcome is FileOutcome.STORED:
                record = served.service.database.tables[name].numbered(line.number)
                assert record is not None
                stem = line.object_key.rpartition("/")[2].partition(".")[0]
                assert stem == str(record.value(key))
                content = found[line.object_key]
                assert line.sha256 == hashlib.sha256(content).hexdigest()
                assert line.size_bytes == len(content)
        assert ended[table].counts == {
            FileOutcome.STORED: KEPT - 2,
            FileOutcome.EMPTY: 1,
            FileOutcome.FAILED: 1,
        }
    assert served.service.sessions.counts()["open"] == 0


def test_the_ending_is_what_the_file_is(served: Served, made: Settings) -> None:
    transfer(made, tables=("images",))

    for key, content in stored(made).items():
        assert key.endswith(".pdf") == content.startswith(b"%PDF")
        assert key.endswith(".png") == content.startswith(b"\x89PNG")


def test_a_second_command_fetches_nothing(served: Served, made: Settings) -> None:
    transfer(made)
    first = lines(made, "documents")
    served.service.switches.set(served.service.faults)

    ended = transfer(made)

    assert {progress.fetched for progress in ended.values()} == {0}
    assert ended["documents"].counts[FileOutcome.THERE] == KEPT - 2
    assert "streams" not in served.service.switches.as_json()["counts"]
    assert lines(made, "documents") == first


def test_between_two_files_the_server_has_a_pause(
    served: Served, bucket: dict[str, str], tmp_path: Path
) -> None:
    slow = to_server(
        served,
        **bucket,
        REIMPORT_RUNS=str(tmp_path / "runs"),
        FILEMAKER_PAUSE_SECONDS="0.5",
    )

    ended = transfer(slow, tables=("documents",), most=3)["documents"]

    assert ended.fetched == 3
    assert ended.seconds > 1


def test_it_goes_on_where_it_was_broken_off(served: Served, made: Settings) -> None:
    def stop(progress: TransferProgress) -> None:
        if progress.fetched == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer(made, tables=("documents",), tell=stop)
    before = stored(made)

    ended = transfer(made, tables=("documents",))["documents"]

    assert len(before) == 4
    assert (ended.wanted, ended.fetched) == (KEPT - 6, KEPT - 6)
    assert len(stored(made)) == KEPT - 2
    assert before.items() <= stored(made).items()
    assert served.service.sessions.counts()["open"] == 0


@pytest.mark.parametrize(
    "faults",
    [
        {"container_401_every": 2},
        {"container_url_calls": 1},
        {"token_dies_after": 4},
        {"bad_gateway_every": 5},
        {"sessions_full": 2},
    ],
    ids=lambda faults: "+".join(faults),
)
def test_a_fault_of_the_server_loses_no_file(
    served: Served, made: Settings, faults: Mapping[str, Any]
) -> None:
    with faulty(served, faults):
        ended = transfer(made, tables=("documents",))["documents"]

    assert ended.counts[FileOutcome.STORED] == KEPT - 2
    assert set(stored(made).values()) == contents(served, "Docs", "Doc")


def test_a_file_that_is_refused_for_ever_is_a_line_and_the_others_come(
    served: Served, made: Settings
) -> None:
    with faulty(served, {"container_401_every": 1}):
        ended = transfer(made, tables=("documents",), most=2)

    failed = [line for line in lines(made, "documents") if line.tries]
    assert ended["documents"].counts[FileOutcome.FAILED] == 3
    assert [(line.why, line.tries) for line in failed] == [
        ("refused with status 401", 4)
    ] * 2
    assert stored(made) == {}


def test_a_server_that_is_down_stops_it_and_is_no_fault_of_the_files(
    served: Served, made: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(progress: TransferProgress) -> None:
        served.service.switches.set(type(served.service.faults)(bad_gateway_every=1))

    with faulty(served, {}), pytest.raises(SourceError) as caught:
        transfer(made, tables=("documents",), tell=fall)

    assert "502" in str(caught.value)
    assert sum(line.tries > 0 for line in lines(made, "documents")) == 6
    assert len(stored(made)) == 1


def test_an_object_of_the_record_in_any_case_and_ending_is_left_alone(
    served: Served, made: Settings
) -> None:
    record = next(
        r
        for r in served.service.database.tables["Docs"].records()
        if isinstance(r.value("Doc"), Stored)
    )
    key = f"filemaker-docs/{str(record.value('id')).lower()}.jpeg"
    client: Any = unguarded(made)
    client.put_object(Bucket=made.s3_bucket, Key=key, Body=b"older")

    ended = transfer(made, tables=("documents",))["documents"]

    assert ended.counts[FileOutcome.THERE] == 1
    assert stored(made)[key] == b"older"
    stems = [name.rpartition("/")[2].partition(".")[0].lower() for name in stored(made)]
    assert len(set(stems)) == len(stems)


def test_an_object_that_comes_meanwhile_is_never_overwritten(
    served: Served, made: Settings
) -> None:
    """Somebody else stores the second file right before we do."""
    client: Any = unguarded(made)
    second = served.service.database.tables["Docs"].records()
    key = [str(r.value("id")) for r in second if isinstance(r.value("Doc"), Stored)][1]

    def be_first(progress: TransferProgress) -> None:
        for ending in ("pdf", "jpg", "png", "heic", "txt"):
            name = f"filemaker-docs/{key}.{ending}"
            client.put_object(Bucket=made.s3_bucket, Key=name, Body=b"theirs")

    wanted = 2
    transfer(
        made,
        tables=("documents",),
        most=wanted,
        tell=lambda p: be_first(p) if p.fetched < wanted else None,
    )

    told = [line for line in lines(made, "documents") if line.tries]
    assert [line.outcome for line in told] == [FileOutcome.STORED, FileOutcome.THERE]
    assert stored(made)[told[1].object_key] == b"theirs"
    assert (told[1].sha256, told[1].size_bytes) == ("", 0)


def test_a_trial_counts_and_fetches_nothing(served: Served, made: Settings) -> None:
    ended = transfer(made, dry_run=True)

    assert ended["documents"].wanted == KEPT - 2
    assert "0 of 10 fetched" in str(ended["documents"])
    assert stored(made) == {}


def test_two_commands_at_a_time_are_refused(made: Settings) -> None:
    with (
        ledger.opened(made.runs, system="filemaker"),
        pytest.raises(SourceError) as caught,
    ):
        transfer(made)

    assert "in use" in str(caught.value)


def test_a_layout_with_several_containers_asks_which(
    served: Served, made: Settings, bucket: dict[str, str], tmp_path: Path
) -> None:
    named = to_server(
        served,
        **bucket,
        REIMPORT_RUNS=str(tmp_path / "runs"),
        FILEMAKER_CONTAINER_DOCUMENTS="Scan",
    )

    with pytest.raises(SourceError) as caught:
        transfer(named, tables=("documents",))

    assert "'Doc'" in str(caught.value)
    assert "FILEMAKER_CONTAINER_DOCUMENTS" in caught.value.hint


def test_a_table_without_files_is_a_wrong_word(made: Settings) -> None:
    with pytest.raises(UsageError):
        transfer(made, tables=("notes",))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.2/Streaming/MainDB/A.pdf",
        "https://127.0.0.1/Streaming/MainDB/A.pdf",
        "http://localhost:1/x",
    ],
)
def test_a_file_on_another_host_is_not_asked_for(
    served: Served, made: Settings, address: str
) -> None:
    server = server_of(made)
    with (
        connected(server) as client,
        pytest.raises(Unfit) as caught,
        streams.fetched(client, server, address),
    ):
        pass

    assert not caught.value.passing


def test_a_redirect_to_another_host_is_not_followed(made: Settings) -> None:
    server = server_of(made)

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "127.0.0.1"
        return httpx.Response(302, headers={"Location": "http://elsewhere.invalid/x"})

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as client,
        pytest.raises(Unfit) as caught,
        streams.fetched(client, server, f"{server.url}/Streaming/MainDB/A"),
    ):
        pass

    assert "another host" in str(caught.value)


def test_the_ledger_is_private_and_names_nobody(served: Served, made: Settings) -> None:
    transfer(made, tables=("documents",), most=1)

    file = made.runs / ledger.FOLDER / ledger.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
