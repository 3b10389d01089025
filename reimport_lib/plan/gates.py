"""Gates: how much of a plan may go wrong before nothing of it is written.

Pure; imports neither Django nor pyarrow. A gate is a figure of the plan and its limit;
``--gate TABLE.NAME=VALUE`` makes a limit stricter for one run; who opens one says why
and until when (``plan.signoffs``).
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reimport_lib.counting import several
from reimport_lib.errors import GateFailed, UsageError
from reimport_lib.plan import signoffs
from reimport_lib.plan.codes import LOCAL, Note, Outcome
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.signoffs import OpenedLimit
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table

ALL = "*"

ENOUGH_ROWS = 10
"""Of fewer rows all may stay out for reasons of their own."""

DEFAULTS: Mapping[str, float] = {
    "min_match_rate": 0.95,
    "min_came_in": 0.01,
    "max_rejected": 0.15,
    "max_deleted": 0.02,
    "max_deleted_rows": 20,
    "max_conflicts": 1.0,
    "max_local_edits": 0,
    "max_adopted": 0,
    "max_lost_rows": 0.05,
    "max_lost_columns": 0,
}
"""Gate -> its limit where a table declares none: a fraction, or a number of rows."""

ROWS = frozenset(
    {"max_deleted_rows", "max_local_edits", "max_adopted", "max_lost_columns"}
)
"""Gates that count; the others are fractions from 0 to 1."""

EITHER = frozenset({"max_deleted", "max_deleted_rows"})
"""Gates of deletions: one of the two is enough."""

PEOPLE = frozenset({"max_conflicts", "max_adopted"})
"""Gates on rows that the target had before: they can be measured ahead of a phase."""


def own_limits(table: Table) -> dict[str, float]:
    """Gate -> limit of every gate for which *table* declares one."""
    return {**table.gates, **{gate.name: gate.limit for gate in table.note_gates}}


def names() -> tuple[str, ...]:
    """Of every gate that some table can have."""
    own = (own_limits(table) for table in registry.all_tables())
    return tuple(sorted({*DEFAULTS, *(name for limits in own for name in limits)}))


@dataclass(frozen=True, slots=True)
class Gates:
    """
    The limits of one run.

    Attributes:
        values: limits set for it, ``TABLE.NAME`` or ``*.NAME`` -> value; what is
            not there is as in ``DEFAULTS``.
        signed: limits that people opened by name, which are in force.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    signed: Sequence[OpenedLimit] = ()

    def limit(self, table: str, name: str) -> float | None:
        """The nearest limit: set for the table or all, signed, declared, by default."""
        for place in (f"{table}.{name}", f"{ALL}.{name}"):
            if place in self.values:
                return self.values[place]
        if opened := self.sign_off(table, name):
            return opened.value
        return self.unsigned(table, name)

    def sign_off(self, table: str, name: str) -> OpenedLimit | None:
        """The one that opens this limit, if one does."""
        opened = signoffs.found(self.signed, table, name)
        limit = self.unsigned(table, name)
        if opened is None or limit is None or not _wider(name, opened.value, limit):
            return None
        return opened

    def unsigned(self, table: str, name: str) -> float | None:
        """The limit that holds where nobody said otherwise."""
        known = registry.by_name().get(table)
        own = own_limits(known) if known else {}
        return own.get(name, DEFAULTS.get(name))


@dataclass(frozen=True, slots=True)
class GateResult:
    """
    One gate, measured.

    Attributes:
        count, total: the rows behind ``actual`` (total 0: rows are only counted).
        actual: fraction 0..1, or rows.
        passed: ``actual`` is within ``limit``.
        signed: it is so by this sign-off alone.
        link: whose match rate it is; "" of a gate on something else.
    """

    table: str
    name: str
    limit: float
    actual: float
    count: int
    total: int
    passed: bool
    signed: OpenedLimit | None = None
    link: str = ""

    @property
    def sentence(self) -> str:
        """What was measured and what the limit is, in one line."""
        floor = "at least" if self.name.startswith("min_") else "at most"
        if self.name in ROWS:
            return f"{several(self.count, 'row')}; {floor} {self.limit:,.0f}"
        share = f"{self.count:,} of {self.total:,} ({percent(self.actual)})"
        return f"{share}; {floor} {percent(self.limit)}"

    @property
    def place(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def enough(self) -> float:
        """The limit that would let this plan pass, and no worse one."""
        step = 1 if self.name in ROWS else 10_000
        exact = self.actual * step
        rounded = math.floor(exact) if "min_" in self.name else math.ceil(exact)
        return rounded / step


def arguments(results: Iterable[GateResult]) -> str:
    """The words that would let through all that did not pass."""
    places = {result.place: result.enough for result in results}
    words = [f"--gate {place}={value:g}" for place, value in places.items()]
    if any(loosens(place, value) for place, value in places.items()):
        words.append(signoffs.WORDS)
    return " ".join(words)


def loosens(place: str, value: float) -> bool:
    """Whether *value* is wider than what holds at *place* (of any table) without it."""
    table, _, name = place.partition(".")
    tables = registry.by_name() if table == ALL else (table,)
    limits = (Gates().unsigned(each, name) for each in tables)
    return any(limit is not None and _wider(name, value, limit) for limit in limits)


def _wider(name: str, value: float, limit: float) -> bool:
    return value < limit if name.startswith("min_") else value > limit


def parse(text: str) -> tuple[str, float]:
    """
    Read ``patients.max_rejected=0.2`` (or ``*.max_rejected=0.2``).

    Raises:
        UsageError: an unknown table or gate, or a value out of range.
    """
    place, _, number = text.partition("=")
    table, _, name = place.strip().partition(".")
    _refuse_unknown(table, (ALL, *registry.by_name()), "table", text)
    _refuse_unknown(name, names(), "gate", text)
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    whole = name in ROWS
    if not (value >= 0 and (value.is_integer() if whole else value <= 1)):
        kind = "a number of rows" if whole else "a fraction from 0 to 1"
        raise UsageError(
            f"--gate {table}.{name}: the value is not {kind}.",
            hint=f"--gate {table}.{name}={DEFAULTS.get(name, 0.5):g}",
            id="R110",
        )
    return f"{table}.{name}", value


def evaluate(plan: Plan, gates: Gates) -> tuple[GateResult, ...]:
    """
    Measure every gate that applies to *plan*'s table.

    Rows that stay out for what people did to them have a gate of their own, with those
    of which a field waits for a decision; no other gate counts them.
    """
    table = registry.named(plan.table)
    local = plan.rows["reason"].isin(LOCAL)
    waits = int((local & (plan.rows["outcome"] == Outcome.REJECTED)).sum())
    conflicts = waits + plan.note_counts.get(Note.CONFLICT, 0)
    measured: list[tuple[str, int, int]] = [
        ("max_rejected", plan.counts[Outcome.REJECTED] - waits, plan.source_rows),
        ("max_conflicts", conflicts, len(plan.rows)),
        ("max_adopted", plan.adopted, 0),
    ]
    if table.source and plan.source_rows >= ENOUGH_ROWS:
        came_in = _comes_in(plan) + int(local.sum())
        measured.append(("min_came_in", came_in, plan.source_rows))
    owners = dict.fromkeys(
        (link.name for link in table.links if link.owner), "min_match_rate"
    )
    linked = [
        (name, found)
        for found in plan.links
        if (name := {**owners, "object": "min_object_rate"}.get(found.name))
        and found.checked
    ]
    noted = [
        (gate.name, plan.note_counts.get(gate.note, 0), _comes_in(plan))
        for gate in table.note_gates
    ]
    results = (
        *(measure(plan.table, *each, gates) for each in measured),
        *(
            measure(plan.table, name, each.found, each.named, gates, link=each.name)
            for name, each in linked
        ),
        *(measure(plan.table, *each, gates) for each in noted),
    )
    return tuple(result for result in results if result is not None)


def _comes_in(plan: Plan) -> int:
    stays_out = (Outcome.SKIPPED, Outcome.REJECTED)
    return len(plan.rows) - sum(plan.counts[outcome] for outcome in stays_out)


def measure(
    table: str, name: str, count: int, total: int, gates: Gates, *, link: str = ""
) -> GateResult | None:
    """*count* (of *total*) held against its limit; None where there is no limit."""
    limit = gates.limit(table, name)
    if limit is None:
        return None
    floor = name.startswith("min_")
    share = count / total if total else float(floor)
    actual = float(count) if name in ROWS else share
    passed = not _wider(name, actual, limit)
    opened = gates.sign_off(table, name)
    alone = gates.unsigned(table, name)
    leans = opened and opened.value == limit and alone is not None
    signed = opened if passed and leans and _wider(name, actual, alone or 0.0) else None
    return GateResult(table, name, limit, actual, count, total, passed, signed, link)


def require(plan: Plan, gates: Gates) -> tuple[GateResult, ...]:
    """
    Let *plan* pass, or stop its phase before it writes.

    Raises:
        GateFailed: names the table, each figure with its limit, and the words that
            would raise it.
    """
    return demand(evaluate(plan, gates))


def deletion_gates(
    table: str, *, deleted: int, imported: int, gates: Gates
) -> tuple[GateResult, ...]:
    """
    Measure a deletion, which passes by a share of the imported rows or by a number.

    Args:
        deleted: rows of the target that would go.
        imported: rows of the target that came from an import.
    """
    share = measure(table, "max_deleted", deleted, imported, gates)
    rows = measure(table, "max_deleted_rows", deleted, 0, gates)
    return tuple(result for result in (share, rows) if result is not None)


def needed(results: Iterable[GateResult]) -> list[GateResult]:
    """*results* but those of deletions that the other gate lets through by itself."""
    measured = list(results)
    free = {
        result.table
        for result in measured
        if result.name in EITHER and result.passed and not result.signed
    }
    return [r for r in measured if r.name not in EITHER or r.table not in free]


def require_deletions(
    deletions: Sequence[tuple[GateResult, ...]], *, file: str
) -> tuple[GateResult, ...]:
    """
    Let the *deletions* of all tables pass: one gate of each is enough.

    Raises:
        GateFailed: no gate of some table passes; every such table is named.
    """
    demand(
        [
            result
            for results in deletions
            if not any(result.passed for result in results)
            for result in results
        ],
        file=file,
    )
    return tuple(result for results in deletions for result in results)


def demand(
    results: Sequence[GateResult],
    *,
    ahead: Sequence[GateResult] = (),
    file: str = "",
    why: Sequence[str] = (),
) -> tuple[GateResult, ...]:
    """
    *results* when all of them passed.

    Args:
        ahead: gates that later phases would stop at; told with the others, so that one
            answer is enough.
        file: the outcomes file that lists the rows; by default those of the tables.
        why: what would have linked more rows, sentences.

    Raises:
        GateFailed: naming every one that did not.
    """
    failed = [result for result in results if not result.passed]
    if failed:
        later = f" Phases after it would stop too: {_figures(ahead)}." if ahead else ""
        told = "".join(f" Look at {sentence}." for sentence in why)
        names = [file] if file else dict.fromkeys(result.table for result in failed)
        files = ", ".join(f"outcomes/{name}.csv" for name in names)
        words = arguments((*failed, *ahead))
        raise GateFailed(
            f"{_figures(failed)}. Nothing of this phase was written.{later}{told}",
            hint=f"look at the rows in {files}; if they are right: {words}",
            id="R111",
        )
    return tuple(results)


def _figures(results: Sequence[GateResult]) -> str:
    return "; ".join(
        f"{result.table}: {what(result)}: {result.sentence}" for result in results
    )


def what(result: GateResult) -> str:
    """The rows that the gate of *result* counts."""
    gates = registry.named(result.table).note_gates
    own = {gate.name: gate.what for gate in gates}
    return own.get(result.name) or _WHAT[result.name]


def percent(fraction: float) -> str:
    """``99.98%``, floored: never 100% while one row is missing."""
    hundredths = math.floor(round(fraction * 10_000, 6))
    return f"{hundredths / 100:.2f}%"


def _refuse_unknown(word: str, known: Sequence[str], kind: str, text: str) -> None:
    if word in known:
        return
    near = difflib.get_close_matches(word, known, n=1)
    raise UsageError(
        f'--gate {text}: there is no {kind} "{word}".',
        hint=f'did you mean "{near[0]}"?' if near else f"one of {', '.join(known)}",
        id="R112",
    )


_WHAT: Mapping[str, str] = {
    "min_match_rate": "rows whose owner was found",
    "min_object_rate": "rows whose stored object was found",
    "min_came_in": "rows that come in",
    "max_rejected": "rejected rows",
    "max_deleted": "rows that would be deleted",
    "max_deleted_rows": "rows that would be deleted",
    "max_conflicts": "rows that wait for a decision",
    "max_local_edits": "rows that people changed in the backend",
    "max_adopted": "rows of an earlier system that would be overwritten",
    "max_lost_rows": "rows fewer than in the last export",
    "max_lost_columns": "columns that the last export filled",
}
