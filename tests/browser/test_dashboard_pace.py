"""A page of a run in Chromium asks as often as the server says, and not unseen."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from reimport_lib.config import load_settings
from reimport_lib.home import CHECKOUT
from reimport_lib.record import heartbeat, runs
from reimport_lib.record import lock as run_lock
from reimport_lib.record.run import Run
from tests.benchmarks.dashboards import WORDS, logins_of, served
from tests.browser.conftest import NEEDS_CHROMIUM
from tools.clinic import environment
from tools.databases import migrate

pytestmark = NEEDS_CHROMIUM
ENDED, AT_WORK = "20260302T090000Z-rehearsal", "20260303T090000Z-rehearsal"
CROWD = 100
OF_A_CROWD = re.compile(r"every (2\d|30)s, shown")


@dataclass(frozen=True)
class Site:
    """A dashboard, and the login of somebody who may see it."""

    base: str
    login: str

    def ask_as_a_crowd(self) -> None:
        """As many pages as a crowd has ask for the same run, once."""
        cookies = {"sessionid": self.login}
        with httpx.Client(base_url=self.base, cookies=cookies) as client:
            for number in range(CROWD):
                answer = client.get(f"/runs/{ENDED}/live/?tab={number:08d}")
                assert answer.status_code == 200


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Two runs: one has ended, of one nobody has told yet how it ends."""
    folder = tmp_path / "runs"
    folder.mkdir()
    with environment(
        {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'clinic.sqlite3'}",
            "REIMPORT_RUNS": str(folder),
            "DJANGO_SECRET_KEY": WORDS * 5,
        }
    ):
        migrate(f"sqlite:///{tmp_path / 'clinic.sqlite3'}")
        for run_id, status in ((ENDED, "succeeded"), (AT_WORK, "running")):
            shutil.copytree(CHECKOUT / "runs" / "example", folder / run_id)
            path = folder / run_id / "run.json"
            changed = {"run_id": run_id, "status": status}
            path.write_text(json.dumps(json.loads(path.read_text()) | changed))
        (login,) = logins_of(1)
        with served() as (base, _):
            yield Site(base, login)


@pytest.fixture
def at_work(site: Site) -> Iterator[Run]:
    """The run that has not ended, held as its own process holds it."""
    run = runs.load(load_settings(), AT_WORK)
    with run_lock.executing(run):
        heartbeat.beat(run.folder)
        yield run


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.add_cookies([{"name": "sessionid", "value": site.login, "url": site.base}])
    yield context.new_page()
    context.close()


def asked(page: Page) -> list[str]:
    """Every address of a part of a page that *page* asks for from now on."""
    found: list[str] = []
    page.on("request", lambda r: found.append(r.url) if "/live/" in r.url else None)
    return found


def test_a_page_asks_less_where_a_crowd_asks_and_no_server_tells_it_twice(
    site: Site, at_work: Run, page: Page
) -> None:
    seen = asked(page)
    page.goto(f"{site.base}/runs/{AT_WORK}/")
    polled = page.locator("#polled")
    expect(polled).to_have_attribute("hx-trigger", "every 2s, shown")
    page.wait_for_timeout(7_000)
    assert len(seen) in (2, 3, 4)

    site.ask_as_a_crowd()
    # it may have asked when a part of them had, and then waits for its time
    page.evaluate("htmx.trigger('#polled', 'shown')")
    expect(polled).to_have_attribute("hx-trigger", OF_A_CROWD, timeout=10_000)

    seen.clear()
    started = time.monotonic()
    page.wait_for_timeout(7_000)
    assert seen == [], f"it asked within {time.monotonic() - started:.1f} s"


def test_an_answer_without_news_changes_the_interval_as_one_with_news_does(
    site: Site, page: Page
) -> None:
    page.goto(f"{site.base}/runs/{ENDED}/")
    polled = page.locator("#polled")
    expect(polled).to_have_attribute("hx-trigger", "every 15s, shown")
    site.ask_as_a_crowd()

    with page.expect_response("**/live/**") as answered:
        page.evaluate("htmx.trigger('#polled', 'shown')")

    assert answered.value.status == 304
    expect(polled).to_have_attribute("hx-trigger", OF_A_CROWD)


def test_a_page_that_nobody_sees_asks_nothing_and_asks_at_once_when_it_is_seen(
    site: Site, at_work: Run, page: Page
) -> None:
    seen = asked(page)
    page.goto(f"{site.base}/runs/{AT_WORK}/")
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, writable: true})"
    )
    page.wait_for_timeout(5_000)
    assert seen == []

    with page.expect_request("**/live/**", timeout=1_000):
        page.evaluate(
            "document.hidden = false;"
            " document.dispatchEvent(new Event('visibilitychange'))"
        )
    assert page.locator("#lost").is_hidden()
