"""What all notebooks have: the run, how it is shown, and the checks that end it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from reimport_lib.checks import Check
from reimport_lib.errors import UsageError
from reimport_lib.phases import recording
from reimport_lib.record.run import Run
from reimport_lib.show.html import Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.results import Card, checks_stack, header_card

Left = TypeVar("Left")


@dataclass(eq=False, repr=False)
class PhaseNotebook:
    """
    A phase of the run that this kernel works on.

    Attributes:
        name: of the phase.
        mask: how values are shown.
        rows: how many records a sample shows, of each table.
        checks: what the phase is closed by, once they were made.
        proof: the question that makes them.
    """

    proof: ClassVar = "prove"

    run: Run
    name: str
    mask: Masking
    rows: int
    checks: list[Check] | None = field(init=False, default=None)

    def card(self) -> Card:
        """Which run this is, and whether it may write to the real database."""
        return header_card(self.run.manifest())

    def finish(self) -> None:
        """Close the phase by its checks; raises Refused or ValidationFailed."""
        recording.finish(self.run, self.name, left_by(self.proof, self.checks))

    def judge(self, checks: list[Check]) -> Stack:
        """Keep *checks* to close the phase by, and show them."""
        self.checks = checks
        return checks_stack(checks)


def left_by(method: str, made: Left | None) -> Left:
    """
    What *method* has made.

    Raises:
        UsageError: it has not been called, or was stopped.
    """
    if made is None:
        raise UsageError(
            f"phase.{method}() has not been done in this notebook.",
            hint="run the cells in their order: Run All Cells",
            id="R098",
        )
    return made
