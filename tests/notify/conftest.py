"""A runs folder with a book, a clock that a test sets, and messages to send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reimport_lib.config import Settings, load_settings
from reimport_lib.notify import delivering
from reimport_lib.notify.delivering import Notifier
from reimport_lib.record.clock import now
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.status import Mode
from tests.notify import receivers
from tests.notify.receivers import SECRET, Hook

RUN = "20261130T170000Z-full"


@dataclass
class Clock:
    """Stands still until it is moved; it begins now, since signatures are of now."""

    at: datetime = field(default_factory=now)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Told:
    """A runs folder without a run: a test enters messages itself."""

    runs: Path
    clock: Clock

    def settings(self, notify: str, **more: str) -> Settings:
        return load_settings(
            {
                "REIMPORT_RUNS": str(self.runs),
                "REIMPORT_NOTIFY": notify,
                "DATABASE_URL": f"sqlite:///{self.runs}/none.sqlite3",
                **more,
            }
        )

    def notifier(self, notify: str, **more: str) -> Notifier:
        return delivering.notifier(self.settings(notify, **more), now=self.clock)

    def hooked(self, hook: Hook, *, secrets: str = SECRET, **more: str) -> Notifier:
        return self.notifier(f"{hook.url} {secrets}", **more)

    def message(
        self, occasion: Occasion = Occasion.FINISHED, **more: object
    ) -> Message:
        made: dict[str, object] = {
            "occasion": occasion,
            "phase": "",
            "number": 1,
            "at": self.clock().isoformat(),
            "mode": Mode.FULL,
            "state": "succeeded",
            "done": 9,
            "phases": 9,
            "has_written": True,
            "counts": {"created": 1_204, "rejected": 3},
            "digest": "ab" * 32,
            **more,
        }
        return made  # type: ignore[return-value]

    def enter(self, notifier: Notifier, *messages: Message) -> None:
        notifier.book.add(RUN, messages or [self.message()])


@pytest.fixture
def told(tmp_path: Path, clock: Clock) -> Told:
    (tmp_path / "runs").mkdir()
    return Told(tmp_path / "runs", clock)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with receivers.hook() as made:
        yield made
