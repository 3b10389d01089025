"""Logging in, staying in, and being thrown out of the Data API."""

from __future__ import annotations

import httpx
import pytest

from reimport_demo.filemaker.server import Served
from reimport_demo.filemaker.service import Options
from tests.demo.filemaker.asking import (
    ACCOUNT,
    DATA,
    IN_CLINIC,
    DataApi,
    code,
    data_api,
    log_in,
)

SESSIONS = f"{IN_CLINIC}/sessions"


@pytest.mark.parametrize("version", ["v1", "v2", "vLatest"])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"fmDataSource": []}'])
def test_a_login_gives_its_token_in_the_body_and_in_a_header(
    client: httpx.Client, version: str, slash: str, body: bytes
) -> None:
    path = f"/fmi/data/{version}/databases/Clinic/sessions{slash}"
    answer = client.post(path, auth=ACCOUNT, content=body)

    token = answer.json()["response"]["token"]
    assert answer.status_code == 200
    assert token == answer.headers["X-FM-Data-Access-Token"]
    assert answer.json()["messages"] == [{"code": "0", "message": "OK"}]


def test_wrong_credentials_wrong_database_and_none_have_codes_of_their_own(
    client: httpx.Client,
) -> None:
    answers = [
        client.post(SESSIONS, auth=("web", "wrong")),
        client.post(SESSIONS, auth=("admin", "secret")),
        client.post(f"{DATA}/databases/clinic/sessions", auth=ACCOUNT),
        client.post(SESSIONS),
        client.post(SESSIONS, auth=ACCOUNT, content=b"{"),
    ]

    expected = [(401, "212"), (401, "212"), (500, "802"), (401, "10"), (400, "1710")]
    assert [code(answer) for answer in answers] == expected


def test_a_token_is_good_until_it_is_given_back(client: httpx.Client) -> None:
    session = log_in(client)
    before = session.get("/layouts")
    ended = client.delete(f"{SESSIONS}/{session.token}")
    after = session.get("/layouts")

    assert [code(answer) for answer in (before, ended, after)] == [
        (200, "0"),
        (200, "0"),
        (401, "952"),
    ]


def test_a_session_is_ended_with_a_bearer_and_a_body_as_well(
    client: httpx.Client,
) -> None:
    session = log_in(client)
    answer = client.request(
        "DELETE",
        f"{SESSIONS}/{session.token}",
        headers={
            **session.headers,
            "Content-Type": "application/json; charset=utf-8",
        },
        content=b"{}",
    )

    assert code(answer) == (200, "0")


def test_no_token_and_a_wrong_one_are_told_apart(client: httpx.Client) -> None:
    wrong = {"Authorization": "Bearer 0123"}
    answers = [
        client.get(f"{IN_CLINIC}/layouts"),
        client.get(f"{IN_CLINIC}/layouts", headers=wrong),
        client.get(f"{IN_CLINIC}/layouts", auth=ACCOUNT),
    ]

    assert [code(answer) for answer in answers] == [
        (401, "10"),
        (401, "952"),
        (401, "952"),
    ]


def test_fifteen_minutes_without_a_call_end_a_session() -> None:
    now = [0.0]
    with data_api(clock=lambda: now[0]) as (session, _):
        now[0] = 14 * 60
        kept_alive = session.get("/layouts")
        now[0] += 14 * 60
        still = session.get("/layouts")
        now[0] += 15 * 60 + 1
        dead = session.get("/layouts")

    assert [answer.status_code for answer in (kept_alive, still, dead)] == [
        200,
        200,
        401,
    ]


def test_the_host_is_full_after_so_many_sessions_and_free_after_a_logout() -> None:
    with data_api(options=Options(session_limit=2)) as (first, _):
        log_in(first.client)
        full = first.client.post(SESSIONS, auth=ACCOUNT)
        first.client.delete(f"{SESSIONS}/{first.token}")
        free = first.client.post(SESSIONS, auth=ACCOUNT)

    assert [code(full), code(free)] == [(500, "812"), (200, "0")]


def test_what_needs_no_session_is_answered_without_one(client: httpx.Client) -> None:
    product = client.get(f"{DATA}/productInfo").json()["response"]["productInfo"]
    databases = client.get(f"{DATA}/databases").json()["response"]["databases"]

    assert product["dateFormat"] == "MM/dd/yyyy"
    assert databases == [{"name": "Clinic"}]


def test_a_wrong_verb_and_a_wrong_path_are_answered_in_json(api: DataApi) -> None:
    client = api.client
    answers = [
        client.put(f"{IN_CLINIC}/layouts", headers=api.headers),
        client.get(f"{IN_CLINIC}/nothing", headers=api.headers),
        client.get("/fmi/data/v3/productInfo"),
    ]

    assert [code(answer) for answer in answers] == [
        (405, "1704"),
        (404, "1700"),
        (404, "1700"),
    ]


def test_the_password_is_shown_by_no_repr(served: Served) -> None:
    assert served.service.options.password not in repr(served.service.options)
