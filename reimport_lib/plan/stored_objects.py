"""Which stored object belongs to which row, and what becomes of every object.

Pure; imports neither Django nor boto. Listings are frames of key and size, as the
snapshot holds them; what their names say is read in ``object_names``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.cells import blank, constant, each
from reimport_lib.plan.codes import Outcome, Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Link, Ruling
from reimport_lib.plan.object_names import Naming, naming, read_names
from reimport_lib.plan.plan import Plan, plan_of_rows
from reimport_lib.plan.values.text import visible
from reimport_lib.tables.declare import Stored

IMPORTED = frozenset(
    outcome.value for outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
)

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


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """
    The stored object of every row.

    Attributes:
        keys, sizes: (n,) per row; None where no object is surely its own.
        doubled: (n,) bool: its objects differ only in case or leading zeros.
        ambiguous: (n,) bool: several objects, or an object that another row claims.
        empty: (n,) bool: what carries its key holds no byte.
    """

    keys: Column
    sizes: Column
    doubled: Mask
    ambiguous: Mask
    empty: Mask

    @property
    def doubled_rule(self) -> Ruling:
        return self.doubled, Reason.DUPLICATE_KEY

    @property
    def object_rules(self) -> tuple[Ruling, Ruling, Ruling]:
        """In their order: whatever is not surely a row's own is not its object."""
        return (
            (self.ambiguous, Reason.AMBIGUOUS_OBJECT),
            (self.empty, Reason.EMPTY_OBJECT),
            (blank(self.keys), Reason.NO_OBJECT),
        )

    def columns(self, declared: Stored, bucket: str) -> dict[str, Column]:
        """The fields that point at each row's object; nothing is downloaded."""
        return {
            declared.mime_type: each(self.keys, _mime_type),
            declared.size: self.sizes,
            declared.bucket: constant(bucket, self.keys.index),
            declared.key: self.keys,
        }

    def link(self, counted: Mask) -> Link:
        found = counted & ~blank(self.keys)
        return Link("object", int(found.sum()), int(counted.sum()))


def match_objects(
    row_keys: Column, listing: pd.DataFrame | None, names: Naming
) -> Objects:
    """Find the object of each of *row_keys* (canonical) in *listing* (key, size)."""
    if listing is None:
        listing = pd.DataFrame({"key": [], "size": []})
    claimed = claims(listing, names, frozenset(row_keys))
    own = claimed[claimed["verdict"] == ""]
    keys = dict(zip(own["owner"], listing.loc[own.index, "key"], strict=True))
    sizes = dict(zip(own["owner"], listing.loc[own.index, "size"], strict=True))
    return Objects(
        keys=each(row_keys, keys.get),
        sizes=each(each(row_keys, sizes.get), _whole),
        doubled=row_keys.isin(_rows_with(claimed, Reason.DUPLICATE_KEY)),
        ambiguous=row_keys.isin(_rows_with(claimed, Reason.AMBIGUOUS_OBJECT)),
        empty=row_keys.isin(_rows_with(claimed, Reason.EMPTY_OBJECT) - keys.keys()),
    )


def claims(
    listing: pd.DataFrame, names: Naming, row_keys: Collection[str]
) -> pd.DataFrame:
    """
    Whose each object of *listing* (key, size) is, and why it is nobody's.

    An object is that of the row whose whole key its name carries before the ending. It
    is nobody's where another row's key is the whole name, and where the row has several
    objects with content: nothing is guessed.

    Args:
        row_keys: canonical keys of all rows, whether they come in or not.

    Returns:
        owner: key of its row, "" for none; rival: key of a second row that claims it;
        verdict: "", or the code of a reason.
    """
    found = read_names(listing, names)
    known = frozenset(row_keys) - {""}
    fits = found["has_ending"] & (found["stem"] != "")
    of_row, of_other = found["stem"].isin(known), found["whole"].isin(known)
    filled = listing["size"] > 0
    contested = filled & of_row & of_other & (found["stem"] != found["whole"])
    owned = of_row & (fits | contested)
    verdict = pd.Series(Reason.EXCLUDED_BY_RULE.value, listing.index, dtype=object)
    verdict[fits & found["is_plain"]] = Reason.NO_METADATA.value
    verdict[owned] = ""
    verdict[owned & ~filled] = Reason.EMPTY_OBJECT.value
    owner = found["stem"].where(owned, "")
    rival = found["whole"].where(contested, "")
    candidates = owner[owned & filled]
    spellings = found["spelling"].groupby(candidates).nunique()
    objects = candidates.value_counts()
    several = frozenset(objects.index[objects > 1])
    ambiguous = frozenset(spellings.index[spellings > 1])
    ambiguous |= frozenset(owner[contested]) | frozenset(rival[contested])
    doubled = candidates.isin(several).reindex(listing.index, fill_value=False)
    verdict[doubled] = Reason.DUPLICATE_KEY.value
    verdict[owned & filled & owner.isin(ambiguous)] = Reason.AMBIGUOUS_OBJECT.value
    return pd.DataFrame({"owner": owner, "rival": rival, "verdict": verdict})


def base_names(keys: Column) -> Column:
    """(n,) object keys without their folders; None for none."""
    return each(keys, lambda key: key.rsplit("/", 1)[-1] if key else None)


def plan_objects(
    table: str, listing: pd.DataFrame, plan: Plan, context: Context
) -> Plan:
    """
    Account for every stored object of *plan*'s table.

    Args:
        table: of the stored objects, as ``registry.listing_of`` gives it.
        listing: key, size of all objects under the prefix.

    Returns:
        Plan over *listing* in key order: unchanged where an imported row points at
        the object, else skipped with the reason.
    """
    listing = listing.sort_values("key", ignore_index=True)
    listing.index = pd.RangeIndex(1, len(listing) + 1, name="row")
    names = naming(plan.table, context)
    claimed = claims(listing, names, frozenset(plan.rows["key"]))
    rows = plan.rows[plan.rows["outcome"].isin(IMPORTED)]
    ids = dict(zip(rows["key"], rows["target_id"], strict=True))
    reason = claimed["verdict"].copy()
    left_out = (reason == "") & ~claimed["owner"].isin(ids.keys())
    # of objects that differ only in zeros no row comes in: they have no other fault
    left_out |= reason == Reason.DUPLICATE_KEY.value
    reason[left_out] = Reason.ROW_NOT_IMPORTED.value
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
                "target_id": [
                    "" if code else ids[key]
                    for code, key in zip(reason, claimed["owner"], strict=True)
                ],
            }
        ),
    )


def _rows_with(claimed: pd.DataFrame, reason: Reason) -> frozenset[str]:
    """Keys of the rows that have a claim on an object with *reason*."""
    hit = claimed[claimed["verdict"] == reason.value]
    return (frozenset(hit["owner"]) | frozenset(hit["rival"])) - {""}


def _whole(size: int | None) -> int | None:
    return None if size is None else int(size)


def _mime_type(key: str | None) -> str:
    """The type of file by the ending of an object's *key*; "" for none."""
    if key is None:
        return ""
    ending = visible(key).rsplit(".", 1)[-1].casefold()
    return MIME_TYPES.get(ending, "application/octet-stream")
