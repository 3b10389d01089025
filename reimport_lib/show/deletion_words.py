"""What the delete phase does, in words: what goes, what stays, and why.

Imports codes and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reimport_lib.plan.codes import Kept
from reimport_lib.show.words import count, several


@dataclass(frozen=True, slots=True)
class Deletions:
    """
    The delete phase of a run.

    Attributes:
        deleted: records that its plan deletes; kept: reason -> records it leaves.
        clean_slate: records whose row does not come in today go too.
        state: the plan was applied and stands, was not applied, or stopped by accident
            while it was.
    """

    deleted: int
    kept: Mapping[str, int]
    clean_slate: bool = False
    state: Literal["done", "not done", "unsure"] = "not done"


def finding(facts: Deletions) -> str:
    """
    What goes, why, and what stays: the title of the chart.

    That nothing is gone from the source is said only where it is so: a record that is
    gone may stay, because others hang on it.
    """
    held = facts.kept.get(Kept.HAS_CHILDREN, 0)
    stays = sum(facts.kept.values())
    if facts.deleted:
        goes = "goes" if facts.deleted == 1 else "go"
        told = f"{several(facts.deleted, 'record')} {goes}, {_why(facts)}"
    elif held:
        told = (
            f"Nothing is deleted: {several(held, 'record')} would go, and others hang"
        )
        told += " on it" if held == 1 else " on them"
    else:
        told = "Nothing is deleted: no record of an import is gone from the source"
    if stays:
        told += f"; {count(stays)} {'stays' if stays == 1 else 'stay'}"
        told += " for a named reason" if stays == 1 else " for named reasons"
    return told


def said(facts: Deletions) -> str:
    """The sentence of the verdict; "" where it cannot be told."""
    if facts.state == "unsure":
        return ""
    if facts.state == "not done" or not facts.deleted:
        return "Nothing was deleted."
    was = "was" if facts.deleted == 1 else "were"
    return f"{several(facts.deleted, 'record')} {was} deleted, {_why(facts)}."


def warning(facts: Deletions) -> str:
    """What a person must know before saying yes to a clean slate; "" to any other."""
    if not facts.clean_slate:
        return ""
    return (
        f"Clean slate: {several(facts.deleted, 'record')} will be deleted, also those"
        " whose row does not come in today, and what people changed in imported fields"
        " will be overwritten."
    )


def _why(facts: Deletions) -> str:
    """Why what goes goes; a clean slate takes along what does not come in today."""
    one = facts.deleted == 1
    lacks = f"as the source no longer has {'it' if one else 'them'}"
    if not facts.clean_slate:
        return lacks
    return f"{lacks} or does not let {'it' if one else 'them'} in today (clean slate)"
