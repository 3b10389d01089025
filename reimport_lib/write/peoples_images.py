"""What people did, as the images of an undo: what a row held, and shall hold again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.apps import apps

from reimport_lib.plan.undo import CHANGED, CREATED, DELETED
from reimport_lib.write import images as left
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.kept_row import NOT_THERE, KeptRow
from reimport_lib.write.models import fields_of
from reimport_lib.write.since import Did, RowWork
from reimport_lib.write.touched import RowImage, rows_now

_ACTIONS = {Did.MADE: DELETED, Did.CHANGED: CHANGED, Did.DELETED: CREATED}
_NEWEST = 2**62  # no run has come after it

Reader = Callable[[bool], list[RowImage]]
"""Reads the rows as they are now; True: and locks them."""


def as_images(work: Iterable[RowWork]) -> Reader:
    """An image of each row that people did something to."""
    by_model: dict[str, list[RowWork]] = {}
    for each in work:
        by_model.setdefault(each.row.model, []).append(each)

    def read(lock: bool) -> list[RowImage]:
        found = []
        for label, rows in by_model.items():
            keys = [each.row.key for each in rows]
            now = rows_now(label, keys, DEFAULT, lock=lock)
            found += [_image(each, now.get(each.row.key, NOT_THERE)) for each in rows]
        return found

    return read


def _image(work: RowWork, now: KeptRow) -> RowImage:
    told = [work.values.get(name) for name in typed(work.row.model)]
    digest = left.digest_of_row(told) if work.did is Did.DELETED else ""
    before = {} if work.did is Did.DELETED else work.values
    after = work.base if work.did is Did.CHANGED else {}
    image = RowImage(work.row, _NEWEST, _ACTIONS[work.did], before, after, digest, now)
    return (
        replace(image, whole=left.whole_row(now)) if image.action == CREATED else image
    )


def typed(label: str) -> list[str]:
    """The attributes that a digest of a row of the model *label* is over."""
    model = apps.get_model(label)
    unsaid = left.technical(model)
    return [name for name in fields_of(model) if name not in unsaid]
