"""Runs as the pages' tests have them, and what they read of a page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.test import Client

from reimport_lib.config import Settings
from reimport_lib.execute import errands
from reimport_lib.private_files import lock
from reimport_lib.record.run import Run

ID, LATER = "20260302T090000Z-rehearsal", "20260303T090000Z-rehearsal"
VIEW, OPERATE, PRIVATE = "view_runs", "operate", "open_private"
Browser = Callable[..., Client]
Executed = Callable[..., Run]


def asked(client: Client, address: str, method: str = "get") -> int:
    """The status of an answer; a file is read to its end, which closes it."""
    answer = getattr(client, method)(address)
    if answer.streaming:
        assert sum(map(len, answer.streaming_content)) or method == "head"
    return int(answer.status_code)


def word_shown(client: Client) -> str:
    """The word that approves, as the page shows it."""
    page = client.get(f"/runs/{ID}/").content.decode()
    found = re.search(r'class="word">([^<]+)</strong>', page)
    assert found is not None
    return found[1]


def wait_for_order(run: Run) -> None:
    _wait(lambda: errands.last(run))


def wait_for_rehearsal(settings: Settings) -> None:
    _wait(lambda: errands.last_rehearsal(settings))


def _wait(last: Callable[[], errands.Errand | None]) -> None:
    until = time.monotonic() + 60
    while (errand := last()) is None or errand.is_at_work:
        assert time.monotonic() < until
        time.sleep(0.05)


def held(run: Run) -> Any:
    """The order's file, held as the process that does it holds it."""
    wait_for_order(run)
    file = (run.settings.runs / errands.FOLDER / f"{run.run_id}.reject.json").open("a")
    lock(file, wait=False)
    return file
