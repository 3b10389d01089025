"""Two plans of one review, row by row: what is planned otherwise, and by what right.

Pure; imports neither Django nor pyarrow. A row may be planned otherwise where it moved,
or names one that did or is planned otherwise for that; every other one must be as it
was reviewed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from reimport_lib.plan.codes import Kept, Outcome

Place = tuple[str, str]
"""A row: its table, and the pseudonym of its key."""

COLUMNS = ("table", "key", "row", "then", "now", "fields", "why")
ABSENT = "not there"
_HOLDS = (Kept.HAS_CHILDREN.value, Kept.HAS_LOCAL_ROWS.value)


@dataclass(frozen=True, slots=True, eq=False)
class Replanned:
    """
    What is planned otherwise than it was.

    Attributes:
        rows: COLUMNS, one line a row; why is "" where nothing explains it.
    """

    rows: pd.DataFrame

    @property
    def unexplained(self) -> pd.DataFrame:
        """Those of ``rows`` that must be as they were reviewed, and are not."""
        return self.rows[self.rows["why"] == ""]


def compare(
    then: pd.DataFrame,
    now: pd.DataFrame,
    moved: Mapping[Place, str],
    named_by: Callable[[Collection[Place]], Mapping[Place, Iterable[Place]]],
) -> Replanned:
    """
    Every row whose plan *now* is another than *then*.

    Args:
        then, now: as ``phases.row_plans.read`` has them.
        moved: rows that moved -> what moved of each.
        named_by: rows -> the rows that each of them names, or stands together with; a
            row without a key stands for any of its table.
    """
    places = then.index.union(now.index, sort=False)
    before, after = then.reindex(places), now.reindex(places)
    other = before["sha256"].fillna("") != after["sha256"].fillna("")
    differing = [
        (place, before.loc[place], after.loc[place]) for place in places[other]
    ]
    why = _why([place[1:3] for place, *_ in differing], moved, named_by)
    lines = [
        (
            table,
            key,
            _first(new["row"], old["row"]),
            _said(old),
            _said(new),
            _first(new["fields"], old["fields"]),
            why.get((table, key), "") or _held_now(phase, old, new),
        )
        for (phase, table, key, _), old, new in differing
    ]
    return Replanned(pd.DataFrame(lines, columns=list(COLUMNS), dtype=object))


def _why(
    differing: Collection[Place],
    moved: Mapping[Place, str],
    named_by: Callable[[Collection[Place]], Mapping[Place, Iterable[Place]]],
) -> dict[Place, str]:
    """What explains each of the *differing* rows that something explains."""
    why = {place: moved[place] for place in differing if place in moved}
    open_ = {place for place in differing if place not in moved}
    names = named_by(open_) if open_ else {}
    explained: set[Place] = {*moved} | {(table, "") for table, _ in moved}
    while True:
        found = {
            place: f"names {near[0]} {near[1]}".strip()
            for place in open_
            if (near := next((n for n in names.get(place, ()) if n in explained), None))
        }
        if not found:
            return why
        why |= found
        explained |= found.keys() | {(table, "") for table, _ in found}
        open_ -= found.keys()


def _held_now(phase: str, old: pd.Series[str], new: pd.Series[str]) -> str:
    """A row that was to be deleted stays, since something hangs on it now."""
    stays = old["outcome"] == Outcome.DELETED and new["outcome"] == Outcome.KEPT
    held = phase == "delete" and stays and new["reason"] in _HOLDS
    return "something hangs on it now" if held else ""


def _said(line: pd.Series[str]) -> str:
    if pd.isna(line["sha256"]):
        return ABSENT
    outcome, reason = str(line["outcome"]), str(line["reason"])
    return f"{outcome} ({reason})" if reason else outcome


def _first(*cells: str) -> str:
    return next((cell for cell in cells if not pd.isna(cell) and cell), "")
