"""Records over the Data API: pages, forms of values, portals, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from reimport_demo.filemaker.server import Served
from reimport_demo.filemaker.service import Options
from tests.demo.filemaker.asking import IN_CLINIC, DataApi, code, data_api

CONTACTS = "/layouts/API_Contacts/records"


def test_layouts_nest_in_folders_and_name_their_tables(api: DataApi) -> None:
    layouts = api.get("/layouts").json()["response"]["layouts"]
    lean = {"name": "API_Contacts", "table": "Contacts"}
    folders = {each["name"] for each in layouts if each.get("isFolder")}

    assert lean in layouts
    assert folders == {"Web", "Print"}


def test_a_layout_tells_types_and_repetitions_of_its_fields(api: DataApi) -> None:
    details = api.get("/layouts/Contacts").json()["response"]
    fields = {field["name"]: field for field in details["fieldMetaData"]}

    kinds = {name: field["result"] for name, field in fields.items()}
    assert kinds["DOB"] == "date"
    assert kinds["CYS_ID"] == "number"
    assert kinds["creationTimestamp"] == "timeStamp"
    assert kinds["faceImage_Full"] == "container"
    assert fields["Phones"]["maxRepeat"] == 3
    assert len(fields["id"]) == 14
    assert "Coms::ph" in {f["name"] for f in details["portalMetaData"]["portal_coms"]}


def test_a_page_has_a_hundred_records_unless_told(api: DataApi) -> None:
    answer = api.get("/layouts/API_Appointments/records").json()["response"]

    assert len(answer["data"]) == answer["dataInfo"]["returnedCount"] == 100
    assert answer["dataInfo"]["foundCount"] > 100
    assert answer["dataInfo"]["totalRecordCount"] == answer["dataInfo"]["foundCount"]


def test_pages_from_place_one_on_give_every_record_once(api: DataApi) -> None:
    numbers: list[str] = []
    total = api.get(CONTACTS).json()["response"]["dataInfo"]["foundCount"]
    while len(numbers) < total:
        page = api.records("API_Contacts", _offset=len(numbers) + 1, _limit=7)
        numbers += [record["recordId"] for record in page]

    assert len(set(numbers)) == len(numbers) == total


def test_an_offset_behind_the_last_record_is_an_error_even_when_there_are_none(
    api: DataApi,
) -> None:
    total = len(api.records("API_Contacts", _limit=1000))
    behind = api.get(CONTACTS, _offset=total + 1)
    last = api.get(CONTACTS, _offset=total)
    with data_api() as (session, served):
        clinics = served.service.database.tables["Clinic_Name"]
        for record in clinics.records():
            clinics.delete(record)
        path = "/layouts/API_Clinic_Name/records"
        empty, asked = session.get(path), session.get(path, _offset=1)

    assert [code(answer) for answer in (behind, last, empty, asked)] == [
        (500, "101"),
        (200, "0"),
        (200, "0"),
        (500, "101"),
    ]
    assert empty.json()["response"]["data"] == []


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"_limit": "0"}, (400, "1708")),
        ({"_offset": "0"}, (400, "1708")),
        ({"_offset": "x"}, (400, "1708")),
        ({"dateformats": "3"}, (400, "1708")),
        ({"_sort": "id"}, (400, "1708")),
        ({"_sort": '["id"]'}, (400, "1708")),
        ({"_sort": '[{"fieldName": "id", "sortOrder": "up"}]'}, (500, "404")),
        ({"_sort": '[{"fieldName": "no_such"}]'}, (500, "102")),
        ({"sort": '[{"fieldName": "id"}]'}, (400, "960")),
        ({"portal": '["portal_coms"]'}, (400, "960")),
        ({"limit": "5"}, (400, "960")),
        ({"limit.portal_coms": "5"}, (400, "960")),
        ({"layout.response": "API_Notes"}, (400, "960")),
        ({"script.prerequest": "Nightly tidy-up"}, (400, "960")),
    ],
)
def test_parameters_are_refused_with_the_servers_codes(
    api: DataApi, parameters: dict[str, str], expected: tuple[int, str]
) -> None:
    assert code(api.get(CONTACTS, **parameters)) == expected


def test_an_unknown_parameter_is_ignored_by_lax_servers_and_refused_by_strict_ones(
    api: DataApi,
) -> None:
    lax = api.get(CONTACTS, date_formats="2")
    with data_api(options=Options(strict=True)) as (session, _):
        strict = session.get(CONTACTS, date_formats="2")

    assert [code(lax), code(strict)] == [(200, "0"), (400, "960")]
    assert "Unknown parameter(s): date_formats" in strict.text


@pytest.mark.parametrize(
    ("dates", "day", "moment"),
    [
        ("0", "06/25/2013", "11/19/2019 09:26:12"),
        ("1", "25/06/2013", "19/11/2019 09:26:12"),
        ("2", "2013-06-25", "2019-11-19T09:26:12"),
    ],
)
def test_dates_come_in_the_asked_order(
    api: DataApi, dates: str, day: str, moment: str
) -> None:
    fields = api.records("API_Contacts", _limit=1, dateformats=dates)[0]["fieldData"]

    assert (fields["DOB"], fields["creationTimestamp"]) == (day, moment)


def test_numbers_are_numbers_and_empty_is_empty_text(api: DataApi) -> None:
    fields = api.records("API_Contacts", _limit=1)[0]["fieldData"]

    assert fields["CYS_ID"] == 1000
    assert fields["nameMiddle"] == fields["sms"] == ""
    assert fields["id"].isupper()


def test_a_number_field_that_holds_text_comes_as_text(api: DataApi) -> None:
    values = {
        str(record["fieldData"]["Diabetes"])
        for record in api.records("API_Contacts", _limit=1000)
    }

    assert values >= {"", "0", "1", "Yes"}


def test_midnight_at_the_end_of_a_day_is_a_time_of_24_hours(api: DataApi) -> None:
    records = api.records("API_Appointments", _limit=1000)

    assert "24:00:00" in {record["fieldData"]["endTime"] for record in records}


def test_returns_in_a_text_are_filemakers_own(api: DataApi) -> None:
    texts = [
        str(record["fieldData"]["Note"])
        for record in api.records("API_Notes", _limit=1000)
    ]

    assert any("\r" in text for text in texts)
    assert not any(sign in text for text in texts for sign in ("\n", "\v", "_x000"))


def test_repetitions_have_a_number_each(api: DataApi) -> None:
    fields = api.records("Contacts", _limit=1)[0]["fieldData"]

    assert [fields[f"Phones({n})"] != "" for n in (1, 2, 3)] == [True, False, False]
    assert "Phones" not in fields


def test_a_portal_has_a_limit_and_an_offset_of_its_own(api: DataApi) -> None:
    record = api.records(
        "Contacts",
        **{
            "_limit": 1,
            "_limit.portal_coms": 2,
            "_offset.portal_coms": 2,
        },
    )[0]
    whole = api.records("Contacts", _limit=1)[0]
    rows = whole["portalData"]["portal_coms"]
    info = record["portalDataInfo"][list(record["portalData"]).index("portal_coms")]

    assert record["portalData"]["portal_coms"] == rows[1:3]
    assert (info["foundCount"], info["returnedCount"]) == (len(rows), 2)
    assert info["portalObjectName"] == "portal_coms"
    assert {name for name in rows[0] if "::" not in name} == {"recordId", "modId"}
    assert "Appointments" in whole["portalData"]


def test_a_portal_shows_fifty_rows_unless_told(api: DataApi) -> None:
    infos: list[dict[str, Any]] = [
        info
        for record in api.records("Contacts", _limit=1000)
        for info in record["portalDataInfo"]
    ]

    assert max(info["returnedCount"] for info in infos) <= 50
    assert all(i["returnedCount"] == min(i["foundCount"], 50) for i in infos)


def test_a_related_field_goes_by_the_name_of_its_table(api: DataApi) -> None:
    fields = api.records("API_Notes", _limit=1)[0]["fieldData"]

    assert "@Notes to Contacts::Name Full" in fields


def test_a_name_with_blanks_and_a_slash_is_encoded_in_the_path(api: DataApi) -> None:
    answer = api.client.get(
        f"{IN_CLINIC}/layouts/Contacts%3A%20card%2FA4/records?_limit=1",
        headers=api.headers,
    )

    assert answer.json()["response"]["dataInfo"]["layout"] == "Contacts: card/A4"


def test_a_record_is_found_by_its_number_and_missing_by_another(api: DataApi) -> None:
    number = api.records("API_Contacts", _offset=3, _limit=1)[0]["recordId"]
    record = api.get(f"{CONTACTS}/{number}").json()["response"]["data"][0]
    missing = [api.get(f"{CONTACTS}/{wrong}") for wrong in ("999999", "x")]

    assert record["recordId"] == number
    assert [code(answer) for answer in missing] == [(500, "101")] * 2


def test_an_unknown_layout_is_missing_and_names_have_one_spelling(
    api: DataApi,
) -> None:
    answers = [
        api.get("/layouts/Nowhere/records"),
        api.get("/layouts/api_contacts/records"),
        api.get("/layouts/Nowhere"),
        api.find("Nowhere", {"id": "x"}),
    ]

    assert {code(answer) for answer in answers} == {(500, "105")}


def test_nothing_can_be_written(api: DataApi) -> None:
    records = f"{IN_CLINIC}{CONTACTS}"
    answers = [
        api.client.request(verb, path, json={}, headers=api.headers)
        for verb, path in (
            ("POST", records),
            ("PATCH", f"{records}/1"),
            ("DELETE", f"{records}/1"),
        )
    ]

    assert {code(answer) for answer in answers} == {(405, "1704")}


def test_the_state_of_the_shared_server_is_untouched(served: Served) -> None:
    """Whoever breaks this has edited what all tests read."""
    assert served.service.switches.as_json()["faults"]["edit"] == ""
