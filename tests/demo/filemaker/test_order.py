"""An order that is kept follows the table's changes."""

from __future__ import annotations

from reimport_demo.filemaker.service import FIRST_KEY
from tests.demo.filemaker.asking import ACCOUNT, ODATA, VERSION_4_0, data_api, http

BY_KEY = "?$orderby=id&$select=id&$filter=id ne null"
BY_EDITS = "?$orderby=ROWMODID desc,ROWID&$select=ROWID,ROWMODID&$top=1"


def test_a_record_that_is_added_or_changed_takes_its_place() -> None:
    with (
        data_api() as (_, served),
        http(served, auth=ACCOUNT, headers=VERSION_4_0) as client,
    ):
        table = served.service.database.tables["Contacts"]
        url = f"{served.url}{ODATA}/Clinic/API_Contacts"

        def ids() -> list[str]:
            return [row["id"] for row in client.get(url + BY_KEY).json()["value"]]

        before, record = ids(), table.records()[3]
        served.service.edit(table, table.records()[0], "insert")
        after = ids()
        for _time in range(9):
            served.service.edit(table, record, "change")
            [most] = client.get(url + BY_EDITS).json()["value"]

    assert sorted([*before, FIRST_KEY]) == after
    assert (most["ROWID"], most["ROWMODID"]) == (record.number, record.edits)
