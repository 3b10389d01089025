"""A worklist: what of a run somebody has to look at, one line for each row and code.

The lines of a sheet, the figures of a report and of the workbook, and the same as CSV;
``workbook`` makes the workbook. What a person fills in is read by
``execute.row_decisions``.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal

from reimport_lib.plain import visible
from reimport_lib.plan.codes import WITHOUT_DOUBT, Kept, Note, Outcome, Reason, ToDo
from reimport_lib.record.findings import WorkItem
from reimport_lib.record.manifest import Manifest, WorkCounts, Worklist
from reimport_lib.show import run_facts
from reimport_lib.show.figured import Figured, figure, joined, tell
from reimport_lib.show.html import Element, Grid, Sentence
from reimport_lib.show.words import sentence_case
from reimport_lib.tables import registry

COLUMNS = (
    *("line", "run", "table", "filemaker_id", "row", "outcome", "code", "reason"),
    *("what_to_do", "columns", "holds", "find_by", "twins", "known"),
)
FILLED_IN = ("decision", "until", "by", "remark")
LONGEST = 32_000
"""Characters of a cell; a workbook's holds 32,767."""
WORDS = {
    "expected": "it is right as it is, until FileMaker says something else there",
    "fix": "it will be mended in FileMaker; by the day in `until`",
    "ask": "what was decided before is withdrawn",
}
OF_BOTH_SIDES = {
    "keep": "what the backend has stays",
    "take": "what FileMaker has is taken",
    "ask": "what was decided before is withdrawn",
}
"""Words for rows that FileMaker and people both changed; see ``docs/merging.md``."""
OF_TWINS = {
    "right": "of the records that share this key, this one is right",
    "both": "each is a record of its own: all of them are to stay",
    **WORDS,
}
"""Words for records that share a key; what is said of one is said of all of them."""
KNOWN_AS = {
    "right": "this one is right",
    "other": "another one is right",
    "both": "each is a record of its own",
}
STAYS_OUT = "seen, stays out until FileMaker has one record of each key"
ACTIONS = tuple(ToDo)
HEADING = "What somebody has to look at"
_KEPT = {code.value: code for code in Kept}
_REASONS = {code.value: code for code in Reason}
_NOTES = {code.value: code for code in Note}


def told(found: WorkItem) -> Reason | Note | Kept:
    """The code of *found*, with its sentence, remedy and action."""
    if found.outcome == Outcome.KEPT:
        return _KEPT[found.code]
    stays_out = found.outcome in (Outcome.REJECTED, Outcome.SKIPPED)
    return _REASONS[found.code] if stays_out else _NOTES[found.code]


def words(found: WorkItem) -> dict[str, str]:
    """What a person may decide about *found*, and what it means."""
    if found.twins:
        return OF_TWINS
    return OF_BOTH_SIDES if told(found).action is ToDo.DECIDE else WORDS


def in_order(found: Iterable[WorkItem]) -> list[WorkItem]:
    """By action, table and code, rows that share a key side by side."""
    places = {name: place for place, name in enumerate(registry.by_name())}

    def place(each: WorkItem) -> tuple[int, int, str, str, int]:
        code = told(each)
        twins = each.key if each.twins else ""
        where = ACTIONS.index(code.action), places.get(each.table, len(places))
        return (*where, code.value, twins, each.row)

    return sorted(found, key=place)


def line(found: WorkItem, run_id: str) -> tuple[str, ...]:
    """The cells of ``COLUMNS``; characters that act on a screen have signs instead."""
    which = found.line, run_id, found.table, found.filemaker_id, str(found.row or "")
    holds = found.columns, found.holds, found.find_by, found.twins, known(found)
    return (
        *map(_cell, (*which, found.outcome)),
        *_said(told(found)),
        *map(_cell, holds),
    )


@lru_cache(maxsize=None, typed=True)  # a reason and a note may be one word
def _said(code: Reason | Note | Kept) -> tuple[str, ...]:
    return tuple(map(_cell, (code.value, code.sentence, code.remedy.replace("`", ""))))


def _cell(text: str) -> str:
    return visible(text)[:LONGEST]


def known(found: WorkItem) -> str:
    """What was decided about it: by whom, until when, and why that counts no more."""
    if not (found.known or found.lapsed):
        return ""
    until = f", until {found.known_until}" if found.known_until else ""
    remark = f": {found.remark}" if found.remark else ""
    if found.lapsed:
        return f"counts no more ({found.lapsed}); by {found.known_by}{until}{remark}"
    word = found.known
    if word in KNOWN_AS:
        word = f"{KNOWN_AS[word]} ({STAYS_OUT})"
    return f"{word}, by {found.known_by}{until}{remark}"


def counts(found: Iterable[WorkItem], manifest: Manifest) -> Worklist:
    """The figures of a worklist, for the record of its run; no files yet."""
    lines, held, lapsed = Counter[str](), Counter[str](), Counter[str]()
    for each in found:
        action = told(each).action.value
        lines[action] += 1
        held[action] += bool(each.known)
        lapsed[action] += bool(each.lapsed)
    left_out = sum(
        number
        for counted in run_facts.tables(manifest).values()
        for code, number in counted.get("reasons", {}).items()
        if code in WITHOUT_DOUBT
    )
    actions: dict[str, WorkCounts] = {
        action.value: {
            "lines": lines[action.value],
            "known": held[action.value],
            "lapsed": lapsed[action.value],
        }
        for action in ACTIONS
    }
    return {"actions": actions, "without_doubt": left_out, "files": {}}


def place(counted: Worklist) -> str:
    """The file that is to be filled in, from the folder of its run."""
    return next(iter(counted["files"]), "")


def by_code(
    found: Iterable[WorkItem],
) -> dict[tuple[ToDo, str, str], tuple[int, int, int]]:
    """(action, table, code) -> lines, of these known, of these lapsed; in order."""
    figures: dict[tuple[ToDo, str, str], tuple[int, int, int]] = {}
    for each in found:
        code = told(each)
        where = code.action, each.table, code.value
        lines, held, lapsed = figures.get(where, (0, 0, 0))
        held, lapsed = held + bool(each.known), lapsed + bool(each.lapsed)
        figures[where] = lines + 1, held, lapsed
    return figures


def as_csv(found: Sequence[WorkItem], run_id: str) -> str:
    """
    The worklist as CSV, to be filled in like the workbook.

    A cell that a spreadsheet would take for a formula has an apostrophe before it.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(("action", *COLUMNS, *FILLED_IN))
    for each in found:
        cells = (told(each).action.value, *line(each, run_id), *("" for _ in FILLED_IN))
        writer.writerow([harmless(cell) for cell in cells])
    return buffer.getvalue()


def harmless(cell: str) -> str:
    """*cell*, which no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def in_sentences(counted: Worklist) -> Iterator[str]:
    """How much there is, and where it lies, for a terminal."""
    lines = sum(each["lines"] for each in counted["actions"].values())
    held = sum(each["known"] for each in counted["actions"].values())
    if not lines:
        yield "Worklist: nothing to look at"
        return
    parts = [
        tell("{} {}", figure(each["lines"], "worklist", action, "lines"), action)
        for action, each in counted["actions"].items()
        if each["lines"]
    ]
    yield tell(
        "Worklist: {}, of these known: {} ({})",
        figure(lines, "worklist", "all", "lines", of="line"),
        figure(held, "worklist", "all", "known"),
        joined(", ", parts),
    )
    if lapsed := sum(each["lapsed"] for each in counted["actions"].values()):
        number = figure(lapsed, "worklist", "all", "lapsed")
        yield tell("Decisions that count no more: {}; the worklist says why", number)


def by_action(manifest: Manifest) -> list[tuple[str, Figured, Figured | None]]:
    """(what is to be done, lines, of these known, if any are); none: no worklist."""
    counted = manifest.get("worklist")
    return [
        (sentence_case(action), _figure(action, "lines", n), _known(action, n))
        for action, n in (counted["actions"] if counted else {}).items()
    ]


def _known(action: str, counted: WorkCounts) -> Figured | None:
    return _figure(action, "known", counted) if counted["known"] else None


def _figure(
    action: str, what: Literal["lines", "known", "lapsed"], counted: WorkCounts
) -> Figured:
    return figure(counted[what], "worklist", action, what)


def report(manifest: Manifest) -> list[Element]:
    """The figures by action, and where the private file lies; nothing that is in it."""
    counted = manifest.get("worklist")
    if counted is None:
        return []
    rows = [
        (
            sentence_case(action),
            _figure(action, "lines", n),
            _figure(action, "known", n),
            _figure(action, "lapsed", n),
        )
        for action, n in counted["actions"].items()
        if n["lines"]
    ]
    heads = ("what is to be done", "lines", "of these known", "decided, counts no more")
    grid = Grid(
        "One line for each row and reason or note",
        heads,
        rows,
        right=heads[1:],
        empty="nothing to look at.",
    )
    file = place(counted)
    where = (
        f"The rows themselves are in {file} of the run's folder, which holds persons'"
        " data and stays private. Fill in its last four columns and read it back:"
        f" reimport decisions {file}"
    )
    rest = tell(
        "{} rows more are left out by a rule or stand twice: no doubt.",
        figure(counted["without_doubt"], "worklist", "without_doubt"),
    )
    return [grid, *([Sentence(where)] if rows else []), Sentence(rest)]
