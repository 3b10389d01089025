"""Why rows are not found that others name: asked where a link is under its floor.

Or where it fell since the run before. Reads the snapshot; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.plan.causes import Cause, causes
from reimport_lib.plan.decide import Link
from reimport_lib.plan.gates import Gates
from reimport_lib.plan.mapping import resolve
from reimport_lib.plan.plan import Plan
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.tables import registry
from reimport_lib.tables.declare import LinkTo

FELL_BY = 0.02
"""Share of the rows named, fewer than in the run before, that asks for a cause."""


def sentences(run: Run, plans: Sequence[Plan], limits: Gates) -> list[str]:
    """
    What would have linked more, best first, of every link that leads too few rows.

    Headers and counts; no text of a row.
    """
    snapshot, before = snapshot_of(run), _before(run)
    return [
        f"{plan.table}, {link.name}: {cause}"
        for plan in plans
        for link, declared in _links(plan)
        if _is_low(plan.table, link, limits, before.get((plan.table, link.name)))
        for cause in _causes(snapshot, plan.table, declared)
    ]


def _links(plan: Plan) -> Iterator[tuple[Link, LinkTo]]:
    """Links to rows of tables, with their declarations."""
    declared = {link.name: link for link in registry.named(plan.table).links}
    sources = registry.sources()
    for link in plan.links:
        found = declared.get(link.name)
        if found and link.checked and link.named and found.to in sources:
            yield link, found


def _is_low(table: str, link: Link, limits: Gates, before: float | None) -> bool:
    share = link.found / link.named
    floor = limits.limit(table, "min_match_rate")
    return (floor is not None and share < floor) or (
        before is not None and share < before - FELL_BY
    )


def _before(run: Run) -> dict[tuple[str, str], float]:
    """(table, link) -> share found in the newest run before that succeeded."""
    earlier = [
        other
        for other in runs.readable(run.settings)
        if other.run_id < run.run_id and other.status is Status.SUCCEEDED
    ]
    for other in reversed(earlier):
        found = {
            (table, link["name"]): link["found"] / link["named"]
            for entry in other.manifest()["phases"]
            for table, links in entry.get("links", {}).items()
            for link in links
            if link["checked"] and link["named"]
        }
        if found:
            return found
    return {}


def _causes(snapshot: Snapshot, table: str, link: LinkTo) -> list[Cause]:
    own, target = registry.named(table), registry.named(link.to)
    names = [n for n in registry.sources() if snapshot.has(n)]
    if table not in names or link.to not in names or target.key is None:
        return []
    frames = {name: snapshot.table(name) for name in names}
    (column,) = link.columns
    ours = resolve(own, list(frames[table].columns)).headers.get(column)
    theirs = resolve(target, list(frames[link.to].columns)).headers.get(target.key.name)
    if ours is None or theirs is None:
        return []
    return causes(frames[table], ours, frames, link.to, theirs, own=table)
