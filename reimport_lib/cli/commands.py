"""The command ``reimport``: words in, one call each, an exit code out.

Exit codes: see ``EXIT_CODES_HELP``, which ``reimport --help`` shows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from reimport_demo.cli import demo
from reimport_lib import printing
from reimport_lib.cli import terminal
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import Interrupted, ReimportError, UsageError, place_of
from reimport_lib.execute import approve
from reimport_lib.execute import prune as retention
from reimport_lib.execute import restore as going_back
from reimport_lib.phases import ALWAYS, PHASES, Phase, named
from reimport_lib.plan import gates as limits
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import EXIT_CODES, Status

NEWEST = "newest"
EXIT_CODES_HELP = (
    "Exit codes: 0 done, and no check failed; 2 wrong usage; 3 refused; 4 failed; "
    "5 applied, and a check afterwards did not hold; 130 interrupted. With 3, 4 and "
    "130 the phase that stopped is rolled back; phases before it stay applied, are "
    "named, and reimport restore RUN takes them back."
)
_UNSET = "give it a value, or leave it out; in a script, is its variable set?"


@dataclass(frozen=True, slots=True)
class Words:
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


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES_HELP
)
@click.version_option(package_name="clinic-reimport", prog_name="reimport")
def app() -> None:
    """Reimport a clinic's FileMaker data: rehearse, review, apply exactly that."""


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


@app.command()
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
    settings, asked = load_settings(), Words(**words)
    if resume is not None:
        if asked.dry_run or asked.full or asked.reviewed or asked.of_its_own:
            raise UsageError(
                "--resume goes on with a run as it was opened; it takes no other word.",
                hint="reimport run --resume RUN",
            )
        asked_for = "" if resume == NEWEST else resume
        _end(terminal.execute(approve.resumable(settings, asked_for)))
        return
    _end(terminal.execute(_open(settings, asked)))


@app.command(name="open")
@_words
def open_(**words: Any) -> None:
    """Make and confirm a run without executing it; prints its run id."""
    with printing.aside():  # so that a script reads the id alone
        opened = _open(load_settings(), Words(**words))
    printing.say(opened.run_id)


def _open(settings: Settings, asked: Words) -> Run:
    """The run that the words ask for; a full one is rehearsed first and confirmed."""
    if asked.dry_run and asked.full:
        raise UsageError("--dry-run and --full exclude each other.", hint="choose one")
    if not (asked.dry_run or asked.full or asked.phase):
        raise UsageError(
            "Say what to run: --dry-run, --full, --phase NAME or --resume.",
            hint="reimport run --dry-run",
        )
    if asked.reviewed:
        if asked.dry_run or asked.of_its_own:
            raise UsageError(
                "--reviewed applies a rehearsal as it was; "
                "it takes no other phase or limit and no --dry-run.",
                hint="reimport run --full --reviewed RUN",
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
        status = terminal.execute(rehearsal)
        if status is not Status.SUCCEEDED:
            sys.exit(EXIT_CODES[status])
    terminal.show_changes(rehearsal)
    ask = terminal.ask if printing.can_ask() else None
    return approve.open_full(settings, rehearsal, ask=ask, yes=asked.yes)


def _gates(words: tuple[str, ...]) -> dict[str, float]:
    """``TABLE.NAME=VALUE`` words as place -> limit."""
    parsed = (limits.parse(word) for word in words)
    return {f"{table}.{name}": value for (table, name), value in parsed}


def _phases(name: str) -> tuple[Phase, ...]:
    """All phases, or *name* with what always comes first."""
    if not name:
        return PHASES
    wanted = {*ALWAYS, named(name).name}
    return tuple(phase for phase in PHASES if phase.name in wanted)


def _end(status: Status) -> None:
    sys.exit(EXIT_CODES[status])


@app.command(name="runs")
def list_runs() -> None:
    """List the runs, newest first."""
    terminal.list_runs(load_settings())


@app.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print run.json as it is.")
def show(run_id: str, as_json: bool) -> None:
    """Show what a run did."""
    chosen = runs.load(load_settings(), run_id)
    terminal.complete_report(chosen)
    if as_json:
        printing.say_json(chosen.manifest())
    else:
        terminal.show_run(chosen)


@app.command()
@click.argument("run_id", metavar="RUN")
@click.option("--yes", is_flag=True, help="Confirm without typing (batch).")
def restore(run_id: str, yes: bool) -> None:
    """Put the database back to what it was before RUN; what was saved since goes."""
    way = going_back.way_back(load_settings(), run_id)
    terminal.show_way_back(way)
    ask = terminal.ask_to_go_back if printing.can_ask() else None
    kept = going_back.go_back(way, ask=ask, yes=yes)
    terminal.show_restored(way, kept)


@app.command()
def doctor() -> None:
    """Check settings, source, database and S3; say what is wrong and what to do."""
    from reimport_lib.cli import doctor as examination

    sys.exit(terminal.show_checks(examination.examine(load_settings())))


@app.command(name="load-config")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--scaffold",
    is_flag=True,
    help="Write FILE instead: what the source names, to be filled in.",
)
def load_config(file: Path, scaffold: bool) -> None:
    """Load clinics, clinicians, appointment types and funding sources from FILE."""
    if scaffold:
        from reimport_lib.cli import scaffold as drafting

        terminal.show_drafted(drafting.write(load_settings(), file), file)
        return
    from reimport_lib.write import configuration

    terminal.show_loaded(configuration.load(load_settings(), file))


@app.command()
@click.argument("named", nargs=-1, metavar="[RUN]...")
@click.option("--keep", default=3, show_default=True, help="Newest runs kept whole.")
@click.option("--dry-run", is_flag=True, help="Say what would go.")
def prune(named: tuple[str, ...], keep: int, dry_run: bool) -> None:
    """
    Remove copies, snapshots and backups of old runs; reports and records stay.

    The backups by which imports can be taken back stay too. RUN: of this run the backup
    goes as well, with which it could be taken back; of other runs nothing goes.
    """
    plans = retention.plan(load_settings(), keep=keep, named=named)
    size = sum(each.bytes for each in plans)
    terminal.show_pruning(plans, verb="would remove" if dry_run else "removes")
    if not dry_run and size:
        retention.carry_out(plans)
        printing.say(f"Removed {size / 1e6:,.1f} MB; everything else is as it was.")


@app.command()
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME",
    help="documents or images; without it both.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=None,
    help="Files to fetch per table.",
)
@click.option("--dry-run", is_flag=True, help="Count what is wanted; fetch nothing.")
def files(tables: tuple[str, ...], most: int | None, dry_run: bool) -> None:
    """Bring files out of FileMaker's containers into the bucket; never overwrites."""
    from reimport_lib.files import ledger, transfer

    settings = load_settings()
    try:
        done = transfer.transfer(
            settings,
            tables=tables or transfer.TABLES,
            most=most,
            dry_run=dry_run,
            tell=terminal.teller(),
        )
    except KeyboardInterrupt:
        raise Interrupted(
            "files: stopped by a person; every file that is stored stays.",
            hint="reimport files goes on where it stopped",
        ) from None
    finally:
        terminal.end_line()
    sys.exit(terminal.show_transfers(done, kept_in=ledger.path(settings.runs)))


app.add_command(demo)


def main() -> None:
    """Run the command; an error is one clear line and its own exit code."""
    printing.take_any_character()
    try:
        _refuse_empty(sys.argv[1:])
        app(standalone_mode=False)
    except click.ClickException as error:
        _show_usage(error)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        printing.complain("reimport: interrupted.")
        sys.exit(130)
    except ReimportError as error:
        terminal.show_error(error)
        sys.exit(error.exit_code)
    except OSError as error:  # a folder, a disk or a network that no module expected
        terminal.show_error(_unexpected(error))
        sys.exit(ReimportError.exit_code)
    except Exception as error:
        terminal.show_error(_defect(error))
        raise SystemExit(ReimportError.exit_code) from None


def _refuse_empty(words: Sequence[str]) -> None:
    """
    Refuse a word that is there and says nothing: ``--reviewed "$RUN"``, RUN not set.

    Taken for a word that was left out, it would mean another run than the one meant.

    Raises:
        UsageError: names the word that it was given to.
    """
    for before, word in pairwise(["", *words]):
        name, has_value, value = word.partition("=")
        if word.startswith("--") and has_value and not value.strip():
            raise UsageError(f"{name}= is followed by nothing.", hint=_UNSET)
        if not word.strip():
            where = f"The word after {before}" if before else "The first word"
            raise UsageError(f"{where} is empty.", hint=_UNSET)


def _show_usage(error: click.ClickException) -> None:
    """What click says of a word, which may quote it."""
    context = getattr(error, "ctx", None)
    if context is not None:
        for line in context.get_usage().splitlines():
            printing.complain(line)
        printing.complain(f"Try '{context.command_path} --help' for help.")
    printing.complain(f"Error: {error.format_message()}")


def _defect(error: Exception) -> ReimportError:
    """What nobody foresaw, as one line without its text, which may quote a value."""
    return ReimportError(
        f"{place_of(error)}.",
        hint="this is a defect of the program: report the line",
    )


def _unexpected(error: OSError) -> ReimportError:
    """*error* as one line: which file, and what the machine said."""
    where = f"{error.filename}: " if error.filename else ""
    return ReimportError(
        f"{where}{error.strerror or type(error).__name__}.",
        hint="mend that, then try again; `reimport doctor` says what else is wrong",
    )
