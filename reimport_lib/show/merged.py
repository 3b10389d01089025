"""What FileMaker and people both changed, side by side, and whose it became.

Imports words and html; every value is masked first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from reimport_lib.plan.codes import Note
from reimport_lib.show.html import Grid
from reimport_lib.show.masking import Masking
from reimport_lib.show.plans import EMPTY
from reimport_lib.show.words import count, noun, sentence_case, several
from reimport_lib.tables.merging import RowsThat

NOT_KEPT = "(not kept)"
SHOWN = 50
THEN, NOW, HELD = "FileMaker then", "FileMaker now", "the backend now"
OTHERS = ("", " (another one)", " (a third one)")
"""Behind values that differ and look alike, masked."""
DONE: Mapping[str, str] = {
    Note.CONFLICT: "stays as in the backend; asked",
    Note.KEPT_BY_DECISION: "stays as in the backend",
    Note.TAKEN_BY_DECISION: "FileMaker's is taken",
}


def merged_table(table: str, settled: pd.DataFrame, mask: Masking) -> Grid:
    """
    One line for each field, or row, that both sides did something to; asked ones first.

    Args:
        settled: row, key, field, note (of ``DONE``), then, filemaker, backend (texts;
            then is None where nobody kept it), by (who or what settled it).
    """
    asked = settled["note"] == Note.CONFLICT
    lines = settled.assign(last=~asked).sort_values(["last", "row", "field"])
    fields = several(len(lines), "field or record", "fields or records")
    told = f"{sentence_case(noun(table))}: {fields} changed on both sides"
    told += f", {count(int(asked.sum()))} to decide{'' if mask.reveal else ', masked'}"
    left = len(lines) - SHOWN
    return Grid(
        told,
        ("row", mask.key_head, "field", THEN, NOW, HELD, "what was done", "by"),
        [
            (
                str(line["row"] or ""),
                mask.key(line["key"]),
                line["field"],
                *_sides(table, line, mask),
                DONE[line["note"]],
                line["by"],
            )
            for line in lines.head(SHOWN).to_dict("records")
        ],
        whole=(mask.key_head, "field"),
        empty="no field was changed on both sides.",
        foot=f"{several(left, 'further line')}: reimport decisions."
        if left > 0
        else "",
    )


def _sides(table: str, line: Mapping[Hashable, Any], mask: Masking) -> Iterator[str]:
    """Then, now and the backend's; two that look alike masked are told apart."""
    if line["field"] in list(RowsThat):
        yield from ("", "", "")
        return
    then, said, held = line["then"], line["filemaker"], line["backend"]
    shown: dict[str | None, str] = {None: NOT_KEPT}
    looks: Counter[str] = Counter()
    for text in dict.fromkeys((then, said, held)):
        if text is not None:
            look = mask.value(table, line["field"], text) or EMPTY
            shown[text] = look + OTHERS[looks[look]]
            looks[look] += 1
    yield from (shown[text] for text in (then, said, held))
