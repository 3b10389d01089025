"""Phase 8: counts, field digests, links, and the functional checks of the REST API.

Expected values come from the snapshot and the ledger, by a path that shares no code
with the one that imported them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from reimport_lib.checks import Check, Verdict, could_not_check, equal, failed
from reimport_lib.counting import several
from reimport_lib.errors import Refused
from reimport_lib.phases import frozen, recording, stored_objects
from reimport_lib.phases.proving import ask_tables
from reimport_lib.prove.counts import check_counts
from reimport_lib.prove.doubled import check_doubled
from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.evidence import gather as gather_evidence
from reimport_lib.prove.fields import check_fields
from reimport_lib.prove.links import check_links
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import read

NAME = "validation-post"

ProofStep = Callable[[Evidence], list[Check]]


def gather(run: Run) -> Evidence:
    """What there is to compare; each table is read from the database once."""
    with recording.recording(run, NAME):
        return gather_evidence(run, frozen.snapshot_of(run))


def counts(evidence: Evidence) -> list[Check]:
    """Counts per table against the snapshot and the ledger, and the rehearsal's."""
    with recording.recording(evidence.run, NAME):
        ask_tables(evidence)
        checks = [*check_counts(evidence), *check_doubled(evidence)]
        return [*checks, *_as_rehearsed(evidence.run)]


def fields(evidence: Evidence) -> list[Check]:
    """Field digests of source against database, by an independent path."""
    with recording.recording(evidence.run, NAME):
        return check_fields(evidence)


def links(evidence: Evidence) -> list[Check]:
    """No dangling and no wrong link, all rows; and what is stored is still there."""
    with recording.recording(evidence.run, NAME):
        return [*check_links(evidence), *stored_objects.checks(evidence.run)]


def functional(evidence: Evidence) -> list[Check]:
    """The project's own questions to its REST API, by the content of its answers."""
    with recording.recording(evidence.run, NAME):
        check = registry.api_checks()
        if check is None:
            missing = "no module of API checks is given: docs/architecture.md"
            return [could_not_check("the API answers", missing, id="C024")]
        return check(evidence)


QUESTIONS: tuple[ProofStep, ...] = (counts, fields, links, functional)


def held(run: Run, rows: int) -> dict[str, pd.DataFrame]:
    """Table -> a few imported records, as they are in the database now."""
    with recording.recording(run, NAME):
        return read.first_of_all(rows)


def finish(run: Run, checks: Sequence[Check]) -> None:
    """
    Record the checks and close the phase.

    Raises:
        ValidationFailed: a check does not hold.
        Refused: tables of the snapshot were imported by nobody, so that most of what
            this phase is for could not be looked at.
    """
    unproven = gather_evidence(run, frozen.snapshot_of(run)).unproven
    if not unproven or failed(list(checks)):
        recording.finish(run, NAME, checks)
        return
    unmade = sum(check.verdict is Verdict.COULD_NOT_CHECK for check in checks)
    run.record_checks(NAME, checks)
    refusal = Refused(
        f"{NAME}: {unmade:,} of {several(len(checks), 'check')} could not be made: this"
        f" snapshot was not the last that was imported by {', '.join(unproven)}.",
        hint="run all phases: reimport run --dry-run",
        id="R105",
    )
    recording.record_failure(run, NAME, refusal)
    raise refusal


def execute(run: Run) -> None:
    """The whole phase, without showing anything."""
    recording.begin(run, NAME)
    evidence = gather(run)
    finish(run, [check for ask in QUESTIONS for check in ask(evidence)])


def _as_rehearsed(run: Run) -> list[Check]:
    """A full run did what its rehearsal did: the outcomes files are equal."""
    if not run.reviewed:
        return []
    name = "outcomes files equal to the rehearsal's"
    rehearsed = _outcomes(runs.load(run.settings, run.reviewed))
    done = _outcomes(run)
    if not rehearsed and not done:
        return [could_not_check(name, "neither run has any", id="C025")]
    same = [file for file, content in rehearsed.items() if done.get(file) == content]
    return [
        equal(
            name,
            expected=len({*rehearsed, *done}),
            actual=len(same),
            hint=f"compare outcomes/ of {run.run_id} and {run.reviewed}",
            id="C025",
        )
    ]


def _outcomes(run: Run) -> dict[str, bytes]:
    """Name -> content of every outcomes file of *run*."""
    files = run.outcomes_folder.glob("*.csv")
    return {path.name: path.read_bytes() for path in files}
