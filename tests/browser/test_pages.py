"""The pages of a run in a browser: for whoever cannot see well, and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from reimport_lib.record.manifest import read_manifest
from reimport_lib.show import history
from tests.browser.conftest import NEEDS_CHROMIUM
from tools import golden

pytestmark = NEEDS_CHROMIUM
PHONE = 390
SEVERAL = ("report.html", "02_delete.html", "03_patients.html")
Scheme = Literal["light", "dark"]


def pages(folder: Path) -> Iterator[Path]:
    """The example's report, pages of each kind of phase, and the page of all runs."""
    yield from (golden.EXAMPLE / name for name in SEVERAL)
    index = folder / history.FILE
    record = read_manifest(golden.EXAMPLE)
    index.write_text(
        history.render([record, record], folder, ["20200101T000000Z-full"])
    )
    yield index


def opened(browser: Browser, page: Path, width: int, scheme: Scheme) -> Page:
    """*page* without its policy, which keeps the checker out too."""
    size = {"width": width, "height": 900}
    shown: Page = browser.new_page(viewport=size, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    shown.goto(page.as_uri())
    return shown


def faults(page: Page) -> list[str]:
    """What axe finds wrong, a line each."""
    found = Axe().run(page).response
    assert found["passes"], "nothing was checked"
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    browser: Browser, tmp_path: Path, width: int, scheme: Scheme
) -> None:
    found = {}
    for path in pages(tmp_path):
        page = opened(browser, path, width, scheme)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        found[path.name] = [*faults(page), *(["too wide"] if wide > width else [])]
        page.close()

    assert len(found) > len(SEVERAL)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_what_is_wrong_with_a_page_is_found(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<html><body><img src="x.png"><p style="width:99rem">x</p></body>')

    shown = opened(browser, page, PHONE, "light")

    wrong = {line.partition(":")[0] for line in faults(shown)}
    assert {"image-alt", "html-has-lang", "document-title"} <= wrong
    assert shown.evaluate("document.scrollingElement.scrollWidth") > PHONE
    shown.close()


def test_on_a_phone_each_cell_says_what_it_is(browser: Browser) -> None:
    page = opened(browser, golden.EXAMPLE / "report.html", PHONE, "light")

    cell = page.locator("td[data-head=reason]").first

    label = cell.evaluate("e => getComputedStyle(e, '::before').content")
    assert "reason" in label or "data-head" in label
    assert cell.evaluate("e => getComputedStyle(e).display") == "block"
    page.close()
