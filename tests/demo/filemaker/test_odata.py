"""Records over OData: queries, paging, single records, values, errors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reimport_demo.filemaker.server import Served
from reimport_demo.filemaker.service import Options
from tests.demo.filemaker.asking import ACCOUNT, ODATA, VERSION_4_0, http, odata

CONTACTS = "API_Contacts"


def values(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(path).json()["value"]
    return rows


def count(client: httpx.Client, condition: str) -> int:
    path = f"{CONTACTS}?$count=true&$top=0&$filter={condition}"
    number: int = client.get(path).json()["@odata.count"]
    return number


def test_databases_and_tables_are_listed(odata_client: httpx.Client) -> None:
    root = str(odata_client.base_url)
    databases = odata_client.get(root.removesuffix("Clinic/")).json()["value"]
    tables = values(odata_client, "")
    with_ending = odata_client.get(root.removesuffix("/") + ".fmp12").json()["value"]

    assert databases == [
        {"name": "Clinic", "kind": "EntityContainer", "url": root.removesuffix("/")}
    ]
    names = [table["name"] for table in tables]
    assert {"API_Contacts", "Contacts", "API_Images"} <= set(names)
    assert [table["name"] for table in with_ending] == names


def test_pages_by_top_and_skip_give_every_record_once(
    odata_client: httpx.Client,
) -> None:
    numbers: list[int] = []
    page: list[dict[str, Any]] = [{}]
    while page:
        query = f"$select=ROWID&$orderby=ROWID&$top=7&$skip={len(numbers)}"
        page = values(odata_client, f"{CONTACTS}?{query}")
        numbers += [row["ROWID"] for row in page]

    whole = odata_client.get(f"{CONTACTS}/$count").text
    assert len(set(numbers)) == len(numbers) == int(whole)
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("wanted", ["", "&$top=40", "&$orderby=id desc"])
@pytest.mark.parametrize(
    "server",
    [{"options": Options(page_rows=9)}, {"faults": {"odata_page_rows": 9}}],
    ids=["set up so", "switched so"],
)
def test_next_links_lead_through_all_that_was_asked_for(
    server: dict[str, Any], wanted: str
) -> None:
    with odata(**server) as client:
        answer = client.get(f"{CONTACTS}?$count=true{wanted}").json()
        total = answer["@odata.count"]
        rows = answer["value"]
        while link := answer.get("@odata.nextLink"):
            assert len(answer["value"]) == 9
            answer = client.get(link).json()
            rows = rows + answer["value"]

    ids = {row["@odata.id"] for row in rows}
    assert len(rows) == len(ids) == (40 if "top" in wanted else total)


@pytest.mark.parametrize(
    ("headers", "mark"),
    [
        ({}, "@"),
        (VERSION_4_0, "@odata."),
        ({"OData-MaxVersion": "4.0"}, "@odata."),
        ({"OData-Version": "4.01"}, "@"),
    ],
)
def test_annotations_are_spelled_as_the_version_headers_ask(
    served: Served, headers: dict[str, str], mark: str
) -> None:
    with http(served, auth=ACCOUNT, headers=headers) as client:
        answer = client.get(f"{ODATA}/Clinic/{CONTACTS}?$count=true&$top=1").json()

    assert set(answer) == {f"{mark}context", f"{mark}count", "value"}
    assert {name for name in answer["value"][0] if name.startswith("@")} == {
        f"{mark}id",
        f"{mark}editLink",
    }


def test_an_older_server_knows_the_older_spelling_only() -> None:
    with odata(options=Options(version="20.3.2")) as client:
        answer = client.get("API_Clinic_Name", headers={"OData-Version": "4.01"}).json()

    assert "@odata.context" in answer


def test_without_metadata_there_are_only_values_and_a_count(
    odata_client: httpx.Client,
) -> None:
    accept = {"Accept": "application/json;odata.metadata=none"}
    path = f"{CONTACTS}?$top=1&$count=true"
    answer = odata_client.get(path, headers=accept).json()

    assert set(answer) == {"@odata.count", "value"}
    assert not any(name.startswith("@") for name in answer["value"][0])


@pytest.mark.parametrize(
    "condition",
    [
        "gender eq 'F'",
        "\"gender\" eq 'F'",
        "gender ge 'F' and gender le 'F'",
        "gender eq 'F' and gender ne null and gender ne 'O''Brien'",
    ],
)
def test_ways_to_ask_the_same_find_the_same(
    odata_client: httpx.Client, condition: str
) -> None:
    rows = values(odata_client, f"{CONTACTS}?$select=gender")
    expected = sum(row["gender"] == "F" for row in rows)

    assert count(odata_client, condition) == expected > 0


@pytest.mark.parametrize(
    ("condition", "test"),
    [
        ("DOB eq null", lambda row: row["DOB"] is None),
        ("DOB ge 1990-01-01", lambda row: (row["DOB"] or "") >= "1990-01-01"),
        (
            '"creationTimestamp" lt 2020-01-01T00:00:00Z',
            lambda row: row["creationTimestamp"] < "2020",
        ),
        ("CYS_ID gt 1009", lambda row: row["CYS_ID"] > 1009),
        (
            "\"Health Number\" gt '5'",
            lambda row: (row["Health Number"] or "") > "5",
        ),
        ("ROWID le 10", lambda row: row["ROWID"] <= 10),
    ],
)
def test_conditions_compare_by_type(
    odata_client: httpx.Client, condition: str, test: Any
) -> None:
    special = {"Prefer": "fmodata.include-specialcolumns"}
    rows = odata_client.get(CONTACTS, headers=special).json()["value"]
    # a text in a date field is no date, and in no comparison of dates
    fitting = [
        row for row in rows if "DOB" not in condition or "/" not in (row["DOB"] or "")
    ]

    assert count(odata_client, condition) == sum(map(test, fitting)) > 0


def test_an_order_puts_empty_values_first(odata_client: httpx.Client) -> None:
    query = '$select=nameMiddle,ROWID&$orderby="nameMiddle" desc,ROWID'
    rows = values(odata_client, f"{CONTACTS}?{query}")
    names = [row["nameMiddle"] for row in rows]
    filled = [name for name in names if name is not None]

    assert filled == sorted(filled, reverse=True)
    assert names[len(filled) :] == [None] * (len(names) - len(filled))


def test_values_have_their_types_and_empty_is_null(odata_client: httpx.Client) -> None:
    row = values(odata_client, f"{CONTACTS}?$top=1")[0]

    assert row["DOB"] == "2013-06-25"
    assert row["creationTimestamp"] == "2019-11-19T09:26:12Z"
    assert row["CYS_ID"] == 1000
    assert row["nameMiddle"] is None
    assert "faceImage_Full" not in row


def test_a_related_field_has_its_bare_name(odata_client: httpx.Client) -> None:
    row = values(odata_client, "API_Notes?$top=1")[0]

    assert {"Name Full", "DOB"} <= set(row)
    assert not any("::" in name for name in row)


@pytest.mark.parametrize(
    "key",
    ["('{id}')", "(id='{id}')", "(ROWID={number})"],
)
def test_a_record_is_addressed_by_its_key_or_its_number(
    odata_client: httpx.Client, key: str
) -> None:
    row = values(odata_client, f"{CONTACTS}?$select=id,ROWID&$skip=5&$top=1")[0]
    path = CONTACTS + key.format(id=row["id"], number=row["ROWID"])
    found = odata_client.get(path).json()

    assert found["id"] == row["id"]
    assert found["@odata.context"].endswith("$metadata#API_Contacts/$entity")


def test_a_field_comes_bare(odata_client: httpx.Client) -> None:
    path = f"{CONTACTS}(ROWID=1)"
    bare = odata_client.get(f"{path}/nameLast/$value")
    empty = odata_client.get(f"{path}/nameMiddle/$value")
    second = odata_client.get("Contacts?$top=1&$select=Phones,Phones[2]").json()

    assert bare.text == "Ashgrove"
    assert empty.status_code == 204
    assert second["value"][0]["Phones[2]"] is None
