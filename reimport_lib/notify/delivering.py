"""What is due goes out, one delivery after the other, until nothing is."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reimport_lib import channels
from reimport_lib.channels import Channel, Notifying
from reimport_lib.config import Settings
from reimport_lib.errors import UsageError
from reimport_lib.notify import collecting, sending
from reimport_lib.notify.book import Book, Tally
from reimport_lib.notify.sending import Letter, Tried
from reimport_lib.record import clock, runs
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.status import Mode

GivesNow = Callable[[], datetime]

LOOKS_EVERY_SECONDS = 2.0
STAYS = timedelta(hours=24)
"""After the end of a run, while a channel does not answer; the next one goes on."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """
    Delivers to the channels of *notifying*; several at once share the work.

    Attributes:
        now: the clock by which deliveries are due.
    """

    settings: Settings
    notifying: Notifying
    book: Book
    now: GivesNow = clock.now

    def round(self) -> Tally:
        """Collect what there is to tell, send what is due; how all of it stands."""
        collecting.collect(self.settings, self.book, self.notifying)
        by_key = {each.key: each for each in self.notifying.channels}
        while due := self.book.claim(by_key, self.now()):
            letter = Letter(due.id, due.run_id, due.message, self.notifying.link)
            answer = self._send(by_key[due.channel], letter)
            if answer.is_taken:
                self.book.sent(due, self.now())
            else:
                self.book.failed(due, answer.said, self.now(), is_final=answer.is_final)
        return self.tally()

    def follow(self, run_id: str = "") -> None:
        """
        Deliver as long as there is something to tell of the run *run_id*.

        Args:
            run_id: "": for good.

        Raises:
            UsageError: there is no such run.
            CutOff: the book cannot be written.
        """
        run = runs.load(self.settings, run_id) if run_id else None
        ended_at = None
        while True:
            is_at_work = run is None or collecting.is_at_work(run)
            tally = self.round()
            if not is_at_work:
                ended_at = ended_at or self.now()
                if not tally.waiting or self.now() - ended_at > STAYS:
                    return
            time.sleep(LOOKS_EVERY_SECONDS)

    def tally(self) -> Tally:
        return self.book.tally([each.key for each in self.notifying.channels])

    def test(self) -> list[tuple[str, Tried]]:
        """One message to each channel, which is tried once; what became of it."""
        message: Message = {
            "occasion": Occasion.TEST,
            "phase": "",
            "number": 1,
            "at": self.now().isoformat(),
            "mode": Mode.REHEARSAL,
            "state": "test",
            "done": 0,
            "phases": 0,
            "has_written": False,
            "counts": {},
            "digest": "",
        }
        id = f"msg_{secrets.token_hex(16)}"
        letter = Letter(id, "a message", message, self.notifying.link)
        return [
            (each.name, self._send(each, letter)) for each in self.notifying.channels
        ]

    def _send(self, channel: Channel, letter: Letter) -> Tried:
        return sending.send(channel, letter, self.settings, at=self.now())


def notifier(settings: Settings, *, now: GivesNow = clock.now) -> Notifier:
    """
    The notifier of *settings*; what happens from now on is told.

    Raises:
        SettingsError: a setting cannot be read.
        UsageError: nobody is to be told.
        CutOff: the book cannot be written.
    """
    notifying = channels.read(settings.notify)
    if not notifying.channels:
        raise UsageError(
            "REIMPORT_NOTIFY names nobody who is to be told.",
            hint="REIMPORT_NOTIFY=mailto:it@clinic.example, in .env",
            id="R442",
        )
    book = Book(settings.runs)
    book.subscribe(notifying.channels, now())
    return Notifier(settings, notifying, book, now)
