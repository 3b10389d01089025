"""A notebook in JupyterLab, as a person uses it: run it all, then look at rows."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from reimport_demo.clinic.build import LEAST_SCALE
from reimport_lib.config import Settings
from reimport_lib.home import CHECKOUT
from reimport_lib.record import runs
from reimport_lib.record.status import Status
from reimport_lib.write.databases import sqlite_file
from tests.browser import lab
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tools.clinic import ready_to_import

pytestmark = NEEDS_CHROMIUM
NOTEBOOK = "03_patients.ipynb"
SLOW = 240_000  # milliseconds, on a machine that is busy with other things


@dataclass(frozen=True)
class Desk:
    """A clinic to import, its database as it was, and JupyterLab."""

    settings: Settings
    before: str
    lab: lab.Lab

    def database(self) -> str:
        return digest(self.settings)


def digest(settings: Settings) -> str:
    """Of its rows: what was committed last may not be in the file itself yet."""
    file = sqlite_file(settings.database_url.reveal())
    with closing(sqlite3.connect(file)) as connection:
        rows = "\n".join(connection.iterdump())
    return hashlib.sha256(rows.encode()).hexdigest()


RUNBOOK = "runbook.ipynb"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("clinic")
    # copies: JupyterLab saves what it has executed
    shutil.copytree(CHECKOUT / "notebooks", folder / "notebooks")
    with (
        ready_to_import(folder, scale=LEAST_SCALE, with_existing=True) as settings,
        lab.serving(folder, tmp_path_factory.mktemp("lab")) as served,
    ):
        yield Desk(settings, digest(settings), served)


def run_all(page: Page) -> None:
    """Open the Run menu, run all cells, wait until none is waiting."""
    begin_all(page)
    last = page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=SLOW)


def begin_all(page: Page) -> None:
    page.locator(".jp-Notebook").wait_for(timeout=SLOW)
    # the toolbar says idle before a kernel is connected; the status bar does not
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=SLOW)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_a_person_runs_a_notebook_and_looks_at_the_rejected_rows(
    desk: Desk, seen: Seen, tmp_path: Path
) -> None:
    page, seen.base = seen.page, desk.lab.base
    page.goto(desk.lab.url(f"notebooks/{NOTEBOOK}"), timeout=SLOW)

    run_all(page)

    assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0
    control = page.locator(".widget-vbox").first
    control.scroll_into_view_if_needed()
    table, outcome, reason = (control.locator("select").nth(n) for n in range(3))
    shown = control.locator(".widget-html-content")
    expect(shown).to_contain_text("patients: rows 1 to 5 of 57")

    outcome.select_option("rejected")
    expect(shown).to_contain_text(re.compile(r"patients: rows 1 to 5 of 5\D"))
    reason.select_option("no_key")
    expect(shown).to_contain_text("patients: rows 1 to 1 of 1")
    table.select_option("contact details")
    expect(shown).to_contain_text("contact details: rows 1 to 5 of 7")
    page.screenshot(path=tmp_path / "control.png")

    assert seen.to_others == []
    assert desk.database() == desk.before
    made = [p for p in desk.settings.runs.iterdir() if p.name.endswith("-rehearsal")]
    assert len(made) == 1


def test_an_owner_rehearses_approves_applies_and_undoes_by_buttons(
    desk: Desk, seen: Seen
) -> None:
    page, seen.base = seen.page, desk.lab.base
    before, made = desk.database(), run_ids(desk)
    page.goto(desk.lab.url(f"notebooks/{RUNBOOK}"), timeout=SLOW)
    open_runbook(page)
    assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0
    assert page.locator(".jp-CodeCell .jp-Cell-inputWrapper:visible").count() == 0
    assert (desk.database(), run_ids(desk)) == (before, made)

    rehearse = panel(page, "Rehearse")
    rehearse.get_by_label("What").select_option("only patients")
    press(rehearse, "Rehearse", "It is at work in a process of its own")
    page.goto("about:blank")  # the tab is closed; what is at work stays so

    page.goto(desk.lab.url(f"notebooks/{RUNBOOK}"), timeout=SLOW)
    open_runbook(page)
    approval = panel(page, "Approve")
    expect(approval).to_contain_text("The word: ", timeout=SLOW)
    (rehearsal,) = run_ids(desk) - made
    shown = page.get_by_role("link", name="Report").first
    assert f"/files/runs/{rehearsal}/report.html" in str(shown.get_attribute("href"))
    type_in(approval, "The word", "clinic 00000000")
    press(approval, "Approve", "the word typed is another")
    assert desk.database() == before
    type_in(approval, "The word", word_of(approval))
    type_in(approval, "Your name", "A. Owner")
    press(approval, "Approve", "A. Owner (account ")
    assert desk.database() == before

    press(approval, "Apply now", "It has been applied.")
    (full,) = run_ids(desk) - made - {rehearsal}
    assert runs.load(desk.settings, full).status is Status.SUCCEEDED
    assert desk.database() != before

    undo = panel(page, "Undo")
    press(undo, "Show what undoing would do", "The word: ")
    type_in(undo, "The word", word_of(undo))
    press(undo, "Undo", "The last import was taken back.")
    assert runs.load(desk.settings, full).manifest()["undone"]
    assert seen.to_others == []


def open_runbook(page: Page) -> None:
    """Run all of its cells, whose code is hidden, until the last panel is there."""
    begin_all(page)
    panel(page, "Undo").wait_for(timeout=SLOW)


def run_ids(desk: Desk) -> set[str]:
    return set(runs.all_run_ids(desk.settings))


def panel(page: Page, button: str) -> Locator:
    """The live panel that has the *button*."""
    named = page.get_by_role("button", name=button, exact=True)
    return page.locator(".reimport-panel").filter(has=named)


def press(panel: Locator, button: str, then: str) -> None:
    """Press *button*, and wait until the panel says *then*."""
    pressed = panel.get_by_role("button", name=button, exact=True)
    expect(pressed).to_be_enabled(timeout=SLOW)
    pressed.click()
    expect(panel).to_contain_text(then, timeout=SLOW)


def type_in(panel: Locator, field: str, words: str) -> None:
    found = panel.get_by_label(field)
    expect(found).to_be_enabled(timeout=SLOW)
    found.fill(words)
    found.press("Tab")


def word_of(panel: Locator) -> str:
    said = panel.get_by_text("The word: ").first.inner_text()
    return said.partition("The word: ")[2]
