"""The book of deliveries: which message goes to whom, and how often it was tried.

A SQLite file beside the runs, for either engine: it must not go back with a restored
database, a rehearsal may not write to the real one, and while a phase is at work nobody
else may. Several notifiers share it: a delivery is claimed by one statement, and the
claim of a process that was killed lapses.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reimport_lib.channels import Channel
from reimport_lib.errors import CutOff
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.status import Mode

FILE = ".notifications.sqlite3"
BACKOFF = tuple(timedelta(seconds=n) for n in (15, 60, 300, 900, 3600))
"""Between one try and the next; then the last of them."""
KEPT_TRYING = timedelta(days=3)
CLAIMED = timedelta(minutes=3)  # longer than any try takes
_WAIT_SECONDS = 10

_TABLES = """
CREATE TABLE IF NOT EXISTS book (only_one INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    name TEXT PRIMARY KEY, run_id TEXT NOT NULL, occasion TEXT NOT NULL,
    at TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS subscription (
    channel TEXT NOT NULL, occasion TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (channel, occasion));
CREATE TABLE IF NOT EXISTS delivery (
    message TEXT NOT NULL REFERENCES message, channel TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT NOT NULL,
    claim TEXT NOT NULL DEFAULT '', claimed_until TEXT NOT NULL DEFAULT '',
    sent_at TEXT, given_up_at TEXT, said TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (message, channel));
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (channel, next_at)
    WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE TABLE IF NOT EXISTS looked_at (run_id TEXT PRIMARY KEY, stamp TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Due:
    """
    A delivery that this process has claimed.

    Attributes:
        id: names the message to whoever gets it, the same at every try.
        attempts: before this one.
    """

    name: str
    id: str
    run_id: str
    message: Message
    channel: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Deliveries to the channels that there are; *next_at*: of those that wait."""

    sent: int
    waiting: int
    given_up: int
    next_at: datetime | None


class Book:
    """The book in *runs*; times are given, none is asked of a clock."""

    def __init__(self, runs: Path) -> None:
        self._path = runs / FILE
        with self._open() as base:
            base.executescript(_TABLES)
            base.execute("INSERT OR IGNORE INTO book VALUES (1, ?)", [uuid.uuid4().hex])
            ((found,),) = base.execute("SELECT id FROM book")
        self._space = uuid.UUID(found)

    def subscribe(self, channels: Iterable[Channel], at: datetime) -> None:
        """What happens from *at* on goes to *channels*, and nothing older."""
        with self._open() as base:
            for each in channels:
                base.executemany(
                    "INSERT OR IGNORE INTO subscription VALUES (?, ?, ?)",
                    [(each.key, word, _text(at)) for word in each.occasions],
                )
                base.execute(
                    "DELETE FROM subscription WHERE channel = ?"
                    " AND occasion NOT IN (SELECT value FROM json_each(?))",
                    [each.key, json.dumps([*each.occasions])],
                )

    def add(self, run_id: str, messages: Iterable[Message]) -> None:
        """Enter *messages* of a run; those that are there already stay as they are."""
        rows = [
            (name_of(run_id, each), run_id, each["occasion"], each["at"], _json(each))
            for each in messages
        ]
        with self._open() as base:
            base.executemany(
                "INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?)", rows
            )
            base.execute(
                "INSERT OR IGNORE INTO delivery (message, channel, next_at)"
                " SELECT m.name, s.channel, max(m.at, coalesce("
                "  (SELECT max(d.next_at) FROM delivery d WHERE d.channel = s.channel"
                "   AND d.sent_at IS NULL AND d.given_up_at IS NULL), m.at))"
                " FROM message m JOIN subscription s"
                " ON s.occasion = m.occasion AND m.at >= s.since WHERE m.run_id = ?",
                [run_id],
            )

    def claim(self, channels: Collection[str], at: datetime) -> Due | None:
        """The oldest delivery to *channels* that is due, for this process alone."""
        mark = secrets.token_hex(8)
        with self._open() as base:
            found = base.execute(
                "UPDATE delivery SET claim = ?, claimed_until = ? WHERE rowid = ("
                " SELECT d.rowid FROM delivery d JOIN message m ON m.name = d.message"
                " WHERE sent_at IS NULL AND given_up_at IS NULL AND next_at <= ?"
                " AND claimed_until <= ?"
                " AND channel IN (SELECT value FROM json_each(?))"
                " ORDER BY m.at, m.rowid LIMIT 1) RETURNING message, channel, attempts",
                [mark, _text(at + CLAIMED), _text(at), _text(at), _list(channels)],
            ).fetchone()
            if found is None:
                return None
            name, channel, attempts = found
            ((run_id, body),) = base.execute(
                "SELECT run_id, body FROM message WHERE name = ?", [name]
            )
        return Due(name, self.id_of(name), run_id, _read(body), channel, attempts)

    def id_of(self, name: str) -> str:
        """What names a message to whoever gets it; another book has others."""
        return f"msg_{uuid.uuid5(self._space, name).hex}"

    def sent(self, due: Due, at: datetime) -> None:
        with self._open() as base:
            base.execute(
                "UPDATE delivery SET sent_at = ?, attempts = attempts + 1, said = '',"
                " claimed_until = '' WHERE message = ? AND channel = ?",
                [_text(at), due.name, due.channel],
            )

    def failed(self, due: Due, said: str, at: datetime, *, is_final: bool) -> None:
        """
        It was tried in vain; what else waits for that channel waits as long.

        Args:
            said: why, in a word that quotes nothing.
            is_final: it is never to be tried again.
        """
        again = at + BACKOFF[min(due.attempts, len(BACKOFF) - 1)]
        is_old = at - datetime.fromisoformat(due.message["at"]) > KEPT_TRYING
        given_up = _text(at) if is_final or is_old else None
        with self._open() as base:
            base.execute(
                "UPDATE delivery SET attempts = attempts + 1, said = ?, next_at = ?,"
                " given_up_at = ?, claimed_until = ''"
                " WHERE message = ? AND channel = ?",
                [said, _text(again), given_up, due.name, due.channel],
            )
            if not given_up:
                base.execute(
                    "UPDATE delivery SET next_at = max(next_at, ?) WHERE channel = ?"
                    " AND sent_at IS NULL AND given_up_at IS NULL",
                    [_text(again), due.channel],
                )

    def tally(self, channels: Collection[str]) -> Tally:
        with self._open() as base:
            ((sent, waiting, given_up, next_at),) = base.execute(
                "SELECT count(sent_at), count(*) - count(sent_at) - count(given_up_at),"
                " count(given_up_at),"
                " min(CASE WHEN sent_at IS NULL AND given_up_at IS NULL"
                " THEN next_at END) FROM delivery"
                " WHERE channel IN (SELECT value FROM json_each(?))",
                [_list(channels)],
            )
        moment = datetime.fromisoformat(next_at) if next_at else None
        return Tally(sent, waiting, given_up, moment)

    def has_seen(self, run_id: str, stamp: str) -> bool:
        """Whether that state of the record of a run was looked at to its end."""
        with self._open() as base:
            found = base.execute(
                "SELECT 1 FROM looked_at WHERE run_id = ? AND stamp = ?",
                [run_id, stamp],
            )
            return found.fetchone() is not None

    def see(self, run_id: str, stamp: str) -> None:
        with self._open() as base:
            base.execute("REPLACE INTO looked_at VALUES (?, ?)", [run_id, stamp])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """
        A transaction of its own.

        Raises:
            CutOff: the file cannot be written, or is damaged.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            with (
                closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as base,
                base,
            ):
                base.execute("BEGIN IMMEDIATE")
                yield base
        except (sqlite3.Error, OSError) as error:
            raise CutOff(
                f"{self._path}: the book of messages cannot be written"
                f" ({type(error).__name__}).",
                hint="free some space; where it is damaged remove it, and messages that"
                " wait are lost",
                id="R440",
            ) from None


def name_of(run_id: str, message: Message) -> str:
    """What names a message wherever it is told from."""
    parts = (message["occasion"], message["phase"], str(message["number"]))
    return " ".join((run_id, *filter(None, parts)))


def _text(at: datetime) -> str:
    return at.isoformat()


def _list(channels: Collection[str]) -> str:
    return json.dumps([*channels])


def _json(message: Message) -> str:
    return json.dumps(message)


def _read(body: str) -> Message:
    message: Message = json.loads(body)
    message["occasion"] = Occasion(message["occasion"])
    message["mode"] = Mode(message["mode"])
    return message
