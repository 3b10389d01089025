"""What people filled in in a worklist, read again: all of it is entered, or nothing.

Rows that FileMaker and people both changed get rulings, which imports apply; of all
others it is kept what was said of them, for the next reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import filled_in
from reimport_lib.execute.filled_in import FilledLine
from reimport_lib.phases import asked
from reimport_lib.phases.asked import Asked
from reimport_lib.plan.codes import ToDo
from reimport_lib.record import findings, runs
from reimport_lib.record.clock import now
from reimport_lib.record.findings import WorkItem
from reimport_lib.record.run import Run
from reimport_lib.show import worklist
from reimport_lib.tables.merging import Policy
from reimport_lib.write import bind, decisions, fence, row_decisions, signoffs
from reimport_lib.write.decisions import PersonsRuling
from reimport_lib.write.row_decisions import SaidOfRow

MOST_DAYS = 366
SHOWN = 5
OF_OTHERS = {"right": "other", "both": "both", "ask": "ask"}
"""Said of a row that shares its key with others -> what is said of these by it."""
_AGAIN = "fill in the worklist of the newest run: reimport runs, reimport show RUN"


@dataclass(frozen=True, slots=True)
class Entered:
    """
    What a file brought.

    Attributes:
        decided: lines on which somebody decided; new: of these, not entered before.
        rulings: on fields that both sides changed, new ones: imports apply them.
    """

    decided: int
    new: int
    rulings: int


@dataclass(frozen=True, slots=True)
class _Known:
    """
    What the newest run with a worklist found, and asked.

    Attributes:
        lines: name of a line -> its rows; asked: (table, key) -> its questions.
        sharing: (table, key) -> the rows that share it and differ.
        today: the day in the clinic's zone.
    """

    run: Run
    lines: Mapping[str, Sequence[WorkItem]]
    asked: Mapping[tuple[str, str], Sequence[Asked]]
    sharing: Mapping[tuple[str, str], Sequence[WorkItem]]
    today: date


@dataclass(slots=True)
class _Filled:
    """What was read so far, and what is wrong with it."""

    said: dict[str, SaidOfRow] = field(default_factory=dict)
    ruled: dict[tuple[str, str, str], PersonsRuling] = field(default_factory=dict)
    decided: int = 0
    wrong: list[str] = field(default_factory=list)


def read(settings: Settings, path: Path, *, by: str = "") -> Entered:
    """
    Enter what was filled in in the worklist at *path*.

    Args:
        by: who decided, where a line does not say it.

    Raises:
        UsageError: it cannot be read, or names the lines that cannot be entered.
        Refused: no run has a worklist.
    """
    lines = [line for line in filled_in.lines(path) if line["decision"]]
    bind.bind_real(settings, writable=True)
    try:
        known = _known(settings)
        filled = _Filled()
        for line in lines:
            if why := _take(line, known, by, filled):
                filled.wrong.append(f"{line.place}: {why}")
        _say_of_twins(known, filled)
        if filled.wrong:
            more = len(filled.wrong) - SHOWN
            rest = f"; and {several(more, 'line')} more" if more > 0 else ""
            raise UsageError(
                f"{path}: {several(len(filled.wrong), 'line')} cannot be entered."
                f" {'; '.join(filled.wrong[:SHOWN])}{rest}. Nothing was entered.",
                hint=_AGAIN,
                id="R403",
            )
        rulings = decisions.newest()
        held = {(r.table, r.key, r.field): r for r in rulings}
        ruled = [
            one for place, one in filled.ruled.items() if _differs(one, held.get(place))
        ]
        with fence.of_command("reimport decisions"):
            new = row_decisions.enter(list(filled.said.values()), ruled)
    finally:
        bind.close()
    return Entered(filled.decided, new + len(ruled), len(ruled))


def _differs(one: PersonsRuling, held: PersonsRuling | None) -> bool:
    def words(ruling: PersonsRuling) -> tuple[str, ...]:
        who = ruling.ruling.value, ruling.decided_by, ruling.reason
        return (ruling.source_digest, *who)

    return held is None or words(one) != words(held)


def _known(settings: Settings) -> _Known:
    readable, _ = runs.found(settings)
    run = next((r for r in reversed(readable) if findings.is_kept(r.folder)), None)
    if run is None:
        raise Refused(
            "No run has a worklist that was not pruned.",
            hint="reimport run --dry-run, which makes one",
            id="R398",
        )
    lines: dict[str, list[WorkItem]] = defaultdict(list)
    sharing: dict[tuple[str, str], list[WorkItem]] = defaultdict(list)
    for each in findings.read(run.folder):
        lines[each.line].append(each)
        if each.twins:
            sharing[each.table, each.key].append(each)
    questions: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked.read(run):
        questions[one.table, one.key].append(one)
    today = signoffs.today(settings.rows.time_zone)
    return _Known(run, lines, questions, sharing, today)


def _take(line: FilledLine, known: _Known, by: str, filled: _Filled) -> str:
    """Add what *line* says to *filled*; else why it cannot be entered."""
    rows = known.lines.get(line["line"], ())
    if not rows:
        stale = line["run"] not in ("", known.run.run_id)
        return (
            f"not in the worklist of {known.run.run_id}, which is newer than"
            f" {line['run']}: the row has changed since, or is settled"
            if stale
            else f"no such line in the worklist of {known.run.run_id}"
        )
    found = next((f for f in rows if f.table == line["table"]), None)
    same_run = line["run"] == known.run.run_id
    numbers = {str(f.row or "") for f in rows}
    if found is None or (same_run and line["row"] not in numbers):
        return "table and row are not those of this line: were its cells moved?"
    word, who = line["decision"].casefold(), line["by"] or by.strip()
    words = worklist.words(found)
    if word not in words:
        return f"the decision is none of {', '.join(words)}"
    if not who:
        return "it does not say by whom"
    until, why = _day(line["until"], known.today)
    if why:
        return why
    if word == "fix" and until is None:
        return "until when it will be mended is not said"
    filled.decided += 1
    if worklist.told(found).action is ToDo.DECIDE:
        return _rule(found, word, who, line["remark"], known, filled)
    said = SaidOfRow(
        *(found.table, found.key, found.code, found.digest, word, who),
        *(line["remark"], until, now(), known.run.run_id),
    )
    before = filled.said.setdefault(found.line, said)
    if (before.word, before.until) != (said.word, said.until):
        return "another line says otherwise of the same row"
    of_others = {
        filled.said[each.line].word
        for each in _twins(found, known)
        if each.line in filled.said
    }
    if (word == "right" and of_others & {"right", "both"}) or (
        word == "both" and "right" in of_others
    ):
        return "another line says otherwise of the rows that share its key"
    return ""


def _twins(found: WorkItem, known: _Known) -> Iterator[WorkItem]:
    """The lines of the other rows that share the key of *found*."""
    for each in known.sharing.get((found.table, found.key), ()) if found.twins else ():
        if each.line != found.line:
            yield each


def _say_of_twins(known: _Known, filled: _Filled) -> None:
    """What is said of one of several rows that share a key is said of all of them."""
    for line, said in list(filled.said.items()):
        if said.word not in OF_OTHERS:
            continue
        word = OF_OTHERS[said.word]
        for each in _twins(known.lines[line][0], known):
            if each.line not in filled.said:
                filled.said[each.line] = replace(
                    said, source_digest=each.digest, word=word
                )
                filled.decided += 1


def _rule(
    found: WorkItem, word: str, who: str, why: str, known: _Known, filled: _Filled
) -> str:
    """A ruling on each field of the row that both sides changed, or on the row."""
    questions = known.asked.get((found.table, found.key), ())
    if not questions:
        return "the run asks nothing about it; see reimport decisions"
    for one in questions:
        where = one.table, one.key, one.field
        filled.ruled[where] = PersonsRuling(
            *(*where, one.source_digest, Policy(word), who, why, now()),
            known.run.run_id,
        )
    return ""


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The day that *text* says, or what is wrong with it."""
    if not text:
        return None, ""
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None, "until is no day such as 2027-01-31"
    if not today <= day <= today + timedelta(days=MOST_DAYS):
        return None, f"until is not between today and {MOST_DAYS} days from now"
    return day, ""
