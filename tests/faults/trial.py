"""One trial: a step of the story in a process that is struck, then again in peace."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from reimport_lib.cli.errors import defect, unexpected
from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError
from reimport_lib.execute import signals
from reimport_lib.write import bind
from tests.faults import points
from tests.faults.kept import Kept
from tests.faults.kinds import FAULTS
from tests.faults.merging import different
from tests.faults.oracle import look
from tests.faults.people import EDITS, found_again, saves, swaps_source
from tests.faults.points import NOTHING, Here, Hit, Hits, Point
from tests.faults.story import RESTORE, UNDO, Do, Step, Story

SECONDS = 180  # a process that is not done by then hangs, also on a busy machine
OPERATOR = "second-operator"
OPERATOR_SECONDS = 3  # that they may need, or be kept waiting for
DEFECT = "a defect of the program"
SWAPPED = "source-swapped"


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault, at one point of one attempt."""

    number: int
    fault: str

    def __str__(self) -> str:
        return f"{self.number}:{self.fault}"


@dataclass(frozen=True)
class Ended:
    """
    How a process ended.

    Attributes:
        error: as a person would read it; "" where there was none.
        killed: number of the signal that ended it, 0 where none did.
        points: that it reached, in order.
    """

    error: str = ""
    killed: int = 0
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """
    Attributes:
        wrong: what is not as it should be, in words; none: the trial passed.
        ended: attempt by attempt.
    """

    wrong: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()


def recorded(story: Story, step: Step) -> tuple[Point, ...]:
    """The points of *step*, undisturbed, in order."""
    step.before.put_back(story.site)
    ended = attempt(story, step, record=True)
    if ended.error or ended.killed:
        raise AssertionError(f"{step.name}, undisturbed: {ended.error or ended.killed}")
    return ended.points


def trial(story: Story, step: Step, strikes: Sequence[Strike]) -> Verdict:
    """
    *step*, from what it began with, struck in attempt after attempt; then in peace.

    After each attempt all of a phase is there with its entry in the ledger, or nothing
    of it; in the end what is there is what an undisturbed step leaves.
    """
    step.before.put_back(story.site)
    story.put_back_source()
    ended: list[Ended] = []
    edited = False
    for strike in strikes:
        ended.append(attempt(story, step, strike))
        edited |= story.word.exists()
        wrong = halfway(story, step, ended[-1], edited=edited)
        if wrong:
            return Verdict(tuple(wrong), tuple(ended))
    ended.append(attempt(story, step))
    wrong = in_the_end(story, step, ended[-1], edited=edited)
    return Verdict(tuple(wrong), tuple(ended))


def attempt(
    story: Story, step: Step, strike: Strike | None = None, *, record: bool = False
) -> Ended:
    """*step* in a process of its own, in which *strike* is met."""
    bind.close()
    with _operator(story, step, strike) as operator:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.close(read)
                hits = {strike.number: _hit(story, strike, operator)} if strike else {}
                live(step.do, story.site.settings, hits.get, write, record=record)
            finally:
                os._exit(1)  # whatever happens, nobody goes on as the parent does
        os.close(write)
        with os.fdopen(read, "rb") as file:
            said = file.read()
        _, status = os.waitpid(child, 0)
    story.settle()
    if os.WIFSIGNALED(status):
        return Ended(killed=os.WTERMSIG(status))
    told = json.loads(said)
    found = tuple(Point(*each) for each in told.pop("points"))
    return Ended(**told, points=found)


def _hit(story: Story, strike: Strike, operator: _Operator) -> Hit:
    if strike.fault in FAULTS:
        return FAULTS[strike.fault].hit
    if strike.fault in EDITS:
        return saves(EDITS[strike.fault], story.site.url, story.word)
    if strike.fault == SWAPPED:
        return swaps_source(story.site.exports)
    return operator.works


@dataclass(frozen=True)
class _Operator:
    """
    A second person, who does the same once they are called.

    Attributes:
        call: where they are called; over: it ends when they are done.
    """

    call: int
    over: int

    def works(self, _: Here) -> None:
        """They do all of it now, unless something keeps them waiting for the first."""
        os.write(self.call, b"!")
        select.select([self.over], [], [], OPERATOR_SECONDS)


@contextmanager
def _operator(story: Story, step: Step, strike: Strike | None) -> Iterator[_Operator]:
    if strike is None or strike.fault != OPERATOR:
        yield _Operator(-1, -1)
        return
    called, call = os.pipe()
    over, end = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(call)
            if os.read(called, 1):
                live(step.do, story.site.settings, NOTHING, _nowhere())
        finally:
            os._exit(0)
    os.close(called)
    os.close(end)
    try:
        yield _Operator(call, over)
    finally:
        os.close(call)
        os.close(over)
        os.waitpid(child, 0)


def live(
    do: Do,
    settings: Settings,
    hits: Hits,
    write: int,
    *,
    record: bool = False,
    seconds: int = SECONDS,
) -> None:
    """What a child does; it never returns."""
    error = ""
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(_nowhere(), 1)
    os.dup2(1, 2)
    reached: list[Point] = []
    try:
        with signals.interrupting():
            reached = points.watch(settings.runs, hits)
            do(settings)
    except ReimportError as raised:
        error = str(raised)
    except KeyboardInterrupt:
        error = "stopped by a person"
    except OSError as raised:
        error = str(unexpected(raised))
    except Exception as raised:  # as the command tells it
        error = str(defect(raised))
    points.rest()
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    told = {
        "error": error,
        "points": [(p.kind, p.what) for p in reached] if record else [],
    }
    with os.fdopen(write, "w") as file:
        json.dump(told, file)
    os._exit(0)


def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY)


def resumed(story: Story, step: Step, left: Kept) -> list[str]:
    """What is wrong where *step* was killed and has *left* this; and once resumed."""
    left.put_back(story.site)
    story.put_back_source()
    wrong = halfway(story, step, Ended(killed=signal.SIGKILL), edited=False)
    return wrong or in_the_end(story, step, attempt(story, step), edited=False)


def halfway(story: Story, step: Step, ended: Ended, *, edited: bool) -> list[str]:
    """What is wrong after an attempt that was struck."""
    wrong = found_again(story.site.url, story.word)
    seen = look(story.site)
    is_whole = any(
        (seen.rows, seen.phases) == (whole.rows, whole.phases) for whole in step.seen
    )
    if not is_whole and not (edited and step.name == UNDO):  # it leaves people's rows
        changed = [n for n in seen.rows if seen.rows[n] != step.seen[0].rows.get(n)]
        wrong.append(
            f"neither all nor nothing: {', '.join(changed) or 'no table'} changed,"
            f" the ledger holds {', '.join(sorted(seen.phases)) or 'nothing'}"
        )
    if ended.killed == signal.SIGALRM:
        wrong.append(f"not done after {SECONDS} seconds")
    if not ended.killed and step.name != RESTORE:  # told when it is called again
        wrong += seen.untrue
    if DEFECT in ended.error:
        wrong.append(f"ended in {ended.error}")
    return [*wrong, *seen.unproven]


def in_the_end(story: Story, step: Step, ended: Ended, *, edited: bool) -> list[str]:
    """What is wrong after the attempt in peace; the ledger tells of edits, too."""
    wrong = look(story.site).differences(step.seen[1], rows_alone=edited)
    wrong += different(story.site, step.fields)
    if ended.killed or ended.error:
        wrong.append(f"in peace: {ended.error or f'killed by {ended.killed}'}")
    return wrong
