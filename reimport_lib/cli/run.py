"""``reimport run`` and ``reimport open``: rehearse, apply, or go on with a run."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from reimport_lib import printing
from reimport_lib.cli.completing import complete
from reimport_lib.cli.progress import execute
from reimport_lib.cli.summary import show_changes, show_replanned
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import UsageError
from reimport_lib.execute import again, approve, signing
from reimport_lib.execute.approve import Ask
from reimport_lib.execute.resume import resumable
from reimport_lib.phases import ALWAYS, Phase, all_phases, named, timing
from reimport_lib.plan import gates as limits
from reimport_lib.plan import signoffs
from reimport_lib.record import expiry, forecast, runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import EXIT_CODES, Status
from reimport_lib.show import forecast_words

NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options that ``run`` and ``open`` share, by their names."""

    dry_run: bool
    full: bool
    phase: str
    reviewed: str
    yes: bool
    word: str
    accept_drift: str | None
    gate: tuple[str, ...]
    why: str
    until: str
    by: str
    strict: bool
    clean_slate: bool
    keep: bool

    @property
    def of_its_own(self) -> bool:
        """Words that a run is opened with, which no later one may change."""
        signed = self.why or self.until or (self.by and not self.word)
        return bool(
            self.phase or self.gate or signed or self.strict or self.clean_slate
        )


def _words(function: click.decorators.FC) -> click.decorators.FC:
    """The options that ``run`` and ``open`` share."""
    options = (
        click.option("--dry-run", is_flag=True, help="Rehearse on a copy."),
        click.option("--full", is_flag=True, help="Apply to the real database."),
        click.option(
            "--phase",
            default="",
            metavar="NAME",
            help="One phase, after validation and backup.",
        ),
        click.option(
            "--reviewed", default="", metavar="RUN", help="The rehearsal to apply."
        ),
        click.option(
            "--accept-drift",
            type=click.Choice(["database", "source"]),
            is_flag=False,
            flag_value="database",
            default=None,
            metavar="[source]",
            help="With --reviewed: plan anew what moved since, show only that, and ask "
            "again; =source: read the source again too.",
        ),
        click.option("--yes", is_flag=True, help="Confirm without typing (batch)."),
        click.option(
            "--word",
            default="",
            help="The word, where somebody has typed it elsewhere (--by: who).",
        ),
        click.option(
            "--gate",
            "gate",
            multiple=True,
            metavar="TABLE.NAME=VALUE",
            help="Set a limit: stricter for this run alone, looser with --why and "
            "--until, as reimport signoff does.",
        ),
        click.option("--why", default="", help="Why a limit is opened."),
        click.option(
            "--until", default="", metavar="DAY", help="The last day it is open."
        ),
        click.option("--by", default="", help="Who rehearses, confirms or opens it."),
        click.option(
            "--strict", is_flag=True, help="Stop at columns that nobody mapped."
        ),
        click.option(
            "--clean-slate",
            is_flag=True,
            help="Also delete imported rows that do not come in today; overwrite what "
            "people changed in imported fields.",
        ),
        click.option(
            "--keep",
            is_flag=True,
            help="Where a phase fails, keep what earlier ones wrote.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command()
@_words
@click.option(
    "--resume",
    is_flag=False,
    flag_value=NEWEST,
    default=None,
    metavar="[RUN]",
    help="Go on with a run at its first phase that is not done.",
)
@click.option(
    "--detach",
    is_flag=True,
    help="In a process of its own; returns once it is at work.",
)
def run(resume: str | None, detach: bool, **words: Any) -> None:
    """Rehearse, apply, or go on with a run."""
    settings, asked = load_settings(), RunOptions(**words)
    carry_out = _leave if detach else _execute
    if resume is not None:
        other = asked.reviewed or asked.accept_drift or asked.keep or asked.of_its_own
        if asked.dry_run or asked.full or other:
            raise UsageError(
                "--resume goes on with a run as it was opened; it takes no other word.",
                hint="reimport run --resume RUN",
                id="R031",
            )
        asked_for = "" if resume == NEWEST else resume
        complete(runs.readable(settings))
        carry_out(resumable(settings, asked_for))
        return
    if detach and not (asked.dry_run or (asked.reviewed and not asked.accept_drift)):
        raise UsageError(
            "--detach rehearses, applies what was reviewed, or goes on with a run: of"
            " these words somebody would be asked only after a rehearsal.",
            hint="reimport run --dry-run --detach, then reimport run --full --reviewed"
            " RUN --detach",
            id="R427",
        )
    carry_out(_open(settings, asked))


@click.command(name="open")
@_words
def open_(**words: Any) -> None:
    """Make and confirm a run without executing it; prints its run id."""
    with printing.aside():  # so that a script reads the id alone
        opened = _open(load_settings(), RunOptions(**words))
    printing.say(opened.run_id)


def _open(settings: Settings, asked: RunOptions) -> Run:
    """The run that the words ask for; a full one is rehearsed first and confirmed."""
    if asked.dry_run and asked.full:
        raise UsageError(
            "--dry-run and --full exclude each other.", hint="choose one", id="R032"
        )
    if asked.dry_run and asked.keep:
        raise UsageError(
            "--keep is of a run that may write; a rehearsal writes to a copy.",
            hint="reimport run --full --keep",
            id="R324",
        )
    if not (asked.dry_run or asked.full or asked.phase):
        raise UsageError(
            "Say what to run: --dry-run, --full, --phase NAME or --resume.",
            hint="reimport run --dry-run",
            id="R033",
        )
    if asked.reviewed:
        if asked.dry_run or asked.of_its_own:
            raise UsageError(
                "--reviewed applies a rehearsal as it was; "
                "it takes no other phase or limit and no --dry-run.",
                hint="reimport run --full --reviewed RUN",
                id="R034",
            )
        rehearsal = approve.reviewed_rehearsal(settings, asked.reviewed)
        expiry.require_fresh(rehearsal, now())
        if asked.accept_drift:
            return _review_again(settings, rehearsal, asked)
    elif asked.accept_drift:
        raise UsageError(
            "--accept-drift plans a rehearsal anew, and none is named.",
            hint="reimport run --full --reviewed RUN --accept-drift",
            id="R329",
        )
    else:
        rehearsal = approve.open_rehearsal(
            settings,
            _phases(asked.phase),
            gates=_gates(settings, asked),
            strict=asked.strict,
            clean_slate=asked.clean_slate,
            by=asked.by,
        )
        if asked.dry_run:
            return rehearsal
        status = execute(rehearsal)
        if status is not Status.SUCCEEDED:
            sys.exit(EXIT_CODES[status])
    show_changes(rehearsal)
    ask = printing.asker("apply exactly this")
    return _confirmed(settings, rehearsal, ask, asked)


def _confirmed(
    settings: Settings, rehearsal: Run, ask: Ask | None, asked: RunOptions
) -> Run:
    """The full run of *rehearsal*, once somebody said yes to it: here, or by --word."""
    if asked.word:
        ask = partial(_as_typed, asked.word)
    return approve.open_full(
        settings,
        rehearsal,
        ask=ask,
        yes=asked.yes,
        keep=asked.keep,
        by=asked.by if asked.word else "",
    )


def _as_typed(word: str, _expected: str) -> str:
    return word


def _review_again(settings: Settings, reviewed: Run, asked: RunOptions) -> Run:
    """The full run of *reviewed*, planned anew where rows moved, once confirmed."""
    from reimport_lib.execute import report  # it takes seconds to import

    newer = asked.accept_drift == "source"
    rehearsal = again.open_again(settings, reviewed, newer_source=newer)
    status = execute(rehearsal)
    if status is not Status.SUCCEEDED:
        sys.exit(EXIT_CODES[status])
    try:
        found = again.differences(reviewed, rehearsal)
    finally:
        report.write(rehearsal)  # what differs stands first in it
    show_replanned(rehearsal, found)
    ask = printing.asker("apply it so")
    return _confirmed(settings, rehearsal, ask, asked)


def _gates(settings: Settings, asked: RunOptions) -> dict[str, float]:
    """
    ``TABLE.NAME=VALUE`` words as place -> limit; what they open is signed off.

    Raises:
        UsageError: reasons are given, and nothing is opened.
    """
    read = {word: limits.parse(word) for word in asked.gate}
    wider = [word for word, (place, v) in read.items() if limits.loosens(place, v)]
    is_named = asked.by and not asked.word and (wider or not asked.dry_run)
    if asked.why or asked.until or is_named:
        if not wider:
            raise UsageError(
                "--why, --until and --by go with a --gate that opens a limit.",
                hint="reimport run --dry-run --gate TABLE.GATE=VALUE " + signoffs.WORDS,
                id="R357",
            )
        made = signing.sign(
            settings, wider, why=asked.why, until=asked.until, by=asked.by
        )
        for each in made:
            printing.say(f"Signed off: {each.number}, {each.sentence}")
        return dict(pair for word, pair in read.items() if word not in wider)
    return dict(read.values())


def _phases(name: str) -> tuple[Phase, ...]:
    """All phases, or *name* with what always comes first."""
    if not name:
        return all_phases()
    wanted = {*ALWAYS, named(name).name}
    return tuple(phase for phase in all_phases() if phase.name in wanted)


def _execute(run: Run) -> None:
    _foretell(run)
    sys.exit(EXIT_CODES[execute(run)])


def _foretell(run: Run) -> None:
    """Say how long *run* will take, and until when it can still be taken back."""
    found = forecast.of_run(run)
    for line in forecast_words.lines(found, timing.latest_to_stop(run, found)):
        printing.say(line)


def _leave(run: Run) -> None:
    """Leave *run* to a process of its own, and say where it is to be found."""
    from reimport_lib.execute import detached

    _foretell(run)
    code = detached.start(run)
    printing.say(f"Run {run.run_id} ({run.mode}): {run.folder}")
    printing.say(f"What it says: {run.folder / detached.LOG}")
    if code is None:
        printing.say("It goes on when this terminal is closed.")
        printing.say(f"Next: reimport status {run.run_id} --follow")
        return
    for line in detached.told(run).splitlines():
        (printing.complain if code else printing.say)(line)
    sys.exit(code)
