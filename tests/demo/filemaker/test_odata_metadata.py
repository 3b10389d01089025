"""What the OData service says about its tables, in XML and in JSON."""

from __future__ import annotations

import httpx
from lxml import etree

from tests.demo.filemaker.asking import odata

AS_JSON = {"Accept": "application/json"}
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def xml_types(content: bytes) -> dict[str, dict[str, str]]:
    """Entity type -> property -> type."""
    root = etree.fromstring(content)
    return {
        kind.get("Name", ""): {
            str(each.get("Name")): str(each.get("Type"))
            for each in kind.iter(f"{EDM}Property")
        }
        for kind in root.iter(f"{EDM}EntityType")
    }


def test_xml_is_what_comes_unless_json_is_asked_for(odata_client: httpx.Client) -> None:
    answers = {
        accept: odata_client.get("$metadata", headers={"Accept": accept})
        for accept in ("*/*", "application/xml", "application/json")
    }

    kinds = {a: r.headers["Content-Type"].split(";")[0] for a, r in answers.items()}
    assert kinds == {
        "*/*": "application/xml",
        "application/xml": "application/xml",
        "application/json": "application/json",
    }


def test_both_forms_tell_the_same_types(odata_client: httpx.Client) -> None:
    in_xml = xml_types(odata_client.get("$metadata").content)
    schema = odata_client.get("$metadata", headers=AS_JSON).json()["Clinic"]
    in_json = {
        kind: {
            name: field["$Type"]
            for name, field in fields.items()
            if isinstance(field, dict) and "@FieldID" in field
        }
        for kind, fields in schema.items()
        if fields["$Kind"] == "EntityType"
    }

    assert in_xml == in_json
    assert in_xml["API_Contacts_"]["DOB"] == "Edm.Date"
    assert in_xml["API_Contacts_"]["CYS_ID"] == "Edm.Decimal"
    assert in_xml["API_Contacts_"]["faceImage_Full"] == "Edm.Binary"
    assert in_xml["API_Appointments_"]["startTime"] == "Edm.TimeOfDay"
    assert in_xml["API_Notes_"]["modificationTimestamp"] == "Edm.DateTimeOffset"


def test_only_a_field_that_is_unique_and_filled_is_a_key(
    odata_client: httpx.Client,
) -> None:
    schema = odata_client.get("$metadata", headers=AS_JSON).json()["Clinic"]

    assert schema["API_Clinic_Name_"]["$Key"] == ["id"]
    assert "$Key" not in schema["API_Contacts_"]
    assert "$Key" not in schema["API_Coms_"]


def test_annotations_name_globals_calculations_and_the_version_field(
    odata_client: httpx.Client,
) -> None:
    schema = odata_client.get("$metadata", headers=AS_JSON).json()["Clinic"]
    contacts = schema["Contacts_"]

    assert contacts["RECORD_ACTIVE_INDICATOR"]["@Global"]
    assert contacts["modificationTimestamp"]["@VersionID"]
    assert contacts["Phones"]["@MaxRepetitions"] == 3
    assert schema["Images_"]["recid"]["@Calculation"]
    assert contacts["Coms"]["$Kind"] == "NavigationProperty"


def test_the_server_root_lists_databases_as_metadata(
    odata_client: httpx.Client,
) -> None:
    root = str(odata_client.base_url).removesuffix("Clinic/")
    answer = odata_client.get(f"{root}$metadata").json()

    assert [each["name"] for each in answer["value"]] == ["Clinic"]


def test_a_listed_name_need_not_be_reachable() -> None:
    with odata(unreachable=("@Contacts 2",)) as client:
        listed = [each["name"] for each in client.get("").json()["value"]]
        in_xml = xml_types(client.get("$metadata").content)
        in_json = client.get("$metadata", headers=AS_JSON).json()["Clinic"]
        asked = client.get("%40Contacts%202")

    assert "@Contacts 2" in listed
    assert "@Contacts 2_" in in_xml
    assert "@Contacts 2" in in_json
    assert asked.status_code == 404
