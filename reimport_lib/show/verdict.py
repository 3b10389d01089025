"""The facts of a run, out of its ``run.json`` and nothing else, and the verdict on it.

Imports the modules of sentences and tables: what is said stands there, from the facts
that are gathered here. Shape of the manifest: see ``run``; entries that a run has not
reached yet may be missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reimport_lib.errors import message_and_hint
from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome
from reimport_lib.show import deletion_words, next_steps, row_words, run_words
from reimport_lib.show.check_words import Tally
from reimport_lib.show.deletion_words import Deletions
from reimport_lib.show.next_steps import Ended, Step
from reimport_lib.show.row_words import Rows
from reimport_lib.show.run_words import Standing, Writing
from reimport_lib.show.waiting import Json, waiting, waits
from reimport_lib.show.words import STATUSES, saying
from reimport_lib.tables import registry

# A phase records its plan before its gate: only in these states was it applied too.
_APPLIED = frozenset({"succeeded", "validation-failed"})
_ACCIDENTS = frozenset({"failed", "interrupted", "running"})
_WRITES = (Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED)


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """
    What the reader must know first.

    Attributes:
        lead: one sentence. sentences: what it rests on, most important first.
        next: what to do now.
    """

    tone: Literal["good", "bad", "warn", "quiet"]
    sign: str
    lead: str
    sentences: tuple[str, ...]
    next: Step


def verdict(manifest: Json) -> RunVerdict:
    """The verdict on the run that *manifest* describes."""
    said = saying(STATUSES, str(manifest["status"]))
    run = standing(manifest)
    sentences = (
        *run_words.stopped(run),
        *row_words.said(_rows(manifest)),
        *filter(None, [waits(manifest)]),
        *_deleted(manifest),
        *run_words.checked(run),
        run_words.written(facts_of_writing(manifest)),
    )
    return RunVerdict(
        said.tone, said.sign, run_words.lead(run), sentences, next_step(manifest)
    )


def tables(manifest: Json) -> dict[str, Json]:
    """Table -> its counts, in the order of the phases; deletions left out."""
    return {
        name: counts
        for phase in manifest.get("phases", ())
        if phase["name"] != "delete"
        for name, counts in phase.get("tables", {}).items()
    }


def source_tables(manifest: Json) -> dict[str, dict[str, int]]:
    """Table -> outcome -> rows, of the tables that FileMaker gave."""
    return {
        name: {str(outcome): counts.get(outcome, 0) for outcome in SOURCE_OUTCOMES}
        for name, counts in tables(manifest).items()
        if name in registry.by_name() and registry.by_name()[name].source
    }


def only_planned(manifest: Json) -> tuple[str, ...]:
    """Tables whose plan is known, and whose phase has not been applied."""
    if _is_taken_back(manifest):
        return ()
    done = tables(_applied(manifest))
    return tuple(name for name in tables(manifest) if name not in done)


def _applied(manifest: Json) -> Json:
    """*manifest* with those of its phases that were applied and stand, no other."""
    done = [p for p in manifest.get("phases", ()) if p["status"] in _APPLIED]
    return {**manifest, "phases": [] if _is_taken_back(manifest) else done}


def _is_taken_back(manifest: Json) -> bool:
    return bool(manifest["status"] == "rolled-back")


def deleted_tables(manifest: Json) -> dict[str, tuple[int, int]]:
    """Table -> (deleted, kept) of the delete phase."""
    return {
        name: (counts.get("deleted", 0), counts.get("kept", 0))
        for phase in manifest.get("phases", ())
        for name, counts in phase.get("tables", {}).items()
        if counts.get("deleted") or counts.get("kept")
    }


def all_checks(manifest: Json) -> Iterator[tuple[str, Json]]:
    """(phase, check) of every check that was made, in order."""
    for phase in manifest.get("phases", ()):
        for check in phase.get("checks", ()):
            yield str(phase["name"]), check


def is_rehearsal(manifest: Json) -> bool:
    return bool(manifest["mode"] == "rehearsal")


def standing(manifest: Json) -> Standing:
    """How the run stands, and what its checks found."""
    phases = list(manifest.get("phases", ()))
    stopped = _first_unfinished(manifest) or {"name": "", "error": ""}
    reason, _ = message_and_hint(str(stopped.get("error") or ""))
    return Standing(
        rehearsal=is_rehearsal(manifest),
        status=str(manifest["status"]),
        phase=str(stopped["name"]),
        reason=reason,
        done=tuple(str(p["name"]) for p in phases if p["status"] == "succeeded"),
        left=sum(phase["status"] == "pending" for phase in phases),
        checks=Tally.of(check["verdict"] for _, check in all_checks(manifest)),
    )


def deletions(manifest: Json) -> Deletions | None:
    """What the delete phase does; None before it is planned, or without one."""
    phase = next((p for p in manifest.get("phases", ()) if p["name"] == "delete"), None)
    planned = phase is not None and (phase.get("plan_digests") or phase.get("tables"))
    if phase is None or not (planned or phase["status"] == "succeeded"):
        return None
    kept: Counter[str] = Counter()
    for counts in phase.get("tables", {}).values():
        kept.update(counts.get("reasons", {}))
    done = any(p["name"] == "delete" for p in _applied(manifest)["phases"])
    return Deletions(
        deleted=sum(gone for gone, _ in deleted_tables(manifest).values()),
        kept=kept,
        clean_slate=bool(manifest.get("parameters", {}).get("clean_slate")),
        state="done" if done else "unsure" if _may_have_written(phase) else "not done",
    )


def _deleted(manifest: Json) -> list[str]:
    facts = None if _is_taken_back(manifest) else deletions(manifest)
    told = deletion_words.said(facts) if facts else ""
    return [told] if told else []


def _rows(manifest: Json) -> Rows:
    applied = _applied(manifest)
    counts: Counter[str] = Counter()
    sources = source_tables(applied)
    for found in sources.values():
        counts.update(found)
    return Rows(
        counts,
        rehearsed=is_rehearsal(manifest),
        partial=bool(only_planned(manifest)),
        waiting=sum(n for name, n in waiting(manifest).items() if name in sources),
        doubted=any(p["status"] == "validation-failed" for p in applied["phases"]),
    )


def facts_of_writing(manifest: Json) -> Writing:
    """Deletions are called so; other phases by their names."""
    applied = _applied(manifest)["phases"]
    unsure = (p for p in manifest.get("phases", ()) if _may_have_written(p))
    return Writing(
        rehearsal=is_rehearsal(manifest),
        taken_back=_is_taken_back(manifest),
        copied=any(phase["name"] == "backup" for phase in applied),
        wrote=tuple(
            "deletions" if phase["name"] == "delete" else str(phase["name"])
            for phase in applied
            if any(
                counts.get(outcome)
                for counts in phase.get("tables", {}).values()
                for outcome in _WRITES
            )
        ),
        unsure=next((str(phase["name"]) for phase in unsure), ""),
        backup=_place_of_backup(manifest),
        stopped_run=str(manifest["run_id"]) if standing(manifest).has_stopped else "",
    )


def _may_have_written(phase: Json) -> bool:
    """It has its plan, and an attempt at it stopped by accident: the ledger knows."""
    ends = {
        str(phase["status"]),
        *(str(a["status"]) for a in phase.get("attempts", ())),
    }
    is_done = phase["status"] in _APPLIED
    return bool(phase.get("tables") and not is_done and ends & _ACCIDENTS)


def _place_of_backup(manifest: Json) -> str:
    """Where the backup lies: a full run may have taken over its rehearsal's."""
    made_by = str(manifest.get("backup", {}).get("run", ""))
    if made_by != manifest["run_id"]:
        return f"the run folder {made_by}" if made_by else ""
    return "" if "pruned" in manifest else "this run folder"


def _first_unfinished(manifest: Json) -> Json | None:
    for phase in manifest.get("phases", ()):
        if phase["status"] not in ("succeeded", "pending"):
            return dict(phase)
    return None


def next_step(manifest: Json) -> Step:
    """What to do now: as the error that stopped the run advises, then by its state."""
    status = str(manifest["status"])
    phase = _first_unfinished(manifest) or {}
    _, hint = message_and_hint(str(phase.get("error") or ""))
    has_ended = status not in ("open", "running", "succeeded", "rolled-back")
    return next_steps.after(
        Ended(
            run_id=str(manifest["run_id"]),
            rehearsal=is_rehearsal(manifest),
            status=status,
            words=next_steps.opened_with(manifest.get("parameters")),
            hint=hint if has_ended else "",
        )
    )
