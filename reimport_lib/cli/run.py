"""``reimport run`` and ``reimport open``: rehearse, apply, or go on with a run."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import click

from reimport_lib import printing
from reimport_lib.cli.progress import execute
from reimport_lib.cli.summary import show_changes
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import UsageError
from reimport_lib.execute import approve
from reimport_lib.execute.resume import resumable
from reimport_lib.phases import ALWAYS, Phase, all_phases, named
from reimport_lib.plan import gates as limits
from reimport_lib.record.run import Run
from reimport_lib.record.status import EXIT_CODES, Status

NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options that ``run`` and ``open`` share, by their names."""

    dry_run: bool
    full: bool
    phase: str
    reviewed: str
    yes: bool
    gate: tuple[str, ...]
    strict: bool
    clean_slate: bool

    @property
    def of_its_own(self) -> bool:
        """Words that a run is opened with, which no later one may change."""
        return bool(self.phase or self.gate or self.strict or self.clean_slate)


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
        click.option("--yes", is_flag=True, help="Confirm without typing (batch)."),
        click.option(
            "--gate",
            "gate",
            multiple=True,
            metavar="TABLE.NAME=VALUE",
            help="Set a limit for this run.",
        ),
        click.option(
            "--strict", is_flag=True, help="Stop at columns that nobody mapped."
        ),
        click.option(
            "--clean-slate",
            is_flag=True,
            help="Also delete imported rows that do not come in today; overwrite what "
            "people changed in imported fields.",
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
def run(resume: str | None, **words: Any) -> None:
    """Rehearse, apply, or go on with a run."""
    settings, asked = load_settings(), RunOptions(**words)
    if resume is not None:
        if asked.dry_run or asked.full or asked.reviewed or asked.of_its_own:
            raise UsageError(
                "--resume goes on with a run as it was opened; it takes no other word.",
                hint="reimport run --resume RUN",
                id="R031",
            )
        asked_for = "" if resume == NEWEST else resume
        _end(execute(resumable(settings, asked_for)))
        return
    _end(execute(_open(settings, asked)))


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
    else:
        rehearsal = approve.open_rehearsal(
            settings,
            _phases(asked.phase),
            gates=_gates(asked.gate),
            strict=asked.strict,
            clean_slate=asked.clean_slate,
        )
        if asked.dry_run:
            return rehearsal
        status = execute(rehearsal)
        if status is not Status.SUCCEEDED:
            sys.exit(EXIT_CODES[status])
    show_changes(rehearsal)
    ask = printing.asker("apply exactly this")
    return approve.open_full(settings, rehearsal, ask=ask, yes=asked.yes)


def _gates(words: tuple[str, ...]) -> dict[str, float]:
    """``TABLE.NAME=VALUE`` words as place -> limit."""
    return dict(map(limits.parse, words))


def _phases(name: str) -> tuple[Phase, ...]:
    """All phases, or *name* with what always comes first."""
    if not name:
        return all_phases()
    wanted = {*ALWAYS, named(name).name}
    return tuple(phase for phase in all_phases() if phase.name in wanted)


def _end(status: Status) -> None:
    sys.exit(EXIT_CODES[status])
