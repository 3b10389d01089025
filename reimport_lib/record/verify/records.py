"""Whether the events and the record of a run are those that were sealed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from reimport_lib.record.verify.differing import first_difference, flat
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings
from reimport_lib.record.verify.leaves import (
    AT_WORK,
    EVENTS,
    RECORD,
    is_of,
    lines_of,
    object_of,
)

if TYPE_CHECKING:
    from reimport_lib.record.verify.leaves import Leaf


def check_events(files: Files, leaves: list[Leaf], found: Findings) -> None:
    """Every event names the one before it, up to the heads that were sealed."""
    data = files.read(EVENTS) or b""
    lines = lines_of(data)
    heads = [leaf for leaf in leaves if is_of(leaf, EVENTS)]
    if not lines and heads:
        found.altered.append(f"{EVENTS}: it is gone")
        return
    broken = _broken_line(lines)
    if broken:
        found.altered.append(f"{EVENTS}: {broken}")
        return
    first = 1
    for head in heads:
        last = int(head["lines"])
        there = [hashlib.sha256(line).hexdigest() for line in lines[:last][-2:]]
        if len(lines) < last:
            lost = f"{last - len(lines):,} of {last:,} lines at its end are gone"
            found.altered.append(f"{EVENTS}: {lost}")
            return
        if there != head["last_two"]:
            alone = there[:-1] == head["last_two"][:-1] or first >= last
            which = (
                f"line {last} is not the one"
                if alone
                else (f"lines {first} to {last} are not all of those")
            )
            found.altered.append(f"{EVENTS}: {which} that was sealed")
            return
        first = last + 1
    if data and not data.endswith(b"\n"):
        found.notes.append(f"{EVENTS}: its last line was cut off by a crash")
    found.checked += 1


def _broken_line(lines: list[bytes]) -> str:
    """The first line that is not the one that the next was written behind."""
    for number, line in enumerate(lines, start=1):
        event = object_of(line)
        if "prev" not in event:
            continue
        if event.get("seq") != number:
            return f"line {number} is number {event.get('seq')}: one is gone or added"
        before = hashlib.sha256(lines[number - 2]).hexdigest() if number > 1 else ""
        if event["prev"] != before:
            return f"line {max(number - 1, 1)} is not the one that was written"
    unchained = [n for n, line in enumerate(lines, 1) if "prev" not in object_of(line)]
    chained = [n for n, line in enumerate(lines, 1) if "prev" in object_of(line)]
    for number in unchained:
        # a line that a crash cut off is named by the one behind it, or is the last
        if chained and number > chained[0] and object_of(lines[number - 1]):
            return f"line {number} names no line before it"
    return ""


def check_record(files: Files, leaves: list[Leaf], found: Findings) -> None:
    """Every value of ``run.json`` is the one that was sealed."""
    sealed = [leaf["value"] for leaf in leaves if is_of(leaf, RECORD)]
    data = files.read(RECORD)
    if data is None:
        found.altered.append(f"{RECORD}: it is gone")
        return
    now = object_of(data)
    is_unsealed = not sealed or sealed[-1].get("status") in AT_WORK
    if is_unsealed and now.get("status") not in AT_WORK:
        found.unchecked.append(
            f"{RECORD}: the run was cut off: its process was killed before it sealed"
            " how the run ended"
        )
    elif is_unsealed:
        found.unchecked.append(f"{RECORD}: the run is not done, it may be at work")
    elif now == sealed[-1]:
        found.checked += len(flat(now))
    elif now in sealed[:-1]:
        found.unchecked.append(
            f"{RECORD} is as it was before its last change: a process was killed as it"
            " wrote it, or somebody put an earlier one back"
        )
    else:
        found.altered.append(f"{RECORD}: {first_difference(now, sealed[-1])}")
