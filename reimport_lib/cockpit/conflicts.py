"""Fields that FileMaker and people both changed: side by side, decided one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from reimport_lib.execute.desk import Stage, View
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.phases import asked
from reimport_lib.phases.asked import Asked
from reimport_lib.plan.codes import Note
from reimport_lib.plan.merge import OF_POLICY
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.show.html import Element, Sentence, Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.merged import merged_table
from reimport_lib.show.words import moment, noun
from reimport_lib.tables.merging import Policy

RULINGS = (("the backend's stays", "keep"), ("FileMaker's is taken", "take"))
OPEN = "Until somebody decides, what the backend has stays."
DECIDED = "What is decided counts from the next rehearsal on; this one fits no more."
UNKNOWN = "What somebody has decided since could not be asked: reimport decisions."
BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class RuledSince:
    """What somebody decided of a question, and when (ISO)."""

    ruling: Policy
    by: str
    at: str


Places = Mapping[str, RuledSince]
"""Run, table, pseudonym and field of a question, joined -> what was decided of it."""


def asking(view: View) -> Sequence[str]:
    """The command that tells what is decided; none where nothing was asked."""
    run = view.rehearsal
    if run is None or not questions(view):
        return ()
    return ("decisions", "--run", run.run_id, "--json")


def decided(run: Run, answer: CommandAnswer) -> Places | None:
    """What ``asking`` was answered about *run*; None where it was refused."""
    told = None if answer.code else answer.json()
    if told is None:
        return None
    return {
        BETWEEN.join(
            (run.run_id, each["table"], each["key"], each["field"])
        ): RuledSince(Policy(each["ruling"]), each["by"], each["at"])
        for each in told
    }


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


def choices(view: View, ruled: Places | None) -> list[tuple[str, str]]:
    """What is shown of each question, and what names it; open ones first."""
    known = ruled or {}
    found = sorted(questions(view), key=lambda question: question[0] in known)
    return [
        (
            f"{noun(one.table)} {place.split(BETWEEN)[2]}: {one.field}"
            + (", decided" if place in known else ""),
            place,
        )
        for place, one in found
    ]


def shown(view: View, ruled: Places | None) -> Element:
    """
    FileMaker then, FileMaker now and the backend now, masked.

    Args:
        ruled: what was decided since; None where nobody could tell.
    """
    found, run = questions(view), view.rehearsal
    if run is None or not found:
        return Sentence("No field that both sides changed waits for a decision.")
    lines: dict[str, list[dict[str, object]]] = {}
    for place, one in found:
        line = {**asdict(one), **_settled(run, (ruled or {}).get(place))}
        lines.setdefault(one.table, []).append(line)
    mask = _mask(run)
    tables = [merged_table(t, pd.DataFrame(of), mask) for t, of in lines.items()]
    is_decided = {place in (ruled or {}) for place, _ in found}
    told = [UNKNOWN] * (ruled is None) + [OPEN] * (False in is_decided)
    told += [DECIDED] * (True in is_decided)
    return Stack([*tables, *map(Sentence, told)])


def _settled(run: Run, one: RuledSince | None) -> Mapping[str, str]:
    """How a question is settled from the next rehearsal on, and by whom."""
    if one is None:
        return {"by": ""}
    when = moment(one.at, run.settings.rows.time_zone)
    return {"note": OF_POLICY[one.ruling], "by": f"{one.by}: {one.ruling}, {when}"}


def words(place: str, ruling: str, by: str, why: str) -> Sequence[str]:
    """The command that decides the question *place*."""
    run_id, table, key, field = place.split(BETWEEN)
    told = ("--by", by, *(("--why", why) if why else ()), "--run", run_id)
    return ("decisions", "set", table, key, field, ruling, *told)


def _mask(run: Run) -> Masking:
    return Masking(runs.pseudonym_key(run.settings))
