"""A notebook in JupyterLab, as a person uses it: run it all, then look at rows."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reimport_demo.clinic.build import LEAST_SCALE
from reimport_lib.config import Settings
from reimport_lib.home import CHECKOUT
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
    file = sqlite_file(settings.database_url.reveal())
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("clinic")
    # copies: JupyterLab saves what it has executed
    notebooks = shutil.copytree(CHECKOUT / "notebooks", folder / "notebooks")
    with (
        ready_to_import(folder, scale=LEAST_SCALE, with_existing=True) as settings,
        lab.serving(Path(notebooks), tmp_path_factory.mktemp("lab")) as served,
    ):
        yield Desk(settings, digest(settings), served)


def run_all(page: Page) -> None:
    """Open the Run menu, run all cells, wait until none is waiting."""
    page.locator(".jp-Notebook").wait_for(timeout=SLOW)
    # the toolbar says idle before a kernel is connected; the status bar does not
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=SLOW)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=SLOW)


def test_a_person_runs_a_notebook_and_looks_at_the_rejected_rows(
    desk: Desk, seen: Seen, tmp_path: Path
) -> None:
    page, seen.base = seen.page, desk.lab.base
    page.goto(desk.lab.url(NOTEBOOK), timeout=SLOW)

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
