"""Whole visits, in the manner of the clients that people use.

What each of them does differently is in its own function: where it finds the token, how
it pages, how it gets at a file. ``test_third_party`` runs such clients themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from reimport_demo.filemaker.command import client_environment
from reimport_demo.filemaker.server import Served, serving
from tests.demo.filemaker.asking import ACCOUNT, CLINIC, http

BEARER = "Authorization"


@pytest.fixture(scope="module", params=["https", "http"])
def visited(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving(CLINIC, https=request.param == "https") as served:
        yield served


@pytest.fixture
def tour(visited: Served) -> dict[str, str]:
    return client_environment(visited)


@pytest.fixture
def browser(visited: Served) -> Iterator[httpx.Client]:
    """Follows redirects and keeps cookies, as most clients do."""
    with http(visited, follow_redirects=True) as client:
        yield client


def test_one_that_reads_the_token_in_the_body_and_pages_by_the_found_count(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    base = "/fmi/data/v1"
    database = f"{base}/databases/{tour['FM_DB']}"
    layout = f"{database}/layouts/{tour['FM_LAYOUT']}"
    listed = browser.get(f"{base}/databases", auth=ACCOUNT).json()
    opened = browser.post(
        f"{database}/sessions/", auth=ACCOUNT, json={"fmDataSource": []}
    )
    token = opened.json()["response"]["token"]
    browser.headers[BEARER] = f"Bearer {token}"

    seen: list[str] = []
    found = 1
    while len(seen) < found:
        query = {"_offset": len(seen) + 1, "_limit": 10, "dateformats": 2}
        answer = browser.get(f"{layout}/records", params=query).json()["response"]
        found = answer["dataInfo"]["foundCount"]
        seen += [record["recordId"] for record in answer["data"]]
    query = {tour["FM_FIND_FIELD"]: tour["FM_FIND_VALUE"]}
    hits = browser.post(
        f"{layout}/_find", json={"query": [query], "limit": "5", "offset": "1"}
    ).json()
    record = browser.get(f"{layout}/records/{seen[0]}").json()["response"]["data"][0]
    file = browser.get(record["fieldData"][tour["FM_CONTAINER"]])
    del browser.headers[BEARER]
    ended = browser.delete(f"{database}/sessions/{token}")

    assert listed["messages"][0]["code"] == "0"
    assert len(set(seen)) == len(seen) == found
    assert hits["response"]["dataInfo"]["returnedCount"] > 0
    assert file.headers["Content-Type"] == "image/png"
    assert len(file.history) == 1
    assert ended.json()["response"] == {}


def test_one_that_reads_the_token_in_the_header_and_omits_the_first_offset(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    database = f"/fmi/data/vLatest/databases/{tour['FM_DB']}"
    layout = f"{database}/layouts/{tour['FM_LAYOUT']}"
    opened = browser.post(f"{database}/sessions", auth=ACCOUNT)
    token = opened.headers["X-FM-Data-Access-Token"]
    browser.headers[BEARER] = f"Bearer {token}"

    seen: list[str] = []
    page: list[Any] = [None] * 10
    while len(page) == 10:
        offset = {"_offset": len(seen) + 1} if seen else {}
        answer = browser.get(f"{layout}/records", params={"_limit": 10, **offset})
        if answer.json()["messages"][0]["code"] == "101":
            break
        page = answer.json()["response"]["data"]
        seen += [record["recordId"] for record in page]
    nothing = browser.post(
        f"{layout}/_find", json={"query": [{tour["FM_FIND_FIELD"]: "no-such"}]}
    )
    ended = browser.delete(f"{database}/sessions/{token}")

    total = browser.get(f"{layout}/records")
    assert len(set(seen)) == len(seen) > 10
    assert nothing.json()["messages"][0]["code"] == "401"
    assert ended.status_code == 200
    assert total.status_code == 401


def test_one_that_sends_its_cookie_to_the_first_address(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    database = f"/fmi/data/v1/databases/{tour['FM_DB']}"
    opened = browser.post(f"{database}/sessions", auth=ACCOUNT, json={})
    bearer = {BEARER: f"Bearer {opened.headers['X-FM-Data-Access-Token']}"}
    path = f"{database}/layouts/{tour['FM_LAYOUT']}/records?_limit=1"
    record = browser.get(path, headers=bearer).json()["response"]["data"][0]
    url = record["fieldData"][tour["FM_CONTAINER"]]

    first = browser.get(url, headers=bearer, follow_redirects=False)
    cookie = first.headers["Set-Cookie"].split(";")[0]
    browser.cookies.clear()
    file = browser.get(url, headers={**bearer, "Cookie": cookie})

    assert (first.status_code, file.status_code) == (302, 200)
    assert file.content


def test_one_that_pages_until_a_page_is_short_and_names_things_wrongly(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    """It writes None as a text, and dates under a name that does not exist."""
    database = f"/fmi/data/v1/databases/{tour['FM_DB']}"
    layout = f"{database}/layouts/{tour['FM_LAYOUT']}"
    token = browser.post(f"{database}/sessions/", auth=ACCOUNT).json()["response"]
    browser.headers[BEARER] = f"Bearer {token['token']}"

    seen: list[str] = []
    page: list[Any] = [None] * 10
    while len(page) == 10:
        query = {"_offset": len(seen) + 1, "_limit": 10, "date_formats": 2}
        answer = browser.get(f"{layout}/records", params=query).json()
        page = answer["response"].get("data", [])
        seen += [record["recordId"] for record in page]
    criterion = {tour["FM_FIND_FIELD"]: tour["FM_FIND_VALUE"]}
    body = {"query": [criterion], "offset": "1", "limit": "None"}
    hits = browser.post(f"{layout}/_find", json=body).json()["response"]
    total = browser.get(f"{layout}/records").json()["response"]["dataInfo"]

    assert len(set(seen)) == len(seen) == total["foundCount"]
    assert hits["dataInfo"]["returnedCount"] > 0


def test_one_that_says_more_than_it_must_when_it_leaves(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    """Its goodbye has a body, a character set, and no token but that in its path."""
    database = f"/fmi/data/vLatest/databases/{tour['FM_DB']}"
    layout = f"{database}/layouts/{tour['FM_LAYOUT']}"
    opened = browser.post(f"{database}/sessions", auth=ACCOUNT, json={})
    bearer = {BEARER: f"Bearer {opened.json()['response']['token']}"}
    known, omitted = {tour["FM_FIND_FIELD"]: "*"}, tour["FM_FIND_VALUE"]
    query = [known, {tour["FM_FIND_FIELD"]: omitted, "omit": "true"}]
    body = {"query": query, "limit": "2", "offset": "2"}

    found = browser.post(f"{layout}/_find", headers=bearer, json=body).json()
    ended = browser.request(
        "DELETE",
        f"{database}/sessions/{opened.json()['response']['token']}",
        content="{}",
        headers={"Content-Type": "application/json;charset=utf-8"},
    )
    after = browser.get(f"{layout}/records", headers=bearer)

    shown = [record["fieldData"] for record in found["response"]["data"]]
    assert len(shown) == 2
    assert omitted not in [fields[tour["FM_FIND_FIELD"]] for fields in shown]
    assert ended.json()["messages"][0]["code"] == "0"
    assert after.json()["messages"][0]["code"] == "952"


@pytest.mark.parametrize("headers", [{}, {"OData-Version": "4.0"}])
def test_one_that_pages_odata_by_top_and_skip_and_a_count(
    browser: httpx.Client, tour: dict[str, str], headers: dict[str, str]
) -> None:
    browser.auth = ACCOUNT
    browser.headers.update(headers)
    mark = "@odata." if headers else "@"
    table = f"/fmi/odata/v4/{tour['FM_DB']}/{tour['FM_TABLE']}"
    found, value = tour["FM_FIND_FIELD"], tour["FM_FIND_VALUE"]

    ids: list[str] = []
    total = 1
    while len(ids) < total:
        query = f"$orderby=id%20asc&$top=10&$skip={len(ids)}&$count=true"
        answer = browser.get(f"{table}?{query}").json()
        total = answer[f"{mark}count"]
        ids += [row["id"] for row in answer["value"]]
    hits = browser.get(f"{table}?$select=id,{found}&$filter={found}%20eq%20'{value}'")
    one = browser.get(f"{table}('{tour['FM_KEY']}')").json()
    file = browser.get(f"{table}('{tour['FM_KEY']}')/{tour['FM_CONTAINER']}/$value")

    assert len(set(ids)) == len(ids) == total
    assert hits.json()["value"]
    assert one["id"] == tour["FM_KEY"]
    assert file.headers["Content-Type"] == "image/png"
    assert "filename=" in file.headers["Content-Disposition"]


def test_one_that_encodes_its_options_as_a_form_does(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    browser.auth = ACCOUNT
    table = f"/fmi/odata/v4/{tour['FM_DB']}/{tour['FM_TABLE']}"
    condition = quote_plus(f"{tour['FM_FIND_FIELD']} eq '{tour['FM_FIND_VALUE']}'")
    answer = browser.get(f"{table}?%24filter={condition}&%24top=5")

    assert answer.json()["value"]


def test_one_that_quotes_every_name_and_wants_no_metadata(
    browser: httpx.Client, tour: dict[str, str]
) -> None:
    browser.auth = ACCOUNT
    browser.headers["Accept"] = "application/json;odata.metadata=none"
    table = f"/fmi/odata/v4/{tour['FM_DB']}/{tour['FM_TABLE']}"
    databases = browser.get("/fmi/odata/v4/$metadata").json()["value"]
    query = f'$select="id","{tour["FM_FIND_FIELD"]}"&$orderby="id"&$top=1000'
    rows = browser.get(f"{table}?{query}").json()["value"]
    number = int(browser.get(f"{table}/$count").text)

    assert databases[0]["name"] == tour["FM_DB"]
    assert set(rows[0]) == {"id", tour["FM_FIND_FIELD"]}
    assert len(rows) == number
