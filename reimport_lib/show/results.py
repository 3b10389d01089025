"""Checks, gates, links, states, and the card at the head of every notebook.

Imports checks, badges, words and html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reimport_lib.checks import Check, Verdict
from reimport_lib.plain import visible
from reimport_lib.plan.gates import ROWS, GateResult, Gates
from reimport_lib.show.badges import status_badge, verdict_badge
from reimport_lib.show.check_words import Tally, found
from reimport_lib.show.html import (
    Badge,
    Cell,
    Element,
    Fold,
    Grid,
    Sentence,
    Stack,
)
from reimport_lib.show.waiting import clock
from reimport_lib.show.words import (
    STATUSES,
    VERDICTS,
    count,
    percent_of_rate,
    sentence_case,
    several,
    share,
)
from reimport_lib.tables import registry

if TYPE_CHECKING:
    pass

LINK_GATES = {"owner": "min_match_rate", "object": "min_object_rate"}
FEW_CHECKS = 12
_EITHER = frozenset({"max_deleted", "max_deleted_rows"})
MODES = {
    "rehearsal": ("REHEARSAL", "may write to a copy; the real database is only read"),
    "full": ("FULL RUN", "may write to the real database"),
}


@dataclass(frozen=True, slots=True)
class Card(Element):
    """
    Who and what this run is: a banner that names the mode in words, and its facts.

    A full run has a double border and says so; colour is only added to that.
    """

    mode: str
    facts: tuple[tuple[str, str], ...]

    @property
    def banner(self) -> tuple[str, str]:
        """The mode as a title, and what a run of it may write."""
        return MODES.get(self.mode, (self.mode.upper(), ""))

    def text(self) -> str:
        lines = [" — ".join(self.banner)]
        lines += [f"{name}: {value}" for name, value in self.facts]
        return visible("\n".join(lines))


def header_card(manifest: Mapping[str, Any], *, database: str = "") -> Card:
    """
    The card of the run whose ``run.json`` is *manifest*.

    Args:
        database: name of the database that the run works on, without credentials.
    """
    facts = [
        ("Run", str(manifest["run_id"])),
        ("Database", database or database_name(manifest)),
        ("Clock", clock(manifest) or "not fixed yet"),
        (
            "Source",
            short(str(manifest.get("snapshot_digest") or "")) or "not frozen yet",
        ),
    ]
    reviewed = str(manifest.get("parameters", {}).get("reviewed") or "")
    if reviewed:
        facts.append(("Reviewed", reviewed))
    return Card(str(manifest["mode"]), tuple(facts))


def database_name(manifest: Mapping[str, Any]) -> str:
    """The name of the database in *manifest*, or that there is none yet."""
    database = manifest.get("database") or {}
    name = database.get("name", "") if isinstance(database, Mapping) else database
    return str(name) or "not bound yet"


def moment(iso: str) -> str:
    """``2026-11-22 10:15:04 UTC`` from ISO text; blank stays blank."""
    return iso.replace("T", " ").replace("+00:00", " UTC")


def short(digest: str) -> str:
    """The first twelve characters of a digest."""
    return f"{digest[:12]}…" if len(digest) > 12 else digest


def checks_table(checks: Iterable[Check], caption: str = "") -> Grid:
    """Every check with what was expected and found; those that fail come first."""
    order = {"fail": 0, "warn": 1, "could-not-check": 2, "pass": 3}
    ranked = sorted(checks, key=lambda check: order[str(check.verdict)])
    heads = ("check", "verdict", "expected", "found", "what to do")
    width = len(heads) if any(check.advice for check in ranked) else len(heads) - 1
    rows = tuple(
        (
            _check_name(check),
            verdict_badge(str(check.verdict)),
            check.expected,
            check.actual,
            check.advice,
        )[:width]
        for check in ranked
    )
    return Grid(
        caption or checks_caption(ranked),
        heads[:width],
        rows,
        empty="no check was made.",
    )


def _check_name(check: Check) -> str:
    """The name of *check*, with its table called as everywhere in a report."""
    return ": ".join(map(_with_noun, check.name.split(": ")))


def checks_stack(checks: Iterable[Check], *, past: bool = False) -> Stack:
    """
    The checks to look at; those that hold are behind a line where they are many.

    Args:
        past: what they looked at is there no more.
    """
    made = list(checks)
    held = [check for check in made if check.verdict is Verdict.PASS]
    rest = [check for check in made if check.verdict is not Verdict.PASS]
    if len(held) <= FEW_CHECKS:
        return Stack((checks_table(made, checks_caption(made, past=past)),))
    said = checks_caption(made, past=past)
    parts: list[Element] = [Sentence(f"{said}.", strong=True)]
    if rest:
        parts.append(checks_table(rest, "Checks to look at"))
    holds = "held" if past else "holds"
    table = checks_table(held, f"Checks that {'held' if past else 'hold'}")
    return Stack((*parts, Fold(f"What {holds}, check by check", table)))


def checks_caption(checks: Iterable[Check], *, past: bool = False) -> str:
    """``40 of 42 checks hold; 1 does not hold; 1 could not be made``."""
    tally = Tally.of(str(check.verdict) for check in checks)
    return sentence_case(found(tally, past=past))


def gates_table(results: Iterable[GateResult]) -> Grid:
    """Every limit of the plan, its figure and whether it is within."""
    measured = list(results)
    rows: list[tuple[Cell, ...]] = []
    for result in measured:
        place = f"{result.table}.{result.name}"
        figure = share(result.count, result.total) if result.total else ""
        figure = figure or count(result.count)
        badge = _gate_badge(result, measured)
        rows.append((place, badge, figure, _limit(result)))
    return Grid(
        "The limits of this run",
        ("gate", "verdict", "figure", "limit"),
        tuple(rows),
        right=frozenset({"figure", "limit"}),
        empty="no limit applies.",
    )


def link_floors(table: str, limits: Gates) -> dict[str, float]:
    """Link -> the lowest match rate that *limits* let through for *table*."""
    found = {link: limits.limit(table, gate) for link, gate in LINK_GATES.items()}
    return {link: floor for link, floor in found.items() if floor is not None}


def _gate_badge(result: GateResult, measured: Iterable[GateResult]) -> Badge:
    """A deletion is within its limits when one of the two is not exceeded."""
    if result.passed:
        return Badge("within", "✓", "good")
    either = any(
        other.passed and other.table == result.table and other.name in _EITHER
        for other in measured
    )
    if result.name in _EITHER and either:
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
    return Grid("The words of this report", ("word", "meaning"), tuple(rows))


def _with_noun(part: str) -> str:
    """*part* of a check's name, a table by what a reader calls its rows."""
    return registry.noun(part) if part in registry.by_name() else part
