"""Phase 7: images in one batch per patient and day, each with its stored object."""

from __future__ import annotations

from reimport_lib.phases.data import DataPhase, Plans, Stageds, plan_table
from reimport_lib.phases.frozen import context_of, known_to, snapshot_of
from reimport_lib.plan.objects import plan_objects
from reimport_lib.record.run import Run
from reimport_lib.tables.images import decide_batches, decide_images, link_batches


def plan_tables(run: Run, staged: Stageds) -> Plans:
    """Batches and images, then an account of every object under the prefix."""
    if "images" not in staged:
        return ()
    snapshot = snapshot_of(run)
    context = context_of(run, snapshot, known_to(run, snapshot))
    listing = snapshot.objects("images_objects")
    frame = staged["images"]
    decided = decide_images(frame, context, listing)
    batches = plan_table(run, snapshot, decide_batches(frame, decided, context))
    images = plan_table(run, snapshot, link_batches(frame, decided, batches))
    return images, plan_objects("images_objects", listing, images, context), batches


PHASE = DataPhase("images", plan_tables)
execute = PHASE.execute
