"""What is said of undoing a run, out of its ``run.json``. Imports facts and words."""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.checks import Verdict
from reimport_lib.plan.undo import Finding, Why
from reimport_lib.record.manifest import Manifest, UndoProof
from reimport_lib.record.status import Status
from reimport_lib.show import run_facts
from reimport_lib.show.figured import figure, tell
from reimport_lib.show.words import count, duration, several

Nouns = Mapping[str, str]
"""Model -> what its rows are called."""

_SHOWN = 5
_OF_MODELS = frozenset({Why.HANGS, Why.GONE, Why.TAKEN})
_OTHER_WAY = "What this run writes is safely taken back by its backup alone."


def named(verdict: Finding, nouns: Nouns) -> str:
    """What a verdict names: rows by their noun, a run or a field as it is."""
    if verdict.why not in _OF_MODELS:
        return verdict.what
    return ", ".join(nouns.get(m, m) for m in verdict.what.split(", ") if m)


def rehearsed(manifest: Manifest) -> str:
    """Whether a rehearsal that succeeded was undone on its copy, and led back."""
    if not run_facts.is_rehearsal(manifest) or "backup" not in manifest:
        return ""
    if manifest["status"] != Status.SUCCEEDED:
        return ""
    proof = manifest.get("undo_proof")
    if proof is None:
        return (
            "Undoing it was not rehearsed: that is done at the end of a rehearsal by"
            " reimport run --dry-run, and not by notebooks that are run one by one."
        )
    if proof["check"]["verdict"] == Verdict.PASS:
        return _led_back(proof)
    if proof["differ"]:
        return tell("{} {}", _led_elsewhere(proof), _OTHER_WAY)
    why = proof["check"]["actual"].rstrip(".")
    return f"Undoing it was rehearsed on the copy, without end: {why}. {_OTHER_WAY}"


def _led_back(proof: UndoProof) -> str:
    rows = proof["rows"].get("reversed", 0)
    if not rows:
        return "Undoing it was rehearsed on the copy: it has changed no row."
    return tell(
        "Undoing it was rehearsed on the copy: {} of {} went back in {}, and by its"
        " digests every table was again what it was at the start.",
        figure(rows, "undo_proof", "reversed", of="row"),
        several(proof["models"], "table"),
        duration(proof["seconds"]),
    )


def _led_elsewhere(proof: UndoProof) -> str:
    names = proof["differ"]
    more = f" and {count(len(names) - _SHOWN)} more" if len(names) > _SHOWN else ""
    stayed = sum(proof["rows"].get(name, 0) for name in ("kept", "blocked"))
    would = tell(", and {} would stay", figure(stayed, "undo_proof", "stays", of="row"))
    return tell(
        "Undoing it was rehearsed on the copy, and does not lead back: {} would be"
        " other than at the start ({}{}){}.",
        *(several(len(names), "table"), ", ".join(names[:_SHOWN]), more),
        would if stayed else "",
    )


def still(written: int, *, held: int, later: int) -> str:
    """
    How much of a run can be undone yet, by what the ledger holds of it.

    Args:
        written: rows that it created, updated and deleted.
        held: rows whose image the ledger holds.
        later: those of them that later runs touched.
    """
    if not held:
        return "images pruned" if written else "-"
    if not later:
        return f"all {several(held, 'row')}"
    by = f"later runs changed {count(later)}"
    return f"{count(held - later)} of {several(held, 'row')} ({by})"


def at_its_end(manifest: Manifest) -> str:
    """What of a run that wrote could be undone when it ended, and how to ask now."""
    is_back = run_facts.is_taken_back(manifest) or run_facts.went_back(manifest)
    if run_facts.is_rehearsal(manifest) or is_back:
        return ""
    rows = sum(
        counts.get("created", 0) + counts.get("updated", 0) + counts.get("deleted", 0)
        for phase in run_facts.applied(manifest)
        for counts in phase["tables"].values()
    )
    if not rows:
        return ""
    return tell(
        "When it ended, every one of the {} that it created, changed or deleted could"
        " be undone. How many still can: `reimport undo {} --plan`.",
        figure(rows, "all", "written", of="row"),
        manifest["run_id"],
    )
