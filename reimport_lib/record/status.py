"""Where a run and its phases stand, and the steps they may take from there.

Whoever writes ``run.json`` goes by these tables, so that no code can call a phase done
that nobody began, or go on with a run that was taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from reimport_lib.errors import Refused


class Mode(StrEnum):
    """What a run may write to."""

    REHEARSAL = "rehearsal"  # a copy of the database, made by the backup phase
    FULL = "full"  # the real database, after a person has confirmed
    UNDO = "undo"  # the real database: takes another run back, row by row
    PUT_BACK = "put-back"  # the real database: what people did before a restore


ROW_BY_ROW = frozenset({Mode.UNDO, Mode.PUT_BACK})
"""Runs that a person's command does at once, without phases."""


class Status(StrEnum):
    """Where a run or one of its phases stands."""

    PENDING = "pending"  # a phase nobody has started
    OPEN = "open"  # a run that is made and confirmed, and not executed yet
    RUNNING = "running"  # somebody's kernel or command is at work
    SUCCEEDED = "succeeded"  # done, and no check failed
    REFUSED = "refused"  # a condition was not met; its phase wrote nothing
    FAILED = "failed"  # an error, or a kernel that died; nothing uncommitted stays
    VALIDATION_FAILED = "validation-failed"  # applied, and a check did not hold
    ROLLED_BACK = "rolled-back"  # its backup was put back
    INTERRUPTED = "interrupted"  # Ctrl-C or a signal


class Return(StrEnum):
    """How far a full run that failed has taken back what it wrote, by itself."""

    BEGUN = "begun"  # cut off, where no command is at it
    UNDONE = "undone"  # row by row, by a run of its own
    RESTORED = "restored"  # its backup was put back
    STAYS = "stays"  # it could not be, without people's work


EXIT_CODES = {
    Status.SUCCEEDED: 0,
    Status.OPEN: 0,
    Status.REFUSED: 3,
    Status.FAILED: 4,
    Status.VALIDATION_FAILED: 5,
    Status.INTERRUPTED: 130,
}
"""Of the command that executed a run, by the status that the run ended with."""

Steps = Mapping[Status, frozenset[Status]]

STOPPED = frozenset(
    {
        Status.REFUSED,
        Status.FAILED,
        Status.VALIDATION_FAILED,
        Status.INTERRUPTED,
    }
)
"""A run or phase that ended, and that another attempt may go on with."""

AT_WORK = frozenset({Status.OPEN, Status.RUNNING})
"""A run whose record changes with what it does; it is sealed when that is done."""

FINISHED = frozenset({Status.SUCCEEDED, Status.ROLLED_BACK})
"""A run that nobody goes on with."""

_BEGUN = frozenset({Status.RUNNING, Status.ROLLED_BACK})

STEPS_OF_A_RUN: Steps = {
    Status.OPEN: frozenset({Status.RUNNING}),
    # running -> running: notebook after notebook, or after its process was killed
    Status.RUNNING: _BEGUN | STOPPED | {Status.SUCCEEDED},
    # to itself: its phase has ended it, and then its command does
    **{status: _BEGUN | {status} for status in STOPPED},
    Status.SUCCEEDED: frozenset({Status.SUCCEEDED, Status.ROLLED_BACK}),
    Status.ROLLED_BACK: frozenset(),
}

STEPS_OF_A_PHASE: Steps = {
    # not begun: its kernel died, or was stopped, before its first cell
    Status.PENDING: STOPPED | {Status.RUNNING},
    # running -> pending: its process was killed, and it is tried again
    Status.RUNNING: STOPPED | {Status.SUCCEEDED, Status.PENDING},
    **dict.fromkeys(STOPPED, frozenset({Status.PENDING})),
    Status.SUCCEEDED: frozenset(),
}


def step(now: Status, then: Status, *, steps: Steps, run_id: str, what: str) -> Status:
    """
    *then*, where *steps* lead there from *now*.

    Args:
        what: the run, or which phase of it, in words.

    Raises:
        Refused: they do not; nothing is changed.
    """
    if then in steps.get(now, ()):
        return then
    raise Refused(
        f"Run {run_id}: {what} is {now} and cannot become {then}.",
        hint=_way_on(now, run_id),
        id="R223",
    )


def _way_on(now: Status, run_id: str) -> str:
    if now is Status.ROLLED_BACK:
        return "reimport run --dry-run"
    if now is Status.SUCCEEDED:
        return f"reimport show {run_id}"
    return f"reimport run --resume {run_id}"
