"""Every change and deletion that a phase plans, kept row by row and field by field.

Nothing that is planned depends on it. What no plan says, since a row is written for
another's sake, is added when the phase has written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from reimport_lib.plan.codes import Kept, Note, Outcome
from reimport_lib.plan.delete import DeletionPlan, Keys
from reimport_lib.plan.plan import Plan
from reimport_lib.record import changes
from reimport_lib.record.changes import FieldChange, ListedRow
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import followed, imported, whose
from reimport_lib.write.followed import FollowedField
from reimport_lib.write.whose import Belonging, Frames

_HELD = frozenset({Kept.HAS_CHILDREN.value, Kept.HAS_LOCAL_ROWS.value})


def keep(run: Run, phase: str, plans: Sequence[Plan]) -> None:
    """Write what *plans* change, table by table."""
    coming = {
        plan.table: plan.values[plan.values["write"] == "create"] for plan in plans
    }
    for plan in plans:
        if registry.named(plan.table).model:
            rows = list(_of_plan(plan, coming))
            changes.keep(run.folder, phase, plan.table, rows)


def keep_deletions(
    run: Run, phase: str, plans: Sequence[DeletionPlan], in_source: Keys
) -> list[ListedRow]:
    """
    Write what *plans* delete, and what they looked at and leave.

    Args:
        in_source: table -> every key that the source holds.

    Returns:
        What they leave.
    """
    left: list[ListedRow] = []
    going = {plan.table: set(plan.deleted_ids) for plan in plans}
    for plan in plans:
        keys = in_source.get(plan.table, frozenset())
        rows = list(_of_deletions(plan, keys, going))
        changes.keep(run.folder, phase, plan.table, rows)
        left += (row for row in rows if row.outcome == Outcome.KEPT)
    return left


def keep_followed(run: Run, phase: str) -> None:
    """Write what *phase*, or an undo, has written for the sake of other rows."""
    done = run.phases.index(phase) + 1 if phase in run.phases else 0
    phases = run.phases[:done]
    for table in registry.by_name():
        wanted = followed.fields(table)
        if not wanted:
            continue
        said = {
            (row.target_id, name): after
            for row in changes.read(run.folder, phases, table)
            if row.outcome in (Outcome.UPDATED, changes.FOLLOWS)
            for name, _, after in row.fields
            if name in wanted
        }
        found = list(followed.of_run(run.run_id, table, said))
        lines = list(_of_followed(table, found))
        if lines:  # of a phase that is asked again, nothing is left to say
            changes.keep(run.folder, phase, table, lines, followed=True)


def _of_plan(plan: Plan, coming: Frames) -> Iterator[ListedRow]:
    fields = _fields(plan)
    if not fields:
        return
    values = plan.values.loc[list(fields)]
    columns = ("key", "outcome", "row", "notes", "target_id")
    of_key = {
        key: (int(row), notes, target)
        for key, outcome, row, notes, target in zip(
            *(plan.rows[name].tolist() for name in columns), strict=True
        )
        if outcome == Outcome.UPDATED
    }
    owners = whose.of_rows(plan.table, values, coming)
    lists = whose.entries(plan.table)
    keys = values["filemaker_id"].tolist()
    for key, told, owner in zip(keys, fields.values(), owners, strict=True):
        row, notes, target = of_key[key]
        place = (plan.table, str(key), row, str(target), Outcome.UPDATED.value)
        row_told = ListedRow(*place, notes=notes, fields=told)
        yield _listed(replace(row_told, entries=whose.named_in(told, lists)), owner)


def _fields(plan: Plan) -> dict[object, list[FieldChange]]:
    """Index of ``plan.values`` -> what changes of that row."""
    found: dict[object, list[FieldChange]] = {}
    columns = ("row", "field", "before", "after")
    cells = zip(*(plan.changes[name].tolist() for name in columns), strict=True)
    for row, field, before, after in cells:
        found.setdefault(row, []).append((str(field), str(before), str(after)))
    return found


def _of_deletions(
    plan: DeletionPlan, in_source: frozenset[str], going: Mapping[str, set[object]]
) -> Iterator[ListedRow]:
    judged = plan.judged
    if judged.empty:
        return
    kept = [
        target
        for target, reason in zip(judged["target_id"], judged["reason"], strict=True)
        if reason in _HELD
    ]
    held = whose.held_by(plan.table, kept, going)
    owners = whose.of_ids(plan.table, set(map(whose.named_as, judged["target_id"])))
    columns = ("target_id", "key", "outcome", "reason")
    for target, key, outcome, reason in zip(
        *(judged[name].tolist() for name in columns), strict=True
    ):
        if outcome == Outcome.DELETED:
            reason = changes.NOT_LET_IN if key in in_source else changes.GONE
        notes = Note.TAKEN_BY_DECISION.value if target in plan.ruled else ""
        row = ListedRow(
            *(plan.table, str(key), 0, str(target), str(outcome), str(reason), notes),
            held_by=held.get(target, ""),
        )
        yield _listed(row, owners.get(whose.named_as(target), Belonging()))


def _of_followed(table: str, found: Sequence[FollowedField]) -> Iterator[ListedRow]:
    names = {each.target_id for each in found}
    if not names:
        return
    held = imported.rows(table, whose.columns(table))
    held = held[[str(one) in names for one in held["id"]]]
    owners = {
        str(one): owner
        for one, owner in zip(held["id"], whose.of_rows(table, held), strict=True)
    }
    for target, group in groupby(found, attrgetter("target_id")):
        fields = list(group)
        told = [(each.field, each.before, each.after) for each in fields]
        place = (table, fields[0].key, 0, target, changes.FOLLOWS)
        yield _listed(ListedRow(*place, fields=told), owners.get(target, Belonging()))


def _listed(row: ListedRow, owner: Belonging) -> ListedRow:
    return replace(row, of=owner.of, whose=owner.told, place=owner.place)
