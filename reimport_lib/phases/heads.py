"""What the notebook of a data phase says of itself, out of what its tables declare.

Sentences that say it better are in the module of tables: ``HEADS``, by phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from reimport_lib.phases import Phase, named
from reimport_lib.phases.limits import Parameter, parameters
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Head, Table

GATES: Mapping[str, str] = {
    "min_match_rate": "have known {owners}",
    "min_object_rate": "have a stored object",
    "min_came_in": "are neither skipped nor rejected",
    "max_rejected": "are rejected",
    "max_conflicts": "wait for a decision",
    "max_adopted": "are of an earlier system",
}
"""Gate -> what is said of the rows that it counts; tables say it of gates on notes."""

OF_ALL_TABLES: Mapping[str, str] = {
    "max_lost_rows": "rows fewer than in the last export",
    "max_lost_columns": "columns of a table that the last export filled",
    "max_deleted": "share of a table that may go",
    "max_deleted_rows": "or this many rows, whichever is more",
    "max_local_edits": "rows that would go although people changed them",
}
"""Gate of a phase without tables of its own -> what it limits."""


def head(phase: Phase) -> Head:
    """The head of the notebook of *phase*, which imports tables."""
    tables = [registry.named(name) for name in phase.tables]
    derived = Head(
        title=_sentence(_nouns(tables)),
        reads=_reads(tables),
        writes=_writes(tables),
        needs=_needs(phase, tables),
        stops=_stops({p.gate: None for p in parameters(phase).values()}, tables),
    )
    written = asdict(registry.head(phase.name))
    return replace(derived, **{k: v for k, v in written.items() if v})


def limited(limit: Parameter) -> str:
    """What *limit* limits."""
    if limit.gate in OF_ALL_TABLES:
        return OF_ALL_TABLES[limit.gate]
    tables = [registry.named(name) for name in limit.tables]
    on_notes = _on_notes(limit.gate, tables)
    return on_notes or f"{_rows(tables)} that {_said(limit.gate, tables)}"


def _reads(tables: Sequence[Table]) -> str:
    made_of = [registry.named(table.made.of) for table in tables if table.made]
    sources = [t for t in tables if t.source and t.model] or made_of
    names = [f"`{t.name}`{'' if t.required else ' (if there is one)'}" for t in sources]
    frozen = f"the frozen table{'s' if len(names) > 1 else ''} {_listed(names)}"
    stored = " and the frozen listing of stored objects" if _of_objects(tables) else ""
    return f"{frozen}{stored}."


def _writes(tables: Sequence[Table]) -> str:
    nouns = [t.noun for t in tables if t.model]
    written = f"{_listed([*nouns, 'one line of the ledger'])}, in one transaction"
    return f"{written}{'; no stored object is touched' * _of_objects(tables)}."


def _needs(phase: Phase, tables: Sequence[Table]) -> str:
    """The rows and lists that its rows name, and where they come from."""
    links = (link for table in tables for link in table.links)
    targets = dict.fromkeys(to for link in links for to in link.tables)
    needs = [
        f"the {_listed(registry.noun(to) for to in targets if to in other.tables)}"
        f" of phase {other.number}"
        for other in map(named, phase.prerequisites)
    ]
    lists = [registry.noun(to) for to in targets if to in registry.lookups()]
    if lists:
        needs.append(f"{_listed(lists)} (`reimport load-config`)")
    return f"{'; '.join(needs) or 'a proven backup (phase 1)'}."


def _stops(gates: Iterable[str], tables: Sequence[Table]) -> str:
    few = [_said(gate, tables) for gate in gates if gate.startswith("min_")]
    many = [_said(gate, tables) for gate in gates if gate.startswith("max_")]
    noted = [what for gate in gates if (what := _on_notes(gate, tables))]
    stops = [f"too few {_rows(tables)} {_listed(few, 'or')}"] if any(few) else []
    stops += [f"too many {_listed(filter(None, many), 'or')}"]
    stops += [f"there are too many {what}" for what in noted]
    return f"{'; '.join(stops)}; or the plan is not the reviewed one."


def _rows(tables: Sequence[Table]) -> str:
    """What the rows of *tables* are called together."""
    nouns = _nouns(tables)
    return nouns[0] if len(nouns) == 1 else "rows"


def _nouns(tables: Sequence[Table]) -> list[str]:
    """Of the tables with rows of their own; where none has any, of those made."""
    written = [table for table in tables if table.model]
    return [t.noun for t in written if t.source] or [t.noun for t in written]


def _said(gate: str, tables: Sequence[Table]) -> str:
    """What is said of the rows that *gate* counts; nothing of a gate on a note."""
    links = (link for table in tables for link in table.links if link.owner)
    owners = [*dict.fromkeys(to for link in links for to in link.tables)]
    noun = registry.noun(owners[0]) if len(owners) == 1 else "owners"
    return GATES.get(gate, "").format(owners=noun)


def _on_notes(gate: str, tables: Sequence[Table]) -> str:
    own = (each for table in tables for each in table.note_gates)
    return next((each.what for each in own if each.name == gate), "")


def _of_objects(tables: Sequence[Table]) -> bool:
    return any(table.prefix for table in tables)


def _listed(words: Iterable[str], word: str = "and") -> str:
    """Nothing, ``a``, ``a and b``, ``a, b and c``."""
    *others, last = [*words] or [""]
    return f"{', '.join(others)} {word} {last}" if others else last


def _sentence(words: Iterable[str]) -> str:
    listed = _listed(words)
    return f"{listed[0].upper()}{listed[1:]}"
