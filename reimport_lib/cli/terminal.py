"""What the command says: progress, tables, questions and errors.

All of it goes through ``printing``; no colour carries a meaning of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reimport_lib import printing
from reimport_lib.checks import Check, failed
from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import ReimportError, message_and_hint
from reimport_lib.execute import approve
from reimport_lib.execute.approve import Changes
from reimport_lib.execute.prefork import forked
from reimport_lib.execute.prune import Pruning
from reimport_lib.execute.restore import WayBack
from reimport_lib.files import progress as transfers
from reimport_lib.printing import Column, say
from reimport_lib.record import lock, runs
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status
from reimport_lib.show import check_words, deletion_words, run_words
from reimport_lib.show.attempts import attempt_sentences
from reimport_lib.show.verdict import (
    deletions,
    facts_of_writing,
    next_step,
    only_planned,
    standing,
)
from reimport_lib.show.waiting import clock, waits
from reimport_lib.show.words import noun

TOLD_EVERY_SECONDS = 60.0


def execute(run: Run) -> Status:
    """Execute *run* with progress on the terminal, then print its summary."""
    if forked.AVAILABLE:
        forked.server()  # its imports take as long as those of the runner here
    from reimport_lib.execute import runner

    say(f"Run {run.run_id} ({run.mode}): {run.folder}")
    with printing.progress() as progress:
        task = progress.add_task("starting", total=len(run.phases), pace="")
        started = time.monotonic()

        def tell(event: str, entry: PhaseEntry) -> None:
            label = f"{entry['number']} {entry['name']}"
            if event == "phase_started":
                progress.update(task, description=label)
                return
            progress.advance(task)
            seconds = time.monotonic() - started
            pace = _pace(run.manifest()["phases"], seconds=seconds)
            progress.update(task, description="report", pace=pace)
            for line in phase_lines(entry):
                say(line, out=progress.console)

        status = runner.execute(run, progress=tell)
    show_run(run, brief=True)
    return status


def _pace(entries: Sequence[PhaseEntry], *, seconds: float) -> str:
    """Rows so far, rows per second, and what is left at the pace of the phases done."""
    done = [entry for entry in entries if entry["status"] != Status.PENDING]
    rows = sum(map(_source_rows, done))
    left = len(entries) - len(done)
    parts = [f"{rows:,} rows", f"{rows / seconds:,.0f} rows/s"] if rows else []
    if left and done:
        parts.append(f"~{left * seconds / len(done):.0f} s left")
    return ", ".join(parts)


def _source_rows(entry: PhaseEntry) -> int:
    return sum(table["source_rows"] for table in entry["tables"].values())


def phase_lines(entry: PhaseEntry) -> list[str]:
    """One finished phase: name, status, rows, seconds, rows per second; its error."""
    rows = _source_rows(entry)
    seconds = entry["seconds"]
    parts = [f"  {entry['number']} {entry['name']:<16}{entry['status']:<12}"]
    if rows:
        rate = f"{rows / seconds:,.0f} rows/s" if seconds else ""
        parts.append(f"{rows:>9,} rows  {seconds:>6.1f} s  {rate}")
    else:
        parts.append(f"{'':>9}       {seconds:>6.1f} s")
    line = " ".join(parts).rstrip()
    earlier = [f"    {said}" for said in attempt_sentences(entry)]
    message, hint = message_and_hint(str(entry.get("error") or ""))
    error = [f"    {message}"] if message else []
    return [line, *earlier, *error, *([f"    Hint: {hint}"] if hint else [])]


def show_run(run: Run, *, brief: bool = False) -> None:
    """The summary of *run*: verdict, one line per table, where the report lies."""
    manifest = run.manifest()
    if not brief:
        at = clock(manifest) or "not fixed yet"
        say(f"Run {run.run_id} ({run.mode}), clock {at}")
        for entry in manifest["phases"]:
            for line in phase_lines(entry):
                say(line)
    if changes := approve.what_will_change(run):
        show_counts(changes)
    if planned := [noun(name) for name in only_planned(manifest)]:
        say(f"Planned, and the phase is not done: {', '.join(planned)}")
    run_checks = check_words.found(standing(manifest).checks)
    seconds = manifest.get("seconds", 0)
    say(f"{manifest['status']}: {run_checks}; {seconds:.1f} s")
    if said := waits(manifest):
        say(said)
    writing = facts_of_writing(manifest)
    if run_words.stays(writing) or writing.taken_back:
        say(run_words.written(writing))
    if not brief and _is_abandoned(run):
        say(f"No command is executing it: reimport run --resume {run.run_id}")
    report = run.folder / REPORT
    say(f"Report: {report}" if report.exists() else "Report: when the run ends")
    step = next_step(manifest)
    if step.first:
        say(f"Next: {step.first}")
    if step.command:
        say(f"{'After that' if step.first else 'Next'}: {step.command}")


def _is_abandoned(run: Run) -> bool:
    """It says that it is running, and no command is executing it: it was killed."""
    return run.manifest()["status"] == Status.RUNNING and not lock.is_executed(run)


def complete_report(run: Run) -> None:
    """
    Write the report of a run that has ended notebook by notebook, without one.

    Where it cannot be written, as on a disk that is read only, that is told and the
    run is shown all the same.
    """
    ended = run.manifest()["status"] not in (Status.OPEN, Status.RUNNING)
    if ended and not (run.folder / REPORT).exists():
        from reimport_lib.execute import runner  # it takes seconds to import

        try:
            runner.write_report(run)
        except ReimportError as error:
            printing.complain(f"reimport: {error.message}")


def show_counts(changes: Changes) -> None:
    """Counts per table, thousands separated; zeros as a dot."""
    heads = (name.replace("_", " ") for name in approve.COUNTS)
    printing.say_table(
        [Column("table"), *(Column(h, right=True, whole=" " not in h) for h in heads)],
        [
            [
                table,
                *(f"{counts[n]:,}" if counts[n] else "." for n in approve.COUNTS),
            ]
            for table, counts in changes.items()
        ],
    )


def show_changes(rehearsal: Run) -> None:
    """What applying *rehearsal* will do to the real database."""
    manifest = rehearsal.manifest()
    say(f"Applying {rehearsal.run_id} to {manifest['database']['name']} will do:")
    show_counts(approve.what_will_change(rehearsal))
    gone = deletions(manifest)
    if gone and (warned := deletion_words.warning(gone)):
        say(warned)
    say(f"Review it first: {rehearsal.folder / 'report.html'}")


def show_way_back(way: WayBack) -> None:
    """What going back will undo, and what it will take along."""
    run = way.run
    say(f"Going back to {way.backup.database} as it was before {run.run_id}:")
    printing.say_table(
        [
            Column("table"),
            Column("rows now", right=True),
            Column("rows then", right=True),
        ],
        [(name, f"{now:,}", f"{then:,}") for name, now, then in way.changes],
    )
    for later in way.later:
        say(f"Undoes {later.run_id} too.")
    say(f"What people have saved since {way.backup.made_at} goes too.")


def show_restored(way: WayBack, kept: Path) -> None:
    """That the database is back, and the renewed reports of the runs undone."""
    from reimport_lib.execute import runner  # it takes seconds to import

    for run in (way.run, *way.later):
        runner.write_report(run)
    tables_held = len(way.backup.digest.tables)
    say(
        f"{way.backup.database} is as it was before {way.run.run_id}:"
        f" {several(tables_held, 'table')} and"
        f" {several(way.backup.digest.rows, 'row')}, compared with the backup."
    )
    say(f"What it held until now: {kept}")


def ask_to_go_back(word: str) -> str:
    return ask(word, to="go back")


def ask(word: str, *, to: str = "apply exactly this") -> str:
    """What a person types who is asked for *word*; Ctrl-D types nothing."""
    return printing.ask(f"Type  {word}  to {to}: ")


def list_runs(settings: Settings) -> None:
    """The runs, newest first, a line each."""
    readable = {run.run_id: run for run in runs.readable(settings)}
    lines = []
    for run_id in reversed(runs.all_run_ids(settings)):
        if run_id not in readable:
            lines.append((run_id, "unreadable", "", "its run.json cannot be read"))
            continue
        manifest = readable[run_id].manifest()
        status = (
            "not running" if _is_abandoned(readable[run_id]) else manifest["status"]
        )
        seconds = f"{manifest['seconds']:.1f}" if "seconds" in manifest else ""
        lines.append((run_id, status, seconds, manifest["parameters"]["reviewed"]))
    if not lines:
        say(f"No runs in {settings.runs}.")
        return
    right = Column("seconds", right=True)
    printing.say_table(
        [Column("run"), Column("status"), right, Column("reviewed")], lines
    )


def show_checks(checks: list[Check]) -> int:
    """Print *checks*; the exit code is 3 when one failed."""
    for check in checks:
        say(f"{check.verdict:<16}{check.name}: {check.actual}")
        if check.hint:
            say(f"{'':<16}{check.hint}")
    return 3 if failed(checks) else 0


def show_loaded(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        say(f"{name.replace('_', ' ')}: {count:,} loaded")


def show_drafted(counts: dict[str, int], file: Path) -> None:
    """What a source names; the names themselves stay in the file."""
    for name, count in counts.items():
        say(f"{name.replace('_', ' ')}: {count:,} named by the source")
    say(f"Written: {file}. Put names where keys stand, then:")
    say(f"Next: reimport load-config {file}")


def show_pruning(plans: Sequence[Pruning], *, verb: str) -> None:
    """Run by run what goes and what stays, and why; *verb*: removes, would remove."""
    for each in plans:
        if each.goes:
            names = ", ".join(path.name for path in each.goes)
            say(f"{each.run.run_id}: {verb} {names} ({each.bytes / 1e6:,.1f} MB)")
        for why in dict.fromkeys(each.stays.values()):
            parts = [part for part, reason in each.stays.items() if reason == why]
            say(f"{each.run.run_id}: keeps {', '.join(parts)}: {why}")
    if not any(each.goes for each in plans):
        say("Nothing to remove.")


def teller() -> Callable[[transfers.Progress], None]:
    """Tells how far files are: on one line, written over; in a log, once a minute."""
    told = time.monotonic()

    def tell(progress: transfers.Progress) -> None:
        nonlocal told
        if printing.is_terminal():
            printing.say_over(progress.brief)
        elif time.monotonic() - told >= TOLD_EVERY_SECONDS:
            told = time.monotonic()
            say(progress.brief)

    return tell


def end_line() -> None:
    """What comes next does not follow on the line that was written over."""
    if printing.is_terminal():
        say()


def show_transfers(done: Mapping[str, transfers.Progress], *, kept_in: Path) -> int:
    """Print how every table ended and why files failed; the exit code is then 4."""
    for line in transfers.told_at_the_end(done.values(), kept_in):
        say(line)
    return 4 if any(each.failures for each in done.values()) else 0


def show_error(error: ReimportError) -> None:
    """One clear line on standard error, and the next step on a line of its own."""
    printing.complain(f"reimport: {error.message}")
    if error.hint:
        printing.complain(f"  next: {error.hint}")
