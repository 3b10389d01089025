"""The verdict on a run in words, computed from its ``run.json`` and nothing else.

Imports words and tables. Shape of the manifest: see ``run``; entries that a run has not
reached yet may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reimport_lib.planning.codes import SOURCE_OUTCOMES, Outcome
from reimport_lib.reporting.words import (
    STATUSES,
    count,
    percent,
    saying,
    several,
)
from reimport_lib.tables import BY_NAME

Json = Mapping[str, Any]
# A phase records its plan before its gate: only in these states was it applied too.
_APPLIED = frozenset({"succeeded", "validation-failed"})
_ALWAYS = ("validation", "backup")
_WRITES = (Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What the reader must know first.

    Attributes:
        lead: one sentence. sentences: what it rests on, most important first.
        command: what to type next; empty where nothing is to be done.
    """

    tone: Literal["good", "bad", "warn", "quiet"]
    sign: str
    lead: str
    sentences: tuple[str, ...]
    command: str = ""


def verdict(manifest: Json) -> Verdict:
    """The verdict on the run that *manifest* describes."""
    said = saying(STATUSES, str(manifest["status"]))
    sentences = (
        *_stopped(manifest),
        *_rows(manifest),
        *_deletions(manifest),
        *_checks(manifest),
        _where(manifest),
    )
    return Verdict(
        said.tone, said.sign, _lead(manifest), sentences, _next_command(manifest)
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
        if name in BY_NAME and BY_NAME[name].is_source
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


def _lead(manifest: Json) -> str:
    thing = "rehearsal" if is_rehearsal(manifest) else "import"
    status = str(manifest["status"])
    phase = _first_unfinished(manifest)
    name = str(phase["name"]) if phase else ""
    leads = {
        "succeeded": f"The {thing} succeeded.",
        "refused": f"The {thing} was refused in phase {name}, which wrote nothing.",
        "failed": f"The {thing} failed in phase {name}, which was rolled back.",
        "validation-failed": f"The {thing} is done, but checks in {name} do not hold.",
        "rolled-back": f"The {thing} was taken back.",
        "interrupted": f"The {thing} was interrupted in phase {name}.",
        "running": f"The {thing} is running.",
        "open": f"The {thing} has not started.",
    }
    return leads.get(status, f"The {thing} is {status}.")


def _stopped(manifest: Json) -> list[str]:
    phase = _first_unfinished(manifest)
    if phase is None or manifest["status"] in ("open", "running", "succeeded"):
        return []
    phases = list(manifest["phases"])
    done = [str(p["name"]) for p in phases if p["status"] == "succeeded"]
    reason = str(phase.get("error") or "")
    told = [f"Why: {reason}"] if reason else []
    left = len(phases) - len(done) - 1
    if left:
        told.append(f"{several(left, 'later phase')} did not run.")
    if done:
        told.append(f"Done before that: {', '.join(done)}.")
    return told


def _rows(manifest: Json) -> list[str]:
    found = source_tables(_applied(manifest))
    total = sum(sum(counts.values()) for counts in found.values())
    if not total:
        return []
    sums = {
        outcome: sum(counts[outcome] for counts in found.values())
        for outcome in SOURCE_OUTCOMES
    }
    inside = total - sums[Outcome.SKIPPED] - sums[Outcome.REJECTED]
    parts = [
        f"{count(sums[name])} {name}"
        for name in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
        if sums[name]
    ]
    some = " of the phases done" if only_planned(manifest) else ""
    told = [
        f"{count(inside)} of {count(total)} source rows{some} "
        f"({percent(inside, total)}) "
        f"are in the {'copy' if is_rehearsal(manifest) else 'backend'}"
        + (f": {', '.join(parts)}." if parts else ".")
    ]
    out = sums[Outcome.SKIPPED] + sums[Outcome.REJECTED]
    if out:
        told.append(
            f"{count(sums[Outcome.REJECTED])} cannot come in and "
            f"{count(sums[Outcome.SKIPPED])} were left out by rule; "
            "each is listed with its reason below."
        )
    return told


def _deletions(manifest: Json) -> list[str]:
    pairs = deleted_tables(_applied(manifest)).values()
    gone = sum(deleted for deleted, _ in pairs)
    if not any(p["name"] == "delete" for p in manifest.get("phases", ())):
        return []
    if not gone:
        return ["Nothing was deleted."]
    return [f"{several(gone, 'record')} that FileMaker no longer has were deleted."]


def _checks(manifest: Json) -> list[str]:
    verdicts = [str(check["verdict"]) for _, check in all_checks(manifest)]
    if not verdicts:
        return []
    held = verdicts.count("pass")
    told = f"{count(held)} of {several(len(verdicts), 'check')} hold"
    for verdict_word, one, many in (
        ("fail", "does not hold", "do not hold"),
        ("warn", "asks for a look", "ask for a look"),
        ("could-not-check", "could not be made", "could not be made"),
    ):
        if number := verdicts.count(verdict_word):
            told += f"; {count(number)} {one if number == 1 else many}"
    return [f"{told}."]


def _where(manifest: Json) -> str:
    if is_rehearsal(manifest):
        return "All of it happened on a copy: the real database was only read."
    if _is_taken_back(manifest):
        return "The real database was put back to what it held before this run."
    wrote = [
        "deletions" if phase["name"] == "delete" else str(phase["name"])
        for phase in _applied(manifest)["phases"]
        if any(
            counts.get(outcome)
            for counts in phase.get("tables", {}).values()
            for outcome in _WRITES
        )
    ]
    told = [f"Written to the real database: {', '.join(wrote)}."] if wrote else []
    if stopped := _stopped_at_work(manifest):
        told.append(
            f"Whether {stopped} was written before it stopped is in the ledger: "
            "resuming finds out."
        )
    if not told:
        return "No record of the real database was changed."
    return " ".join([*told, *_backup(manifest)])


def _stopped_at_work(manifest: Json) -> str:
    """The phase that ended by accident with its plan made: it may be written."""
    phase = _first_unfinished(manifest)
    if phase is None or phase["status"] not in ("failed", "interrupted"):
        return ""
    return str(phase["name"]) if phase.get("tables") else ""


def _backup(manifest: Json) -> list[str]:
    """Where the backup lies: a full run may have taken over its rehearsal's."""
    made_by = str(manifest.get("backup", {}).get("run", ""))
    if not made_by:
        return []
    own = made_by == manifest["run_id"]
    return [
        "The backup from before that is in "
        f"{'this run folder' if own else f'the run folder {made_by}'}."
    ]


def _first_unfinished(manifest: Json) -> Json | None:
    for phase in manifest.get("phases", ()):
        if phase["status"] not in ("succeeded", "pending"):
            return dict(phase)
    return None


def _next_command(manifest: Json) -> str:
    run_id = str(manifest["run_id"])
    status = str(manifest["status"])
    if status == "succeeded" and is_rehearsal(manifest):
        return f"reimport run --full --reviewed {run_id}"
    if status in ("interrupted", "failed"):
        return f"reimport run --resume {run_id}"
    if status == "rolled-back":
        return "reimport run --dry-run"
    if status == "refused":  # and what it names has been mended
        only = [n for n in manifest["parameters"].get("phases", ()) if n not in _ALWAYS]
        phase = f" --phase {only[0]}" if len(only) == 1 else ""
        return f"reimport run --dry-run{phase}"
    return "" if status in ("succeeded", "running") else f"reimport show {run_id}"
