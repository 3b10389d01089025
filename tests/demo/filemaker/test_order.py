"""An order that is kept follows the table's changes."""

from __future__ import annotations

from reimport_demo.filemaker.service import FIRST_KEY
from tests.demo.filemaker.asking import ACCOUNT, ODATA, VERSION_4_0, data_api, http

BY_KEY = [{"fieldName": "id", "sortOrder": "ascend"}]
BY_EDITS = "?$orderby=ROWMODID desc,ROWID&$select=ROWID,ROWMODID&$top=1"


def folded(key: str) -> tuple[str, str]:
    return key.casefold(), key


def test_a_record_that_is_added_or_changed_takes_its_place() -> None:
    with data_api() as (api, served):
        table = served.service.database.tables["Contacts"]
        url = f"{served.url}{ODATA}/Clinic/API_Contacts{BY_EDITS}"

        def ids() -> list[str]:
            answer = api.find("API_Contacts", {"id": "*"}, sort=BY_KEY, limit=1000)
            data = answer.json()["response"]["data"]
            return [record["fieldData"]["id"] for record in data]

        before, record = ids(), table.records()[3]
        served.service.edit(table, table.records()[0], "insert")
        after = ids()
        with http(served, auth=ACCOUNT, headers=VERSION_4_0) as client:
            for _ in range(9):
                served.service.edit(table, record, "change")
                [most] = client.get(url).json()["value"]

    assert sorted([*before, FIRST_KEY], key=folded) == after
    assert (most["ROWID"], most["ROWMODID"]) == (record.number, record.edits)
