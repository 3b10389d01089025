"""The server's answers have the shapes that real servers' answers have.

Recorded answers lie in the folder that REIMPORT_ACCEPTANCE_DATA names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from reimport_demo.filemaker.server import Served
from tests.demo.filemaker.asking import ACCOUNT, DATA, ODATA, DataApi, http

RECORDED = Path(os.environ.get("REIMPORT_ACCEPTANCE_DATA", "/nonexistent"), "filemaker")
OTHER_CLIENT = "Luidog__fms-api-client"
OTHER_RECORDS = "fuzzzerd__fmdata"
OTHER_ODATA = "proofgeist__proofkit/odata_recordings"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="REIMPORT_ACCEPTANCE_DATA names no folder"
)


def recorded(path: str) -> dict[str, Any]:
    text = (RECORDED / path).read_text(encoding="utf-8-sig")
    answer: dict[str, Any] = json.loads(text)
    return answer


def test_the_product_tells_its_formats(client: httpx.Client) -> None:
    own = client.get(f"{DATA}/productInfo").json()
    real = recorded(f"{OTHER_RECORDS}/rest_ProductInfo.json")

    assert list(own) == list(real)
    assert list(own["response"]["productInfo"]) == list(real["response"]["productInfo"])


def test_a_field_of_a_layout_has_the_same_fourteen_properties(api: DataApi) -> None:
    own = api.get("/layouts/Contacts").json()["response"]
    real = recorded(f"{OTHER_CLIENT}/layout-details-example.json")

    assert list(own["fieldMetaData"][0]) == list(real["fieldMetaData"][0])
    assert set(real) <= set(own)


def test_a_record_has_the_same_parts_in_the_same_order(api: DataApi) -> None:
    own = api.get("/layouts/Contacts/records", _limit=1).json()["response"]
    real = recorded(f"{OTHER_CLIENT}/list-records-example.json")
    own_record, real_record = own["data"][0], real["data"][0]

    assert list(own["dataInfo"]) == list(real["dataInfo"])
    assert list(own_record) == list(real_record)
    unnamed = [i for i in own_record["portalDataInfo"] if "portalObjectName" not in i]
    assert set(unnamed[0]) == set(real_record["portalDataInfo"][0])
    rows = own_record["portalData"]["portal_coms"]
    real_rows = real_record["portalData"]["Vehicles"]
    assert [next(iter(r)) for r in (rows[0], real_rows[0])] == ["recordId"] * 2
    assert [list(r)[-1] for r in (rows[0], real_rows[0])] == ["modId"] * 2


def test_folders_of_layouts_nest_alike(api: DataApi) -> None:
    own = api.get("/layouts").json()["response"]["layouts"]
    real = recorded(f"{OTHER_CLIENT}/layouts-example.json")["layouts"]

    def folder(listed: list[dict[str, Any]]) -> list[str]:
        return next(sorted(each) for each in listed if each.get("isFolder"))

    assert folder(own) == folder(real)


def test_a_collection_of_odata_has_the_same_annotations(served: Served) -> None:
    real = recorded(f"{OTHER_ODATA}/list-with-select.json")
    with http(served, auth=ACCOUNT) as client:
        path = f"{ODATA}/Clinic/API_Clinic_Name?$select=Name,id&$top=10"
        answer = client.get(path)
    own = answer.json()

    assert list(own) == list(real["response"])
    row, real_row = own["value"][0], real["response"]["value"][0]
    assert list(row)[:2] == list(real_row)[:2] == ["@id", "@editLink"]
    assert own["@context"].endswith('/Clinic/$metadata#API_Clinic_Name("Name","id")')
    assert answer.headers["Content-Type"] == real["headers"]["content-type"]
    assert row["@id"].endswith(f"/API_Clinic_Name('{row['id']}')")


def test_an_error_of_odata_has_the_same_code_and_words(served: Served) -> None:
    real = recorded(f"{OTHER_ODATA}/error-invalid-field-select.json")
    with http(served, auth=ACCOUNT) as client:
        path = f"{ODATA}/Clinic/API_Contacts?$select=InvalidFieldName"
        answer = client.get(path)

    assert answer.json() == real["response"]
    assert answer.status_code == real["status"]


def test_metadata_in_json_has_the_same_words(served: Served) -> None:
    real = recorded("proofgeist__proofkit/sample-metadata.json")
    with http(served, auth=ACCOUNT) as client:
        own = client.get(
            f"{ODATA}/Clinic/$metadata", headers={"Accept": "application/json"}
        ).json()
    real_schema, own_schema = real["WebData.fmp12"], own["Clinic"]

    def words(schema: dict[str, Any]) -> set[str]:
        """Of fields; what fields are called is left out."""
        return {
            word
            for kind in schema.values()
            if isinstance(kind, dict)
            for field in kind.values()
            if isinstance(field, dict)
            for word in field
        }

    extra = {"@MaxRepetitions"}
    assert list(own)[:2] == list(real)[:2]
    assert words(own_schema) - extra <= words(real_schema)
