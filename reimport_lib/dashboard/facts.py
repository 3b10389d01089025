"""What the page of a run shows, out of its record and its signs of life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reimport_lib.dashboard import outlook, safety
from reimport_lib.dashboard.shelf import Shelved
from reimport_lib.execute import desk
from reimport_lib.execute.desk import Stage
from reimport_lib.plan.codes import SOURCE_OUTCOMES
from reimport_lib.record import state
from reimport_lib.record.forecast import Forecast, Span
from reimport_lib.record.manifest import Manifest, PhaseEntry, seconds_of
from reimport_lib.record.state import ENDING, SILENT, RunState
from reimport_lib.record.status import Mode, Status
from reimport_lib.show import run_facts
from reimport_lib.show.check_words import found as checks_found
from reimport_lib.show.next_steps import Step
from reimport_lib.show.verdict import verdict
from reimport_lib.show.words import (
    OUTCOMES,
    STATUSES,
    Saying,
    count,
    duration,
    noun,
    saying,
    sentence_case,
)

STEP_SECONDS = 5
"""What ticks is shown in steps, so that a page that tells nothing new is not sent."""
BAR = 1000
"""The length of a bar, in the units of its drawing."""
KINDS = {
    Mode.REHEARSAL: "Rehearsal",
    Mode.FULL: "Import",
    Mode.UNDO: "Undo",
    Mode.PUT_BACK: "Putting back",
}
_AT_WORK = {
    ENDING: Saying("Ending", "▶", "How it ended is known.", "quiet"),
    SILENT: Saying("No sign of life", "‖", "It was killed.", "warn"),
}


@dataclass(frozen=True, slots=True)
class BarPart:
    """One outcome's part of a bar: where it begins, and how long it is, of ``BAR``."""

    outcome: str
    rows: int
    at: float
    length: float


@dataclass(frozen=True, slots=True)
class TableBar:
    """What became of the rows of one table, drawn and in words."""

    name: str
    parts: tuple[BarPart, ...]
    words: str


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """
    One phase.

    Attributes:
        rows: of the source, once they are planned; took, rate, left: in words.
        checks: what they found, in words.
    """

    number: int
    name: str
    said: Saying
    rows: str
    took: str
    rate: str
    left: str
    checks: str
    bars: tuple[TableBar, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """
    A run as it stands.

    Attributes:
        safe: what of it is in the real database, in a sentence: the first that is read.
        lead: how it ended or what it is at; sentences: what that rests on.
        done, phases: how many phases of how many.
        figures: (name, figure): rows, rate, time left, last sign of life.
    """

    run_id: str
    kind: str
    stage: Stage
    said: Saying
    is_alive: bool
    safe: str
    lead: str
    sentences: tuple[str, ...]
    next: Step | None
    done: int
    phases: int
    figures: tuple[tuple[str, str], ...]
    lines: tuple[PhaseLine, ...]

    @property
    def has_bars(self) -> bool:
        return any(line.bars for line in self.lines)

    @property
    def mark(self) -> str:
        """Another one where other orders may be given, so that the page is renewed."""
        return f"{self.stage}.{self.said.word}".replace(" ", "-").lower()


def of(shelved: Shelved) -> RunFacts:
    """Where a run stands now."""
    run, manifest = shelved.run, shelved.manifest
    stands = state.of(run)
    stage = desk.stage_of(run, stands, manifest)
    is_told = not stands.is_alive and stands.state != SILENT and manifest["phases"]
    told = verdict(manifest) if is_told else None
    expected = outlook.of(shelved) if stands.is_alive and stands.phases else None
    lines = tuple(_phase_line(entry, stands, expected) for entry in manifest["phases"])
    return RunFacts(
        run.run_id,
        KINDS[run.mode],
        stage,
        said(stands.state),
        stands.is_alive,
        safety.sentence(manifest, stands),
        told.lead if told else _at(stands),
        _without(told.sentences, safety.sentence(manifest, stands)) if told else (),
        told.next if told else None,
        stands.done,
        stands.phases,
        tuple(_figures(manifest, stands, expected)),
        lines,
    )


def said(standing: str) -> Saying:
    """The word for where a run stands."""
    return _AT_WORK.get(standing) or saying(STATUSES, standing)


def _at(stands: RunState) -> str:
    if stands.state == ENDING:
        return "How it ended is known; it writes its report, or goes back."
    where = f"in {stands.phase}" if stands.phase else "between two phases"
    if stands.is_alive:
        return f"At work {where}."
    if stands.state == SILENT:
        return f"It was killed {where}: {stands.told}."
    return sentence_case(f"{stands.told}.")


def _without(sentences: Sequence[str], said_already: str) -> tuple[str, ...]:
    return tuple(each for each in sentences if each != said_already)


def _figures(
    manifest: Manifest, stands: RunState, expected: Forecast | None
) -> Iterator[tuple[str, str]]:
    if stands.known_rows:
        done = f"{count(stands.rows)} of {count(stands.known_rows)}"
        yield "rows", done
    if stands.rows and stands.seconds:
        seconds = _step(stands.seconds) if stands.is_alive else stands.seconds
        yield "rate", f"{count(round(stands.rows / seconds))} rows/s"
    if stands.is_alive:
        yield "at work for", _in_steps(stands.seconds)
    else:
        yield "took", duration(stands.seconds)
    if expected:
        at = sum(map(_elapsed, manifest["phases"]))
        yield "time left", _left(expected.whole, at) or "not known"
    if not stands.has_ended and stands.last_sign:
        silent = max(0.0, stands.seconds_silent or 0.0)
        ago = "now" if silent < 2 * STEP_SECONDS else f"{_in_steps(silent)} ago"
        yield "last sign of life", ago


def _elapsed(entry: PhaseEntry) -> float:
    return seconds_of(entry) if entry["status"] is Status.RUNNING else 0.0


def _left(span: Span | None, elapsed: float) -> str:
    """By the runs before; "" where there is none."""
    if span is None:
        return ""
    left = span.likely - elapsed
    if left <= 0:
        return "later than expected"
    return f"about {_in_steps(left + STEP_SECONDS)}"


def _phase_line(
    entry: PhaseEntry, stands: RunState, expected: Forecast | None
) -> PhaseLine:
    is_running = entry["status"] is Status.RUNNING
    is_cut_off = is_running and stands.state == SILENT
    is_at_work = is_running and stands.is_alive
    seconds = seconds_of(entry) if is_at_work else entry["seconds"]
    took = _in_steps(seconds) if is_at_work else duration(seconds)
    is_import = entry["name"] != "delete"
    tables = run_facts.source_tables(dict(entry["tables"])) if is_import else {}
    rows = sum(sum(counts.values()) for counts in tables.values())
    left = ""
    if is_at_work and expected:
        left = _left(expected.phases.get(entry["name"]), seconds_of(entry))
    return PhaseLine(
        entry["number"],
        entry["name"],
        _AT_WORK[SILENT] if is_cut_off else saying(STATUSES, entry["status"]),
        count(rows) if rows else "",
        took if seconds else "",
        _rate(rows, seconds, is_at_work=is_at_work),
        left,
        sentence_case(checks_found(check["verdict"] for check in entry["checks"]))
        if entry["checks"]
        else "",
        tuple(_bar(name, counts) for name, counts in tables.items()),
    )


def _rate(rows: int, seconds: float, *, is_at_work: bool) -> str:
    """Rows a second of a phase; "" where it is too early to say."""
    if not rows or seconds < 1:
        return ""
    return f"{count(round(rows / (_step(seconds) if is_at_work else seconds)))} rows/s"


def _bar(table: str, counts: Mapping[str, int]) -> TableBar:
    total = sum(counts.values())
    parts, at = [], 0.0
    for outcome in SOURCE_OUTCOMES:
        if rows := counts.get(outcome, 0):
            length = round(BAR * rows / total, 1)
            parts.append(BarPart(str(outcome), rows, round(at, 1), length))
            at += length
    words = ", ".join(f"{count(p.rows)} {OUTCOMES[p.outcome].word}" for p in parts)
    return TableBar(noun(table), tuple(parts), words or "no row")


def _step(seconds: float) -> float:
    """A duration that ticks, so that what is reckoned by it does not tick faster."""
    return max(1.0, seconds // STEP_SECONDS * STEP_SECONDS)


def _in_steps(seconds: float) -> str:
    """A duration that ticks, in words."""
    whole = int(seconds // STEP_SECONDS * STEP_SECONDS)
    return duration(whole) if whole >= 10 else f"{whole} s"


def began(manifest: Manifest) -> str:
    """When it was opened, by the clinic's clock."""
    return run_facts.when(manifest, manifest["created_at"])
