"""The Data API: every record once, whatever happens to the server meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reimport_demo.filemaker.server import Served, serving
from reimport_lib.checks import Verdict, failed
from reimport_lib.errors import SourceError
from reimport_lib.read.reading import Reading
from reimport_lib.read.server import data_api, http
from reimport_lib.read.server import layouts as fm_layouts
from reimport_lib.read.server import session as fm_session
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.server.values import FieldKind, convert
from reimport_lib.read.snapshot import freeze
from reimport_lib.tables import registry

from .servers import (
    CLINIC,
    answering,
    check,
    faulty,
    read,
    read_one,
    settings,
)
from .written import AS_OF

FILES = {name: table.file for name, table in registry.sources().items()}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(CLINIC) as running:
        yield running


@pytest.fixture(scope="module")
def whole(served: Served) -> dict[str, Reading]:
    """Every table, read while nothing went wrong."""
    return read(settings(served))


def test_every_record_of_every_table_is_read(
    served: Served, whole: dict[str, Reading]
) -> None:
    tables = served.service.database.tables
    expected = {
        table: [record.number for record in tables[file].records()]
        for table, file in FILES.items()
    }

    assert {n: reading.rows.to_pylist() for n, reading in whole.items()} == expected
    assert not any(failed(reading.checks) for reading in whole.values())


def test_the_session_is_given_back(served: Served, whole: dict[str, Reading]) -> None:
    assert served.service.sessions.counts()["open"] == 0


@pytest.mark.parametrize(
    "faults",
    [
        {"token_dies_after": 3},
        {"bad_gateway_every": 4},
        {"truncated_every": 3},
        {"short_page_every": 2},
        {"sessions_full": 2},
        {"token_dies_after": 5, "short_page_every": 3, "bad_gateway_every": 7},
    ],
    ids=lambda faults: "+".join(faults),
)
def test_a_fault_of_the_server_loses_nothing(
    served: Served, whole: dict[str, Reading], faults: Mapping[str, Any]
) -> None:
    for table in ("patients", "appointments"):
        with faulty(served, faults):
            found = read_one(settings(served), table)

        assert found.data.equals(whole[table].data)
        assert found.rows.equals(whole[table].rows)
    assert served.service.sessions.counts()["open"] == 0


@pytest.mark.parametrize("edit", ["delete", "insert", "change"])
@pytest.mark.parametrize("after", [2, 3, 6])
def test_what_changes_while_it_is_read_is_read_again_and_listed(
    edit: str, after: int
) -> None:
    with serving(CLINIC) as served:
        with faulty(served, {"edit": edit, "edit_after": after}):
            found = read_one(settings(served, FILEMAKER_PAGE_ROWS="20"), "patients")
        there = served.service.database.tables["Contacts"].records()

    assert sorted(r.number for r in there) == found.rows.to_pylist()
    told = check(found, "changed while it was read")
    assert told is None or told.verdict is Verdict.WARN
    assert not failed(found.checks)


def test_records_that_go_while_pages_are_read_hide_no_others() -> None:
    """The second page begins later: what moved into the first is still found."""
    with serving(CLINIC) as served:
        made = settings(served)
        with fm_session.opened(server_of(made)) as session:
            layout = fm_layouts.layout_of(session, "API_Contacts")
            table = served.service.database.tables["Contacts"]
            first = sorted(table.records(), key=lambda r: str(r.value("id")))[:5]
            left = {r.number for r in table.records()} - {r.number for r in first}

            def tell(rows: int) -> None:
                while first:
                    table.delete(first.pop())

            paging = data_api.Paging(10, "id")
            found = data_api.sweep(session, layout, paging, tell=tell)

    assert left <= found.keys()


def test_an_empty_table_is_no_error() -> None:
    with serving(CLINIC) as served:
        table = served.service.database.tables["Replies"]
        for record in table.records():
            table.delete(record)

        found = read_one(settings(served), "sms_replies")

    assert found.data.num_rows == 0
    assert "Message" in " ".join(found.data.column_names)
    assert not failed(found.checks)


def test_layouts_that_are_missing_are_all_named_with_what_is_like_them(
    served: Served,
) -> None:
    made = settings(
        served, FILEMAKER_LAYOUT_NOTES="API_Nots", FILEMAKER_LAYOUT_SMS="Texts"
    )

    with pytest.raises(SourceError) as caught:
        read(made)

    assert "Did you mean API_Notes?" in str(caught.value)
    assert "'Texts'" in str(caught.value)
    assert served.service.sessions.counts()["open"] == 0


def test_an_optional_table_without_a_layout_is_left_out(served: Served) -> None:
    made = settings(served, FILEMAKER_LAYOUT_SMS_REPLIES="None")

    assert "sms_replies" not in read(made)


def test_pages_become_smaller_where_an_answer_is_too_much(
    served: Served, whole: dict[str, Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 30_000)

    found = read_one(settings(served, FILEMAKER_PAGE_ROWS="400"), "patients")

    assert found.data.equals(whole["patients"].data)


def test_a_field_without_access_is_told(served: Served) -> None:
    with faulty(served, {"no_access": True}):
        found = read_one(settings(served), "patients")

    assert "" not in found.data.column_names
    assert check(found, "fields without a name").verdict is Verdict.WARN


def test_a_portal_that_is_there_twice_is_refused(served: Served) -> None:
    made = settings(served, FILEMAKER_LAYOUT_PATIENTS="Contacts")

    with faulty(served, {"repeated_portal": True}), pytest.raises(SourceError) as error:
        read_one(made, "patients")

    assert "twice" in str(error.value)


def test_portals_and_repetitions_become_columns_of_lines(served: Served) -> None:
    made = settings(served, FILEMAKER_LAYOUT_PATIENTS="Contacts")

    found = read_one(made, "patients")

    columns = found.data.column_names
    table = served.service.database.tables["Contacts"]
    phones = [
        "\n".join(map(str, record.values["Phones"])).rstrip("\n")  # type: ignore[arg-type]
        for record in table.records()
    ]
    assert found.data.column("Phones").to_pylist() == phones
    assert "portal_coms: ph" in columns
    assert "Notes: id" in columns
    lines = found.data.column("portal_coms: type").to_pylist()
    details = served.service.database.tables["Coms"]
    first = table.records()[0]
    mine = details.holding("id.key", str(first.value("id")))
    assert lines[0].split("\n") == [str(detail.value("type")) for detail in mine]


def test_a_server_too_old_for_iso_dates_gives_the_same_text(served: Served) -> None:
    with fm_session.opened(server_of(settings(served))) as session:
        layout = fm_layouts.layout_of(session, "API_Contacts")
        iso = data_api.read_layout(session, layout, "patients")
        us = fm_session.get(session, f"{layout.path}/records?_limit=500")

    page = fm_layouts.page_of(us, layout.fields)
    change = convert(FieldKind.DATE, us=data_api.is_us(page.records, layout.fields))
    assert change is not None
    pairs = [
        (change(record.values["DOB"]), text)
        for record, text in zip(
            page.records, iso.data.column("DOB").to_pylist(), strict=True
        )
    ]
    # what is no date in FileMaker is text, in whatever order a person typed it
    assert {pair for pair in pairs if "-" in pair[1] and pair[0] != pair[1]} == set()
    assert page.records[0].values["DOB"].count("/") == 2


LOGIN = {"response": {"token": "canary-token"}, "messages": [{"code": "0"}]}
OK = [{"code": "0", "message": "OK"}]


def _pages(**records: Any) -> dict[str, Any]:
    """A server with one layout for everything, whose records are these."""
    names = [{"name": name} for name in server_names()]
    return {
        "/sessions": LOGIN,
        "/layouts": {"response": {"layouts": names}, "messages": OK},
        "/records": {"response": records, "messages": OK},
        "": {
            "response": {"fieldMetaData": [{"name": "id", "result": "text"}]},
            "messages": OK,
        },
    }


def server_names() -> list[str]:

    return [table.source.layout for table in registry.source_tables()]


def _record(number: int, **values: Any) -> dict[str, Any]:
    return {"fieldData": values, "recordId": str(number), "modId": "0"}


def test_a_server_that_tells_of_more_than_it_gives_is_refused(tmp_path: Path) -> None:
    pages = _pages(dataInfo={"foundCount": 9}, data=[_record(1, id="A")])

    with answering(pages) as made, pytest.raises(SourceError) as caught:
        read(made)

    assert "more records than it gives" in str(caught.value)


def test_an_error_page_is_never_the_end_of_the_data(tmp_path: Path) -> None:
    body = {"response": {}, "messages": [{"code": "401", "message": "x"}]}
    pages = {**_pages(), "/records": (body, 401)}

    with answering(pages) as made, pytest.raises(SourceError) as caught:
        freeze(made, tmp_path / "s", as_of=AS_OF, objects=None)

    assert "code 401" in str(caught.value)
    assert not (tmp_path / "s" / "manifest.json").exists()


def test_a_value_that_may_not_be_seen_stops_the_snapshot(tmp_path: Path) -> None:
    data = [_record(1, id="<No Access>")]
    pages = _pages(dataInfo={"foundCount": 1}, data=data)

    with answering(pages) as made, pytest.raises(SourceError) as caught:
        freeze(made, tmp_path / "s", as_of=AS_OF, objects=None)

    assert "may not see" in str(caught.value)
    assert not list((tmp_path / "s").iterdir())


def test_an_answer_without_records_is_no_empty_table() -> None:
    with (
        answering(_pages(dataInfo={})) as made,
        pytest.raises(SourceError, match="holds no list of records"),
    ):
        read(made)


def test_a_record_id_beyond_64_bits_is_no_record_id() -> None:
    pages = _pages(dataInfo={"foundCount": 1}, data=[_record(10**30, id="A")])

    with answering(pages) as made, pytest.raises(SourceError, match="no recordId"):
        read(made)


def test_half_a_character_is_replaced_and_told() -> None:
    data = [_record(1, id="a\ud800b")]
    pages = _pages(dataInfo={"foundCount": 1}, data=data)

    with answering(pages) as made:
        reading = read(made)["patients"]

    told = check(reading, "characters that are none")
    assert reading.data.column("id").to_pylist() == ["a\ufffdb"]
    assert (told.actual, told.verdict) == ("1 cell with U+FFFD", Verdict.WARN)


def test_a_record_that_always_changes_is_never_whole() -> None:
    from itertools import count

    from reimport_lib.read.server.records import Record, settle

    numbers = count()

    with pytest.raises(SourceError) as caught:
        settle("notes", lambda: {1: Record(1, str(next(numbers)), {})}, lambda: 1)

    assert "never twice the same" in str(caught.value)
