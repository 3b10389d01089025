"""The nine phases, as data; each has a module of its own with the same functions.

A data phase has ``stage``, ``plan``, ``apply`` and ``reconcile``. Every phase has
``execute(run)``, which does the whole phase as its notebook does, without showing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from reimport_lib.errors import UsageError, did_you_mean


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
    def module(self) -> ModuleType:
        return import_module(f"reimport_lib.phases.{self.name.replace('-', '_')}")


PHASES = (
    Phase(0, "validation"),
    Phase(1, "backup"),
    Phase(2, "delete"),
    Phase(3, "patients", ("patients", "contact_details")),
    Phase(4, "appointments", ("appointments",), prerequisites=("patients",)),
    Phase(
        5,
        "notes",
        ("notes", "sms", "sms_replies"),
        prerequisites=("patients", "appointments"),
    ),
    Phase(
        6, "documents", ("documents", "documents_objects"), prerequisites=("patients",)
    ),
    Phase(
        7,
        "images",
        ("images", "images_objects", "image_batches"),
        prerequisites=("patients",),
    ),
    Phase(8, "validation-post"),
)
BY_NAME = {phase.name: phase for phase in PHASES}
DATA_PHASES = tuple(phase for phase in PHASES if phase.tables)
ALWAYS = ("validation", "backup")


def named(name: str) -> Phase:
    """
    The phase called *name*.

    Raises:
        UsageError: there is none; the message names the nearest and all of them.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    raise UsageError(
        f"There is no phase {name!r}.{did_you_mean(name, BY_NAME)}",
        hint="phases: " + " ".join(BY_NAME),
    )
