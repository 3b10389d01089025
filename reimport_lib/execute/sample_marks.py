"""Marks that people made on the cards of a sign-off pack, read back: all, or none.

Each is an event in the ledger of the real database; what they come to stands in the
record of the run, from which reports, pages and commands tell it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import filled_in, report
from reimport_lib.execute.filled_in import FilledLine
from reimport_lib.phases import sealing
from reimport_lib.record import runs
from reimport_lib.record import samples as kept
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.sample_figures import SampleFigures
from reimport_lib.record.samples import PackCard
from reimport_lib.show import sample_sheet
from reimport_lib.write import bind, fence
from reimport_lib.write import samples as held
from reimport_lib.write.samples import HeldMark

NEEDED = ("line", "run", "table", "row", *sample_sheet.FILLED_IN)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class MarksRead:
    """
    What a file brought.

    Attributes:
        marked: lines with a mark; new: of these, not entered before.
    """

    run: Run
    marked: int
    new: int


def read(settings: Settings, path: Path, *, by: str = "") -> MarksRead:
    """
    Enter the marks in the file at *path*: all of them, or none where one is wrong.

    Args:
        by: who looked, where a line does not say it.

    Raises:
        UsageError: it cannot be read, or names the lines that cannot be entered.
        Refused: its run has no pack any more.
    """
    lines = [line for line in _lines(path) if line["mark"]]
    run = _run(settings, path, lines)
    cards = {card.line: card for card in kept.read(run)}
    marks: dict[str, HeldMark] = {}
    wrong = []
    for line in lines:
        if why := _take(line, run, cards, by.strip(), marks):
            wrong.append(f"{line.place}: {why}")
    if wrong:
        more = len(wrong) - SHOWN
        rest = f"; and {several(more, 'line')} more" if more > 0 else ""
        raise UsageError(
            f"{path}: {several(len(wrong), 'line')} cannot be entered."
            f" {'; '.join(wrong[:SHOWN])}{rest}. Nothing was entered.",
            hint=f"fill in the sheet or the pages of reimport sample {run.run_id}",
            id="R404",
        )
    bind.bind_real(settings, writable=True)
    try:
        with fence.of_command("reimport sample read"):
            new = held.enter_marks(list(marks.values()))
        found = figures(run)
    finally:
        bind.close()
    record(run, found)
    return MarksRead(run, len(lines), new)


def figures(run: Run) -> list[SampleFigures]:
    """How far people have looked at each sample of *run*, by the bound ledger."""
    marks = held.newest_marks(run.run_id)
    found: list[SampleFigures] = []
    for each in held.draws_of(run.run_id):
        words = {
            row: mark.word
            for (table, row), mark in marks.items()
            if table == each.table and mark.word != held.OPEN
        }
        drawn, others = set(each.rows), set(each.others)
        found.append(
            {
                "table": each.table,
                "seed": each.seed,
                "lot": each.lot,
                "size": each.size,
                "allowed": each.allowed,
                "wrong": each.wrong,
                "risk": each.risk,
                "looked_at": len(words.keys() & drawn),
                "not_ok": _not_ok(words, drawn),
                "others": len(others),
                "others_looked_at": len(words.keys() & others),
                "others_not_ok": _not_ok(words, others),
                "at": now().isoformat(),
            }
        )
    return found


def record(run: Run, found: Sequence[SampleFigures]) -> None:
    """Into the record of *run*, sealed, and onto the page of all runs."""
    kept.record(run, found)
    sealing.close(run)
    report.write_history(run.settings)


def _not_ok(words: Mapping[int, str], rows: set[int]) -> int:
    return sum(word == "not ok" for row, word in words.items() if row in rows)


def _run(settings: Settings, path: Path, lines: Sequence[FilledLine]) -> Run:
    """The run that all of *lines* are of."""
    ids = sorted({line["run"] for line in lines})
    if not ids:
        raise UsageError(
            f"{path}: no line of it has a mark.",
            hint=f"fill in the column mark: {', '.join(sample_sheet.WORDS)}",
            id="R405",
        )
    if len(ids) > 1:
        raise UsageError(
            f"{path} has marks of {several(len(ids), 'run')}.",
            hint="give a file of one run",
            id="R406",
        )
    run = runs.load(settings, ids[0])
    if not kept.is_kept(run):
        raise Refused(
            f"{run.run_id}: its sign-off pack was pruned, so that nothing says what"
            " was looked at.",
            hint="look at the sample of a newer run: reimport sample RUN",
            id="R407",
        )
    return run


def _take(
    line: FilledLine,
    run: Run,
    cards: Mapping[str, PackCard],
    by: str,
    marks: dict[str, HeldMark],
) -> str:
    """Add what *line* says to *marks*; else why it cannot be entered."""
    card = cards.get(line["line"])
    if card is None:
        return "not in the pack, which was made anew since, or the record has changed"
    if (line["table"], line["row"]) != (card.table, str(card.row)):
        return "table and row are not those of this line: were its cells moved?"
    word, who = " ".join(line["mark"].casefold().split()), line["by"] or by
    if word not in sample_sheet.WORDS:
        return f"the mark is none of {', '.join(sample_sheet.WORDS)}"
    if not who:
        return "it does not say who looked"
    mark = HeldMark(
        *(run.run_id, card.table, card.row, card.key, word, line["remark"]),
        *(card.source_digest, card.target_digest, who, now()),
    )
    before = marks.setdefault(card.line, mark)
    if before.word != word:
        return "another line says otherwise of the same record"
    return ""


def _lines(path: Path) -> Iterator[FilledLine]:
    """
    Raises:
        UsageError: the file cannot be read, or lacks a column.
    """
    try:
        found = list(filled_in.grids(path))
    except filled_in.UNREADABLE:
        raise UsageError(
            f"{path} cannot be read as a file of marks.",
            hint="give signoff.xlsx or signoff.csv of a run, or what its pages saved",
            id="R408",
        ) from None
    for grid in found:
        if missing := grid.lacks(NEEDED):
            raise UsageError(
                f"{path}: {several(len(missing), 'column')} missing, such as"
                f" {missing[0]}.",
                hint="give the file as it was written, with its last columns filled in",
                id="R409",
            )
        yield from grid.lines()
