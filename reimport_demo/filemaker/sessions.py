"""Sessions of the Data API: tokens that die when they are not used."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

IDLE_SECONDS = 15 * 60


@dataclass(slots=True)
class Session:
    """
    One login.

    Attributes:
        number: counts the logins of this server from 1.
        database: the only one that it is good for.
        used: when it was used last, by the server's clock.
        calls: how often it was used.
    """

    number: int
    database: str
    used: float
    calls: int = 0


class Sessions:
    """The open sessions.

    Attributes:
        limit: how many may be open at a time.
        idle_seconds: how long one lives without a call.
    """

    def __init__(
        self,
        *,
        limit: int,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.idle_seconds = idle_seconds
        self._clock = clock
        self._lock = Lock()
        self._open: dict[str, Session] = {}
        self._opened = 0

    def open(self, database: str) -> str:
        """A new token; "" where too many sessions are open."""
        with self._lock:
            self._forget_idle()
            if len(self._open) >= self.limit:
                return ""
            self._opened += 1
            token = secrets.token_hex(24)
            self._open[token] = Session(self._opened, database, self._clock())
            return token

    def use(self, token: str) -> Session | None:
        """The session of *token*, alive for another while; None: there is none."""
        with self._lock:
            self._forget_idle()
            session = self._open.get(token)
            if session:
                session.used = self._clock()
                session.calls += 1
            return session

    def close(self, token: str) -> bool:
        """End a session; whether there was one."""
        with self._lock:
            self._forget_idle()
            return self._open.pop(token, None) is not None

    def close_all(self) -> None:
        with self._lock:
            self._open.clear()

    def numbered(self, number: int) -> Session | None:
        """The session of that number; it is not kept alive by being looked at."""
        with self._lock:
            self._forget_idle()
            found = (each for each in self._open.values() if each.number == number)
            return next(found, None)

    def counts(self) -> dict[str, int]:
        """How many are open, and how many were ever opened."""
        with self._lock:
            self._forget_idle()
            return {"open": len(self._open), "opened": self._opened}

    def _forget_idle(self) -> None:
        oldest = self._clock() - self.idle_seconds
        for token in [t for t, s in self._open.items() if s.used < oldest]:
            del self._open[token]
