"""Phase 6: documents, each linked to its patient and to its stored object."""

from __future__ import annotations

from reimport_lib.phases.data import DataPhase, Plans, Stageds, plan_table
from reimport_lib.phases.frozen import context_of, known_to, snapshot_of
from reimport_lib.plan.objects import plan_objects
from reimport_lib.record.run import Run
from reimport_lib.tables.documents import decide_documents


def plan_tables(run: Run, staged: Stageds) -> Plans:
    """The rows, then an account of every object under the prefix."""
    if "documents" not in staged:
        return ()
    snapshot = snapshot_of(run)
    context = context_of(run, snapshot, known_to(run, snapshot))
    listing = snapshot.objects("documents_objects")
    decided = decide_documents(staged["documents"], context, listing)
    documents = plan_table(run, snapshot, decided)
    return documents, plan_objects("documents_objects", listing, documents, context)


PHASE = DataPhase("documents", plan_tables)
execute = PHASE.execute
