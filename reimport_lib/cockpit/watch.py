"""Threads of the cockpit: one that looks again, and one for the order being done.

They end with the kernel. What they show comes out where the cell is that began them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context

EVERY_SECONDS = 1.0


class Watch:
    """Calls *look* every second, until it is stopped; one order at a time beside it."""

    def __init__(self, look: Callable[[], None], every: float = EVERY_SECONDS) -> None:
        self._look, self._every = look, every
        self._now, self._ended = threading.Event(), threading.Event()
        self._ordered = threading.Lock()
        self.is_busy = False

    def begin(self) -> None:
        """From now on."""
        _begin(self._run)

    def look(self) -> None:
        """Look at once."""
        self._now.set()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._now.set()

    def order(self, do: Callable[[], None]) -> None:
        """Do it beside all else; nothing where another order is being done."""
        with self._ordered:
            if self.is_busy:
                return
            self.is_busy = True
        _begin(lambda: self._do(do))

    def _do(self, do: Callable[[], None]) -> None:
        try:
            do()
        finally:
            self.is_busy = False
            self.look()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._look()
            self._now.wait(self._every)
            self._now.clear()


def _begin(do: Callable[[], None]) -> None:
    threading.Thread(target=copy_context().run, args=(do,), daemon=True).start()
