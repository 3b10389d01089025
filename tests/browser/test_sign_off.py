"""The pages of a sign-off pack in a browser: marked by keys, saved as a file."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from reimport_lib.execute.sample_marks import NEEDED
from reimport_lib.prove.render.acceptance import ErrorRates, plan
from reimport_lib.prove.render.cards import (
    CardLine,
    Drawn,
    Likeness,
    Pick,
    RecordCard,
    Risk,
    StoredFile,
    digest,
)
from reimport_lib.show import sample_pages
from reimport_lib.show.sample_pages import MOST_CARDS, PackHead, TablePages
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.browser.test_pages import PHONE, Scheme, faults, opened
from tests.show.attacks import PAYLOADS

pytestmark = NEEDS_CHROMIUM
RUN = "20261122T103000Z-full"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
HEAD = PackHead(RUN, "a1", ErrorRates(), ["Left: the source."], ["sms: none came in."])


def card(row: int, text: str = "Testling") -> RecordCard:
    lines = [
        CardLine("nameLast", text, "last_name", text, likeness, "dst_gap", text, text)
        for likeness in Likeness
    ]
    return RecordCard(
        *("patients", row, f"k-{row}", tuple(Drawn)),
        tuple(Pick(row, risk, "bad_date", text) for risk in Risk),
        *(True, text, tuple(lines), ("dob", "title"), digest(text), digest(str(row))),
        replaced=text,
        file=StoredFile("b", "k", "files/1.pdf", "", text, missing=row % 2 == 0),
    )


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack whose texts try to be more than text."""
    cards = [card(row, PAYLOADS[row % len(PAYLOADS)]) for row in range(len(PAYLOADS))]
    cards.append(replace(card(900), lines=(), target_digest="", file=None))
    tables = [TablePages("patients", plan(5_000, ErrorRates()), cards, {"k": ""})]
    for name, text in sample_pages.pages(HEAD, tables):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_nothing_runs_but_the_one_script_and_nothing_is_asked_of_others(
    seen: Seen, pack: Path
) -> None:
    pages = sorted(pack.glob("*.html"))

    assert len(pages) == 1 + -(-(len(PAYLOADS) + 1) // MOST_CARDS)
    for path in pages:
        seen.page.goto(path.as_uri())
        assert seen.page.locator("script").count() == 1
        assert seen.page.locator("[onerror], [onload], [onclick]").count() == 0
    assert seen.to_others == []
    assert [url for url in seen.requests if not url.endswith(".html")] == []
    assert seen.complaints == []


def test_a_script_of_another_digest_does_not_run(seen: Seen, pack: Path) -> None:
    page = (pack / "index.html").read_text()
    (pack / "index.html").write_text(
        page.replace("</main>", "</main><script>document.title = 'ran'</script>")
    )

    seen.page.goto((pack / "index.html").as_uri())

    assert seen.page.title() != "ran"
    assert any("Content Security Policy" in text for text in seen.complaints)


def test_a_pdf_is_fetched_only_where_somebody_asks_to_see_it_here(
    seen: Seen, pack: Path
) -> None:
    file = pack / "files" / "1.pdf"
    file.parent.mkdir()
    file.write_bytes(PDF)
    page, address = seen.page, file.as_uri()
    page.goto((pack / "patients-01.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert address not in seen.requests

    with page.expect_request(address):
        page.get_by_text("Show it here").first.click()

    shown = page.locator("object[type='application/pdf']").first
    assert shown.bounding_box()
    its_own = ("chrome-extension:", "chrome:")  # of its viewer, within the browser
    assert [url for url in seen.to_others if not url.startswith(its_own)] == []
    assert seen.complaints == []


def test_cards_are_marked_by_keys_and_the_marks_are_saved_as_a_file(
    seen: Seen, pack: Path
) -> None:
    page = seen.page
    page.goto((pack / "patients-01.html").as_uri())
    page.get_by_label("Your name").fill("=Ada, of the practice")
    page.keyboard.press("Tab")
    for key in ("j", "o", "j", "n", "r"):
        page.keyboard.press(key)
    page.keyboard.type('the "name" is, oh, wrong')
    page.keyboard.press("Escape")
    for key in ("j", "n", "o", "j", "k", "k"):
        page.keyboard.press(key)

    focused = page.evaluate("document.activeElement.dataset.row")
    told = "Looked at: 3 of 20 on this page, 3 in this browser; not ok: 1."
    assert focused == "1"
    assert page.inner_text("#told") == told
    page.goto((pack / "patients-02.html").as_uri())
    page.goto((pack / "patients-01.html").as_uri())
    assert page.inner_text("#told") == told
    page.goto((pack / "index.html").as_uri())
    assert page.locator("[data-count=patients]").inner_text() == "3"
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save marks as a file").click()
    saved.value.save_as(pack / "marks.csv")

    with (pack / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = {line["row"]: line for line in csv.DictReader(file)}
    assert saved.value.suggested_filename == f"marks-{RUN}.csv"
    assert {*NEEDED} <= {*lines["0"]}
    assert {row: line["mark"] for row, line in lines.items()} == {
        "0": "ok",
        "1": "not ok",
        "2": "ok",
    }
    assert lines["1"]["remark"] == 'the "name" is, oh, wrong'
    assert lines["0"]["by"] == "'=Ada, of the practice"
    assert {line["run"] for line in lines.values()} == {RUN}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    browser: Browser, pack: Path, width: int, scheme: Scheme
) -> None:
    for name in ("index.html", "patients-04.html"):
        page = opened(browser, pack / name, width, scheme)

        assert faults(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        page.close()
