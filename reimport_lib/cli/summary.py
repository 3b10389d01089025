"""What a run did, in lines: its phases, its counts, what it means, what comes next."""

from __future__ import annotations

from reimport_lib.counting import several
from reimport_lib.errors import ReimportError, message_and_hint
from reimport_lib.execute import approve
from reimport_lib.execute.approve import Changes
from reimport_lib.plan.replanned import COLUMNS, Replanned
from reimport_lib.printing import Heading, say, say_table
from reimport_lib.record import expiry, samples, state
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status
from reimport_lib.show import (
    deletion_words,
    leak_words,
    next_steps,
    replanned,
    run_facts,
    sampled,
    undo_words,
    verdict,
    worklist,
)
from reimport_lib.show.attempts import attempt_sentences
from reimport_lib.show.signoffs import leant_on
from reimport_lib.show.words import noun

SHOWN_ROWS = 20


def show_run(run: Run, *, brief: bool = False) -> None:
    """The summary of *run*: verdict, one line per table, where the report lies."""
    manifest = run.manifest()
    if not brief:
        at = run_facts.clock(manifest) or "not fixed yet"
        say(f"Run {run.run_id} ({run.mode}), clock {at}")
        for entry in manifest["phases"]:
            for line in phase_lines(entry):
                say(line)
        if found := manifest.get("replanned"):
            said = f"Reviewed again: {found['of']}"
            say(f"{said}; {several(found['rows'], 'row')} planned otherwise")
    if changes := approve.what_will_change(run):
        show_counts(changes)
    if planned := [noun(name) for name in run_facts.only_planned(manifest)]:
        say(f"Planned, and the phase is not done: {', '.join(planned)}")
    for signed, passed in leant_on(manifest):
        say(f"Passed by sign-off {signed.number}, {signed.sentence} ({passed})")
    seconds = manifest.get("seconds", 0)
    say(f"{manifest['status']}: {verdict.checks(manifest)}; {seconds:.1f} s")
    if said := verdict.waits(manifest):
        say(said)
    for said in sampled.sentences(manifest):
        say(said)
    stays = run_facts.has_stopped(manifest) and run_facts.written_phases(manifest)
    if stays or run_facts.is_taken_back(manifest):
        say(verdict.written(manifest))
    if told := undo_words.rehearsed(manifest):
        say(told)
    if said := verdict.held_back(manifest):
        say(said)
    if run_facts.has_leaked(manifest):
        say(leak_words.scanned(manifest))
    for undone in manifest.get("undone", []):
        rows = ", ".join(f"{n:,} {outcome}" for outcome, n in undone["rows"].items())
        say(f"Undone by {undone['by']}: {rows}")
    stands = state.of(run)
    if not brief and stands.state == state.SILENT:
        say(f"Interrupted: {stands.told}: reimport run --resume {run.run_id}")
    report = run.folder / REPORT
    say(f"Report: {report}" if report.exists() else "Report: when the run ends")
    for line in worklist_lines(run):
        say(line)
    if samples.is_kept(run):
        say(f"Sign-off pack, private: {run.folder / samples.FOLDER / 'index.html'}")
    if rejected := manifest.get("rejected"):
        say(f"Rejected by {rejected['by']}: {rejected['why']}")
    elif run_facts.is_rehearsal(manifest) and run.status is Status.SUCCEEDED:
        say(f"It may be applied until {expiry.until(run):%Y-%m-%d %H:%M} UTC")
    step = next_steps.after(manifest)
    if step.first:
        say(f"Next: {step.first}")
    if step.command:
        say(f"{'After that' if step.first else 'Next'}: {step.command}")


def worklist_lines(run: Run) -> list[str]:
    """How much somebody has to look at, and the private file that names it."""
    counted = run.manifest().get("worklist")
    if counted is None:
        return []
    path = run.folder / worklist.place(counted)
    place = f"Private: {path}" if path.exists() else "Its files were pruned"
    return [*worklist.in_sentences(counted), place]


def show_copy(run: Run) -> None:
    """Where the copy of the database lies that the rehearsal *run* worked on."""
    from reimport_lib.execute import rehearsal_copies

    try:
        copy = rehearsal_copies.of(run)
    except ReimportError:  # no server: then nobody can look at it either
        return
    if copy is not None:
        say(f"The copy it worked on: {copy.name} ({copy.bytes / 1e6:,.1f} MB)")


def show_changes(rehearsal: Run) -> None:
    """What applying *rehearsal* will do to the real database."""
    manifest = rehearsal.manifest()
    say(f"Applying {rehearsal.run_id} to {manifest['database']['name']} will do:")
    show_counts(approve.what_will_change(rehearsal))
    for signed, passed in leant_on(manifest):
        say(f"Passed by sign-off {signed.number}, {signed.sentence} ({passed})")
    if warned := deletion_words.warning(manifest):
        say(warned)
    if told := undo_words.rehearsed(manifest):
        say(told)
    say(f"Review it first: {rehearsal.folder / 'report.html'}")


def show_replanned(run: Run, found: Replanned) -> None:
    """What *run* plans otherwise than the rehearsal that it reviews again."""
    record = run.manifest()["replanned"]
    say(
        f"{several(record['moved'], 'row')} moved since {record['of']};"
        f" {several(record['rows'], 'row')} planned otherwise,"
        " and all others as they were reviewed:"
    )
    rows = found.rows.head(SHOWN_ROWS)
    heads = [name for name in COLUMNS if name != "row" and any(rows[name])]
    if len(rows):
        say_table(
            [Heading(name, whole=name not in ("fields", "why")) for name in heads],
            rows[heads].to_numpy().tolist(),
        )
    if len(found.rows) > SHOWN_ROWS:
        more = len(found.rows) - SHOWN_ROWS
        say(f"and {more:,} more: {run.folder / replanned.FILE}")
    say(f"Review it first: {run.folder / REPORT}")


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
