"""What people filled in in a worklist, read again: all of it is entered, or nothing.

Rows that FileMaker and people both changed get rulings, which imports apply; of all
others it is kept what was said of them, for the next reports.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import Refused, UsageError
from reimport_lib.phases import asked
from reimport_lib.phases.asked import Asked
from reimport_lib.plan.codes import ToDo
from reimport_lib.read import limits
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
NEEDED = ("line", "run", "table", "row", *worklist.FILLED_IN)
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
class _Line:
    """A line of a file: where it stands, and its cells by column."""

    place: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip().removeprefix("'")


@dataclass(frozen=True, slots=True)
class _Known:
    """
    What the newest run with a worklist found, and asked.

    Attributes:
        lines: name of a line -> its rows; asked: (table, key) -> its questions.
        today: the day in the clinic's zone.
    """

    run: Run
    lines: Mapping[str, Sequence[WorkItem]]
    asked: Mapping[tuple[str, str], Sequence[Asked]]
    today: date


@dataclass(slots=True)
class _Filled:
    """What was read so far, and what is wrong with it."""

    said: dict[str, SaidOfRow] = field(default_factory=dict)
    ruled: dict[tuple[str, str, str], PersonsRuling] = field(default_factory=dict)
    decided: int = 0
    wrong: list[str] = field(default_factory=list)


def is_worklist(path: Path) -> bool:
    """Whether the file at *path* is a worklist, by its ending or its first line."""
    if path.suffix.casefold() in (".xlsx", ".xlsm"):
        return True
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return "line" in next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read(settings: Settings, path: Path, *, by: str = "") -> Entered:
    """
    Enter what was filled in in the worklist at *path*.

    Args:
        by: who decided, where a line does not say it.

    Raises:
        UsageError: it cannot be read, or names the lines that cannot be entered.
        Refused: no run has a worklist.
    """
    lines = [line for line in _lines(path) if line["decision"]]
    bind.bind_real(settings, writable=True)
    try:
        known = _known(settings)
        filled = _Filled()
        for line in lines:
            if why := _take(line, known, by, filled):
                filled.wrong.append(f"{line.place}: {why}")
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
    for each in findings.read(run.folder):
        lines[each.line].append(each)
    questions: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked.read(run):
        questions[one.table, one.key].append(one)
    today = signoffs.today(settings.rows.time_zone)
    return _Known(run, lines, questions, today)


def _take(line: _Line, known: _Known, by: str, filled: _Filled) -> str:
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
    words = worklist.words(worklist.told(found).action)
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
    return ""


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


def _lines(path: Path) -> Iterator[_Line]:
    """
    Raises:
        UsageError: the file cannot be read, or lacks a column.
    """
    try:
        if path.suffix.casefold() in (".xlsx", ".xlsm"):
            yield from _of_workbook(path)
        else:
            text = path.read_text(encoding="utf-8-sig")
            yield from _of_grid(path, "line", list(csv.reader(io.StringIO(text))))
    except (OSError, UnicodeDecodeError, csv.Error, CalamineError):
        raise UsageError(
            f"{path} cannot be read as a worklist.",
            hint="give the worklist.xlsx or worklist.csv of a run, saved as such",
            id="R399",
        ) from None


def _of_workbook(path: Path) -> Iterator[_Line]:
    limits.check_file(path)
    book = CalamineWorkbook.from_path(str(path))
    grids = {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }
    sheets = {name: grid for name, grid in grids.items() if grid and "line" in grid[0]}
    if not sheets:
        raise UsageError(
            f"{path} has no sheet of a worklist.",
            hint="give the worklist.xlsx of a run, or a copy of it",
            id="R400",
        )
    for name, grid in sheets.items():
        cells = [[_text(cell) for cell in row] for row in grid]
        yield from _of_grid(path, f"sheet {name}, line", cells)


def _of_grid(path: Path, what: str, grid: Sequence[Sequence[str]]) -> Iterator[_Line]:
    heads = [head.strip().casefold() for head in grid[0]] if grid else []
    if missing := [name for name in NEEDED if name not in heads]:
        raise UsageError(
            f"{path}: {several(len(missing), 'column')} missing, such as {missing[0]}.",
            hint="give the worklist as it was written, with its last columns filled in",
            id="R401",
        )
    for number, row in enumerate(grid[1:], start=2):
        cells = dict(zip(heads, row, strict=False))
        yield _Line(f"{what} {number}", cells)


def _text(cell: object) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
