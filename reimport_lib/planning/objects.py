"""Which stored object belongs to which row, and what becomes of every object.

Pure; imports neither Django nor boto. Listings are frames of key and size, as the
snapshot holds them; an object is named ``<prefix><FileMaker key>.<ending>``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reimport_lib.planning.cells import blank, each
from reimport_lib.planning.codes import Outcome, Reason
from reimport_lib.planning.context import Context
from reimport_lib.planning.deciding import Link, Ruling
from reimport_lib.planning.identity import canonical_key
from reimport_lib.planning.plan import Plan, plan_of_rows

IMPORTED = frozenset(
    outcome.value for outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
)

_THUMBNAIL = re.compile(r"thumbs\.|.*[_-]thumb(nail)?\.", re.IGNORECASE)

MIME_TYPES: Mapping[str, str] = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "gif": "image/gif",
    "heic": "image/heic",
    "heif": "image/heif",
    "htm": "text/html",
    "html": "text/html",
    "jpe": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mov": "video/quicktime",
    "mp4": "video/mp4",
    "msg": "application/vnd.ms-outlook",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "webp": "image/webp",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}
"""By ending. A table of our own: the system's differs from machine to machine."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How the objects of a table are named.

    Attributes:
        prefix: where they lie.
        stem: expression that the part before the first dot fits as a whole.
        number: the part is a number, so that leading zeros do not count.
    """

    prefix: str
    stem: str
    number: bool = False


def naming(table: str, context: Context) -> Naming:
    """How objects of ``documents`` or ``images`` are named."""
    if table == "documents":
        return Naming(context.settings.documents_prefix, r"[^/.]+")
    return Naming(context.settings.images_prefix, r"[0-9]+", number=True)


def object_row_keys(listing: pd.DataFrame, names: Naming) -> Any:
    """(n,) canonical key of the row that each object belongs to; "" by no rule."""
    fits = re.compile(rf"({names.stem})\.[^/]+")
    stems = []
    for key in listing["key"].tolist():
        has_prefix = key.casefold().startswith(names.prefix.casefold())
        name = key[len(names.prefix) :] if has_prefix else ""
        match = fits.fullmatch(name)
        stems.append(match[1] if match and not _THUMBNAIL.match(name) else "")
    column = pd.Series(stems, index=listing.index, dtype=object)
    return canonical_key(column, number=names.number)


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """
    The stored object of every row.

    Attributes:
        keys, sizes: (n,) per row; None where it has no object.
        doubled: (n,) bool: several objects answer to the row's key.
    """

    keys: Any
    sizes: Any
    doubled: Any

    @property
    def doubled_rule(self) -> Ruling:
        return self.doubled, Reason.DUPLICATE_KEY

    @property
    def missing_rule(self) -> Ruling:
        return blank(self.keys), Reason.NO_OBJECT

    def link(self, counted: Any) -> Link:
        found = counted & ~blank(self.keys)
        return Link("object", int(found.sum()), int(counted.sum()))


def match_objects(
    row_keys: Any, listing: pd.DataFrame | None, names: Naming
) -> Objects:
    """Find the object of each of *row_keys* (canonical) in *listing* (key, size)."""
    if listing is None:
        listing = pd.DataFrame({"key": [], "size": []})
    owners = object_row_keys(listing, names)
    several = frozenset(owners[owners.duplicated(keep=False) & (owners != "")])
    keys = dict(zip(owners, listing["key"].tolist(), strict=True))
    sizes = dict(zip(owners, map(int, listing["size"]), strict=True))
    for table in (keys, sizes):
        table.pop("", None)
    return Objects(
        keys=each(row_keys, keys.get),
        sizes=each(row_keys, sizes.get),
        doubled=row_keys.isin(several),
    )


def mime_types(keys: Any) -> Any:
    """(n,) type of file by the ending of each object's key; "" for none."""
    return each(keys, lambda key: _mime_type(key) if key else "")


def base_names(keys: Any) -> Any:
    """(n,) object keys without their folders; None for none."""
    return each(keys, lambda key: key.rsplit("/", 1)[-1] if key else None)


def plan_objects(
    table: str, listing: pd.DataFrame, plan: Plan, context: Context
) -> Plan:
    """
    Account for every stored object of *plan*'s table.

    Args:
        table: ``documents_objects`` or ``images_objects``.
        listing: key, size of all objects under the prefix.

    Returns:
        Plan over *listing* in key order: unchanged where an imported row points at
        the object, else skipped with the reason.
    """
    listing = listing.sort_values("key", ignore_index=True)
    listing.index = pd.RangeIndex(1, len(listing) + 1, name="row")
    owners = object_row_keys(listing, naming(plan.table, context))
    rows = plan.rows[plan.rows["outcome"].isin(IMPORTED)]
    ids = dict(zip(rows["key"], rows["target_id"], strict=True))
    known = frozenset(plan.rows["key"])
    reason = pd.Series(Reason.NO_METADATA.value, index=listing.index, dtype=object)
    reason[owners.isin(known)] = Reason.ROW_NOT_IMPORTED.value
    reason[owners.isin(ids.keys())] = ""
    reason.loc[owners == ""] = Reason.EXCLUDED_BY_RULE.value
    skipped, unchanged = Outcome.SKIPPED.value, Outcome.UNCHANGED.value
    return plan_of_rows(
        table,
        pd.DataFrame(
            {
                "row": listing.index,
                "key": listing["key"],
                "outcome": each(reason, lambda code: skipped if code else unchanged),
                "reason": reason,
                "notes": "",
                "target_id": [ids.get(key, "") if key else "" for key in owners],
            }
        ),
    )


def _mime_type(key: str) -> str:
    ending = key.rsplit(".", 1)[-1].casefold()
    return MIME_TYPES.get(ending, "application/octet-stream")
