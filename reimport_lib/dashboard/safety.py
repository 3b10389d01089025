"""What of a run is in the real database: the sentence that stands first."""

from __future__ import annotations

from reimport_lib.record.manifest import Manifest
from reimport_lib.record.state import ENDING, SILENT, RunState
from reimport_lib.record.status import ROW_BY_ROW, Mode, Return, Status
from reimport_lib.show import run_facts, verdict

_WHOLE = "written whole or not at all"


def sentence(manifest: Manifest, stands: RunState) -> str:
    """The safe state of the run, of which no more is said than is known."""
    if stands.mode in ROW_BY_ROW:
        return _row_by_row(manifest, stands)
    if not stands.is_alive and manifest["status"] is not Status.OPEN:
        return verdict.written(manifest)
    if stands.mode is Mode.REHEARSAL:
        return "The real database is only read: a rehearsal writes to a copy of it."
    if manifest["status"] is Status.OPEN and not stands.is_alive:
        return "Nothing of it has been written to the real database: it has not begun."
    return _at_work(manifest, stands)


def _row_by_row(manifest: Manifest, stands: RunState) -> str:
    of = manifest["undo"]["of"] if "undo" in manifest else "another run"
    what = f"what {of} wrote"
    if _puts(stands):
        what = f"what people did before {of} was restored"
    if stands.is_alive:
        return (
            f"It puts back {what}, {_WHOLE}."
            if _puts(stands)
            else (f"It takes back {what}, {_WHOLE}; what people changed since stays.")
        )
    if manifest["status"] is Status.SUCCEEDED:
        did = "has put back" if _puts(stands) else "has taken back"
        return f"It {did} {what}, in the real database; what stays is named."
    if stands.state in (SILENT, Status.INTERRUPTED, Status.OPEN):
        finds = f"reimport show {stands.run_id} finds out"
        return f"It was {_WHOLE}; which of the two, {finds}."
    return "Nothing of it was written: the real database is as it was before."


def _puts(stands: RunState) -> bool:
    return stands.mode is Mode.PUT_BACK


def _at_work(manifest: Manifest, stands: RunState) -> str:
    went = run_facts.went_back(manifest)
    if went and went["state"] == Return.BEGUN:
        return "It failed, and what it wrote to the real database is being taken back."
    names = [phase["name"] for phase in run_facts.written_phases(manifest)]
    so_far = (
        f"Written to the real database so far: {', '.join(names)}."
        if names
        else "Nothing has been written to the real database so far."
    )
    if stands.phase and stands.state != ENDING:
        return f"{so_far} What {stands.phase} does is {_WHOLE}."
    return so_far
