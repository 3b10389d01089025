"""The pages of a run, opened from the disk by whoever is sent them."""

from __future__ import annotations

import pytest

from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tools.golden import EXAMPLE

pytestmark = NEEDS_CHROMIUM
PAGES = sorted(path.name for path in EXAMPLE.glob("*.html"))
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_request_and_without_a_complaint(
    seen: Seen, name: str
) -> None:
    seen.page.goto((EXAMPLE / name).as_uri())

    assert seen.to_others == []
    assert [url for url in seen.requests if url.startswith("file:")] == [
        (EXAMPLE / name).as_uri()
    ]
    assert seen.complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_of_a_page_is_there_and_says_what_it_shows(
    seen: Seen, name: str
) -> None:
    seen.page.goto((EXAMPLE / name).as_uri())

    pictures = seen.page.evaluate(
        "[...document.images].map(i => [i.naturalWidth > 0, i.alt.length > 20])"
    )
    assert [picture for picture in pictures if picture != [True, True]] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_narrow_screen_as_it_is(seen: Seen, name: str) -> None:
    seen.page.set_viewport_size(PHONE)
    seen.page.goto((EXAMPLE / name).as_uri())

    width = seen.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_the_report_leads_to_every_notebook_and_back(seen: Seen) -> None:
    seen.page.goto((EXAMPLE / "report.html").as_uri())
    leading = seen.page.locator('a:not([href^="#"])')
    links = leading.evaluate_all("all => all.map(a => a.href)")

    assert sorted(links) == [
        (EXAMPLE / name).as_uri() for name in PAGES if name != "report.html"
    ]
    seen.page.get_by_role("link", name="patients", exact=True).click()
    seen.page.get_by_role("link", name="The report of this run").first.click()
    assert seen.page.url == (EXAMPLE / "report.html").as_uri()
