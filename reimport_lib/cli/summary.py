"""What a run did, in lines: its phases, its counts, what it means, what comes next."""

from __future__ import annotations

from reimport_lib.errors import message_and_hint
from reimport_lib.execute import approve
from reimport_lib.execute.approve import Changes
from reimport_lib.printing import Heading, say, say_table
from reimport_lib.record import lock
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status
from reimport_lib.show import deletion_words, next_steps, run_facts, verdict
from reimport_lib.show.attempts import attempt_sentences
from reimport_lib.show.words import noun


def show_run(run: Run, *, brief: bool = False) -> None:
    """The summary of *run*: verdict, one line per table, where the report lies."""
    manifest = run.manifest()
    if not brief:
        at = run_facts.clock(manifest) or "not fixed yet"
        say(f"Run {run.run_id} ({run.mode}), clock {at}")
        for entry in manifest["phases"]:
            for line in phase_lines(entry):
                say(line)
    if changes := approve.what_will_change(run):
        show_counts(changes)
    if planned := [noun(name) for name in run_facts.only_planned(manifest)]:
        say(f"Planned, and the phase is not done: {', '.join(planned)}")
    seconds = manifest.get("seconds", 0)
    say(f"{manifest['status']}: {verdict.checks(manifest)}; {seconds:.1f} s")
    if said := verdict.waits(manifest):
        say(said)
    stays = run_facts.has_stopped(manifest) and run_facts.written_phases(manifest)
    if stays or run_facts.is_taken_back(manifest):
        say(verdict.written(manifest))
    for undone in manifest.get("undone", []):
        rows = ", ".join(f"{n:,} {outcome}" for outcome, n in undone["rows"].items())
        say(f"Undone by {undone['by']}: {rows}")
    if not brief and is_abandoned(run):
        say(f"No command is executing it: reimport run --resume {run.run_id}")
    report = run.folder / REPORT
    say(f"Report: {report}" if report.exists() else "Report: when the run ends")
    step = next_steps.after(manifest)
    if step.first:
        say(f"Next: {step.first}")
    if step.command:
        say(f"{'After that' if step.first else 'Next'}: {step.command}")


def show_changes(rehearsal: Run) -> None:
    """What applying *rehearsal* will do to the real database."""
    manifest = rehearsal.manifest()
    say(f"Applying {rehearsal.run_id} to {manifest['database']['name']} will do:")
    show_counts(approve.what_will_change(rehearsal))
    if warned := deletion_words.warning(manifest):
        say(warned)
    say(f"Review it first: {rehearsal.folder / 'report.html'}")


def show_counts(changes: Changes) -> None:
    """Counts per table, thousands separated; zeros as a dot."""
    heads = (name.replace("_", " ") for name in approve.COUNTS)
    say_table(
        [
            Heading("table"),
            *(Heading(h, right=True, whole=" " not in h) for h in heads),
        ],
        [
            [
                table,
                *(f"{counts[n]:,}" if counts[n] else "." for n in approve.COUNTS),
            ]
            for table, counts in changes.items()
        ],
    )


def phase_lines(entry: PhaseEntry) -> list[str]:
    """One finished phase: name, status, rows, seconds, rows per second; its error."""
    rows = source_rows(entry)
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


def source_rows(entry: PhaseEntry) -> int:
    """Rows of the source that a phase has read."""
    return sum(table["source_rows"] for table in entry["tables"].values())


def is_abandoned(run: Run) -> bool:
    """It says that it is running, and no command is executing it: it was killed."""
    return run.status is Status.RUNNING and not lock.is_executed(run)
