"""A run that may be at work, in words: what it is at, how far it is, who says so."""

from __future__ import annotations

from reimport_lib.record import heartbeat
from reimport_lib.record.state import RunState
from reimport_lib.show.words import duration, several


def lines(stands: RunState) -> list[str]:
    """The phase it is at, how far it is, and its last sign of life."""
    told = [f"{_progress(stands)}; {duration(stands.seconds)}"]
    if stands.phase:
        at = "at" if stands.is_alive else "stopped in"
        told.insert(0, f"{at} {stands.phase}")
    silent = stands.seconds_silent
    if silent is not None and not stands.has_ended:
        where = f"process {stands.pid} on {_machine(stands)}"
        told.append(f"last sign of life {duration(max(0.0, silent))} ago: {where}")
    return told


def _progress(stands: RunState) -> str:
    if not stands.phases:
        return "row by row"
    done = f"{stands.done} of {stands.phases} phases done"
    if not stands.known_rows:
        return done
    if not stands.rows:
        return f"{done}, {several(stands.known_rows, 'row')} frozen"
    return f"{done}, {stands.rows:,} of {stands.known_rows:,} rows"


def _machine(stands: RunState) -> str:
    return "this machine" if stands.host == heartbeat.here() else stands.host
