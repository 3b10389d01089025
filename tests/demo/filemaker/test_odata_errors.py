"""What OData refuses, with which code, and in which form."""

from __future__ import annotations

import httpx
import pytest

from reimport_demo.filemaker.server import Served
from reimport_demo.filemaker.service import Options
from tests.demo.filemaker.asking import ACCOUNT, ODATA, http, odata

CONTACTS = "API_Contacts"


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_every_request_needs_the_account(served: Served) -> None:
    with http(served) as client:
        answers = [
            client.get(ODATA),
            client.get(f"{ODATA}/Clinic", auth=("web", "wrong")),
            client.get(f"{ODATA}/Clinic", headers={"Authorization": "Bearer 0123"}),
        ]

    assert {error(answer) for answer in answers} == {(401, "212")}
    assert answers[0].headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Nowhere", (404, "-1020")),
        ("API_Contacts_", (404, "-1020")),
        (f"{CONTACTS}?$select=nope", (400, "8309")),
        (f"{CONTACTS}?$filter=nope eq 1", (400, "8309")),
        (f"{CONTACTS}?$orderby=nope", (400, "8309")),
        (f"{CONTACTS}?$expand=Coms", (400, "-1002")),
        (f"{CONTACTS}(ROWID=1)/id", (400, "-1002")),
        (f"{CONTACTS}?$filter=id eq 'x' or id eq 'y'", (400, "-1002")),
        (f"{CONTACTS}?$filter=id eq", (400, "-1002")),
        (f"{CONTACTS}?$filter=geo.distance(id,1) lt 2", (400, "-1002")),
        (f"{CONTACTS}?$filter=id eq 5", (400, "8310")),
        (f"{CONTACTS}?$filter=DOB eq 2020-13-45", (400, "-1002")),
        (f"{CONTACTS}?$top=x", (400, "-1002")),
        (f"{CONTACTS}?$top=1&$top=2", (400, "-1002")),
        (f"{CONTACTS}?$search=x", (400, "-1002")),
        (f"{CONTACTS}('nobody')", (404, "-1023")),
        (f"{CONTACTS}(ROWID=999999)", (404, "-1023")),
        (f"{CONTACTS}(x)", (400, "-1002")),
        (f"{CONTACTS}$top=1", (404, "-1020")),
        (f"{CONTACTS}(ROWID=1)/nope", (400, "8309")),
        (f"{CONTACTS}(ROWID=1)/id/nope", (400, "-1002")),
        ("../Elsewhere/x", (404, "802")),
    ],
)
def test_addresses_are_refused_with_the_servers_codes(
    served: Served, path: str, expected: tuple[int, str]
) -> None:
    with http(served, auth=ACCOUNT) as client:
        answer = client.get(f"{ODATA}/Clinic/{path}".replace("Clinic/../", ""))

    assert error(answer) == expected


def test_an_error_is_xml_for_a_client_that_takes_no_json(
    odata_client: httpx.Client,
) -> None:
    answer = odata_client.get("Nowhere", headers={"Accept": "application/xml"})

    assert "<m:code>-1020</m:code>" in answer.text


def test_strict_servers_refuse_what_lax_ones_take() -> None:
    encoded = f"{CONTACTS}?%24filter=nameLast+eq+%27Ashgrove%27"
    with odata() as client:
        lax = [client.get(encoded), client.get(f"{CONTACTS}/$count")]
    with odata(options=Options(strict=True)) as client:
        strict = [client.get(encoded), client.get(f"{CONTACTS}/$count")]

    assert [answer.status_code for answer in lax] == [200, 200]
    assert [error(answer) for answer in strict] == [(400, "-1002")] * 2
    assert lax[0].json()["value"]


def test_nothing_can_be_written_and_no_script_run(odata_client: httpx.Client) -> None:
    answers = [
        odata_client.post(CONTACTS, json={}),
        odata_client.patch(f"{CONTACTS}(ROWID=1)", json={}),
        odata_client.delete(f"{CONTACTS}(ROWID=1)"),
        odata_client.post("Script.Nightly%20tidy-up"),
    ]

    assert {error(answer) for answer in answers} == {(403, "9")}
