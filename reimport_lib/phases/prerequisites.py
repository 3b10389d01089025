"""What must be in the database before a phase on its own can link to it."""

from __future__ import annotations

from collections.abc import Sequence

from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.phases import Phase, named
from reimport_lib.write import bind, identity, read


def require(settings: Settings, phases: Sequence[Phase]) -> None:
    """
    Rows that *phases* link to come in with them, or were imported before.

    Raises:
        Refused: they do not, and were not; the hint says what to run first.
        TargetError: the database cannot be asked.
    """
    names = {phase.name for phase in phases}
    needed = [
        (phase, other)
        for phase in phases
        for other in phase.prerequisites
        if other not in names
    ]
    if not needed:
        return
    bind.bind_real(settings)
    identity.require_ready(bind.REAL)
    missing = [(phase, other) for phase, other in needed if not _imported(other)]
    bind.close()
    if missing:
        phase, other = missing[0]
        raise Refused(
            f"{phase.name} links to {other}, and the database holds none that were "
            "imported.",
            hint=f"reimport run --phase {other}, or everything: reimport run --full",
            id="R097",
        )


def _imported(phase: str) -> bool:
    """Whether rows of the first table of *phase* have come in before."""
    return read.imported(named(phase).tables[0], alias=bind.REAL) > 0
