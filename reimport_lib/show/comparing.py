"""What is another than it was the last time: two runs, figure by figure.

Out of the figures of their ``run.json`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reimport_lib.checks import Verdict
from reimport_lib.plan.codes import SKIPPED, Outcome, Reason
from reimport_lib.record.manifest import Manifest, PhaseEntry
from reimport_lib.record.status import Status
from reimport_lib.show.figured import Figured, Name, figure, tell
from reimport_lib.show.words import noun, percent, share
from reimport_lib.tables import registry

Unit = Literal["rows", "share", "seconds"]
Figures = Mapping[tuple[str, str], "Figure"]
"""(where, what) -> figure, in the order of the phases."""
SLOWER_BY = 0.25
"""Share by which a phase's time must differ, and a second, to be told."""
DELETE = "delete"
OF_DELETIONS = ", delete phase"
"""Behind the table of a figure, where it is of the delete phase."""
_FOUND = " found"
FAILED_CHECKS = "checks that do not hold"
_ROWS = ("source_rows", *(str(outcome) for outcome in Outcome))
_STAYS_OUT = (Outcome.REJECTED, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure of a run.

    Attributes:
        where: table or phase; what: outcome, reason, note, link or check.
        value: rows or seconds; of a share those found; of: those named.
    """

    where: str
    what: str
    unit: Unit
    value: float
    of: int = 0

    def __str__(self) -> str:
        if self.unit == "seconds":
            return f"{self.value:.1f} s"
        if self.unit == "share":
            return f"{int(self.value):,} of {self.of:,} ({self._percent})"
        return f"{int(self.value):,}"

    def told(self, run: str) -> Figured:
        """The same, as a figure of *run*."""
        name = name_of(self.where, self.what)
        if self.unit == "seconds":
            return Figured(str(self))
        if self.unit == "share":
            if not self.of:
                return Figured(str(self))
            return share(int(self.value), self.of, name, (*name[:-1], "named"), run=run)
        return figure(int(self.value), *name, run=run)

    @property
    def _percent(self) -> str:
        return percent(int(self.value), self.of) or "none named"

    @property
    def is_any(self) -> bool:
        return bool(self.value or self.of)

    @property
    def share(self) -> float:
        return self.value / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure then and now; None where the run has none of the kind."""

    where: str
    what: str
    then: Figure | None
    now: Figure | None

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """A line of a table: where, what, then, now and by how much."""
        return self.told(before="", after="")

    def told(self, before: str, after: str) -> tuple[str, str, str, str, str]:
        """The same, with figures by the names of the runs *before* and *after*."""
        then = self.then.told(before) if self.then else ""
        now = self.now.told(after) if self.now else ""
        return self.where, self.what, then, now, self.by

    @property
    def by(self) -> str:
        """How much more or less: rows, points of a hundred, or a factor of time."""
        then, now = self.then, self.now
        if then is None or now is None:
            return "new" if then is None else "gone"
        if now.unit == "share":
            return f"{100 * (now.share - then.share):+.2f} points"
        if now.unit == "seconds":
            return f"x {now.value / then.value:.2f}" if then.value else ""
        return f"{int(now.value - then.value):+,}"


def name_of(where: str, what: str) -> Name:
    """The name of a figure, as ``show.figured`` has it."""
    table = where.removesuffix(OF_DELETIONS)
    kind, _, code = what.partition(" ")
    if what == FAILED_CHECKS:
        return (table, "checks", Verdict.FAIL)
    if what.endswith(_FOUND):
        return (table, "links", what.removesuffix(_FOUND), "found")
    if kind == "reason":
        return (table, "reasons" if table == where else "kept", code)
    return (table, "notes", code) if kind == "note" else (table, what.replace(" ", "_"))


def differences(before: Figures, after: Figures) -> list[Difference]:
    """Every figure that is another, in the order of the phases."""
    places = dict.fromkeys([*after, *before])
    found = [
        Difference(*place, before.get(place), after.get(place)) for place in places
    ]
    return [one for one in found if _is_told(one)]


def _is_told(one: Difference) -> bool:
    then, now = one.then, one.now
    if then is None or now is None:
        only = then or now
        return only is not None and only.unit != "seconds" and only.is_any
    if now.unit == "seconds":
        more = abs(now.value - then.value)
        return more >= 1 and more >= SLOWER_BY * then.value
    return (then.value, then.of) != (now.value, now.of)


def figures(manifest: Manifest) -> Figures:
    """Every figure of a run."""
    return {
        place: figure
        for entry in manifest["phases"]
        for place, figure in figures_of_phase(entry).items()
    }


def figures_of_phase(entry: PhaseEntry) -> Figures:
    """Every figure of a phase; its time only where it has ended."""
    return {(each.where, each.what): each for each in _of_phase(entry)}


def is_of_phase(where: str, phase: str) -> bool:
    """Whether the figures of *where*, as ``Figure`` has it, are those of *phase*."""
    if where.endswith(OF_DELETIONS):
        return phase == DELETE
    table = registry.by_name().get(where)
    return where == phase or (table is not None and table.phase == phase)


def _of_phase(entry: PhaseEntry) -> Iterator[Figure]:
    deletes = entry["name"] == DELETE
    for table, counts in entry["tables"].items():
        where = f"{table}{OF_DELETIONS}" if deletes else table
        rows: Mapping[str, Any] = counts
        for name in _ROWS:
            yield Figure(where, name.replace("_", " "), "rows", rows[name])
        for kind in ("reasons", "notes"):
            for code, number in rows[kind].items():
                yield Figure(where, f"{kind[:-1]} {code}", "rows", number)
        for link in entry.get("links", {}).get(table, []):
            what = f"{link['name']}{_FOUND}"
            yield Figure(where, what, "share", link["found"], link["named"])
    if entry["checks"]:
        failed = sum(check["verdict"] == Verdict.FAIL for check in entry["checks"])
        yield Figure(entry["name"], FAILED_CHECKS, "rows", failed)
    if entry["status"] == Status.SUCCEEDED:
        yield Figure(entry["name"], "duration", "seconds", entry["seconds"])


def sentences(before: Figures, after: Figures) -> list[str]:
    """
    What stays out in other numbers than the last time, and why, a table each.

    ``notes: 39 rejected, 30 more than the last time: 23 more unknown_owner, what it
    belongs to is not in the source``.
    """
    tables = dict.fromkeys(where for where, what in after if what == "source rows")
    found: list[str] = []
    for table in tables:
        for outcome in _STAYS_OUT:
            old, new = before.get((table, outcome)), after.get((table, outcome))
            if old is None or new is None or old.value == new.value:
                continue
            more = int(new.value - old.value)
            said = tell(
                "{}: {} {}, {} than the last time",
                *(noun(table), new.told(""), outcome, _more(more)),
            )
            why = _why(table, before, after, outcome)
            found.append(tell("{}: {}", said, "; ".join(why)) if why else said)
    return found


def _why(
    table: str,
    before: Figures,
    after: Figures,
    outcome: Outcome,
) -> Sequence[str]:
    """The reasons that came to more or fewer, the largest difference first."""
    skips = outcome is Outcome.SKIPPED
    moved = {}
    for reason in Reason:
        if (reason in SKIPPED) != skips:
            continue
        place = (table, f"reason {reason}")
        now, then = after.get(place), before.get(place)
        more = int((now.value if now else 0) - (then.value if then else 0))
        if more:
            new = ", a new reason" if then is None else ""
            means = reason.sentence.rstrip(".")
            said = f"{_more(more)} {reason}{new}, {means[:1].lower()}{means[1:]}"
            moved[said] = abs(more)
    return sorted(moved, key=lambda said: -moved[said])


def _more(number: int) -> str:
    return f"{abs(number):,} {'more' if number > 0 else 'fewer'}"
