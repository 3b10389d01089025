"""Which gates can stop which phase, as the parameters that its notebook declares.

Pure; the limits themselves are in ``plan.gates``. A parameter stands for all tables
of the phase that share its default; a table with another default has one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reimport_lib.errors import Refused, UsageError
from reimport_lib.phases import Phase
from reimport_lib.plan import signoffs
from reimport_lib.plan.gates import ALL, DEFAULTS, ROWS, Gates, loosens, own_limits
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table


def _has_limit_of_its_own(gate: str) -> Callable[[Table], bool]:
    return lambda table: gate in own_limits(table)


STOPS: Mapping[str, Callable[[Table], bool]] = {
    "min_match_rate": lambda table: table.owner is not None,
    "min_object_rate": _has_limit_of_its_own("min_object_rate"),
    "min_came_in": lambda table: table.source is not None,
    "max_rejected": lambda table: table.source is not None,
    "max_conflicts": lambda table: bool(table.model),
    "max_adopted": lambda table: bool(table.model),
}
"""Gate -> the tables whose phase it can stop; those on notes, tables declare."""

OF_ALL_TABLES: Mapping[str, tuple[str, ...]] = {
    "validation": ("max_lost_rows", "max_lost_columns"),
    "delete": ("max_deleted", "max_deleted_rows", "max_local_edits"),
}
"""Phase -> gates that hold every table of the run against their limits there."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    One parameter of a notebook that is a limit.

    Attributes:
        name: as declared; gate: of ``plan.gates``; tables: those it stands for.
        default: of its type, int where the gate counts rows.
    """

    name: str
    gate: str
    tables: tuple[str, ...]
    default: float

    @property
    def places(self) -> tuple[str, ...]:
        """``TABLE.NAME`` of every limit that it sets."""
        return tuple(f"{table}.{self.gate}" for table in self.tables)


def parameters(phase: Phase) -> dict[str, Parameter]:
    """Name -> every limit that the notebook of *phase* declares."""
    found = [
        _parameter(gate, (ALL,), name=gate)
        for gate in OF_ALL_TABLES.get(phase.name, ())
    ]
    own = [registry.named(name) for name in phase.tables]
    on_notes = {
        gate.name: _has_limit_of_its_own(gate.name)
        for table in own
        for gate in table.note_gates
    }
    for gate, can_stop in {**STOPS, **on_notes}.items():
        found += _by_default(gate, [table.name for table in own if can_stop(table)])
    return {parameter.name: parameter for parameter in found}


def expanded(phase: Phase, values: Mapping[str, float]) -> dict[str, float]:
    """
    *values* of parameters, or of ``TABLE.NAME`` itself, as ``TABLE.NAME`` -> value.

    Raises:
        UsageError: a parameter that no gate of this phase has.
    """
    known = parameters(phase)
    places = {}
    for name, value in values.items():
        if "." in name:
            places[name] = value
        elif name in known:
            places |= dict.fromkeys(known[name].places, value)
        else:
            raise UsageError(
                f"{phase.name}: no gate of this phase is called {name!r}.",
                hint="one of " + ", ".join(known),
                id="R093",
            )
    return places


def require_no_looser(limits: Mapping[str, float]) -> None:
    """
    A limit is opened by name, not by a word of one run.

    Raises:
        Refused: names each of *limits* that is wider, and the command that signs it.
    """
    wider = {place: v for place, v in limits.items() if loosens(place, v)}
    if wider:
        places = " ".join(f"{place}={value:g}" for place, value in wider.items())
        raise Refused(
            f"{places}: looser than the limit, and nobody has said who opens it, why"
            " and until when.",
            hint=f"reimport signoff {places} {signoffs.WORDS}",
            id="R365",
        )


def _by_default(gate: str, tables: list[str]) -> list[Parameter]:
    """One parameter for the tables of the usual default, one for each other table."""
    limits = {table: _default(table, gate) for table in tables}
    usual = DEFAULTS.get(gate)
    if usual not in limits.values():
        usual = next(iter(limits.values()), None)
    alike = tuple(table for table, limit in limits.items() if limit == usual)
    found = [_parameter(gate, alike, name=gate)] if alike else []
    others = [table for table in tables if table not in alike]
    return found + [_parameter(gate, (t,), name=f"{gate}_{t}") for t in others]


def _parameter(gate: str, tables: tuple[str, ...], *, name: str) -> Parameter:
    limit = _default(tables[0], gate)
    return Parameter(name, gate, tables, int(limit) if gate in ROWS else float(limit))


def _default(table: str, gate: str) -> float:
    limit = Gates().limit(table, gate)
    if limit is None:
        raise KeyError((table, gate))
    return limit
