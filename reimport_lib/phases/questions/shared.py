"""What all notebooks have: the run, how it is shown, and the checks that end it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeVar

from reimport_lib.checks import Check
from reimport_lib.errors import UsageError
from reimport_lib.phases import all_phases, named, recording
from reimport_lib.phases.opening import is_by_hand
from reimport_lib.phases.template import RUNBOOK
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import Run
from reimport_lib.show.check_words import found
from reimport_lib.show.figured import tell
from reimport_lib.show.html import PageLink, Sentence, Stack
from reimport_lib.show.last_time import LastTime, changed_in_phase, pages_of
from reimport_lib.show.masking import Masking
from reimport_lib.show.results import Card, checks_stack, header_card
from reimport_lib.show.words import sentence_case

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

    def compare(self) -> Stack:
        """What is otherwise than the last time, figure by figure?"""
        last = LastTime.for_run(self.run)
        checks = [check.as_json() for check in self._made()]
        entry: PhaseEntry = {**self.run.phase(self.name), "checks": checks}
        shown = changed_in_phase(last, self.run.manifest(), entry)
        page = Path(named(self.name).notebook).with_suffix(".html").name
        links = [] if is_by_hand() else [pages_of(last, self.run.folder, page)]
        return Stack([*shown, *links])

    def _made(self) -> Sequence[Check]:
        """The checks that were made in this notebook so far."""
        return self.checks or ()

    def finish(self) -> Stack | None:
        """
        Close the phase by its checks; raises Refused or ValidationFailed.

        Returns:
            How it ended and the notebook that comes next, for a person who has this
            one open; a page of a run has both in its head.
        """
        recording.finish(self.run, self.name, left_by(self.proof, self.checks))
        return self.way_on(self.checks or ())

    def way_on(self, checks: Iterable[Check]) -> Stack | None:
        """How the phase ended by its *checks*, and what comes next."""
        if not is_by_hand():
            return None
        said = found((check.verdict for check in checks), (self.name,))
        told = tell("✓ {} is done. {}.", self.name, sentence_case(said))
        ended = Sentence(told, strong=True)
        left = self.run.phases[self.run.phases.index(self.name) + 1 :]
        if not left and len(self.run.phases) < len(all_phases()):
            return Stack([ended, Sentence("This rehearsal ends here; it was its own.")])
        target = named(left[0]).notebook if left else RUNBOOK
        words = f"Next: {target}" if left else f"All done: judge it in {target}"
        return Stack([ended, PageLink(words, target)])

    def judge(self, checks: list[Check]) -> Stack:
        """Keep *checks* to close the phase by, and show them."""
        self.checks = checks
        return checks_stack(checks, (self.name,))


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
