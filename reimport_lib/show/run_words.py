"""How a run stands and what it wrote, in sentences.

Imports check_words. Each sentence says no more than its facts: which phase a run ended
in is known, what that phase had written by then is the ledger's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reimport_lib.show import check_words
from reimport_lib.show.check_words import Tally
from reimport_lib.show.words import several


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Attributes:
        phase: the one the run ended in without success; "" between two phases.
        reason: what stopped it, without the hint.
        done: the phases that succeeded; left: how many were not reached.
    """

    rehearsal: bool
    status: str
    phase: str = ""
    reason: str = ""
    done: Sequence[str] = ()
    left: int = 0
    checks: Tally = field(default_factory=Tally)

    @property
    def has_stopped(self) -> bool:
        return self.status not in ("open", "running", "succeeded", "rolled-back")


@dataclass(frozen=True, slots=True)
class Writing:
    """
    What a run wrote.

    Attributes:
        copied: a rehearsal's copy was made and is equal to the real database.
        wrote: what was created, updated or deleted, by phase, and stands.
        unsure: the phase that stopped by accident with its plan made.
        backup: where the backup from before lies, as a place; "" for none.
        stopped_run: the id of a full run that ended badly; "" of any other.
    """

    rehearsal: bool
    taken_back: bool = False
    copied: bool = False
    wrote: Sequence[str] = ()
    unsure: str = ""
    backup: str = ""
    stopped_run: str = ""


def lead(run: Standing) -> str:
    """The first sentence of all: how the run ended, and of a good end what it rests on.

    A run may succeed with warnings and with checks that could not be made: they are
    counted in the same breath.
    """
    thing = "rehearsal" if run.rehearsal else "import"
    where = f"in phase {run.phase}" if run.phase else _between(run)
    leads = {
        "succeeded": f"The {thing} succeeded: {check_words.found(run.checks)}.",
        "refused": f"The {thing} was refused {where}.",
        "failed": f"The {thing} failed {where}.",
        "validation-failed": f"The {thing} ended {where}: checks of it do not hold.",
        "rolled-back": f"The {thing} was taken back.",
        "interrupted": f"The {thing} was interrupted {where}.",
        "running": f"The {thing} has not ended.",
        "open": f"The {thing} has not started.",
    }
    return leads.get(run.status, f"The {thing} is {run.status}.")


def _between(run: Standing) -> str:
    """Where a run stood that no phase of it stopped."""
    if not run.done:
        return "before its first phase"
    return "between two phases" if run.left else "after its last phase"


def stopped(run: Standing) -> list[str]:
    """Why a run ended early, and what had been done by then."""
    if not run.has_stopped:
        return []
    told = [f"Why: {run.reason}"] if run.reason else []
    if run.left:
        told.append(f"{several(run.left, 'later phase')} did not run.")
    if run.done:
        told.append(f"Done before that: {', '.join(run.done)}.")
    return told


def checked(run: Standing) -> list[str]:
    """The checks of a run whose first sentence does not count them."""
    if run.status == "succeeded" or not run.checks.total:
        return []
    told = tally(run)
    return [f"{told[0].upper()}{told[1:]}."]


def tally(run: Standing) -> str:
    """What its checks found; of a run that was taken back, what they had found."""
    if run.status != "rolled-back":
        return check_words.found(run.checks)
    return f"before that, {check_words.found(run.checks, past=True)}"


def written(facts: Writing) -> str:
    """Which database was written to, and what."""
    if facts.rehearsal:
        return _rehearsed(facts)
    if facts.taken_back:
        return "The real database was put back to what it held before this run."
    told = []
    if facts.wrote:
        told.append(f"Written to the real database: {', '.join(facts.wrote)}.")
        told += stays(facts)
    if facts.unsure:
        told.append(
            f"Whether {facts.unsure} was written before it stopped is in the ledger: "
            "resuming finds out."
        )
    if not told:
        return "No record of the real database was created, updated or deleted."
    if facts.backup:
        told.append(f"The backup from before that is in {facts.backup}.")
    return " ".join(told)


def stays(facts: Writing) -> list[str]:
    """Only the phase that stopped was rolled back: how to go back of the others."""
    if not (facts.wrote and facts.stopped_run):
        return []
    return [
        "It was not rolled back and stays; to take it back, with all that was saved "
        f"since the backup: reimport restore {facts.stopped_run}."
    ]


def _rehearsed(facts: Writing) -> str:
    if not facts.copied:
        return "No copy was ready to write to; the real database was not written to."
    if facts.wrote or facts.unsure:
        return "All of it happened on a copy: the real database was only read."
    return "No record of the copy was changed; the real database was only read."
