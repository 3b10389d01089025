"""Checks, gates, links, states, and the card at the head of every notebook.

Imports checks, badges, words and html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import percent_of_rate
from reimport_lib.plain import visible
from reimport_lib.plan.gates import EITHER, ROWS, GateResult, Gates
from reimport_lib.record.manifest import Manifest
from reimport_lib.show.badges import status_badge, verdict_badge
from reimport_lib.show.check_words import found
from reimport_lib.show.figured import Figured, Name, figure
from reimport_lib.show.html import (
    Badge,
    Element,
    Fold,
    Grid,
    Sentence,
    Stack,
)
from reimport_lib.show.run_facts import clock, source
from reimport_lib.show.signoffs import signed_by
from reimport_lib.show.words import (
    STATUSES,
    VERDICTS,
    sentence_case,
    several,
    share,
)
from reimport_lib.tables import registry

if TYPE_CHECKING:
    pass

LINK_GATES = {"owner": "min_match_rate", "object": "min_object_rate"}
FEW_CHECKS = 12
# What a gate counts, of which rows; others measure what no run records.
_GATED: Mapping[str, tuple[Name, Name]] = {
    "max_rejected": (("gated", "rejected"), ("rows",)),
    "max_conflicts": (("gated", "waiting"), ("rows",)),
    "min_came_in": (("gated", "came_in"), ("rows",)),
    "max_deleted": (("deleted",), ()),
    "max_deleted_rows": (("deleted",), ()),
}
MODES = {
    "rehearsal": ("REHEARSAL", "may write to a copy; the real database is only read"),
    "full": ("FULL RUN", "may write to the real database"),
    "undo": ("UNDO", "takes a run back in the real database, row by row"),
}


@dataclass(frozen=True, slots=True)
class Card(Element):
    """
    Who and what this run is: a banner that names the mode in words, and its facts.

    What writes to the real database has a double border and says so; colour is only
    added to that.
    """

    mode: str
    facts: Sequence[tuple[str, str]]

    @property
    def banner(self) -> tuple[str, str]:
        """The mode as a title, and what a run of it may write."""
        return MODES.get(self.mode, (self.mode.upper(), ""))

    def text(self) -> str:
        lines = [" — ".join(self.banner)]
        lines += [f"{name}: {value}" for name, value in self.facts]
        return visible("\n".join(lines))


def header_card(manifest: Manifest) -> Card:
    """The card of the run whose ``run.json`` is *manifest*."""
    database = manifest["database"]["name"] if "database" in manifest else ""
    reviewed = manifest["parameters"].get("reviewed")
    facts = [
        ("Run", manifest["run_id"]),
        ("Database", database or "not bound yet"),
        ("Clock", clock(manifest) or "not fixed yet"),
        ("Source", source(manifest) or "not frozen yet"),
        *([("Reviewed", reviewed)] if reviewed else []),
    ]
    return Card(manifest["mode"], facts)


def checks_table(checks: Iterable[Check], caption: str) -> Grid:
    """Every check with what was expected and found; those that fail come first."""
    order = (Verdict.FAIL, Verdict.WARN, Verdict.COULD_NOT_CHECK, Verdict.PASS)
    ranked = sorted(checks, key=lambda check: order.index(check.verdict))
    heads = ("check", "verdict", "expected", "found", "what to do")
    width = len(heads) - (not any(check.advice for check in ranked))
    rows = [
        (
            ": ".join(map(_with_noun, check.name.split(": "))),
            verdict_badge(check.verdict),
            check.expected,
            check.actual,
            check.advice,
        )[:width]
        for check in ranked
    ]
    return Grid(caption, heads[:width], rows, empty="no check was made.")


def _with_noun(part: str) -> str:
    """*part* of a check's name, a table by what a reader calls its rows."""
    return registry.noun(part) if part in registry.by_name() else part


def checks_stack(
    checks: Sequence[Check], of: Name = (), *, past: bool = False
) -> Stack:
    """
    The checks to look at; those that hold are behind a line where they are many.

    Args:
        of: as of ``check_words.found``.
        past: what they looked at is there no more.
    """
    said = sentence_case(found((check.verdict for check in checks), of, past=past))
    held = [check for check in checks if check.verdict is Verdict.PASS]
    rest = [check for check in checks if check.verdict is not Verdict.PASS]
    if len(held) <= FEW_CHECKS:
        return Stack([checks_table(checks, said)])
    table = checks_table(held, f"Checks that {'held' if past else 'hold'}")
    return Stack(
        [
            Sentence(said + ".", strong=True),
            *([checks_table(rest, "Checks to look at")] if rest else []),
            Fold(f"What {'held' if past else 'holds'}, check by check", table),
        ]
    )


def gates_table(results: Sequence[GateResult]) -> Grid:
    """Every limit of the plan, its figure and whether it is within."""
    heads = ("gate", "verdict", "figure", "limit", "signed off by")
    width = len(heads) - (not any(gate.signed for gate in results))
    return Grid(
        "The limits of this run",
        heads[:width],
        [
            (
                gate.place,
                _gate_badge(gate, results),
                _measured(gate),
                _limit(gate),
                signed_by(gate),
            )[:width]
            for gate in results
        ],
        right=("figure", "limit"),
        empty="no limit applies.",
    )


def _measured(gate: GateResult) -> Figured:
    """The rows behind a gate, by the figures that they are."""
    notes = {each.name: each.note for each in registry.named(gate.table).note_gates}
    names: tuple[Name, Name] = _GATED.get(gate.name, ((), ()))
    if gate.link:
        link = ("links", gate.link)
        names = (*link, "found"), (*link, "named")
    elif gate.name in notes:
        names = ("notes", notes[gate.name]), ("came_in",)
    parts, wholes = ((gate.table, *name) if name else () for name in names)
    if not gate.total:
        return figure(gate.count, *parts)
    return share(gate.count, gate.total, parts, wholes)


def link_floors(table: str, limits: Gates) -> dict[str, float]:
    """Link -> the lowest match rate that *limits* let through for *table*."""
    found = {link: limits.limit(table, gate) for link, gate in LINK_GATES.items()}
    return {link: floor for link, floor in found.items() if floor is not None}


def _gate_badge(result: GateResult, measured: Iterable[GateResult]) -> Badge:
    """A deletion is within its limits when one of the two is not exceeded."""
    if result.passed:
        return Badge("within", "✓", "good")
    either = any(
        other.passed and other.table == result.table and other.name in EITHER
        for other in measured
    )
    if result.name in EITHER and either:
        return Badge("the other limit holds", "=", "quiet")
    return Badge("outside", "✗", "bad")


def _limit(result: GateResult) -> str:
    words = "at least" if result.name.startswith("min_") else "at most"
    if result.name in ROWS:
        return f"{words} {several(int(result.limit), 'row')}"
    return f"{words} {percent_of_rate(result.limit)}"


def status_words() -> Grid:
    """What the states of a run and the verdicts of a check mean."""
    rows = [(status_badge(name), said.sentence) for name, said in STATUSES.items()]
    rows += [(verdict_badge(name), said.sentence) for name, said in VERDICTS.items()]
    return Grid("The words of this report", ("word", "meaning"), rows)
