"""The verdict on a run, in sentences out of its ``run.json``.

Imports facts and words. Each sentence says no more than its facts: which phase a run
ended in is known, what that phase had written by then is the ledger's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reimport_lib.checks import Verdict
from reimport_lib.counting import verb
from reimport_lib.plan.codes import Outcome, Reason
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.status import Status
from reimport_lib.show import (
    check_words,
    deletion_words,
    leak_words,
    next_steps,
    run_facts,
    sampled,
    undo_words,
    went_back,
)
from reimport_lib.show.figured import figure, joined, tell
from reimport_lib.show.next_steps import Step
from reimport_lib.show.words import (
    STATUSES,
    VERDICTS,
    noun,
    percent,
    saying,
    sentence_case,
    several,
)


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """
    What the reader must know first.

    Attributes:
        tone, sign: of the state of the run.
        lead: one sentence. sentences: what it rests on, most important first.
        next: what to do now.
    """

    tone: str
    sign: str
    lead: str
    sentences: tuple[str, ...]
    next: Step


def verdict(manifest: Manifest) -> RunVerdict:
    """The verdict on the run that *manifest* describes."""
    said = saying(STATUSES, manifest["status"])
    sentences = (
        rejected(manifest),
        *stopped(manifest),
        *rows(manifest),
        waits(manifest),
        deletion_words.said(manifest),
        checked(manifest),
        *sampled.sentences(manifest),
        written(manifest),
        undo_words.rehearsed(manifest),
        undo_words.at_its_end(manifest),
        held_back(manifest),
        leak_words.scanned(manifest),
    )
    told = tuple(filter(None, sentences))
    step = next_steps.after(manifest)
    doubts = (
        *(run_facts.is_undo_unproven, run_facts.has_leaked),
        *(sampled.needs_person, sampled.is_open),
    )
    if said.tone == "good" and any(doubt(manifest) for doubt in doubts):
        said = VERDICTS[Verdict.WARN]
    return RunVerdict(said.tone, said.sign, lead(manifest), told, step)


def rejected(manifest: Manifest) -> str:
    """That somebody has said no to it."""
    said = manifest.get("rejected")
    return f"Rejected by {said['by']}: {said['why']}" if said else ""


def lead(manifest: Manifest) -> str:
    """The first sentence of all: how the run ended, and of a good end what it rests on.

    A run may succeed with warnings and with checks that could not be made: they are
    counted in the same breath.
    """
    thing = "rehearsal" if run_facts.is_rehearsal(manifest) else "import"
    where = _where(manifest)
    ended = {
        Status.SUCCEEDED: "succeeded: " + checks(manifest),
        Status.REFUSED: f"was refused {where}",
        Status.FAILED: f"failed {where}",
        Status.VALIDATION_FAILED: f"ended {where}: checks of it do not hold",
        Status.ROLLED_BACK: "was taken back",
        Status.INTERRUPTED: f"was interrupted {where}",
        Status.RUNNING: "has not ended",
        Status.OPEN: "has not started",
    }
    status = manifest["status"]
    if status == Status.SUCCEEDED and run_facts.is_undo_unproven(manifest):
        unproven = "succeeded, and that undoing it leads back is not proven: "
        ended[status] = unproven + checks(manifest)
    elif status == Status.SUCCEEDED and sampled.needs_person(manifest):
        by_eye = "succeeded, and people found wrong records in it by eye: "
        ended[status] = by_eye + checks(manifest)
    return tell("The {} {}.", thing, ended.get(status, f"is {status}"))


def _where(manifest: Manifest) -> str:
    """The phase that stopped the run, or where it stood when none did."""
    if phase := run_facts.unfinished(manifest):
        return f"in phase {phase['name']}"
    states = {phase["status"] for phase in manifest["phases"]}
    if Status.SUCCEEDED not in states:
        return "before its first phase"
    return "between two phases" if Status.PENDING in states else "after its last phase"


def stopped(manifest: Manifest) -> Iterator[str]:
    """Why a run ended early, and what had been done by then."""
    if not run_facts.has_stopped(manifest):
        return
    reason, _ = run_facts.error(manifest)
    if reason:
        yield f"Why: {reason}"
    phase = run_facts.unfinished(manifest)
    if phase and "committed" in phase:
        yield (
            f"By then what {phase['name']} writes was committed: it is done but for its"
            " checks, which resuming makes."
        )
    states = [(phase["status"], phase["name"]) for phase in manifest["phases"]]
    if left := sum(status == Status.PENDING for status, _ in states):
        yield f"{several(left, 'later phase')} did not run."
    if done := [name for status, name in states if status == Status.SUCCEEDED]:
        yield f"Done before that: {', '.join(done)}."


def rows(manifest: Manifest) -> Iterator[str]:
    """How many rows are in the database, and how many are not; nothing of no row."""
    sources = run_facts.source_tables(run_facts.applied_tables(manifest))
    counts: Counter[str] = Counter()
    for found in sources.values():
        counts.update(found)
    total = counts.total()
    if not total:
        return
    skipped, rejected = counts[Outcome.SKIPPED], counts[Outcome.REJECTED]
    inside = total - skipped - rejected
    of_all = tell(
        "{} of {}",
        figure(inside, "all", "came_in"),
        figure(total, "all", "rows", of="source row"),
    )
    done = " of the phases done" if run_facts.only_planned(manifest) else ""
    place = "copy" if run_facts.is_rehearsal(manifest) else "backend"
    are = f"{verb(inside, 'is', 'are')} in the {place}"
    states = {phase["status"] for phase in run_facts.applied(manifest)}
    if states - {Status.SUCCEEDED}:
        are += " by the plans, which the checks do not bear out"
    parts = [
        tell("{} {}", figure(counts[name], "all", name), name)
        for name in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
        if counts[name]
    ]
    told = tell("{}{} ({}) {}", of_all, done, percent(inside, total), are)
    yield tell("{}{}{}.", told, ": " if parts else "", joined(", ", parts))
    waiting = run_facts.waiting(manifest)
    rejected -= sum(n for name, n in waiting.items() if name in sources)
    out = []
    if rejected:
        out.append(tell("{} cannot come in", figure(rejected, "all", "cannot_come_in")))
    if skipped:
        were = verb(skipped, "was", "were")
        number = figure(skipped, "all", Outcome.SKIPPED)
        out.append(tell("{} {} left out by rule", number, were))
    if out:
        yield tell(
            "{}: the reasons and their counts stand below, every row in outcomes/.",
            joined(" and ", out),
        )


def waits(manifest: Manifest) -> str:
    """How many rows wait for a decision, and where."""
    found = run_facts.waiting(manifest)
    if not found:
        return ""
    total = sum(found.values())
    edits = ("reasons", str(Reason.LOCAL_EDIT))
    tables = [
        tell("{} {}", noun(name), figure(rows, name, *edits))
        for name, rows in found.items()
    ]
    return tell(
        "{} {} for a decision, since people changed {} in the backend: {}. {}",
        figure(total, "all", *edits, of="row"),
        verb(total, "waits", "wait"),
        verb(total, "it", "them"),
        joined(", ", tables),
        verb(total, "It stays as it is there.", "They stay as they are there."),
    )


def held_back(manifest: Manifest) -> str:
    """What of the backend did not leave the house while it wrote, by kind."""
    entries = [phase["held"] for phase in manifest["phases"] if "held" in phase]
    if not entries:
        return ""
    every = {kind: sum(each.get(kind, 0) for each in entries) for kind in entries[0]}
    told = [
        figure(number, "held_back", kind, of=kind[:-1], many=kind)
        for kind, number in every.items()
    ]
    if not any(every.values()):
        return "Nothing of the backend left the house: no mail, no signal, no callback."
    return tell(
        "Nothing of the backend left the house while rows were written; held back: {}.",
        joined(", ", told),
    )


def checks(manifest: Manifest) -> str:
    """What its checks found; of a run that was taken back, what they had found."""
    past = run_facts.is_taken_back(manifest)
    found = check_words.found(run_facts.verdicts(manifest), ("run",), past=past)
    return "before that, " + found if past else found


def checked(manifest: Manifest) -> str:
    """The checks of a run whose first sentence does not count them."""
    is_told = manifest["status"] == Status.SUCCEEDED
    if is_told or not any(run_facts.verdicts(manifest)):
        return ""
    return sentence_case(checks(manifest)) + "."


def written(manifest: Manifest) -> str:
    """Which database was written to, and what."""
    phases = [
        "deletions" if phase["name"] == "delete" else phase["name"]
        for phase in run_facts.written_phases(manifest)
    ]
    unsure = [p["name"] for p in manifest["phases"] if run_facts.may_have_written(p)]
    if run_facts.is_rehearsal(manifest):
        if "backup" not in {phase["name"] for phase in run_facts.applied(manifest)}:
            return (
                "No copy was ready to write to; the real database was not written to."
            )
        if phases or unsure:
            return "All of it happened on a copy: the real database was only read."
        return "No record of the copy was changed; the real database was only read."
    if run_facts.is_taken_back(manifest):
        return went_back.how(manifest)
    told = []
    if phases:
        told.append(f"Written to the real database: {', '.join(phases)}.")
    if phases and run_facts.has_stopped(manifest):  # the phase itself was rolled back
        told.append(went_back.why_not(manifest))
    if unsure:
        told.append(
            f"Whether {unsure[0]} was written before it stopped is in the ledger: "
            "resuming finds out."
        )
    if not told:
        return "No record of the real database was created, updated or deleted."
    if place := _place_of_backup(manifest):
        told.append(f"The backup from before that is in {place}.")
    return " ".join(told)


def _place_of_backup(manifest: Manifest) -> str:
    """Where the backup lies: a full run may have taken over its rehearsal's."""
    made_by = manifest["backup"]["run"] if "backup" in manifest else ""
    if made_by != manifest["run_id"]:
        return f"the run folder {made_by}" if made_by else ""
    return "" if "pruned" in manifest else "this run folder"
