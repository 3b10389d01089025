"""Image batches: rows without a source row of their own, against the images in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import several
from reimport_lib.prove.evidence import Evidence, could_not_check, some_rows
from reimport_lib.prove.reference_data import PATIENT, STRANGER, World
from reimport_lib.prove.render.clocks import MONTHS
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.write.models import managed, model_of

TABLE = "image_batches"


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """
    Batch -> days of the imported images in it, and how many images it has.

    Attributes:
        edited: an image that a person changed, whose day says nothing, was in one.
    """

    days: Mapping[UUID, set[date | None]]
    counts: Mapping[UUID, int]
    edited: bool


def check_batches(evidence: Evidence, world: World) -> list[Check]:
    """Every batch says the patient, the day and the number of the images in it."""
    if not evidence.snapshot.has("images"):
        return []
    rows = evidence.imported(TABLE)
    if rows is None:
        return [evidence.gap(f"{TABLE}: fields", TABLE)]
    if not len(rows):
        return [could_not_check(f"{TABLE}: fields", "no row came in")]
    held = evidence.database(TABLE)
    numbered = list(enumerate(rows["target_id"], start=1))
    found = [(n, held.loc[pk]) for n, pk in numbered if pk in held.index]
    images = _images(evidence)
    results = [(n, _facts(batch, world, images)) for n, batch in found]
    names = results[0][1] if results else {TABLE: False}
    return [
        *(
            _check(name, len(rows), [n for n, facts in results if facts[name]])
            for name in names
        ),
        *(
            could_not_check(f"{TABLE}.{name}", "nobody has said how it is compared")
            for name in managed(TABLE)
            if results and name not in names
        ),
    ]


def _images(evidence: Evidence) -> _Held:
    left_alone = evidence.left_alone("images")
    images = evidence.database("images")
    images = images[~images.index.isin(left_alone)]
    days: dict[UUID, set[date | None]] = defaultdict(set)
    for batch, day in zip(images["batch_id"], images["date_taken"], strict=True):
        days[batch].add(day)
    manager: Any = model_of("images")._base_manager
    rows = manager.using(evidence.alias).order_by().values_list("batch_id")
    return _Held(days, dict(rows.annotate(Count("pk"))), bool(left_alone))


def _facts(batch: Any, world: World, images: _Held) -> dict[str, bool]:
    """Field -> whether it says what it should."""
    day = batch["taken_on"]
    owner = world.owner(batch["object_id"])
    key = f"{key_text(owner)}:{day.isoformat()}"
    month = MONTHS[day.month - 1][:3].capitalize()
    days = images.days.get(batch["id"], {day} if images.edited else set())
    return {
        "filemaker_id": key_text(batch["filemaker_id"]) == key,
        "owner_type": world.owner_types.get(batch["content_type_id"]) == PATIENT,
        "owner_id": owner not in ("", STRANGER),
        "name": batch["name"] == f"{day.day:02d} {month} {day.year}",
        "taken_on": days == {day},
        "filemaker_metadata": not batch["filemaker_metadata"],
        "image_count": batch["image_count"] == images.counts.get(batch["id"], 0),
    }


def _check(name: str, rows: int, right: list[int]) -> Check:
    wrong = sorted({*range(1, rows + 1)} - {*right})
    actual = f"{len(right):,} of {rows:,} as their images say"
    return Check(
        f"{TABLE}.{name}",
        several(rows, "row"),
        actual + (f"; not {some_rows(wrong)} in key order" if wrong else ""),
        Verdict.FAIL if wrong else Verdict.PASS,
        f"see outcomes/{TABLE}.csv" if wrong else "",
    )
