"""What the command prints: progress, tables, questions and errors.

The only module, with cli, that prints; no colour carries a meaning of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from reimport_lib import approval, forked, locks, runs
from reimport_lib.checks import Check, Verdict, failed
from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError
from reimport_lib.files import progress as transfers
from reimport_lib.going_back import WayBack
from reimport_lib.reporting.verdict import only_planned, verdict
from reimport_lib.reporting.words import noun
from reimport_lib.run import REPORT, Json, Run, Status

TOLD_EVERY_SECONDS = 60.0


def console() -> Console:
    """Standard output, plain where it is no terminal."""
    width = None if sys.stdout.isatty() else 120
    return Console(highlight=False, soft_wrap=True, width=width)


def execute(run: Run) -> Status:
    """Execute *run* with progress on the terminal, then print its summary."""
    if forked.AVAILABLE:
        forked.server()  # its imports take as long as those of the runner here
    from reimport_lib import runner

    out = console()
    out.print(f"Run {run.run_id} ({run.mode}): {run.folder}")
    with _progress(out) as progress:
        task = progress.add_task("starting", total=len(run.phases), pace="")
        started = time.monotonic()

        def tell(event: str, entry: Json) -> None:
            label = f"{entry['number']} {entry['name']}"
            if event == "phase_started":
                progress.update(task, description=label)
                return
            progress.advance(task)
            seconds = time.monotonic() - started
            pace = _pace(run.manifest()["phases"], seconds=seconds)
            progress.update(task, description="report", pace=pace)
            progress.console.print(phase_line(entry))

        status = runner.execute(run, progress=tell)
    show_run(run, brief=True)
    return status


def _progress(out: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[pace]}"),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    )


def _pace(entries: Sequence[Json], *, seconds: float) -> str:
    """Rows so far, rows per second, and what is left at the pace of the phases done."""
    done = [entry for entry in entries if entry["status"] != Status.PENDING]
    rows = sum(map(_source_rows, done))
    left = len(entries) - len(done)
    parts = [f"{rows:,} rows", f"{rows / seconds:,.0f} rows/s"] if rows else []
    if left and done:
        parts.append(f"~{left * seconds / len(done):.0f} s left")
    return ", ".join(parts)


def _source_rows(entry: Json) -> int:
    return sum(table["source_rows"] for table in entry["tables"].values())


def phase_line(entry: Json) -> str:
    """One finished phase: name, status, rows, seconds, rows per second."""
    rows = _source_rows(entry)
    seconds = entry["seconds"]
    parts = [f"  {entry['number']} {entry['name']:<16}{entry['status']:<12}"]
    if rows:
        rate = f"{rows / seconds:,.0f} rows/s" if seconds else ""
        parts.append(f"{rows:>9,} rows  {seconds:>6.1f} s  {rate}")
    else:
        parts.append(f"{'':>9}       {seconds:>6.1f} s")
    line = " ".join(parts).rstrip()
    error = str(entry.get("error") or "").replace(" Hint: ", "\n    Hint: ")
    return f"{line}\n    {error}" if error else line


def show_run(run: Run, *, brief: bool = False) -> None:
    """The summary of *run*: verdict, one line per table, where the report lies."""
    manifest = run.manifest()
    out = console()
    if not brief:
        out.print(f"Run {run.run_id} ({run.mode}), clock {manifest['as_of']}")
        for entry in manifest["phases"]:
            out.print(phase_line(entry))
    if lines := approval.what_will_change(run):
        out.print(tables(lines))
    if planned := [noun(name) for name in only_planned(manifest)]:
        out.print(f"Planned, and the phase is not done: {', '.join(planned)}")
    checks = [
        Check.from_json(check)
        for entry in manifest["phases"]
        for check in entry["checks"]
    ]
    unsure = sum(c.verdict is Verdict.COULD_NOT_CHECK for c in checks)
    out.print(
        f"{manifest['status']}: {len(checks):,} checks, {len(failed(checks)):,} "
        f"failed, {unsure:,} could not be made; {manifest.get('seconds', 0):.1f} s"
    )
    if not brief and _is_abandoned(run):
        out.print(f"No command is executing it: reimport run --resume {run.run_id}")
    report = run.folder / REPORT
    out.print(f"Report: {report}" if report.exists() else "Report: when the run ends")
    if command := verdict(manifest).command:
        out.print(f"Next: {command}")


def _is_abandoned(run: Run) -> bool:
    """It says that it is running, and no command is executing it: it was killed."""
    return run.manifest()["status"] == Status.RUNNING and not locks.is_executed(run)


def complete_report(run: Run) -> None:
    """Write the report of a run that has ended notebook by notebook, without one."""
    ended = run.manifest()["status"] not in (Status.OPEN, Status.RUNNING)
    if ended and not (run.folder / REPORT).exists():
        from reimport_lib import runner  # it takes seconds to import

        runner.write_report(run)


def tables(lines: Iterable[Json]) -> Table:
    """Counts per table, thousands separated; zeros as a dot."""
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="none")
    table.add_column("table", no_wrap=True)
    for column in approval.COUNTS:
        words = column.replace("_", " ")
        table.add_column(words, justify="right", no_wrap=" " not in words)
    for line in lines:
        cells = [f"{line[name]:,}" if line[name] else "." for name in approval.COUNTS]
        table.add_row(line["table"], *cells)
    return table


def show_changes(rehearsal: Run) -> None:
    """What applying *rehearsal* will do to the real database."""
    manifest = rehearsal.manifest()
    out = console()
    out.print(f"Applying {rehearsal.run_id} to {manifest['database']['name']} will do:")
    out.print(tables(approval.what_will_change(rehearsal)))
    out.print(f"Review it first: {rehearsal.folder / 'report.html'}")


def show_way_back(way: WayBack) -> None:
    """What going back will undo, and what it will take along."""
    run, out = way.run, console()
    out.print(f"Going back to {way.backup.database} as it was before {run.run_id}:")
    table = Table(box=None, pad_edge=False, header_style="none")
    table.add_column("table")
    for column in ("rows now", "rows then"):
        table.add_column(column, justify="right")
    for name, rows_now, rows_then in way.changes:
        table.add_row(name, f"{rows_now:,}", f"{rows_then:,}")
    out.print(table)
    for later in way.later:
        out.print(f"Undoes {later.run_id} too.")
    out.print(f"What people have saved since {way.backup.made_at} goes too.")


def show_restored(way: WayBack, kept: Path) -> None:
    """That the database is back, and the renewed reports of the runs undone."""
    from reimport_lib import runner  # it takes seconds to import

    for run in (way.run, *way.later):
        runner.write_report(run)
    out = console()
    tables_held = len(way.backup.digest.tables)
    out.print(
        f"{way.backup.database} is as it was before {way.run.run_id}: {tables_held}"
        f" tables and {way.backup.digest.rows:,} rows, compared with the backup."
    )
    out.print(f"What it held until now: {kept}")


def ask_to_go_back(word: str) -> str:
    return ask(word, to="go back")


def ask(word: str, *, to: str = "apply exactly this") -> str:
    """What a person types who is asked for *word*; Ctrl-D types nothing."""
    try:
        return input(f"Type  {word}  to {to}: ")
    except EOFError:
        click.echo()
        return ""


def list_runs(settings: Settings) -> None:
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="none")
    for column in ("run", "status", "seconds", "reviewed"):
        right = column == "seconds"
        table.add_column(column, justify="right" if right else "left", no_wrap=True)
    readable = {run.run_id: run for run in runs.readable(settings)}
    for run_id in reversed(runs.all_run_ids(settings)):
        if run_id not in readable:
            table.add_row(run_id, "unreadable", "", "its run.json is damaged")
            continue
        manifest = readable[run_id].manifest()
        table.add_row(
            run_id,
            "not running" if _is_abandoned(readable[run_id]) else manifest["status"],
            f"{manifest['seconds']:.1f}" if "seconds" in manifest else "",
            manifest["parameters"]["reviewed"],
        )
    console().print(table if table.row_count else f"No runs in {settings.runs}.")


def show_checks(checks: list[Check]) -> int:
    """Print *checks*; the exit code is 3 when one failed."""
    out = console()
    for check in checks:
        out.print(f"{check.verdict:<16}{check.name}: {check.actual}")
        if check.hint:
            out.print(f"{'':<16}{check.hint}")
    return 3 if failed(checks) else 0


def show_loaded(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        console().print(f"{name.replace('_', ' ')}: {count:,} loaded")


def show_pruned(lines: list[str]) -> None:
    for line in lines or ["Nothing to remove."]:
        console().print(line)


def teller() -> Callable[[transfers.Progress], None]:
    """Tells how far files are: on one line, written over; in a log, once a minute."""
    told = time.monotonic()

    def tell(progress: transfers.Progress) -> None:
        nonlocal told
        if sys.stdout.isatty():
            click.echo(f"\r{progress.brief[: console().width - 1]}\x1b[K", nl=False)
        elif time.monotonic() - told >= TOLD_EVERY_SECONDS:
            told = time.monotonic()
            click.echo(progress.brief)

    return tell


def end_line() -> None:
    """What comes next does not follow on the line that was written over."""
    if sys.stdout.isatty():
        click.echo()


def show_transfers(done: Mapping[str, transfers.Progress], *, kept_in: Path) -> int:
    """Print how every table ended and why files failed; the exit code is then 4."""
    for line in transfers.told_at_the_end(done.values(), kept_in):
        console().print(line)
    return 4 if any(each.failures for each in done.values()) else 0


def show_error(error: ReimportError) -> None:
    """One clear line on standard error, and the next step on a line of its own."""
    click.echo(f"reimport: {error.message}", err=True)
    if error.hint:
        click.echo(f"  next: {error.hint}", err=True)
