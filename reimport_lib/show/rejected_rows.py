"""What does not come in, by table and reason, with rows to look up.

Imports facts, words and html; shown on the cover. The example rows are numbers out of
the outcomes files, never keys or values.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from reimport_lib.plan.codes import Outcome
from reimport_lib.record.manifest import Manifest
from reimport_lib.show.badges import outcome_badge
from reimport_lib.show.figured import figure
from reimport_lib.show.html import Cell, Element, Grid
from reimport_lib.show.last_time import LAST_TIME, LastTime, beside
from reimport_lib.show.run_facts import tables
from reimport_lib.show.words import code_meaning, noun

EXAMPLES = 3
_MEANING = "what it means and what to do"


def rejected_rows_report(
    manifest: Manifest, folder: Path, last: LastTime | None
) -> list[Element]:
    """The table of reasons: rejected before skipped, large before small."""
    rows: list[tuple[Cell, ...]] = []
    for name, counts in tables(manifest).items():
        reasons = counts.get("reasons", {})
        examples = _examples(folder / "outcomes" / f"{name}.csv") if reasons else {}
        skipped = {c for c, (why, _) in examples.items() if why == Outcome.SKIPPED}
        for code, number in sorted(
            reasons.items(), key=lambda item: (item[0] in skipped, -item[1], item[0])
        ):
            outcome, numbers = examples.get(code, ("", []))
            badge = outcome_badge(outcome) if outcome else ""
            shown = ", ".join(numbers)
            shown += ", …" if numbers and number > len(numbers) else ""
            meaning = " ".join(code_meaning(code))
            then = beside(last, name, (f"reason {code}",), number)
            now = figure(number, name, "reasons", code)
            rows.append((noun(name), code, badge, now, then, meaning, shown))
    if not tables(manifest):
        return []
    return [
        Grid.of_filled(
            "By table and reason; row numbers are those of the export, its header is 1",
            ("table", "reason", "outcome", "rows", LAST_TIME, _MEANING, "example rows"),
            rows,
            right=("rows", LAST_TIME),
            empty="no row stays out.",
        )
    ]


def _examples(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Reason -> its outcome and the first row numbers, as far as *path* tells."""
    if not path.is_file():
        return {}
    columns = ["reason", "outcome", "row"]
    rows = pd.read_csv(path, usecols=columns, dtype=str, keep_default_na=False)
    return {
        str(reason): (group["outcome"].iloc[0], list(group["row"].head(EXAMPLES)))
        for reason, group in rows[rows["reason"] != ""].groupby("reason")
    }
