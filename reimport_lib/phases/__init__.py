"""The nine phases, as data; each has a module of its own with the same functions.

A data phase has ``stage``, ``plan``, ``apply`` and ``reconcile``. Every phase has
``execute(run)``, which does the whole phase as its notebook does, without showing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from reimport_lib.errors import UsageError, did_you_mean
from reimport_lib.tables import registry


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: its one word, its number and the tables it imports.

    Attributes:
        prerequisites: data phases whose rows this one links to.
    """

    number: int
    name: str
    tables: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()

    @property
    def notebook(self) -> str:
        return f"{self.number:02d}_{self.name.replace('-', '_')}.ipynb"

    @property
    def module(self) -> Any:
        """What does it: a module, or the phase of data that its tables make."""
        if self.tables:
            return import_module("reimport_lib.phases.data").DataPhase(self.name)
        return import_module(f"reimport_lib.phases.{self.name.replace('-', '_')}")


ALWAYS = ("validation", "backup")


def all_phases() -> tuple[Phase, ...]:
    """
    The phases in the order in which they run.

    Three before the data, one for each word that a table has for its phase, one.
    """
    tables = registry.all_tables()
    found = [
        Phase(n, name) for n, name in enumerate(("validation", "backup", "delete"))
    ]
    for name in dict.fromkeys(table.phase for table in tables):
        own = tuple(table.name for table in tables if table.phase == name)
        found.append(Phase(len(found), name, own, _prerequisites(name)))
    return (*found, Phase(len(found), "validation-post"))


def data_phases() -> tuple[Phase, ...]:
    return tuple(phase for phase in all_phases() if phase.tables)


def by_name() -> Mapping[str, Phase]:
    return {phase.name: phase for phase in all_phases()}


def named(name: str) -> Phase:
    """
    The phase called *name*.

    Raises:
        UsageError: there is none; the message names the nearest and all of them.
    """
    known = by_name()
    if name in known:
        return known[name]
    raise UsageError(
        f"There is no phase {name!r}.{did_you_mean(name, known)}",
        hint="phases: " + " ".join(known),
        id="R086",
    )


def _prerequisites(phase: str) -> tuple[str, ...]:
    """Other phases whose rows are named by those of *phase*."""
    links = [
        link for t in registry.all_tables() if t.phase == phase for link in t.links
    ]
    named = {to for link in links for to in link.tables}
    phases = (table.phase for table in registry.all_tables() if table.name in named)
    return tuple(dict.fromkeys(name for name in phases if name != phase))
