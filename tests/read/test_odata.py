"""OData: every record once, whatever the service thinks of pages, JSON and clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from reimport_demo.filemaker import odata_metadata as described
from reimport_demo.filemaker.server import Served, serving
from reimport_demo.filemaker.service import Options
from reimport_lib.checks import Verdict, failed
from reimport_lib.errors import SourceError
from reimport_lib.read.reading import Reading
from reimport_lib.read.server import odata_metadata
from reimport_lib.read.server.http import Answer
from reimport_lib.read.server.jsontext import NotJson
from reimport_lib.read.server.odata import record_of
from reimport_lib.read.server.odata_service import annotation, body_of
from reimport_lib.read.server.values import FieldKind
from reimport_lib.tables import registry

from .servers import CLINIC, check, faulty, read, settings


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(CLINIC) as running:
        yield running


@pytest.fixture(scope="module")
def whole(served: Served) -> dict[str, Reading]:
    """Every table, read while nothing went wrong."""
    return read(settings(served, "odata"))


def test_every_record_of_every_table_is_read_and_keeps_its_rowid(
    served: Served, whole: dict[str, Reading]
) -> None:
    tables = served.service.database.tables
    for table, file in (("patients", "Contacts"), ("images", "Images")):
        numbers = [record.number for record in tables[file].records()]
        assert whole[table].rows.to_pylist() == numbers
    assert whole.keys() == registry.sources().keys()
    assert not any(failed(reading.checks) for reading in whole.values())


def test_both_servers_give_the_same_text_under_the_same_numbers(
    served: Served, whole: dict[str, Reading]
) -> None:
    other = read(settings(served, "data-api"))

    for table, reading in whole.items():
        shared = [
            name
            for name in reading.data.column_names
            if name in other[table].data.column_names
        ]
        assert len(shared) >= reading.data.num_columns - 1, table
        assert reading.data.select(shared).equals(other[table].data.select(shared))
        assert reading.rows.equals(other[table].rows)


@pytest.mark.parametrize(
    "faults",
    [
        {"odata_ignores_paging": True},
        {"short_page_every": 2},
        {"bad_gateway_every": 4},
        {"truncated_every": 3},
    ],
    ids=lambda faults: "+".join(faults),
)
def test_a_fault_of_the_service_loses_nothing(
    served: Served, whole: dict[str, Reading], faults: Mapping[str, Any]
) -> None:
    with faulty(served, faults):
        found = read(settings(served, "odata"))

    assert all(found[n].data.equals(whole[n].data) for n in whole)
    assert all(found[n].rows.equals(whole[n].rows) for n in whole)


def test_a_bare_question_mark_is_kept_and_told(
    served: Served, whole: dict[str, Reading]
) -> None:
    with faulty(served, {"invalid_json": True}):
        found = read(settings(served, "odata"))

    told = [
        check(reading, "values that FileMaker could not show")
        for reading in found.values()
    ]
    assert any(each and each.verdict is Verdict.WARN for each in told)
    assert found["notes"].data.num_rows == whole["notes"].data.num_rows
    texts = found["notes"].data.to_pydict()
    assert any("\r" in text for column in texts.values() for text in column)


def test_more_rows_than_the_service_gives_at_once_are_all_read(
    whole: dict[str, Reading],
) -> None:
    with serving(CLINIC, options=Options(page_rows=15)) as small:
        found = read(settings(small, "odata"))

    assert all(found[n].rows.equals(whole[n].rows) for n in whole)


def test_a_strict_service_takes_the_queries(whole: dict[str, Reading]) -> None:
    with serving(CLINIC, options=Options(strict=True, version="20.3.2")) as strict:
        found = read(settings(strict, "odata"))

    assert all(found[n].data.equals(whole[n].data) for n in whole)


def test_tables_that_are_listed_and_not_there_stop_it_by_name() -> None:
    names = {"FILEMAKER_LAYOUT_NOTES": "@Notes", "FILEMAKER_LAYOUT_SMS": "Text 2"}
    with (
        serving(CLINIC, unreachable=tuple(names.values())) as served,
        pytest.raises(SourceError) as caught,
    ):
        read(settings(served, "odata", **names))

    assert "does not find: notes ('@Notes'), sms ('Text 2')." in str(caught.value)


def test_tables_that_are_not_listed_stop_it_by_name(served: Served) -> None:
    with pytest.raises(SourceError) as caught:
        read(settings(served, "odata", FILEMAKER_LAYOUT_NOTES="@Notes"))

    assert "notes ('@Notes'" in str(caught.value)


def test_moments_are_wall_clock_unless_a_person_says_utc(
    served: Served, whole: dict[str, Reading]
) -> None:
    told = read(settings(served, "odata", FILEMAKER_TIMESTAMPS="utc"))["sms"]

    wall = whole["sms"].data.column("SentTimestamp").to_pylist()
    utc = told.data.column("SentTimestamp").to_pylist()
    moved = {
        datetime.fromisoformat(b) - datetime.fromisoformat(a)
        for a, b in zip(wall, utc, strict=True)
        if a != b
    }
    assert moved == {timedelta(hours=10), timedelta(hours=11)}


def test_metadata_says_the_same_in_xml_and_in_json(served: Served) -> None:
    database = served.service.database

    xml = odata_metadata.entities(described.as_xml(database, "22.0.2"))
    other = odata_metadata.entities(
        json.dumps(described.as_json(database, "22.0.2")).encode()
    )

    assert xml == other
    contacts = {field.name: field for field in xml["Contacts"].fields}
    assert contacts["DOB"].kind is FieldKind.DATE
    assert contacts["faceImage_Full"].kind is FieldKind.CONTAINER
    assert contacts["Phones"].repetitions == 3


def test_metadata_that_is_neither_is_refused() -> None:
    for content in (b"<html><body>", b"{", b"", b"[]"):
        with pytest.raises(SourceError):
            odata_metadata.entities(content)


def test_annotations_are_read_in_both_spellings_and_are_no_values() -> None:
    row = {"@id": "x", "@odata.editLink": "y", "a@odata.type": "z", "a": None, "b": "1"}

    assert record_of(row, "b", {}).values == {"a": "", "b": "1"}
    assert annotation({"@count": "7"}, "count") == "7"
    assert annotation({"@odata.count": "7"}, "count") == "7"


def test_an_error_inside_a_record_is_no_value() -> None:
    row = {"id": "A", "error": [{"error": {"code": "8309"}}]}

    with pytest.raises(SourceError):
        record_of(row, "id", {})


def test_records_without_rowid_are_told_apart_by_their_key() -> None:
    numbers: dict[str, int] = {}

    found = [record_of({"id": key}, "id", numbers).number for key in "ABA"]

    assert found == [1, 2, 1]


@pytest.mark.parametrize("content", [b"{}", b'{"value": {}}', b'{"value": [null]}'])
def test_an_answer_without_records_is_no_empty_table(content: bytes) -> None:
    with pytest.raises(NotJson, match="no list of records"):
        body_of(Answer(200, {}, content))


def test_a_rowid_beyond_64_bits_is_no_rowid() -> None:
    row = {"ROWID": "9" * 5_000, "id": "A"}

    assert record_of(row, "id", {}).number == 1
