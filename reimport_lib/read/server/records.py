"""Records off a server, sweep after sweep until nothing changes, then as a table.

FileMaker stays in use while it is read. Two sweeps that agree in every record and
value are what a table is taken from; what changed between is read again and listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reimport_lib.checks import Check, Verdict, equal
from reimport_lib.counting import several
from reimport_lib.errors import SourceError
from reimport_lib.read import headers, limits
from reimport_lib.read.escapes import without_escapes
from reimport_lib.read.reading import TEXT, Reading, assemble
from reimport_lib.read.server.jsontext import UNREADABLE
from reimport_lib.read.server.values import Convert, FieldKind, ServerField

MOST_SWEEPS = 5
LISTED = 10
MOST_DIGITS = 18
"""Of a record id or a count: more do not fit into 64 bits."""

_REPLACED = "\ufffd"
NO_ACCESS = "<No Access>"


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One record as it was read.

    Attributes:
        number: FileMaker's record id; what stands for it where a server tells none.
        version: its modification count; "" where a server tells none.
        values: field -> text, empty ones too.
    """

    number: int
    version: str
    values: Mapping[str, str]


Sweep = dict[int, Record]


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """What two sweeps agree in.

    Attributes:
        records: by number, lowest first.
        changed: numbers of those that came, went or changed while it was read.
        sweeps: how often the table was read.
        before, after: the server's own counts; None where it tells none.
    """

    records: tuple[Record, ...]
    changed: tuple[int, ...]
    sweeps: int
    before: int | None
    after: int | None


def settle(
    name: str, sweep: Callable[[], Sweep], count: Callable[[], int | None]
) -> Settled:
    """
    Read a table until twice running it was the same, and as many as the server counts.

    Raises:
        SourceError: it never was.
    """
    before = count()
    held = sweep()
    changed: set[int] = set()
    for sweeps in range(2, MOST_SWEEPS + 1):
        again = sweep()
        after = count()
        differing = {
            number
            for number in held.keys() | again.keys()
            if held.get(number) != again.get(number)
        }
        held, changed = again, changed | differing
        if not differing and after in (None, len(held)):
            records = tuple(held[number] for number in sorted(held))
            return Settled(records, tuple(sorted(changed)), sweeps, before, after)
    told = "not told" if after is None else f"{after:,}"
    raise SourceError(
        f"{name}: was read {MOST_SWEEPS} times and never twice the same and whole; "
        f"{len(held):,} records at last, {told} by the server's own count.",
        hint="run it when nobody works in FileMaker",
        id="R208",
    )


def checks(settled: Settled) -> list[Check]:
    """The certificate: counts of the server, record ids, and what changed."""
    rows, before, after = len(settled.records), settled.before, settled.after
    again = "run it again, when fewer people work in FileMaker"
    found = [
        Check(
            "server's own count before reading",
            "known",
            "unknown" if before is None else f"{before:,}",
            Verdict.COULD_NOT_CHECK if before is None else Verdict.PASS,
            id="C081",
        ),
        Check(
            "server's own count after reading",
            "known",
            "unknown",
            Verdict.COULD_NOT_CHECK,
            id="C082",
        )
        if after is None
        else equal(
            "server's own count after reading",
            expected=after,
            actual=rows,
            hint=again,
            id="C082",
        ),
        Check(
            "read twice with the same result",
            "yes",
            f"yes, after {settled.sweeps} readings",
            Verdict.PASS,
            id="C083",
        ),
    ]
    if settled.changed:
        shown = ", ".join(map(str, settled.changed[:LISTED]))
        more = len(settled.changed) - LISTED
        found.append(
            Check(
                "changed while it was read",
                "0 records",
                f"{len(settled.changed):,} records, read again: {shown}"
                + (f" and {more:,} more" if more > 0 else ""),
                Verdict.WARN,
                "people work in FileMaker: tables may differ by these records",
                id="C084",
            )
        )
    return found


def reading(
    name: str,
    settled: Settled,
    fields: Sequence[ServerField],
    *,
    way: str,
    convert: Callable[[ServerField], Convert | None],
    found: Iterable[Check] = (),
) -> Reading:
    """
    The records as a table of text: *fields* first, then what else the records hold.

    Args:
        convert: a field to how each of its values becomes text of ours, if it must.
        found: checks of that server alone.
    """
    known = {field.name: field for field in fields}
    for record in settled.records:
        for extra in record.values.keys() - known.keys():
            known[extra] = ServerField(extra)
    shown = [field for field in known.values() if field.kind is not FieldKind.CONTAINER]
    columns = headers.columns([field.name for field in shown], name=name)
    limits.check_cells(name, rows=len(settled.records), columns=len(columns))
    arrays = [
        without_escapes(_column(settled.records, field, convert(field)))
        for field in shown
    ]
    data, places, blank = assemble(columns, arrays, first_row=0, name=name)
    numbers = np.array([record.number for record in settled.records], dtype=np.int64)
    return Reading(
        data,
        pa.array(numbers[places.to_numpy()]),
        blank,
        way=way,
        checks=(
            *checks(settled),
            *found,
            *_value_checks(data),
            *_left_out(known.values()),
        ),
    )


def _column(
    records: Sequence[Record], field: ServerField, change: Convert | None
) -> pa.Array:
    texts = [record.values.get(field.name, "") for record in records]
    if change is not None:
        changed = {text: change(text) for text in set(texts) if text}
        texts = [changed.get(text, text) for text in texts]
    try:
        return pa.array(texts, TEXT)
    except UnicodeEncodeError:  # half a pair of UTF-16 was cut off its other half
        return pa.array([_whole(text) for text in texts], TEXT)


def _whole(text: str) -> str:
    """The text with a sign of replacement for each half character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _value_checks(data: pa.Table) -> Iterable[Check]:
    """Cells that hold a sign of FileMaker's instead of a value."""
    hidden = {
        column: count
        for column in data.column_names
        if (count := _cells(data.column(column), pc.equal, NO_ACCESS))
    }
    if hidden:
        yield Check(
            "fields this account may not see",
            "0 cells",
            f"{several(sum(hidden.values()), 'cell')} in "
            f"{', '.join(map(repr, hidden))}",
            Verdict.FAIL,
            "give the account's privilege set access to these fields",
            id="C085",
        )
    unreadable = sum(_cells(column, pc.equal, UNREADABLE) for column in data.columns)
    if unreadable:
        yield Check(
            "values that FileMaker could not show",
            "0 cells",
            f"{several(unreadable, 'cell')} with ?",
            Verdict.WARN,
            "they are kept as ?; look at these fields in FileMaker",
            id="C086",
        )
    halves = sum(
        _cells(column, pc.match_substring, _REPLACED) for column in data.columns
    )
    if halves:
        yield Check(
            "characters that are none",
            "0 cells",
            f"{several(halves, 'cell')} with U+FFFD",
            Verdict.WARN,
            "look at these fields in FileMaker: a character was cut in two",
            id="C087",
        )


def _left_out(fields: Iterable[ServerField]) -> Iterable[Check]:
    containers = [field.name for field in fields if field.kind is FieldKind.CONTAINER]
    if containers:
        yield Check(
            "container fields",
            "left out",
            f"left out: {', '.join(map(repr, containers))}",
            Verdict.PASS,
            id="C088",
        )


def _cells(column: pa.ChunkedArray, holds: Callable[..., Any], text: str) -> int:
    return int(pc.sum(holds(column, text)).as_py() or 0)
