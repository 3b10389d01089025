"""The dashboard in Chromium: runs live, paused, killed, refused, approved, undone.

Two runs of the small clinic serve all of it, at work in processes of their own. On
SQLite: what the commands do on either engine is tested beside them.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from reimport_demo.clinic.build import LEAST_SCALE
from reimport_lib.config import Settings
from reimport_lib.record import lock, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.browser.test_pages import PHONE, faults
from tests.cli.commands import wait_for
from tools.clinic import ready_to_import

pytestmark = NEEDS_CHROMIUM
SLOW = 90_000  # milliseconds, on a machine that is busy with other things
WORDS = "of several words"
STRICT = ("--gate", "notes.max_rejected=0")
ACCOUNT = f"""
import sys; sys.path.insert(0, "backend")
import django; django.setup()
from django.contrib.auth.models import User
User.objects.create_superuser("anna", password="{WORDS}")
"""


@dataclass
class Served:
    """A clinic, and its dashboard on a port of its own."""

    settings: Settings
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        with (self.folder / "dashboard.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "dashboard", "--port", str(self.port)],
                stdout=log,
                stderr=log,
            )
        wait_for(self._answers)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def run(self) -> Run:
        """The newest."""
        return runs.load(self.settings, runs.all_run_ids(self.settings)[-1])

    def _answers(self) -> bool:
        with socket.socket() as trying:
            return trying.connect_ex(("127.0.0.1", self.port)) == 0


COMMAND = (sys.executable, "-m", "reimport_lib")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Asked for before the browser, in whose thread Django makes no connection."""
    folder = tmp_path_factory.mktemp("clinic")
    with ready_to_import(folder, scale=LEAST_SCALE, with_existing=True) as settings:
        os.environ["DJANGO_SECRET_KEY"] = WORDS * 5  # logins outlast a restart
        environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
        subprocess.run([sys.executable, "-c", ACCOUNT], env=environ, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        found = Served(settings, folder, port)
        found.begin()
        yield found
        found.kill()
        for run_id in runs.all_run_ids(settings):
            kill(runs.load(settings, run_id))


@contextmanager
def phone(browser: Browser, served: Served, *, script: bool = True) -> Iterator[Seen]:
    """A phone in the dark on which somebody signs in by the keyboard alone."""
    context = browser.new_context(
        viewport={"width": PHONE, "height": 800},
        color_scheme="dark",
        java_script_enabled=script,
    )
    page = context.new_page()
    page.set_default_timeout(SLOW)
    seen = Seen(page, served.base)
    page.goto(f"{served.base}/runs/")
    expect(page.locator("#id_username")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.base}/runs/")
    yield seen
    context.close()


def detach(*words: str) -> None:
    subprocess.run([*COMMAND, "run", "--dry-run", *words, "--detach"], check=True)


def kill(run: Run) -> None:
    """Its process, as the kernel of the system does where memory is short."""
    if pid := lock.executor(run):
        os.kill(pid, signal.SIGKILL)


def tabbed(page: Page, what: str) -> str:
    """*what* of the element that one more Tab leads to, which is read on its page.

    A page is loaded anew where other orders can be given than it offers, also between
    the key and the question; a person sees that and tabs on from its top.
    """
    page.keyboard.press("Tab")
    try:
        return str(page.evaluate(f"document.activeElement.{what}")).strip()
    except Error as error:
        if "because of a navigation" not in error.message:
            raise
        page.wait_for_load_state()
        return ""


def go(page: Page, name: str) -> None:
    """Press what is called *name*, reached by the keyboard alone."""
    for _ in range(200):
        if tabbed(page, "textContent") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no Tab leads to {name}")


def type_word(page: Page, order: str) -> None:
    """Type the word that is shown into its field, reached by the keyboard alone."""
    word = page.locator(f"form[action$='/{order}/'] .word").inner_text()
    for _ in range(200):
        if tabbed(page, "id") == f"typed-{order}":
            page.keyboard.type(word)
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no Tab leads to the word of {order}")


def reads(page: Page, words: str) -> None:
    """It comes to stand on the page, which nobody loads again by hand."""
    expect(page.locator("main")).to_contain_text(words, timeout=SLOW)


def clean(browser: Browser, seen: Seen) -> None:
    """axe finds nothing in either scheme, and nothing is wider than the phone."""
    stored = seen.page.context.storage_state()
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": PHONE, "height": 800},
            color_scheme=scheme,
            storage_state=stored,
            bypass_csp=True,  # which keeps the checker out
        )
        page = context.new_page()
        page.goto(seen.page.url)
        assert faults(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE
        context.close()


def test_a_run_is_seen_live_approved_applied_and_undone_on_a_phone_by_keyboard(
    served: Served, browser: Browser
) -> None:
    with phone(browser, served) as seen:
        page = seen.page
        reads(page, "No run yet.")
        clean(browser, seen)
        detach()
        rehearsal = served.run()
        page.reload()
        reads(page, "Running")
        go(page, rehearsal.run_id)
        reads(page, "The real database is only read")
        reads(page, "Stop now")
        page.evaluate("window.isTheSame = true")
        done = page.locator("#done").get_attribute("value") or ""
        expect(page.locator("#done")).not_to_have_attribute("value", done, timeout=SLOW)
        assert page.evaluate("window.isTheSame"), "nobody loaded it again"
        clean(browser, seen)
        reads(page, "The rehearsal succeeded")
        reads(page, "Type the word")
        clean(browser, seen)

        type_word(page, "approve")
        reads(page, "Approved. Nothing of it is written before somebody applies it.")
        full = served.run()
        assert full.is_full
        assert full.manifest()["confirmed"]["by"].startswith("anna (account ")
        reads(page, "It has been approved:")
        go(page, full.run_id)
        reads(page, "Nothing of it has been written to the real database")
        go(page, "Apply now")
        reads(page, "The import succeeded")
        reads(page, "Written to the real database: ")

        go(page, "Show what undoing would do")
        reads(page, "This is what it would do.")
        clean(browser, seen)
        type_word(page, "undo")
        reads(page, "Undone.")
        undo = served.run()
        page.goto(f"{served.base}/runs/{undo.run_id}/")
        reads(page, f"It has taken back what {full.run_id} wrote")
        clean(browser, seen)
        go(page, "report")
        page.wait_for_url("**/files/report.html")
        assert seen.to_others == []
        assert seen.complaints == []
    assert undo.status is Status.SUCCEEDED


def test_a_run_is_paused_killed_and_refused_and_the_dashboard_too(
    served: Served, browser: Browser
) -> None:
    with phone(browser, served) as seen:
        page = seen.page
        detach(*STRICT)
        run = served.run()
        page.goto(f"{served.base}/runs/{run.run_id}/")
        go(page, "Pause")
        reads(page, "Paused behind")
        reads(page, "the real database was ")
        served.kill()
        reads(page, "The server has not answered since")
        assert page.locator("#polled").is_visible(), "what was known stays"
        served.begin()
        expect(page.locator("#lost")).to_be_hidden(timeout=SLOW)

        go(page, "Go on")
        reads(page, "Stop now")
        kill(run)
        reads(page, "No sign of life")
        reads(page, "It was killed ")
        clean(browser, seen)
        with phone(browser, served, script=False) as plain:
            plain.page.goto(page.url)
            said = plain.page.locator("main").inner_text()
            assert "No sign of life" in said
            plain.page.get_by_role("button", name="Go on").click()
            plain.page.wait_for_url(page.url)
        reads(page, "The rehearsal was refused in phase notes")
        reads(page, "Refused")
        assert re.search(r"notes stopped: R\d{3}", page.locator("main").inner_text())
        reads(page, "Go on")
        clean(browser, seen)
