"""What becomes of a row of the backend, and why, in words. Imports words."""

from __future__ import annotations

from reimport_lib.plan.codes import Outcome
from reimport_lib.plan.undo import Why
from reimport_lib.record.changes import (
    BACK,
    DELETED_BY_RUN,
    FOLLOWS,
    GONE,
    MADE_BY_RUN,
    NOT_LET_IN,
)
from reimport_lib.show.words import code_meaning

WHY = {
    GONE: "The source no longer has it.",
    NOT_LET_IN: "The source has it and does not let it in today (clean slate).",
    MADE_BY_RUN: "The run that is undone made it.",
    DELETED_BY_RUN: "The run that is undone deleted it.",
    **{str(why): f"{why.capitalize()}." for why in Why},
}
WHATS = {
    str(Outcome.UPDATED): "changes",
    str(Outcome.DELETED): "goes",
    str(Outcome.KEPT): "stays",
    FOLLOWS: "follows another row",
    BACK: "comes back",
}
"""Outcome -> what becomes of the row, in a word."""


def meaning(codes: str) -> str:
    """*codes* in a sentence each, where there is one."""
    told = (WHY.get(code) or code_meaning(code)[0] for code in codes.split(", "))
    return " ".join(filter(None, told))
