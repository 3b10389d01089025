"""What 08_validation_post asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from reimport_lib.checks import Check
from reimport_lib.phases import validation_post
from reimport_lib.phases.questions.shared import PhaseNotebook
from reimport_lib.prove.evidence import Evidence
from reimport_lib.show import held
from reimport_lib.show.html import Grid, Stack
from reimport_lib.show.results import checks_stack


@dataclass(eq=False, repr=False)
class ValidationPostNotebook(PhaseNotebook):
    """Phase 8."""

    _answers: dict[validation_post.ProofStep, list[Check]] = field(
        init=False, default_factory=dict
    )

    def accounts(self) -> Grid:
        """What is compared?"""
        return held.accounts(self._evidence)

    def held(self) -> Stack:
        """What does it hold?"""
        return held.records(validation_post.held(self.run, self.rows), self.mask)

    def counts(self) -> Stack:
        """Is everything there?"""
        return checks_stack(self._answer(validation_post.counts))

    def fields(self) -> Stack:
        """Does every field say what FileMaker said?"""
        return checks_stack(self._answer(validation_post.fields))

    def links(self) -> Stack:
        """Does every link lead to the right row?"""
        return checks_stack(self._answer(validation_post.links))

    def functional(self) -> Stack:
        """Does the backend show it?"""
        return checks_stack(self._answer(validation_post.functional))

    def finish(self) -> Stack | None:
        """Close the phase by all its questions; raises ValidationFailed or Refused."""
        checks = self._made()
        validation_post.finish(self.run, checks)
        return self.way_on(checks)

    def _made(self) -> list[Check]:
        """The checks of all its questions; those not asked yet are asked now."""
        answers = map(self._answer, validation_post.QUESTIONS)
        return [check for found in answers for check in found]

    @cached_property
    def _evidence(self) -> Evidence:
        return validation_post.gather(self.run)

    def _answer(self, question: validation_post.ProofStep) -> list[Check]:
        if question not in self._answers:
            self._answers[question] = question(self._evidence)
        return self._answers[question]
