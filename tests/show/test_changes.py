"""Lists of changes: what is alike is one line, nothing is left out without a word."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reimport_lib.errors import Refused
from reimport_lib.record import changes as record
from reimport_lib.record.changes import ListedRow
from reimport_lib.record.findings import PRIVATE
from reimport_lib.show import changes, changes_pages, changes_tables
from reimport_lib.show.changes import Listing, masked
from tests.show import changed_rows
from tests.show.changed_rows import MASK, NAMES

LARGEST = 1_000_000


def data(page: str) -> dict[str, list[object]]:
    found = re.search(r'id="changes-data">(.*?)</script>', page)
    assert found
    held: dict[str, list[object]] = json.loads(found[1])
    return held


def test_equal_changes_are_one_line_and_others_go_by_their_fields() -> None:
    found = changed_rows.listing(changed_rows.listed(31))

    told = [(e.table, e.outcome, e.rows, e.same) for e in found.alike]
    assert told[:4] == [
        ("notes", "deleted", 20, True),
        ("appointments", "updated", 16, False),
        ("appointments", "updated", 15, True),
        ("patients", "updated", 3, False),
    ]
    assert found.alike[2].fields == [("status", "scheduled", "completed")]
    assert found.total == sum(each.rows for each in found.alike) == 56


def test_entries_that_are_another_are_named_and_what_is_in_them_is_not() -> None:
    before = json.dumps({"area": "Harbour", "unheard of": "1"})
    after = json.dumps({"area": "Hills", "unheard of": "2"})
    fields = [("filemaker_metadata", before, after)]
    row = ListedRow("patients", "a", 2, "", "updated", fields=fields)

    assert masked(row, MASK).fields == [
        ("filemaker_metadata", "2 entries", "2 entries; differing: area, 1 other")
    ]


def test_a_page_shows_no_value_and_its_policy_lets_one_script_run() -> None:
    rows = changed_rows.listed()
    rows.append(
        ListedRow("notes", "</script><b>", 9, "", "updated", place="<!--<script>")
    )
    (page,) = changed_rows.pages(rows).values()

    assert not [name for name in (*NAMES, "Quill", "before 2") if name in page]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert (
        "default-src &#39;none&#39;" in policy[1] or "default-src 'none'" in policy[1]
    )
    assert page.count("<script") == page.count("</script>") == 2
    assert len(data(page)["rows"]) == len(rows)


def test_a_long_list_goes_on_pages_by_table_with_every_row_once() -> None:
    """Of 12,000 visits half change in a way of their own."""
    rows = changed_rows.listed(12_000, notes=1_000)

    pages = changed_rows.pages(rows)

    assert len(pages) > 4
    assert max(len(page.encode()) for page in pages.values()) < LARGEST
    parts = [page for name, page in pages.items() if name != changes.PAGE]
    assert sum(len(data(page)["rows"]) for page in parts) == len(rows)
    for name in pages:
        if name != changes.PAGE:
            assert f'href="{name}"' in pages[changes.PAGE]
    shown = f"{changes_pages.PLAIN} rows of "
    assert all("not shown without a script" in p for p in parts if shown in p)


def test_the_report_lists_few_rows_and_says_where_the_rest_is(tmp_path: Path) -> None:
    few = changed_rows.listing(changed_rows.listed())
    (tmp_path / changes.FILE).write_text(json.dumps(few.as_json()))
    (tmp_path / changes.PAGE).touch()

    page = "".join(part.html() for part in changes_tables.section(tmp_path))
    said = re.sub("</?data[^>]*>", "", page)

    assert Listing.read(tmp_path) is not None
    assert "33 rows of the backend change, 20 go, 1 were looked at" in said
    assert "All 55 rows, field by field, masked" in said
    assert 'href="changes.html"' in page
    assert changes_tables.section(tmp_path / "elsewhere") == []


def test_a_damaged_file_is_refused_and_told(tmp_path: Path) -> None:
    record.keep(tmp_path, "notes", "notes", changed_rows.listed()[-3:])
    (path,) = (tmp_path / PRIVATE / record.FOLDER).iterdir()
    assert len(list(record.read(tmp_path, ["notes"], "notes"))) == 3
    path.write_text(path.read_text()[:-9])

    with pytest.raises(Refused, match=r"notes\.notes\.jsonl of .* cannot be read"):
        list(record.read(tmp_path, ["notes"], "notes"))
