"""Every fault does what its name says, and nothing while it is off."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from reimport_demo.clinic.build import LEAST_SCALE
from reimport_demo.filemaker.faults import Faults, Switchboard, changed
from reimport_demo.filemaker.server import serving
from reimport_lib.errors import UsageError
from tests.demo.filemaker.asking import (
    ACCOUNT,
    CLINIC,
    IN_CLINIC,
    DataApi,
    code,
    data_api,
    http,
    log_in,
    odata,
)
from tests.demo.filemaker.test_containers import first_image

PATH = "/layouts/API_Clinic_Name/records"
LIST = "API_Clinic_Name"


def statuses(session: DataApi, calls: int) -> list[int]:
    return [session.get(PATH).status_code for _ in range(calls)]


def ids(session: DataApi, **parameters: Any) -> list[str]:
    records = session.records(LIST, **parameters)
    return [record["recordId"] for record in records]


def test_a_token_dies_after_so_many_calls_and_a_new_one_is_good() -> None:
    with data_api(faults={"token_dies_after": 2}) as (session, _):
        first = [code(session.get(PATH)) for _ in range(3)]
        second = code(log_in(session.client).get(PATH))

    assert first == [(200, "0"), (200, "0"), (401, "952")]
    assert second == (200, "0")


def test_so_many_logins_meet_a_full_host() -> None:
    with serving(CLINIC, faults={"sessions_full": 2}) as served, http(served) as client:
        answers = [
            code(client.post(f"{IN_CLINIC}/sessions", auth=ACCOUNT)) for _ in range(3)
        ]

    assert answers == [(500, "812"), (500, "812"), (200, "0")]


def test_every_nth_answer_is_a_page_of_html() -> None:
    # the login is the first request
    with data_api(faults={"bad_gateway_every": 3}) as (session, _):
        answers = [session.get(PATH) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 502, 200, 200, 502]
    assert answers[1].headers["Content-Type"].startswith("text/html")


def test_answers_can_be_slow() -> None:
    with data_api(faults={"slow_seconds": 0.05}) as (session, _):
        started = time.monotonic()
        session.get(PATH)

    assert time.monotonic() - started >= 0.05


def test_a_list_breaks_off_in_its_middle() -> None:
    with data_api(faults={"truncated_every": 2}) as (session, _):
        whole = session.get(PATH)
        with pytest.raises(httpx.RemoteProtocolError):
            session.get(PATH)
        again = session.get(PATH)

    assert whole.json() == again.json()


def test_a_page_can_be_shorter_than_asked() -> None:
    with data_api(faults={"short_page_every": 2}) as (session, _):
        lengths = [len(session.records(LIST, _limit=6)) for _ in range(3)]

    assert lengths == [6, 3, 6]


def test_a_record_deleted_between_pages_hides_another() -> None:
    with data_api(faults={"edit": "delete"}) as (session, _):
        before = ids(session, _limit=5)
        after = ids(session, _limit=5, _offset=6)
        left = ids(session)

    assert len(left) == 10
    assert len({*before, *after} & set(left)) == 9


def test_a_record_put_between_pages_repeats_another() -> None:
    with data_api(faults={"edit": "insert", "edit_after": 2}) as (session, _):
        ids(session, _limit=5)
        before = ids(session, _limit=5)
        after = ids(session, _limit=5, _offset=6)
        left = ids(session)

    assert len(left) == 12
    assert len({*before} & {*after}) == 1


def test_a_record_changed_between_pages_has_a_new_count_of_edits() -> None:
    with data_api(faults={"edit": "change"}) as (session, _):
        first, second = (session.records(LIST, _limit=1)[0] for _ in range(2))

    assert int(second["modId"]) == int(first["modId"]) + 1


def test_odata_pages_shift_just_so() -> None:
    with odata(faults={"edit": "delete"}) as client:
        query = f"{LIST}?$select=id&$orderby=id&$count=true&$top=5"
        before = client.get(query).json()
        after = client.get(f"{query}&$skip=5").json()

    assert (before["@odata.count"], after["@odata.count"]) == (11, 10)


def test_containers_are_refused_now_and_then() -> None:
    with data_api(faults={"container_401_every": 2}) as (session, _):
        url, _key = first_image(session)
        session.client.get(url)
        answers = [session.client.get(url).status_code for _ in range(4)]

    assert answers == [200, 401, 200, 401]


def test_an_address_can_go_stale_after_so_many_calls() -> None:
    with data_api(faults={"container_url_calls": 2}) as (session, _):
        url, _key = first_image(session)
        session.client.get(url)
        fresh = session.client.get(url).status_code
        statuses(session, 3)
        stale = session.client.get(url).status_code
        session.client.cookies.clear()
        renewed = session.client.get(first_image(session)[0]).status_code

    assert (fresh, stale, renewed) == (200, 401, 302)


def test_odata_can_ignore_top_and_skip() -> None:
    with odata(faults={"odata_ignores_paging": True}) as client:
        pages = [
            client.get(f"{LIST}?$select=id&$top=2&$skip={skip}").json()["value"]
            for skip in (0, 2)
        ]

    assert len(pages[0]) == 11
    assert pages[0] == pages[1]


def test_odata_can_write_what_is_no_json() -> None:
    with odata(faults={"invalid_json": True}) as client:
        dates = client.get("API_Contacts?$select=id,DOB").text
        texts = client.get("API_Notes?$select=Note").text

    with pytest.raises(json.JSONDecodeError):
        json.loads(dates)
    assert '"DOB": ?' in dates
    assert "\r" in texts
    with pytest.raises(json.JSONDecodeError):
        json.loads(texts)


def test_a_field_that_nobody_may_see_has_no_name() -> None:
    with data_api(faults={"no_access": True}) as (session, _):
        fields = session.records(LIST, _limit=1)[0]["fieldData"]

    assert fields[""] == "<No Access>"


def test_a_portals_name_can_occur_twice() -> None:
    with data_api(faults={"repeated_portal": True}) as (session, _):
        text = session.get("/layouts/Contacts/records", _limit=1).text

    assert text.count('"portal_coms": [') == 2


def test_faults_are_named_and_typed() -> None:
    wrong: list[Mapping[str, Any]] = [
        {"no_such_fault": 1},
        {"edit": "explode"},
        {"bad_gateway_every": True},
        {"bad_gateway_every": -1},
        {"invalid_json": 1},
        {"slow_seconds": "1"},
    ]
    for changes in wrong:
        with pytest.raises(UsageError):
            changed(Faults(), changes)

    assert changed(Faults(), {"slow_seconds": 1, "edit": "insert"}) == Faults(
        slow_seconds=1, edit="insert"
    )


def test_no_fault_is_on_at_the_start() -> None:
    board = Switchboard(Faults())
    fallen = [board.falls("requests", board.faults.bad_gateway_every) for _ in range(9)]

    assert not any(fallen)
    assert CLINIC.scale >= LEAST_SCALE
