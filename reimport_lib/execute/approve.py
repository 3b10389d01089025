"""From a rehearsal to a run that may write: what will change, and who said yes.

The word a person types names the database and the digest of the plans, so that a yes
to one plan is no yes to another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.errors import Refused, UsageError
from reimport_lib.phases import (
    ALWAYS,
    Phase,
    all_phases,
    data_phases,
    prerequisites,
    validation,
    verifying,
)
from reimport_lib.phases.limits import require_no_looser
from reimport_lib.plan.codes import Outcome
from reimport_lib.record import evidence, expiry, runs
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import Confirmation, Manifest
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.record.versions import account, opening_details
from reimport_lib.show.run_facts import is_undo_unproven

Ask = Callable[[str], str]
TYPED = "typed"
COUNTS = ("source_rows", *(str(outcome) for outcome in Outcome))
NO_UNDO = "without undo"
_APPLIED = ("seal", "snapshot_digest", "target_digests", "database")

Changes = dict[str, dict[str, int]]
"""Table -> one figure for each of ``COUNTS``."""


def open_rehearsal(
    settings: Settings,
    phases: tuple[Phase, ...] | None = None,
    *,
    gates: Mapping[str, float],
    strict: bool = False,
    clean_slate: bool = False,
    by: str = "",
) -> Run:
    """
    A rehearsal of *phases*, else of all: reads the real database, writes to a copy.

    Raises:
        Refused: rows that *phases* link to are neither there nor among what comes in;
            a limit is opened that nobody signed off.
        TargetError: that cannot be told, since the database is not ready.
    """
    phases = all_phases() if phases is None else phases
    require_no_looser(gates)
    prerequisites.require(settings, phases)
    return runs.create(
        settings,
        Mode.REHEARSAL,
        phases=tuple((phase.number, phase.name) for phase in phases),
        gates=gates,
        strict=strict,
        clean_slate=clean_slate,
        details=opening_details(settings, by),
    )


def reviewed_rehearsal(settings: Settings, run_id: str) -> Run:
    """
    The rehearsal *run_id*, fit to be applied.

    Raises:
        UsageError: there is no such run.
        Refused: it is no rehearsal, it did not succeed, or what it left was changed.
    """
    run = runs.load(settings, run_id)
    _require_rehearsed(run)
    manifest = run.manifest()
    if lacking := _lacking(manifest):
        raise Refused(
            f"The record of {run_id} is of another version: it lacks {lacking}.",
            hint="reimport run --dry-run",
            id="R049",
        )
    run.require_seal()
    if not set(ALWAYS) <= set(run.phases):
        raise Refused(
            f"The rehearsal {run_id} made no backup, and planned nothing to apply.",
            hint="reimport run --dry-run",
            id="R050",
        )
    if not run.snapshot_folder.is_dir():
        raise Refused(
            f"The snapshot of {run_id} has been pruned.",
            hint="reimport run --dry-run",
            id="R051",
        )
    verifying.require_intact(run)
    return run


def _lacking(manifest: Manifest) -> str:
    """The first thing that is applied with a rehearsal, and that it did not record."""
    planning = {"delete", *(phase.name for phase in data_phases())}
    missing = [name for name in _APPLIED if name not in manifest]
    missing += [
        f"the plan of {entry['name']}"
        for entry in manifest["phases"]
        if entry["name"] in planning and "plan_digests" not in entry
    ]
    return next(iter(missing), "")


def plan_digest(rehearsal: Run) -> str:
    """One sha256 over the snapshot, the plans and the limits of *rehearsal*."""
    manifest = rehearsal.manifest()
    sealed = {
        "snapshot": manifest["snapshot_digest"],
        "target": manifest["target_digests"],
        "plans": {
            entry["name"]: entry.get("plan_digests", {}) for entry in manifest["phases"]
        },
        "parameters": manifest["parameters"],
        "signoffs": manifest.get("signoffs", []),
    }
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _require_rehearsed(run: Run) -> None:
    """It is a rehearsal and succeeded: of any other, nothing else needs mending."""
    if run.mode is not Mode.REHEARSAL:
        raise Refused(
            f"{run.run_id} is no rehearsal (mode {run.mode}); only those are reviewed.",
            hint="reimport runs",
            id="R047",
        )
    if rejected := run.manifest().get("rejected"):
        raise Refused(
            f"The rehearsal {run.run_id} was rejected by {rejected['by']}:"
            f" {rejected['why']}",
            hint="mend what is named, then reimport run --dry-run",
            id="R429",
        )
    if run.status is not Status.SUCCEEDED:
        raise Refused(
            f"The rehearsal {run.run_id} ended as {run.status}; "
            "only one that succeeded can be applied.",
            hint="reimport run --dry-run",
            id="R048",
        )


def word(rehearsal: Run) -> str:
    """
    What a person types to say yes: the database's name and eight digits.

    Where undoing the run was rehearsed and did not lead back, that stands in it.
    """
    manifest = rehearsal.manifest()
    said = f"{manifest['database']['name']} {plan_digest(rehearsal)[:8]}"
    return f"{said} {NO_UNDO}" if is_undo_unproven(manifest) else said


def open_full(
    settings: Settings,
    rehearsal: Run,
    *,
    ask: Ask | None,
    yes: bool = False,
    keep: bool = False,
    by: str = "",
) -> Run:
    """
    Make the run that applies *rehearsal* to the real database, once confirmed.

    Args:
        ask: shows the word and returns what was typed; None where nobody can type.
        yes: confirmed on the command line.
        keep: what was written stays where a later phase fails.
        by: who typed it, where that is not the account.

    Raises:
        Refused: it did not succeed, was rejected, or the review has expired; two people
            are asked for, and who approves has rehearsed it; nobody confirmed, or the
            word was another; or *yes* was said to a rehearsal whose undo did not lead
            back.
    """
    _require_rehearsed(rehearsal)
    expiry.require_fresh(rehearsal, now())
    if why_not := why_not_by(rehearsal, by):
        raise Refused(
            f"{rehearsal.run_id}: {why_not}",
            hint="let another person approve it (REIMPORT_TWO_PEOPLE)",
            id="R491",
        )
    expected = word(rehearsal)
    if yes and is_undo_unproven(rehearsal.manifest()):
        raise Refused(
            f"{rehearsal.run_id}: undoing it was rehearsed and did not lead back, so"
            " that --yes is not enough.",
            hint=f"reimport show {rehearsal.run_id} says what differs; a person may"
            f" type the word: reimport run --full --reviewed {rehearsal.run_id}",
            id="R323",
        )
    if not yes:
        again = f"reimport run --full --reviewed {rehearsal.run_id}"
        require_yes(expected, ask, what="A run that may write", again=again)
    parameters = rehearsal.manifest()["parameters"]
    names = parameters["phases"]
    run = runs.create(
        settings,
        Mode.FULL,
        phases=tuple((p.number, p.name) for p in all_phases() if p.name in names),
        reviewed=rehearsal.run_id,
        gates=parameters["gates"],
        strict=parameters["strict"],
        clean_slate=parameters["clean_slate"],
        keep=keep,
        details={
            **opening_details(settings, by),
            "database": rehearsal.manifest()["database"],
            "confirmed": confirmation(
                expected, how=TYPED if not yes else "--yes", by=by
            ),
            "reviewed_seal": rehearsal.manifest().get("seal", ""),
            "reviewed_root": evidence.root(rehearsal.folder),
        },
    )
    validation.take_over_snapshot(run)
    return run


def require_yes(expected: str, ask: Ask | None, *, what: str, again: str) -> None:
    """
    A person types the word *expected*; *again* is the command that asks for it.

    Raises:
        Refused: nobody can type, or the word was another.
    """
    if ask is None:
        raise Refused(
            f"{what} must be confirmed, and nobody can type here.",
            hint=f"{again} --yes",
            id="R052",
        )
    if ask(expected).strip() != expected:
        raise Refused(
            "Not confirmed: the word typed is another. Nothing was written.",
            hint=again,
            id="R053",
        )


def confirmation(expected: str, *, how: str, by: str = "") -> Confirmation:
    """That *by*, or whoever runs this, said yes to *expected*, now, and how."""
    return {
        "word": expected,
        "how": how,
        "by": whoever(by),
        "at": now().isoformat(),
    }


def whoever(by: str) -> str:
    """The account that runs this; where somebody gave a name, that before it."""
    return f"{by} (account {account()})" if by else account()


def why_not_by(rehearsal: Run, by: str = "") -> str:
    """
    Why *by*, else the account, may not approve *rehearsal*; "" where they may.

    Where two people are asked for, nobody approves what they rehearsed themselves.
    """
    if not rehearsal.settings.two_people:
        return ""
    rehearsed = rehearsal.manifest().get("opened_by", "")
    if not rehearsed:
        return "Who rehearsed it is not known, and two people are asked for."
    if rehearsed.casefold() == (by or account()).casefold():
        return "Who rehearsed it may not approve it: two people are asked for."
    return ""


def what_will_change(rehearsal: Run) -> Changes:
    """
    The counts of every table of *rehearsal*, as the confirmation shows them.

    What the delete phase does to a table is counted with what comes into it.
    """
    changes: Changes = {}
    entries = rehearsal.manifest()["phases"]
    for entry in sorted(entries, key=lambda entry: entry["name"] == "delete"):
        for table, counts in entry["tables"].items():
            found: Mapping[str, Any] = counts
            total = changes.setdefault(table, dict.fromkeys(COUNTS, 0))
            total.update({name: total[name] + found[name] for name in COUNTS})
    return changes


def reject(rehearsal: Run, *, why: str, by: str = "") -> None:
    """
    *rehearsal* is never to be applied; its record says why, and who said so.

    Raises:
        UsageError: no reason is given.
        Refused: it is none that could be applied, or has been.
    """
    _require_rehearsed(rehearsal)
    if not why.strip():
        raise UsageError(
            "A rehearsal is rejected for a reason.",
            hint=f'reimport reject {rehearsal.run_id} --why "..."',
            id="R430",
        )
    applied = [
        run.run_id
        for run in runs.readable(rehearsal.settings)
        if run.is_full
        and run.reviewed == rehearsal.run_id
        and run.status != Status.OPEN
    ]
    if applied:
        raise Refused(
            f"The rehearsal {rehearsal.run_id} has been applied, by {applied[-1]}.",
            hint=f"reimport undo {applied[-1]} --plan",
            id="R431",
        )
    rehearsal.record_rejection(by=whoever(by), why=why.strip())
