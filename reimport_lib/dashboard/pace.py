"""After how long an open page asks again: all of them together a few times a second.

A page is known by a word that the server gives it and that it asks with. One that has
not asked for a while has been closed. Each process of a web server counts for itself.
"""

from __future__ import annotations

import random
import re
import secrets
import threading
import time
from collections.abc import Callable

LIVE_SECONDS, QUIET_SECONDS = 2, 15
"""Where few pages are open: of a run at work, and of one that is not."""
MOST_SECONDS = 30
"""A page asks at least that often: what changes stands on every one by then."""
TOGETHER = 4
"""Requests a second that all open pages may make."""
SPREAD = 0.15
"""Of an interval, so that a crowd does not march in step."""
_MOST_PAGES = 10_000
_WORD = re.compile(r"[\w-]{8,16}", re.ASCII)


class OpenPages:
    """
    Those that have asked lately.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._one_at_a_time = threading.Lock()

    def seconds(self, page: str, *, is_live: bool) -> int:
        """After how long *page*, which asks now, is to ask again."""
        least = LIVE_SECONDS if is_live else QUIET_SECONDS
        with self._one_at_a_time:
            at = self._clock()
            self._forget(at)
            is_new = page not in self._until
            share = (len(self._until) + is_new) / TOGETHER
            spread = share * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311
            found = round(min(max(least, spread), MOST_SECONDS))
            self._until[page] = at + 1.5 * found + LIVE_SECONDS
        return found

    def closed(self, page: str) -> None:
        """*page* asks no more: it is loaded anew, under another word."""
        with self._one_at_a_time:
            self._until.pop(page, None)

    def _forget(self, at: float) -> None:
        for page in [each for each, until in self._until.items() if until < at]:
            del self._until[page]
        if len(self._until) >= _MOST_PAGES:
            self._until.clear()


def word(given: str) -> str:
    """The word by which a page is known: *given*, or a new one where that is none."""
    return given if _WORD.fullmatch(given) else secrets.token_urlsafe(6)
