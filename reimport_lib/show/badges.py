"""Outcomes, verdicts and states as badges: sign and word first, colour last.

Imports words and html.
"""

from __future__ import annotations

from reimport_lib.show.html import Badge
from reimport_lib.show.words import OUTCOMES, STATUSES, VERDICTS, Saying, saying


def outcome_badge(outcome: str) -> Badge:
    """The outcome with its sign."""
    return _badge(OUTCOMES[outcome])


def status_badge(status: str) -> Badge:
    """The state of a run or a phase."""
    return _badge(saying(STATUSES, status))


def verdict_badge(verdict: str) -> Badge:
    """What a check says."""
    return _badge(VERDICTS[verdict])


def _badge(said: Saying) -> Badge:
    return Badge(said.word, said.sign, said.tone)
