"""Image batches: rows without a source row of their own, against the images in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from reimport_lib.frames import Column
from reimport_lib.prove.render.clocks import MONTHS
from reimport_lib.prove.render.linked import Linked, all_rows
from reimport_lib.prove.render.made import check_made
from reimport_lib.prove.render.names import STRANGER
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables.owners import PATIENT

if TYPE_CHECKING:
    from reimport_lib.checks import Check
    from reimport_lib.prove.evidence import Evidence
    from reimport_lib.prove.reference_data import ReferenceData

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


def check_batches(evidence: Evidence, reference: ReferenceData) -> list[Check]:
    """Every batch says the patient, the day and the number of the images in it."""
    held = evidence.database(TABLE)
    owners = dict(zip(held["id"], reference.owners_of(TABLE, held), strict=True))
    images = _images(evidence)

    def facts(batch: Column) -> dict[str, bool]:
        return _facts(batch, reference, owners, images)

    return [*_days(evidence), *check_made(evidence, TABLE, facts)]


def _images(evidence: Evidence) -> _Held:
    left_alone = evidence.left_alone("images")
    images = evidence.database("images")
    images = images[~images.index.isin(left_alone)]
    days: dict[UUID, set[date | None]] = defaultdict(set)
    for batch, day in zip(images["batch_id"], images["date_taken"], strict=True):
        days[batch].add(day)
    return _Held(days, evidence.counted("images", "batch_id"), bool(left_alone))


def _days(evidence: Evidence) -> list[Check]:
    """Each image was taken on the day of its batch, but where a person changed that."""
    imported = evidence.imported("images")
    if imported is None or not len(imported):
        return []
    images, batches = evidence.database("images"), evidence.database(TABLE)
    found = imported[imported["target_id"].isin(images.index)]
    target = images.loc[list(found["target_id"])]
    left_alone, moved = evidence.left_alone(TABLE), evidence.left_alone("images")
    days = dict(zip(batches["id"], batches["taken_on"], strict=True))
    pairs = list(zip(target["batch_id"], target["date_taken"], strict=True))
    return [
        all_rows(
            "images: taken on the day of their batch",
            Linked(list(found["row"]), (), (), target, evidence.remedy),
            [pk in days and days[pk] == day for pk, day in pairs],
            [
                target_id in moved or str(pk) in left_alone
                for target_id, (pk, _) in zip(target.index, pairs, strict=True)
            ],
        )
    ]


def _facts(
    batch: Column, reference: ReferenceData, owners: Mapping[UUID, str], images: _Held
) -> dict[str, bool]:
    """Field -> whether it says what it should."""
    day = batch["taken_on"]
    owner = owners.get(batch["id"], "")
    key = f"{key_text(owner)}:{day.isoformat()}"
    month = MONTHS[day.month - 1][:3].capitalize()
    days = images.days.get(batch["id"], {day} if images.edited else set())
    return {
        "filemaker_id": key_text(batch["filemaker_id"]) == key,
        "owner_type": reference.owner_types.get(batch["content_type_id"]) == PATIENT,
        "owner_id": owner not in ("", STRANGER),
        "name": batch["name"] == f"{day.day:02d} {month} {day.year}",
        "taken_on": days == {day},
        "filemaker_metadata": not batch["filemaker_metadata"],
        "image_count": batch["image_count"] == images.counts.get(batch["id"], 0),
    }
