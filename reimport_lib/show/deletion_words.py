"""What the delete phase does, in words: what goes, what stays, and why.

Imports codes, facts and words.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.counting import verb
from reimport_lib.plan.codes import Kept, Outcome
from reimport_lib.record.manifest import Manifest
from reimport_lib.show import run_facts
from reimport_lib.show.figured import Figured, figure, tell


def finding(deleted: int, kept: Mapping[str, int], *, clean_slate: bool) -> Figured:
    """
    What goes, why, and what stays: the title of the chart.

    That nothing is gone from the source is said only where it is so: a record that is
    gone may stay, because others or what people did hang on it.

    Args:
        kept: reason -> records that the plan leaves.
    """
    theirs = kept.get(Kept.LOCAL_CHANGES, 0) + kept.get(Kept.HAS_LOCAL_ROWS, 0)
    held = kept.get(Kept.HAS_CHILDREN, 0) + theirs
    stays = sum(kept.values())
    if deleted:
        why = _why(deleted, clean_slate=clean_slate)
        told = tell("{} {}, {}", _records(deleted), verb(deleted, "goes", "go"), why)
    elif held:
        told = tell(
            "Nothing is deleted: {} would go, and {} {}",
            figure(held, "all", "kept", "hung_on", of="record"),
            "others or people's work" if theirs else "others",
            verb(held, "hang on it", "hang on them"),
        )
    else:
        told = Figured(
            "Nothing is deleted: no record of an import is gone from the source"
        )
    if not stays:
        return told
    why = verb(stays, "stays for a named reason", "stay for named reasons")
    return tell("{}; {} {}", told, figure(stays, "all", str(Outcome.KEPT)), why)


def said(manifest: Manifest) -> str:
    """The sentence of the verdict; "" where there is none, or it cannot be told."""
    phase = run_facts.deletion(manifest)
    if (
        phase is None
        or run_facts.is_taken_back(manifest)
        or run_facts.may_have_written(phase)
    ):
        return ""
    deleted, _ = run_facts.deleted_and_kept(phase)
    if not deleted or phase not in run_facts.applied(manifest):
        return "Nothing was deleted."
    why = _why(deleted, clean_slate=run_facts.is_clean_slate(manifest))
    were = verb(deleted, "was", "were")
    return tell("{} {} deleted, {}.", _records(deleted), were, why)


def warning(manifest: Manifest) -> str:
    """What a person must know before saying yes to a clean slate; "" to any other."""
    phase = run_facts.deletion(manifest)
    if phase is None or not run_facts.is_clean_slate(manifest):
        return ""
    deleted, _ = run_facts.deleted_and_kept(phase)
    return tell(
        "Clean slate: {} will be deleted, also those whose row does not come in today,"
        " and what people changed in imported fields will be overwritten.",
        _records(deleted),
    )


def _records(deleted: int) -> Figured:
    return figure(deleted, "all", str(Outcome.DELETED), of="record")


def _why(deleted: int, *, clean_slate: bool) -> str:
    """Why what goes goes; a clean slate takes along what does not come in today."""
    it = verb(deleted, "it", "them")
    today = f" or does not let {it} in today (clean slate)" if clean_slate else ""
    return f"as the source no longer has {it}{today}"
