"""How often open pages ask: a crowd of them no more than a few do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from run_pages import ID, LATER, OPERATE, VIEW, Browser, Executed

from reimport_lib.dashboard import pace
from reimport_lib.dashboard.pace import OpenPages
from reimport_lib.record import lock as run_lock

CROWD = 100


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def crowd(opened: OpenPages, number: int = CROWD) -> list[int]:
    return [opened.seconds(f"{each:08d}", is_live=True) for each in range(number)]


def asks_every(answer: Any) -> int:
    found = re.search(r'hx-trigger="every (\d+)s', answer.content.decode())
    assert found is not None
    return int(found[1])


def asked_for(answer: Any) -> str:
    """Where the page that was answered asks, as a browser reads it."""
    found = re.search(r'hx-get="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_few_pages_ask_as_one_does_and_a_crowd_together_as_little(
    opened: OpenPages,
) -> None:
    assert crowd(opened, 8) == [pace.LIVE_SECONDS] * 8
    assert opened.seconds("00000000", is_live=False) == pace.QUIET_SECONDS

    crowd(opened)
    settled = crowd(opened)

    assert sum(1 / seconds for seconds in settled) < 1.1 * pace.TOGETHER
    assert max(settled) <= pace.MOST_SECONDS
    assert len(set(settled)) > 3, "they do not march in step"
    crowd(opened, 10 * CROWD)
    assert max(crowd(opened, 10 * CROWD)) == pace.MOST_SECONDS, "however many"


def test_pages_that_were_closed_are_forgotten() -> None:
    clock = Clock()
    opened = OpenPages(clock)
    crowd(opened)
    clock.at += 1.5 * pace.MOST_SECONDS + pace.LIVE_SECONDS + 1

    assert opened.seconds("left-one", is_live=True) == pace.LIVE_SECONDS

    crowd(opened)
    for number in range(CROWD):
        opened.closed(f"{number:08d}")
    assert opened.seconds("left-one", is_live=True) == pace.LIVE_SECONDS


def test_a_page_is_told_to_ask_less_by_what_is_new_and_by_what_is_not(
    browser: Browser, executed: Executed, opened: OpenPages
) -> None:
    client, run = browser(VIEW), executed(LATER, status="running")
    with run_lock.executing(run):
        page = client.get(f"/runs/{LATER}/")
        assert asks_every(page) == pace.LIVE_SECONDS
        at = asked_for(page)
        crowd(opened)

        new = client.get(at)
        assert 20 <= asks_every(new) <= pace.MOST_SECONDS
        assert new["Ask-Again"] == str(asks_every(new))
        assert asked_for(new) == at, "under the same word"
        old = client.get(at, headers={"If-None-Match": new["ETag"]})
        assert (old.status_code, old.content) == (304, b"")
        assert 20 <= int(old["Ask-Again"]) <= pace.MOST_SECONDS
        plain = client.get(f"/runs/{LATER}/").content.decode()
        reload = re.search(r'<meta http-equiv="refresh" content="(\d+)">', plain)
        assert reload is not None
        assert 20 <= int(reload[1]) <= pace.MOST_SECONDS, "without JavaScript too"


def test_a_page_counts_once_however_often_it_asks_or_is_renewed(
    browser: Browser, executed: Executed, opened: OpenPages
) -> None:
    executed()
    client = browser(VIEW)
    at = asked_for(client.get(f"/runs/{ID}/"))

    for _ in range(CROWD):
        client.get(at)
    for _ in range(CROWD):
        gone = asked_for(client.get(f"/runs/{ID}/"))
        renewed = client.get(re.sub(r"was=[^&]*", "was=other", gone))
        assert renewed["HX-Refresh"] == "true"

    assert opened.seconds("another1", is_live=True) == pace.LIVE_SECONDS


def test_who_may_not_see_runs_slows_nobody(
    browser: Browser, executed: Executed, opened: OpenPages, client: Client
) -> None:
    executed()
    for visitor in (client, browser(OPERATE)):
        for number in range(CROWD):
            visitor.get(f"/runs/{ID}/live/?tab={number:08d}")

    assert opened.seconds("another1", is_live=True) == pace.LIVE_SECONDS


@pytest.mark.parametrize("odd", ["", "x", '"><b>', "é" * 9, "a" * 5_000, "%00" * 9])
def test_a_word_that_no_server_gave_becomes_another(
    browser: Browser, executed: Executed, opened: OpenPages, odd: str
) -> None:
    executed()

    answer = browser(VIEW).get(f"/runs/{ID}/live/?tab={odd}")

    assert re.search(r"tab=[\w-]{8}&", asked_for(answer))
