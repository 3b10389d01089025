"""What became of what a run had written before it stopped, in one sentence.

Imports facts. A run that failed takes it back by itself; one that was interrupted
goes on.
"""

from __future__ import annotations

from reimport_lib.record.manifest import Manifest
from reimport_lib.record.status import Return, Status
from reimport_lib.show import run_facts


def how(manifest: Manifest) -> str:
    """Of a run of whose work nothing is in the database any more."""
    went = run_facts.went_back(manifest)
    if went is None:
        return "The real database was put back to what it held before this run."
    if went["state"] == Return.UNDONE:
        return (
            "It failed, and what it had written was undone by itself, row by row, by"
            f" {went['by']}: the real database holds what it held before this run, and"
            " what people saved meanwhile."
        )
    return (
        "It failed, and since nobody had worked meanwhile its backup was put back by"
        " itself: the real database holds what it held before this run."
    )


def why_not(manifest: Manifest) -> str:
    """Of a run that stopped and whose earlier phases stay."""
    run_id = manifest["run_id"]
    went = run_facts.went_back(manifest)
    if run_facts.is_passing(manifest):
        return (
            "It was interrupted, which undoes nothing: that stays, and reimport run"
            f" --resume {run_id} goes on from there."
        )
    if went and went["state"] == Return.BEGUN:
        return (
            "It failed and began to take that back, which was cut off: reimport run"
            f" --resume {run_id} finishes it."
        )
    if manifest["status"] == Status.VALIDATION_FAILED:
        return f"It stays, for people to decide on: {_by_hand(run_id)}."
    if went:
        return (
            "It failed and could not take that back by itself"
            f" ({went['why'].rstrip('.')}), so it stays: {_by_hand(run_id)}."
        )
    because = "as it was opened with --keep" if _keeps(manifest) else "and stays"
    return f"It was not taken back by itself, {because}: {_by_hand(run_id)}."


def _keeps(manifest: Manifest) -> bool:
    return manifest["parameters"].get("keep", False)


def _by_hand(run_id: str) -> str:
    return (
        f"reimport undo {run_id} takes back what nobody touched since, and reimport"
        f" restore {run_id} all, with what was saved since the backup"
    )
