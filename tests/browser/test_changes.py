"""The page of what changes, as a person uses it: search, filter, sort, take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reimport_lib.show.changes import PAGE
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.browser.test_pages import PHONE, faults, opened
from tests.show import changed_rows

pytestmark = NEEDS_CHROMIUM
ROWS = 3 + 120 + 20 + 2
LINES = ROWS + 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    for name, page in changed_rows.pages(changed_rows.listed(120)).items():
        (tmp_path / name).write_text(page)
    return tmp_path / PAGE


@pytest.fixture
def page(seen: Seen, path: Path) -> Iterator[Page]:
    seen.page.goto(path.as_uri())
    yield seen.page
    assert seen.complaints == []
    assert seen.to_others == []


def cells(page: Page, head: str) -> list[str]:
    return page.locator(f".rows td[data-head='{head}']").all_inner_texts()


def choose(page: Page, head: str, value: str) -> None:
    page.locator(f"select[data-column='{head}']").select_option(value)


def test_rows_are_searched_filtered_and_sorted(page: Page) -> None:
    status = page.locator("#status")
    expect(status).to_have_text(f"{ROWS} rows, {LINES} lines; shown: 1 to 100")

    page.get_by_role("button", name="next").click()
    expect(status).to_contain_text(f"101 to {LINES}")
    choose(page, "field", "status")
    expect(status).to_contain_text("60 rows, 60 lines; shown: 1 to 60")
    choose(page, "clinic", "Wattle Flat")
    expect(status).to_contain_text("20 rows")
    assert set(cells(page, "clinic")) == {"Wattle Flat"}
    page.get_by_label("search").fill("nothing of the kind")
    expect(status).to_have_text("No row is of this kind.")
    page.get_by_label("search").fill("")
    head = page.locator("th", has=page.get_by_role("button", name="row", exact=True))
    head.get_by_role("button").click()
    numbers = [int(text) for text in cells(page, "row")]
    assert numbers == sorted(numbers)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [int(text) for text in cells(page, "row")] == numbers[::-1]
    page.get_by_role("button", name="show all").click()
    expect(status).to_contain_text(f"{ROWS} rows")
    choose(page, "what", "goes")
    choose(page, "why", "gone_from_source")
    expect(status).to_contain_text("20 rows")


def test_a_group_shows_its_rows_alone(page: Page) -> None:
    first = page.locator("#alike tbody tr").first

    first.get_by_role("button").click()

    expect(page.locator("#status")).to_contain_text("60 rows")
    assert first.get_by_role("button").get_attribute("aria-pressed") == "true"


def test_what_is_shown_is_taken_along_and_is_no_formula(page: Page) -> None:
    choose(page, "field", "dob")

    with page.expect_download() as begun:
        page.get_by_role("button", name="export as CSV").click()

    text = begun.value.path().read_text(encoding="utf-8-sig")
    heads, *lines = csv.reader(io.StringIO(text))
    assert begun.value.suggested_filename == f"{changed_rows.RUN_ID}-changes.csv"
    assert heads[:3] == ["table", "pseudonym", "row"]
    assert [line[heads.index("after")] for line in lines] == ["1951"] * 3


def test_without_scripts_the_first_rows_are_there_and_the_others_counted(
    browser: Browser, path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())

    plain = page.locator("#plain")
    expect(plain.locator("tbody tr")).to_have_count(43)
    expect(plain).to_contain_text(
        "105 further rows of this page: not shown without a script."
    )
    context.close()


@pytest.mark.parametrize("width", [1280, PHONE])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    browser: Browser, path: Path, width: int
) -> None:
    page = opened(browser, path, width, "dark" if width == PHONE else "light")

    assert faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.close()
