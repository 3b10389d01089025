"""Several reads in one request of OData."""

from __future__ import annotations

import json
import re

import httpx
import pytest

PARTS = "\r\n--b\r\nContent-Type: application/http\r\n\r\n"
FIELDS = re.compile(r"HTTP/1\.1 (\d+) .*?\r\n(.*?)\r\n\r\n(.*)", re.DOTALL)


def batch(client: httpx.Client, *parts: str) -> httpx.Response:
    body = "".join(f"{PARTS}{part}" for part in parts).lstrip() + "\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/mixed; boundary=b"}
    return client.post("$batch", content=body.encode(), headers=kind)


def answers(answer: httpx.Response) -> list[tuple[int, str, str]]:
    """Status, headers and body of each part."""
    mark = answer.headers["Content-Type"].partition("boundary=")[2]
    assert answer.content.startswith(f"--{mark}\r\n".encode())
    assert answer.content.endswith(f"--{mark}--\r\n".encode())
    parts = answer.content.decode().split(f"--{mark}")[1:-1]
    found = [FIELDS.search(part.removesuffix("\r\n")) for part in parts]
    return [(int(each[1]), each[2], each[3]) for each in found if each]


def test_each_part_is_answered_as_it_would_be_alone(
    odata_client: httpx.Client,
) -> None:
    root = str(odata_client.base_url)
    query = "API_Contacts?$top=2&$select=id,\"nameLast\"&$filter=nameLast ne 'No One'"
    path = odata_client.base_url.path + query
    ways = [f"{root}{query}", path, query]
    head = "Accept: application/json;odata.metadata=none\r\n\r\n"

    found = answers(
        batch(odata_client, *(f"GET {way} HTTP/1.1\r\n{head}" for way in ways))
    )

    alone = odata_client.get(
        query, headers={"Accept": "application/json;odata.metadata=none"}
    ).json()
    assert len(alone["value"]) == 2
    assert [(status, json.loads(body)) for status, _, body in found] == [
        (200, alone)
    ] * 3
    assert all("application/json" in headers for _, headers, _ in found)


def test_one_part_that_fails_does_not_stop_the_others(
    odata_client: httpx.Client,
) -> None:
    found = answers(
        batch(
            odata_client,
            "GET Nowhere HTTP/1.1",
            "GET API_Contacts?$top=1 HTTP/1.1\r\n\r\n",
        )
    )

    assert [status for status, _, _ in found] == [404, 200]


@pytest.mark.parametrize("verb", ["POST", "PATCH", "DELETE", "PUT"])
def test_a_batch_changes_nothing(odata_client: httpx.Client, verb: str) -> None:
    write = f'{verb} API_Contacts HTTP/1.1\r\nA: b\r\n\r\n{{"nameLast": "New"}}'
    inner = f"--c{PARTS.removeprefix(chr(13) + chr(10) + '--b')}{write}\r\n--c--"
    changeset = (
        f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inner}\r\n--b--\r\n"
    )
    kind = {"Content-Type": "multipart/mixed; boundary=b"}
    whole = odata_client.post("$batch", content=changeset.encode(), headers=kind)

    [(status, _, body)] = answers(whole)
    [(single, _, _)] = answers(batch(odata_client, write))
    assert (status, single) == (403, 403)
    assert json.loads(body)["error"]["code"] == "9"


@pytest.mark.parametrize("content", [b"", b"{}", b"--b\r\n\r\nnonsense\r\n--b--"])
def test_what_is_no_batch_is_refused(
    odata_client: httpx.Client, content: bytes
) -> None:
    kind = {"Content-Type": "multipart/mixed; boundary=b" if content else "text/plain"}
    answer = odata_client.post("$batch", content=content, headers=kind)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "-1002")


def test_a_batch_needs_an_account(odata_client: httpx.Client) -> None:
    with httpx.Client(trust_env=False) as stranger:
        answer = stranger.post(f"{odata_client.base_url}$batch", content=b"")

    assert answer.status_code == 401
