"""A message as people read it, and as programs do: out of a closed vocabulary."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reimport_lib.record import state
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.status import Mode, Status

LEAST_SHOWN = 5
"""Fewer rows than that are not told apart: one of few may be known."""

_HEADS: dict[Occasion, str] = {
    Occasion.START: "has started",
    Occasion.PHASE_DONE: "{phase} is done",
    Occasion.APPROVAL: "waits for approval",
    Occasion.CONFLICT: "{phase} has conflicts to decide",
    Occasion.FAILURE: "has stopped",
    Occasion.PAUSED: "is paused",
    Occasion.UNDONE: "is undone",
    Occasion.FINISHED: "has finished",
    Occasion.LATE: "is late",
    Occasion.HEARTBEAT_LOST: "gives no sign of life",
    Occasion.MOVED: "is no longer as it was proven",
    Occasion.TEST: "is a test",
}


def head(run_id: str, message: Message) -> str:
    """What happened, in a line."""
    said = _HEADS[message["occasion"]].format(phase=message["phase"])
    if message["occasion"] is Occasion.UNDONE and message["mode"] is Mode.UNDO:
        said = "has undone another run"
    return f"reimport: {run_id} {said}"


def text(run_id: str, message: Message, link: str) -> str:
    """The whole of it: run, state, counts, safe state, next command, link, digest."""
    told = [
        f"Run: {run_id}",
        f"State: {_state(message)}",
        f"{_noun(message)}: {counted(message)}" if message["counts"] else "",
        f"Safe: {safe(message)}",
        f"Next: {next_command(run_id, message)}",
        f"Link: {link_of(run_id, link)}" if link else "",
        f"Digest: {message['digest']}" if message["digest"] else "",
    ]
    return "\n".join(filter(None, told)) + "\n"


def as_json(run_id: str, message: Message, link: str) -> str:
    """The payload of a webhook: its type, when, and what ``text`` says."""
    data: dict[str, Any] = {
        "run": run_id,
        "mode": message["mode"],
        "state": message["state"],
        "phase": message["phase"],
        "phases_done": message["done"],
        "phases": message["phases"],
        _noun(message).lower(): _counts(message),
        "safe": safe(message),
        "next": next_command(run_id, message),
        "link": link_of(run_id, link) if link else "",
        "digest": message["digest"],
    }
    kind = f"reimport.{message['occasion'].replace('-', '_')}"
    return json.dumps({"type": kind, "timestamp": message["at"], "data": data})


def counted(message: Message) -> str:
    return ", ".join(f"{number} {name}" for name, number in _counts(message).items())


def _noun(message: Message) -> str:
    return "Checks" if message["occasion"] is Occasion.MOVED else "Rows"


def _counts(message: Message) -> dict[str, int | str]:
    """Of rows, few are not told; checks are nobody's."""
    if message["occasion"] is Occasion.MOVED:
        return dict(message["counts"])
    return {name: _few(rows) for name, rows in message["counts"].items()}


def safe(message: Message) -> str:
    """What of the database can be relied on now."""
    if message["occasion"] is Occasion.TEST:
        return "nothing happened"
    if message["mode"] is Mode.REHEARSAL:
        return "a rehearsal writes to a copy; the real database is as it was"
    if message["state"] == Status.ROLLED_BACK:
        return "the database is as it was before the run"
    return _SAFE[message["occasion"]](message)


def next_command(run_id: str, message: Message) -> str:
    """What a person types next."""
    occasion = message["occasion"]
    if occasion is Occasion.TEST:
        return "reimport notify"
    if occasion in (Occasion.START, Occasion.PHASE_DONE, Occasion.LATE):
        return f"reimport status {run_id}"
    if occasion is Occasion.APPROVAL:
        return f"reimport run --full --reviewed {run_id}"
    if occasion is Occasion.PAUSED:
        return f"reimport continue {run_id}"
    if occasion is Occasion.MOVED:
        return f"reimport watch {run_id}"
    if occasion is Occasion.CONFLICT:
        return "reimport decisions"
    is_cut = occasion is Occasion.HEARTBEAT_LOST or message["state"] in (
        Status.INTERRUPTED,
        state.SILENT,
    )
    if is_cut and message["phases"]:
        return f"reimport run --resume {run_id}"
    return f"reimport show {run_id}"


def link_of(run_id: str, link: str) -> str:
    """Where the run is looked at."""
    if "{run}" in link:
        return link.replace("{run}", run_id)
    return f"{link.rstrip('/')}/{run_id}/"


def _state(message: Message) -> str:
    if not message["phases"]:
        return message["state"]
    at = f" in {message['phase']}" if message["occasion"] is Occasion.FAILURE else ""
    where = at if message["phase"] else ""
    return f"{message['state']}{where}, {message['done']} of {message['phases']} phases"


def _few(rows: int) -> int | str:
    return f"<{LEAST_SHOWN}" if 0 < rows < LEAST_SHOWN else rows


def _of_failure(message: Message) -> str:
    if message["state"] == Status.VALIDATION_FAILED:
        return "the run is applied, and a check afterwards does not hold"
    if message["has_written"]:
        return "phases before it are committed, until a message says they are undone"
    return "nothing was written"


def _at_work(message: Message) -> str:
    if message["has_written"]:
        return "what is committed is whole; what is at work is rolled back if it stops"
    return "nothing is written yet"


_SAFE: dict[Occasion, Callable[[Message], str]] = {
    Occasion.START: _at_work,
    Occasion.PHASE_DONE: _at_work,
    Occasion.CONFLICT: lambda _: "what waits for a decision stays as people have it",
    Occasion.FAILURE: _of_failure,
    Occasion.UNDONE: lambda _: "what people saved since the run is still there",
    Occasion.FINISHED: lambda _: "the run is applied as a whole",
    Occasion.PAUSED: lambda message: (
        "what its phases have written stays; it holds nothing until it goes on"
        if message["has_written"]
        else "nothing is written yet"
    ),
    Occasion.LATE: _at_work,
    Occasion.HEARTBEAT_LOST: _at_work,
    Occasion.MOVED: lambda _: (
        "what people changed since is not meant; nothing was written to find this out"
    ),
}
