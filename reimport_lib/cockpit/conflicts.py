"""Fields that FileMaker and people both changed: side by side, decided one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pandas as pd

from reimport_lib.execute.desk import Stage, View
from reimport_lib.phases import asked
from reimport_lib.phases.asked import Asked
from reimport_lib.plan.codes import Note
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.show.html import Element, Sentence, Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.merged import merged_table
from reimport_lib.show.words import noun

RULINGS = (("the backend's stays", "keep"), ("FileMaker's is taken", "take"))
OPEN = "Until somebody decides, what the backend has stays."
DECIDED = "What is decided counts from the next rehearsal on; this one fits no more."
BETWEEN = "\t"

Places = Mapping[str, str]
"""Run, table, pseudonym and field of a question, joined -> what was decided of it."""


def questions(view: View) -> list[tuple[str, Asked]]:
    """What the rehearsal that is judged left open, each with what names it."""
    run = view.rehearsal
    if run is None or view.stage is Stage.AT_WORK:
        return []
    mask = _mask(run)
    return [
        (BETWEEN.join((run.run_id, one.table, mask.key(one.key), one.field)), one)
        for one in asked.read(run)
        if one.note == Note.CONFLICT
    ]


def choices(view: View) -> list[tuple[str, str]]:
    """What is shown of each question, and what names it."""
    return [
        (f"{noun(one.table)} {place.split(BETWEEN)[2]}: {one.field}", place)
        for place, one in questions(view)
    ]


def shown(view: View, decided: Places) -> Element:
    """FileMaker then, FileMaker now and the backend now, masked."""
    found = questions(view)
    if view.rehearsal is None or not found:
        return Sentence("No field that both sides changed waits for a decision.")
    lines: dict[str, list[dict[str, object]]] = {}
    for place, one in found:
        line = {**asdict(one), "by": decided.get(place, "")}
        lines.setdefault(one.table, []).append(line)
    mask = _mask(view.rehearsal)
    tables = [merged_table(t, pd.DataFrame(of), mask) for t, of in lines.items()]
    return Stack([*tables, Sentence(DECIDED if decided else OPEN)])


def words(place: str, ruling: str, by: str, why: str) -> Sequence[str]:
    """The command that decides the question *place*."""
    run_id, table, key, field = place.split(BETWEEN)
    told = ("--by", by, *(("--why", why) if why else ()), "--run", run_id)
    return ("decisions", "set", table, key, field, ruling, *told)


def _mask(run: Run) -> Masking:
    return Masking(runs.pseudonym_key(run.settings))
