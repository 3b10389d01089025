"""Reimport a clinic's FileMaker data into Django: plan, rehearse, apply, prove.

What a project needs to declare its tables, and what its notebooks need, has its name
here; everything else may move. Names are loaded when they are asked for, so that the
command answers quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reimport_lib.phases.notebook import open_phase
    from reimport_lib.plan.codes import Note, Reason
    from reimport_lib.plan.rules import without
    from reimport_lib.tables import convert
    from reimport_lib.tables.declare import Field, LinkTo, Lookup, Source, Table
    from reimport_lib.tables.shared import kept

__all__ = [
    "Field",
    "LinkTo",
    "Lookup",
    "Note",
    "Reason",
    "Source",
    "Table",
    "convert",
    "kept",
    "open_phase",
    "without",
]

_DEFINED_IN = {
    "Field": "tables.declare",
    "LinkTo": "tables.declare",
    "Lookup": "tables.declare",
    "Note": "plan.codes",
    "Reason": "plan.codes",
    "Source": "tables.declare",
    "Table": "tables.declare",
    "kept": "tables.shared",
    "open_phase": "phases.notebook",
    "without": "plan.rules",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded from where it is defined."""
    if name == "convert":
        return import_module("reimport_lib.tables.convert")
    if name in _DEFINED_IN:
        return getattr(import_module(f"reimport_lib.{_DEFINED_IN[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
