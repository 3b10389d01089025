"""Outcomes, verdicts and states as badges: sign and word first, colour last.

Imports codes, words and html.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.plan.codes import Outcome
from reimport_lib.show.html import Badge, Tone
from reimport_lib.show.words import STATUSES, VERDICTS, Saying, saying

_OUTCOMES: Mapping[Outcome, tuple[str, Tone]] = {
    Outcome.CREATED: ("+", "good"),
    Outcome.UPDATED: ("~", "warn"),
    Outcome.UNCHANGED: ("=", "quiet"),
    Outcome.SKIPPED: ("-", "quiet"),
    Outcome.REJECTED: ("✗", "bad"),
    Outcome.DELETED: ("✗", "bad"),
    Outcome.KEPT: ("=", "quiet"),
}


def outcome_badge(outcome: str) -> Badge:
    """The outcome with its sign."""
    sign, tone = _OUTCOMES[Outcome(outcome)]
    return Badge(str(outcome), sign, tone)


def status_badge(status: str) -> Badge:
    """The state of a run or a phase."""
    return _badge(saying(STATUSES, status))


def verdict_badge(verdict: str) -> Badge:
    """What a check says."""
    return _badge(saying(VERDICTS, verdict))


def _badge(said: Saying) -> Badge:
    return Badge(said.word, said.sign, said.tone)
