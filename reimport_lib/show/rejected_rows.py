"""What does not come in, by table and reason, with rows to look up.

Imports verdict, words and html; shown on the cover. The example rows are numbers out of
the outcomes files, never keys or values.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path

from reimport_lib.plan.codes import Outcome
from reimport_lib.record.manifest import Manifest
from reimport_lib.show.badges import outcome_badge
from reimport_lib.show.facts import tables
from reimport_lib.show.html import Cell, Element, Grid
from reimport_lib.show.words import code_meaning, count, noun

EXAMPLES = 3
_READ = ("reason", "outcome", "row")
_NONE: tuple[str, list[str]] = ("", [])


def rejected_rows_report(manifest: Manifest, folder: Path) -> list[Element]:
    """The table of reasons: rejected before skipped, large before small."""
    rows: list[tuple[Cell, ...]] = []
    for name, counts in tables(manifest).items():
        wanted = counts.get("reasons", {})
        examples = _examples(folder / "outcomes" / f"{name}.csv", wanted)
        skipped = {c for c, (why, _) in examples.items() if why == Outcome.SKIPPED}
        for code, number in sorted(
            wanted.items(), key=lambda item: (item[0] in skipped, -item[1], item[0])
        ):
            outcome, numbers = examples.get(code, _NONE)
            badge = outcome_badge(outcome) if outcome else ""
            shown = ", ".join(numbers)
            shown += ", …" if numbers and number > len(numbers) else ""
            meaning = " ".join(code_meaning(code))
            rows.append((noun(name), code, badge, count(number), meaning, shown))
    if not tables(manifest):
        return []
    meaning_head = "what it means and what to do"
    heads = ("table", "reason", "outcome", "rows", meaning_head, "example rows")
    return [
        Grid(
            "By table and reason; row numbers are those of the export, its header is 1",
            heads,
            tuple(rows),
            right=frozenset({"rows"}),
            empty="no row stays out.",
        )
    ]


def _examples(
    path: Path, wanted: Mapping[str, int]
) -> dict[str, tuple[str, list[str]]]:
    """Reason -> its outcome and the first row numbers, as far as *path* tells."""
    if not wanted or not path.is_file():
        return {}
    found: dict[str, tuple[str, list[str]]] = {}
    open_reasons = set(wanted)
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        cells = itemgetter(*map(next(lines, _READ).index, _READ))
        for line in lines:
            reason, outcome, row = cells(line)
            if reason not in open_reasons:
                continue
            numbers = found.setdefault(reason, (outcome, []))[1]
            numbers.append(row)
            if len(numbers) == min(EXAMPLES, wanted[reason]):
                open_reasons.discard(reason)
            if not open_reasons:
                break
    return found
