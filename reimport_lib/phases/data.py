"""What every data phase does: stage, plan, gate, apply, reconcile.

The tables say what is peculiar to them. Nothing in this module asks whether a run is a
rehearsal, but for the digests it must equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from reimport_lib.backup import restoring
from reimport_lib.checks import Check, equal
from reimport_lib.counting import several
from reimport_lib.errors import PlanDiffers, ReimportError
from reimport_lib.phases import (
    ahead,
    changes,
    data_phases,
    findings,
    named,
    outcomes,
    recording,
    row_plans,
    sealing,
    unlinked,
)
from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.phases.planning import Plans, Stageds, plan_tables
from reimport_lib.plan import gates
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.signoffs import Leaning, OpenedLimit
from reimport_lib.record import runs
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import apply as writing
from reimport_lib.write import ledger, read


@dataclass(frozen=True, slots=True)
class DataPhase:
    """
    A phase that imports tables.

    Attributes:
        name: its one word.
    """

    name: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it imports, in order."""
        return named(self.name).tables

    def stage(self, run: Run) -> Stageds:
        """
        The typed frames, table by table; tables not in the snapshot left out.

        Raises:
            SourceError: a required column is missing or only nearly there.
        """
        with recording.recording(run, self.name):
            return self.stage_tables(run)

    def stage_tables(self, run: Run) -> Stageds:
        """As ``stage``; what goes wrong is recorded nowhere."""
        snapshot = snapshot_of(run)
        return {
            table: ahead.staged(run, snapshot, table)
            for table in self.tables
            if table in registry.sources() and snapshot.has(table)
        }

    def people_gates(self, run: Run, limits: gates.Gates) -> list[gates.GateResult]:
        """The gates on rows that people changed, measured before it is its turn."""
        plans = plan_tables(run, self.stage_tables(run))
        measured = [result for plan in plans for result in gates.evaluate(plan, limits)]
        return [result for result in measured if result.name in gates.PEOPLE]

    def plan(self, run: Run, staged: Stageds) -> Plans:
        """
        The plans, recorded in ``run.json``; nothing is written yet.

        Where the ledger says that this phase was committed (its process died before it
        could say so), what was recorded then stays: this plan finds nothing left to do.
        """
        with recording.recording(run, self.name):
            plans, by_row = ahead.plans(run, self.name, staged)
            if ledger.phase_done(run.run_id, self.name) is None:
                findings.keep(run, self.name, plans, staged)
                changes.keep(run, self.name, plans)
                # last: who sees this reads those
                recording.record_plans(run, self.name, plans, by_row)
            return plans

    def require(self, run: Run, plans: Sequence[Plan]) -> tuple[gates.GateResult, ...]:
        """
        May we proceed?

        Returns:
            Every gate with its figure, for the notebook.

        Raises:
            GateFailed: a plan is outside a limit.
            PlanDiffers: it is not the plan that was reviewed.
        """
        with recording.recording(run, self.name):
            limits = gates_of(run)
            results = [r for plan in plans for r in gates.evaluate(plan, limits)]
            why: list[str] = []
            if not all(result.passed for result in results):
                outcomes.write(run, _outcomes(run, plans))  # the hint names them
                why = unlinked.sentences(run, plans, limits)
            ahead = _ahead(run, self.name, results, limits)
            gates.demand(results, ahead=ahead, why=why)
            record_leanings(run, self.name, results)
            require_reviewed(run, self.name, {p.table: p.digest for p in plans})
            return tuple(results)

    def apply(self, run: Run, plans: Sequence[Plan]) -> writing.Applied:
        """Write the outcomes files, then rows and ledger in one transaction."""
        with recording.recording(run, self.name):
            return write(run, self.name, _outcomes(run, plans), plans)

    def reconcile(self, run: Run, plans: Sequence[Plan]) -> list[Check]:
        """Read the database again: it holds what the plans said, row by row."""
        with recording.recording(run, self.name):
            return [check for plan in plans for check in _landed(run, plan)]

    def execute(self, run: Run) -> None:
        """The whole phase, as its notebook does it, without showing anything."""
        recording.begin(run, self.name)
        plans = self.plan(run, self.stage(run))
        self.require(run, plans)
        self.apply(run, plans)
        recording.finish(run, self.name, self.reconcile(run, plans))


def gates_of(run: Run) -> gates.Gates:
    """The limits that *run* is held to: set for it, or opened by people."""
    signed = run.manifest().get("signoffs", [])
    return gates.Gates(run.gates, tuple(map(OpenedLimit.from_json, signed)))


def record_leanings(run: Run, phase: str, results: Sequence[gates.GateResult]) -> None:
    """What *phase* passes by a sign-off alone, for the report and the ledger."""
    leanings: list[Leaning] = [
        {
            "place": result.place,
            "figure": result.actual,
            "digest": result.signed.digest,
        }
        for result in results
        if result.signed
    ]
    if leanings:
        run.record_leanings(phase, leanings)


def _ahead(
    run: Run, phase: str, results: Sequence[gates.GateResult], limits: gates.Gates
) -> list[gates.GateResult]:
    """
    What phases after *phase* would stop at as well, where it stops at what people did.

    Rows that people changed are there before anything comes in: a plan made now counts
    them as the phase itself will.
    """
    if not any(r.name in gates.PEOPLE and not r.passed for r in results):
        return []
    found: list[gates.GateResult] = []
    for later in data_phases():
        if later.number > named(phase).number and later.name in run.phases:
            # what cannot be planned yet will say so in its own phase
            with suppress(ReimportError):
                found += later.module.people_gates(run, limits)
    return [result for result in found if not result.passed]


def _outcomes(run: Run, plans: Sequence[Plan]) -> dict[str, str]:
    """Table -> its outcomes file."""
    return {plan.table: outcomes.text(run, plan.table, plan.rows) for plan in plans}


def write(
    run: Run,
    phase: str,
    texts: Mapping[str, str],
    plans: Sequence[Plan] = (),
    deletions: Sequence[DeletionPlan] = (),
) -> writing.Applied:
    """
    Write what *phase* planned, its outcomes files before it; what is done stays.

    Args:
        texts: name -> outcomes file.
    """
    done = ledger.phase_done(run.run_id, phase)
    if done is None:
        applied = _write(run, phase, texts, plans, deletions)
    else:
        applied = writing.Applied(done.counts, done.seconds, repeated=True)
    changes.keep_followed(run, phase)
    return applied


def _write(
    run: Run,
    phase: str,
    texts: Mapping[str, str],
    plans: Sequence[Plan],
    deletions: Sequence[DeletionPlan],
) -> writing.Applied:
    outcomes.write(run, texts)
    recording.enter_ledger(run)
    manifest = run.manifest()
    both: tuple[Plan | DeletionPlan, ...] = (*plans, *deletions)
    planned = {plan.table: plan.digest for plan in both}
    root = sealing.checkpoint(run, phase, planned)
    return writing.apply(
        run.run_id,
        phase,
        named(phase).number,
        plans,
        deletions,
        snapshot_digest=manifest["snapshot_digest"],
        outcomes_sha256=outcomes.digest(texts),
        leanings=_leanings(manifest),
        evidence_root=root,
        as_of=datetime.fromisoformat(manifest["as_of"]),
    )


def _leanings(manifest: Manifest) -> list[tuple[str, Leaning]]:
    """(phase, what it leans on), of every phase so far."""
    entries = manifest["phases"]
    return [(e["name"], each) for e in entries for each in e.get("leans_on", [])]


def require_reviewed(run: Run, phase: str, digests: Mapping[str, str]) -> None:
    """
    In a run that applies a rehearsal, the *digests* are the rehearsal's.

    Those of a phase that was committed are in the ledger, and count instead.

    Raises:
        PlanDiffers: names the tables that differ.
    """
    if not run.reviewed:
        return
    done = ledger.phase_done(run.run_id, phase)
    digests = done.plan_digests if done else digests
    rehearsal = runs.load(run.settings, run.reviewed)
    for each in (run, rehearsal):
        each.require_seal()
    reviewed = rehearsal.phase(phase)["plan_digests"]
    different = sorted(
        table
        for table in {*digests, *reviewed}
        if digests.get(table) != reviewed.get(table)
    )
    if different:
        raise PlanDiffers(
            f"{phase}: the plan of {', '.join(different)} is not the one reviewed in "
            f"{run.reviewed} ({len(different)} of {several(len(digests), 'table')})"
            f"{row_plans.first_that_differ(run, rehearsal, phase)}."
            " Nothing of this phase was written.",
            hint="reimport run --full, to rehearse and review again",
            id="R088",
        )


def _landed(run: Run, plan: Plan) -> list[Check]:
    """The rows a plan said would be there are there, with the values it gave."""
    if not registry.by_name()[plan.table].model:
        return []
    hashes = read.import_hashes(plan.table)
    expected = plan.rows.loc[
        plan.rows["outcome"].isin(["created", "updated", "unchanged"]), "key"
    ]
    written = plan.values.set_index("filemaker_id")["import_hash"]
    same = int((hashes.reindex(written.index) == written).sum())
    return [
        equal(
            f"{plan.table}: every imported row is in the database",
            expected=len(expected),
            actual=int(expected.isin(hashes.index).sum()),
            hint=restoring.advice(run),
            id="C017",
        ),
        equal(
            f"{plan.table}: every written row carries what was planned",
            expected=len(written),
            actual=same,
            hint=restoring.advice(run),
            id="C018",
        ),
    ]
