"""Links: none dangles, none leads to another patient, every object is in the listing.

All rows, by joins in the database and by sets of keys; no query per row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, ForeignKey, OuterRef, Q

from reimport_lib.backup.restoring import advice
from reimport_lib.checks import Check, Verdict, equal
from reimport_lib.prove.evidence import Evidence, could_not_check, some_rows
from reimport_lib.prove.headers import column
from reimport_lib.prove.reference_data import PATIENT, World, look_around
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.tables.registry import key_names, owner_names
from reimport_lib.write.models import content_type_ids, fields_of, model_of


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """
    Imported rows: their numbers in the source, the source's texts, the target rows.

    Attributes:
        remedy: what to do where a link is wrong.
    """

    rows: Sequence[int]
    owners: Sequence[str]
    keys: Sequence[str]
    target: Any
    remedy: str


def check_links(evidence: Evidence) -> list[Check]:
    """Every link of the tables that the snapshot holds, and those of other rows."""
    world = look_around(evidence)
    found: list[Check] = []
    for table in registry.all_tables():
        if table.model:
            found += _missing_rows(evidence, table.name)
            found += _dangling(evidence, table.name) if _is_generic(table) else ()
    for table in registry.source_tables():
        if evidence.snapshot.has(table.name) and _names_an_owner(table):
            found += _table_checks(evidence, table.name, world)
    return found


def _is_generic(table: Table) -> bool:
    """Its rows name their owner by a generic foreign key."""
    return "content_type_id" in fields_of(model_of(table.name))


def _names_an_owner(table: Table) -> bool:
    """Its rows belong to a patient, by themselves or by the batch that they are in."""
    if owner_names(table.name) or _is_generic(table):
        return True
    patient = model_of("patients")
    fields = fields_of(model_of(table.name)).values()
    return any(field.related_model is patient for field in fields)


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
            pk=OuterRef(field.attname)
        )
        named = rows.using(evidence.alias).filter(**{f"{field.attname}__isnull": False})
        total += named.filter(~Exists(there)).count()
    yield equal(
        f"{table}: foreign keys that name a missing row",
        expected=0,
        actual=total,
        hint=advice(evidence.run),
    )


def _dangling(evidence: Evidence, table: str) -> Iterator[Check]:
    """No database guards a generic link: those of all rows, imported or not."""
    if evidence.snapshot.has("images" if table == "image_batches" else table):
        imported = evidence.imported(table)
    else:
        imported = None
    ids = content_type_ids(evidence.alias)
    patients: Any = model_of("patients")._base_manager.using(evidence.alias)
    rows: Any = model_of(table)._base_manager.using(evidence.alias)
    there = patients.filter(pk=OuterRef("object_id"))
    of_patient = Q(content_type_id=ids[PATIENT])
    lost = rows.filter(of_patient & ~Exists(there)).values_list("pk", flat=True)
    dangling = {str(pk) for pk in lost}
    ours = set() if imported is None else set(imported["target_id"])
    if imported is not None:
        nobody = rows.filter(~of_patient | Q(object_id=None))
        strange = {str(pk) for pk in nobody.values_list("pk", flat=True)}
        yield equal(
            f"{table}: imported rows whose owner is no patient in the database",
            expected=0,
            actual=len((dangling | strange) & ours),
            hint=advice(evidence.run),
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
    )


def _table_checks(evidence: Evidence, table: str, world: World) -> Iterator[Check]:
    name = f"{table}: owner in the source = owner in the database"
    if not owner_names(table):
        yield could_not_check(name, "nobody has said which column names the owner")
        return
    linked = _linked(evidence, table)
    if linked is None:
        yield evidence.gap(name, table)
        return
    if not linked.rows:
        yield could_not_check(name, "no row came in")
        return
    owners = list(_owners(table, linked, world))
    yield _all_rows(
        name,
        linked,
        [
            key_text(said) == key_text(held)
            for said, held in zip(linked.owners, owners, strict=True)
        ],
        _in_changed_batches(table, linked, world),
    )
    if table == "images":
        yield _in_their_batches(linked, world)
    if table in ("documents", "images"):
        yield from _objects(evidence, table, linked, world)


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
        remedy=advice(evidence.run),
    )


def _owners(table: str, linked: Linked, world: World) -> Iterator[str]:
    """The FileMaker key of the patient that each row leads to."""
    if table == "images":
        for pk in linked.target["batch_id"]:
            batch = world.batches.get(pk)
            yield batch.owner if batch else ""
        return
    attribute = "object_id" if _is_generic(registry.by_name()[table]) else "patient_id"
    for pk in linked.target[attribute]:
        yield world.owner(pk)


def _in_their_batches(linked: Linked, world: World) -> Check:
    days = zip(linked.target["batch_id"], linked.target["date_taken"], strict=True)
    right = []
    for pk, day in days:
        batch = world.batches.get(pk)
        right.append(batch is not None and batch.taken_on == day)
    changed = _in_changed_batches("images", linked, world)
    return _all_rows("images: taken on the day of their batch", linked, right, changed)


def _in_changed_batches(table: str, linked: Linked, world: World) -> list[bool]:
    """Whether each image is in a batch that a person changed; [] of other tables."""
    if table != "images":
        return []
    batches = (world.batches.get(pk) for pk in linked.target["batch_id"])
    return [batch is not None and batch.left_alone for batch in batches]


def _objects(
    evidence: Evidence, table: str, linked: Linked, world: World
) -> Iterator[Check]:
    """Each row's object is in the frozen listing, and no two rows share one."""
    listed = world.sizes[table]
    keys = list(linked.target["s3_key"])
    yield _all_rows(
        f"{table}: stored objects that are in the frozen listing",
        linked,
        [key in listed for key in keys],
    )
    yield equal(
        f"{table}: stored objects, each of one row",
        expected=len(keys),
        actual=len(set(keys)),
        hint=f"see outcomes/{table}_objects.csv",
    )
    objects = evidence.outcomes(f"{table}_objects")
    if objects is not None:
        pointed_at = objects.loc[objects["outcome"] == "unchanged", "target_id"]
        yield equal(
            f"{table}: rows that the account of stored objects names",
            expected=len(keys),
            actual=len(set(pointed_at) & set(linked.target.index)),
            hint=f"see outcomes/{table}_objects.csv",
        )


def _all_rows(
    name: str, linked: Linked, right: Sequence[bool], changed: Sequence[bool] = ()
) -> Check:
    """
    Holds where every row is *right*: 100 %, not a sample.

    Args:
        changed: rows whose link is as a person made it; these are no fault.
    """
    changed = changed or [False] * len(right)
    judged = list(zip(linked.rows, right, changed, strict=True))
    wrong = [row for row, fine, edited in judged if not (fine or edited)]
    edits = sum(edited and not fine for _, fine, edited in judged)
    total = len(linked.rows)
    figure = f"{sum(right):,} of {total:,}"
    if edits:
        figure += f"; {edits:,} as people changed them"
    table = name.partition(":")[0]
    hint = "look at these images in the backend" if edits else ""
    return Check(
        name,
        f"{total:,} of {total:,}",
        f"{figure}; not {some_rows(wrong)} of {registry.by_name()[table].file}"
        if wrong
        else figure,
        Verdict.FAIL if wrong else Verdict.WARN if edits else Verdict.PASS,
        linked.remedy if wrong else hint,
    )
