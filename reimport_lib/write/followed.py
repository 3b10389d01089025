"""What a run wrote that no plan lists: for the sake of another row.

Emptied links onto deleted rows, marks that were handed over, and declared counts; read
out of the images, in the transaction after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from reimport_lib.plan.values.canonical import canonical
from reimport_lib.tables import registry
from reimport_lib.write import ledger, whose
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.dependents import hanging_on
from reimport_lib.write.models import attname, label_of, model_of

LeftTexts = Mapping[tuple[str, str], str]
"""(identity, field) -> the text that a line of the list says is left there."""


@dataclass(frozen=True, slots=True)
class FollowedField:
    """A field that was written; identity and key of its row, and texts."""

    target_id: str
    key: str
    field: str
    before: str
    after: str


def fields(table: str) -> frozenset[str]:
    """The columns of *table* that are written for the sake of others."""
    declared = registry.named(table)
    if not declared.model:
        return frozenset()
    model = model_of(table)
    parents = [model_of(each.name) for each in registry.all_tables() if each.model]
    links = {
        hanging.attribute
        for hanging in hanging_on(parents)
        if hanging.clears and hanging.child is model
    }
    mark = {declared.single.mark} if declared.single else set()
    return frozenset({*links, *mark, *declared.counts})


def of_run(run_id: str, table: str, said: LeftTexts) -> Iterator[FollowedField]:
    """
    Fields of *table* that hold something else by now than lines of the list say.

    Args:
        said: what the lines of the run say so far.
    """
    columns = sorted(fields(table))
    if not columns:
        return
    model = model_of(table)
    images: Any = apps.get_model("ledger", "BeforeImage")._base_manager.using(DEFAULT)
    actions = (ledger.UPDATED, ledger.MARKED, ledger.EMPTIED)
    held = images.filter(run_id=run_id, model=label_of(model), action__in=actions)
    rows = list(held.order_by("pk").values_list("object_pk", "values", "after"))
    if not rows:
        return
    names = whose.names_of(table, [pk for pk, *_ in rows])
    links = whose.identities_of_links(table)
    for pk, before, after in rows:
        target, key = names.get(pk, (pk, ""))
        for name in columns:
            at = attname(name)
            if at not in before:
                continue
            left = (after or {}).get(at, before[at])
            then, now = (
                _text(model, at, value, links.get(name, {}))
                for value in (before[at], left)
            )
            then = said.get((target, name), then)
            if then != now:
                yield FollowedField(target, key, name, then, now)


def _text(model: Any, at: str, value: Any, known: Mapping[Any, Any]) -> str:
    held = ledger.decoded(model, {at: value}).get(at)
    return canonical(known.get(held, held))
