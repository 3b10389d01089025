"""What the two interfaces of one server share: the database, sessions and faults."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reimport_demo.filemaker.faults import Edit, Faults, Switchboard
from reimport_demo.filemaker.model import (
    Database,
    Field,
    Layout,
    Record,
    Stored,
    Table,
)
from reimport_demo.filemaker.sessions import IDLE_SECONDS, Sessions
from reimport_demo.filemaker.streaming import (
    SHOWN_ENDINGS,
    ContainerFile,
    address,
    place_of,
)

FIRST_KEY = "00000000-0000-4000-A000-000000000000"
"""Of a record that is put before all others while somebody reads them."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a server of a certain version and set-up behaves.

    Attributes:
        account, password: the only ones that are let in.
        strict: unknown parameters, ``%24`` for ``$`` and the path ``/$count`` are
            refused, as by the servers that do; else they are taken.
        session_limit: of the Data API.
        idle_seconds: how long its sessions live without a call.
        page_rows: the most records in one answer of OData.
        authenticated_streams: containers need the cookie of the first answer.
        version: of the server; OData before 21 knows the older annotations only.
    """

    account: str = "web"
    password: str = "secret"  # pragma: allowlist secret
    strict: bool = False
    session_limit: int = 100
    idle_seconds: float = IDLE_SECONDS
    page_rows: int = 10_000
    authenticated_streams: bool = True
    version: str = "22.0.2"

    def __repr__(self) -> str:
        return f"Options(account={self.account!r}, strict={self.strict})"


@dataclass(slots=True)
class Service:
    """One running server."""

    database: Database
    options: Options
    switches: Switchboard
    sessions: Sessions
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def faults(self) -> Faults:
        return self.switches.faults

    def is_account(self, name: str, password: str) -> bool:
        """Whether that is the account, compared in constant time."""
        given, own = f"{name}\0{password}", self.options
        known = f"{own.account}\0{own.password}"
        return hmac.compare_digest(given.encode(), known.encode())

    def page_of(self, records: Sequence[Record], first: int, most: int) -> list[Record]:
        """
        Records of one answer, at most *most* from place *first* (0) on.

        What happens to lists only happens here: half pages, and edits in between.
        """
        if most > 1 and self.switches.falls("pages", self.faults.short_page_every):
            most //= 2
        return list(records[first : first + most])

    def listed(self, layout: Layout, records: Sequence[Record]) -> None:
        """Records were handed out: edit them if that is due."""
        faults = self.faults
        if not records or not faults.edit:
            return
        if not self.switches.reaches("lists", faults.edit_after):
            return
        self.edit(layout.table, records[0], faults.edit)

    def edit(self, table: Table, record: Record, kind: Edit) -> None:
        """Delete *record*, put another before it, or change it."""
        if kind == "delete":
            table.delete(record)
        elif kind == "insert":
            number = max(each.number for each in table.records()) + 1
            key = {table.key: FIRST_KEY} if table.key else {}
            table.insert(Record(number, 0, {**record.values, **key}), before=record)
        elif kind == "change":
            table.change(record)

    def stream_path(
        self, layout: Layout, name: Field, record: Record, *, session: int, call: int
    ) -> str:
        """The end of a streaming URL, from the digits on."""
        tables = list(self.database.tables)
        place = ContainerFile(
            table=tables.index(layout.table.name),
            field=list(layout.table.fields).index(name.name),
            repetition=1,
            call=call,
            session=session,
            record=record.number,
        )
        held = record.value(name.name)
        ending = held.key.rpartition(".")[2] if isinstance(held, Stored) else ""
        shown = f".{ending}" if ending.lower() in SHOWN_ENDINGS else ""
        return f"{address(place, self.secret)}{shown}"

    def streamed(self, digits: str) -> tuple[ContainerFile, bytes, str] | None:
        """Place, bytes and file name behind an address; None where there is nothing."""
        place = place_of(digits, self.secret)
        if place is None:
            return None
        table = list(self.database.tables.values())[place.table]
        record = table.numbered(place.record)
        held = record.value(list(table.fields)[place.field]) if record else ""
        if not isinstance(held, Stored):
            return None
        return place, self.database.content(held.key), held.key.rpartition("/")[2]


def make_service(
    database: Database,
    *,
    options: Options,
    faults: Faults,
    clock: Callable[[], float] = time.monotonic,
) -> Service:
    """A server of *database* whose sessions live by *clock*, in seconds."""
    sessions = Sessions(
        limit=options.session_limit, idle_seconds=options.idle_seconds, clock=clock
    )
    return Service(database, options, Switchboard(faults), sessions)
