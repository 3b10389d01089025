"""Links: none dangles, none leads to another owner, every object is in the listing.

All rows, by joins in the database and by sets of keys; no query per row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, ForeignKey, OuterRef, Q

from reimport_lib.checks import Check, Verdict, could_not_check, equal
from reimport_lib.prove.evidence import DELETE, Evidence
from reimport_lib.prove.peoples import PeoplesFields
from reimport_lib.prove.reference_data import ReferenceData, reference_data
from reimport_lib.prove.render.headers import column
from reimport_lib.prove.render.linked import Linked, all_rows
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.tables.registry import key_names, owner_names
from reimport_lib.write import dependents
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import (
    OWNER_TYPE,
    content_type_ids,
    fields_of,
    managed,
    model_of,
)

_NAMING_DELETED = "rows that name a deleted one"


def check_links(evidence: Evidence) -> list[Check]:
    """Every link of the tables that the snapshot holds, and those of other rows."""
    found: list[Check] = [_after_deletion(evidence)]
    for table in registry.all_tables():
        if table.model:
            found += _missing_rows(evidence, table.name)
            found += _dangling(evidence, table.name) if _is_generic(table) else ()
    for table in registry.source_tables():
        found += evidence.answer(links_of_table, table.name)
    return found


def links_of_table(evidence: Evidence, table: str) -> list[Check]:
    """Every link of the rows of *table*, where the snapshot holds it."""
    declared = registry.named(table)
    is_asked = declared.source and evidence.snapshot.has(table)
    if not (is_asked and _names_an_owner(declared)):
        return []
    return list(_table_checks(evidence, table, reference_data(evidence)))


def naming_deleted(run_id: str, *, hint: str, alias: str = DEFAULT) -> Check:
    """No row, whoever made it, names one that the run *run_id* deleted."""
    left = dependents.naming_deleted(run_id, alias=alias)
    named = ", ".join(f"{count:,} of {model}" for model, count in sorted(left.items()))
    return equal(
        _NAMING_DELETED, expected="0", actual=named or "0", hint=hint, id="C102"
    )


def _after_deletion(evidence: Evidence) -> Check:
    account = evidence.accounts.get(DELETE)
    if account is None:
        why = evidence.gaps[DELETE].actual
        return could_not_check(_NAMING_DELETED, why, id="C102")
    return naming_deleted(account.run_id, hint=evidence.remedy, alias=evidence.alias)


def _is_generic(table: Table) -> bool:
    """Its rows name their owner by a generic foreign key."""
    return OWNER_TYPE in managed(table.name)


def _names_an_owner(table: Table) -> bool:
    """Its rows belong to one of another table, whether or not a link is declared."""
    if owner_names(table.name) or _is_generic(table):
        return True
    owners = {model_of(name) for name in registry.owners()}
    fields = fields_of(model_of(table.name)).values()
    return any(field.related_model in owners for field in fields)


def _missing_rows(evidence: Evidence, table: str) -> Iterator[Check]:
    """A foreign key names a row that is there: an anti-join per key."""
    model = model_of(table)
    rows: Any = model._base_manager
    total = 0
    for field in model._meta.concrete_fields:
        if not isinstance(field, ForeignKey):
            continue
        related: Any = field.related_model
        there = related._base_manager.using(evidence.alias).filter(
            **{field.target_field.attname: OuterRef(field.attname)}
        )
        named = rows.using(evidence.alias).filter(**{f"{field.attname}__isnull": False})
        total += named.filter(~Exists(there)).count()
    yield equal(
        f"{table}: foreign keys that name a missing row",
        expected=0,
        actual=total,
        hint=evidence.remedy,
        id="C049",
    )


def _dangling(evidence: Evidence, table: str) -> Iterator[Check]:
    """No database guards a generic link: those of all rows, imported or not."""
    if evidence.snapshot.has(registry.named(table).snapshot_name):
        imported = evidence.imported(table)
    else:
        imported = None
    link = registry.named(table).owner_link
    if link is None:
        yield could_not_check(
            f"{table}: owners", "nobody has said whose the rows are", id="C050"
        )
        return
    owner = model_of(link.to)
    owners: Any = owner._base_manager.using(evidence.alias)
    rows: Any = model_of(table)._base_manager.using(evidence.alias)
    there = owners.filter(pk=OuterRef("object_id"))
    ids = content_type_ids(evidence.alias)
    of_owner = Q(content_type_id=ids[owner._meta.label_lower])
    lost = rows.filter(of_owner & ~Exists(there)).values_list("pk", flat=True)
    dangling = {str(pk) for pk in lost}
    ours = set() if imported is None else set(imported["target_id"])
    if imported is not None:
        nobody = rows.filter(~of_owner | Q(object_id=None))
        strange = {str(pk) for pk in nobody.values_list("pk", flat=True)}
        noun = owner._meta.verbose_name
        yield equal(
            f"{table}: imported rows whose owner is no {noun} in the database",
            expected=0,
            actual=len((dangling | strange) & ours),
            hint=evidence.remedy,
            id="C051",
        )
    others = len(dangling - ours)
    yield Check(
        f"{table}: links of other rows (people's, an earlier system's) that dangle",
        "0",
        f"{others:,}",
        Verdict.WARN if others else Verdict.PASS,
        "the import leaves them as they are; look at them in the backend"
        if others
        else "",
        id="C052",
    )


def _table_checks(
    evidence: Evidence, table: str, reference: ReferenceData
) -> Iterator[Check]:
    name = f"{table}: owner in the source = owner in the database"
    if not owner_names(table):
        yield could_not_check(
            name, "nobody has said which column names the owner", id="C053"
        )
        return
    linked = _linked(evidence, table)
    if linked is None:
        yield evidence.gap(name, table, id="C053")
        return
    if not linked.rows:
        yield could_not_check(name, "no row came in", id="C053")
        return
    owners = reference.owners_of(table, linked.target)
    link = registry.named(table).owner_link
    number = any(registry.named(to).number_key for to in (link.tables if link else ()))
    yield all_rows(
        name,
        linked,
        [
            key_text(said, number=number) == key_text(held, number=number)
            for said, held in zip(linked.owners, owners, strict=True)
        ],
        _in_changed_rows(table, linked, reference, evidence.kept_fields(table)),
    )
    if stored := registry.named(table).stored:
        keys = list(linked.target[reference.attribute(stored.key)])
        yield from _objects(evidence, table, linked, keys, reference)


def _linked(evidence: Evidence, table: str) -> Linked | None:
    imported = evidence.imported(table)
    if imported is None:
        return None
    held = evidence.database(table)
    found = imported[imported["target_id"].isin(held.index)]
    source = evidence.source(table).loc[list(found["row"])]
    return Linked(
        rows=list(found["row"]),
        owners=column(source, owner_names(table)),
        keys=column(source, key_names(table)),
        target=held.loc[list(found["target_id"])],
        remedy=evidence.remedy,
    )


def _in_changed_rows(
    table: str, linked: Linked, reference: ReferenceData, kept: PeoplesFields
) -> list[bool]:
    """Whether a person changed the link of each, or the row that it leads through."""
    link = registry.named(table).owner_link
    if link is None:
        return []
    fields = [field for _, field in link.targets]
    moved = {target_id for field in fields for target_id in kept.get(field, ())}
    if not link.through:
        return [target_id in moved for target_id in linked.target.index]
    left, between = reference.left_alone(link.through), reference.rows(link.through)
    changed = set(between["pk"][between.index.isin(left)])
    between_pks = linked.target[reference.attribute(link.field)]
    pairs = zip(linked.target.index, between_pks, strict=True)
    return [target_id in moved or pk in changed for target_id, pk in pairs]


def _objects(
    evidence: Evidence,
    table: str,
    linked: Linked,
    keys: list[str],
    reference: ReferenceData,
) -> Iterator[Check]:
    """Each row's object is in the frozen listing, and no two rows share one."""
    listed, listing = reference.sizes[table], registry.stored()[table]
    yield all_rows(
        f"{table}: stored objects that are in the frozen listing",
        linked,
        [key in listed for key in keys],
    )
    yield equal(
        f"{table}: stored objects, each of one row",
        expected=len(keys),
        actual=len(set(keys)),
        hint=f"see outcomes/{listing}.csv",
        id="C054",
    )
    objects = evidence.outcomes(listing)
    if objects is not None:
        pointed_at = objects.loc[objects["outcome"] == "unchanged", "target_id"]
        yield equal(
            f"{table}: rows that the account of stored objects names",
            expected=len(keys),
            actual=len(set(pointed_at) & set(linked.target.index)),
            hint=f"see outcomes/{listing}.csv",
            id="C055",
        )
