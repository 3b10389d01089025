"""What a client of S3 may ask, held at every request before it is signed.

A client reads; or it also makes objects, each only where nothing lies, and only in the
places that it was made for. No client deletes, overwrites or says who may do what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from reimport_lib.errors import Refused

if TYPE_CHECKING:
    from botocore.client import BaseClient


class Purpose(StrEnum):
    """What a client is for; it stands in the user agent of each of its requests."""

    READ = "read"
    STORE = "store"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where objects lie: a bucket, and how their keys begin; "" for all of it."""

    bucket: str
    prefix: str = ""

    def holds(self, bucket: object, key: object) -> bool:
        return bucket == self.bucket and str(key).startswith(self.prefix)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


AGENT = "reimport-"
"""What the word in the user agent begins with; its purpose follows."""

_READING = frozenset(("ListObjectsV2", "HeadObject", "GetObject"))
_MAKING = frozenset(("PutObject", "CopyObject", "CompleteMultipartUpload"))
_IN_PARTS = frozenset(
    ("CreateMultipartUpload", "UploadPartCopy", "AbortMultipartUpload")
)
"""None of them makes an object, or takes one away."""

ALLOWED: Mapping[Purpose, frozenset[str]] = {
    Purpose.READ: _READING,
    Purpose.STORE: _READING | {"PutObject"},
    Purpose.COPY: _READING | _MAKING | _IN_PARTS,
}
_RIGHTS = ("ACL", "Grant", "ObjectLock")
"""How parameters begin that say who may do what with an object."""


def hold(client: BaseClient, purpose: Purpose, places: tuple[BucketPlace, ...]) -> None:
    """
    Let *client* ask for what its *purpose* needs, and make objects in *places* alone.

    An object is made with ``If-None-Match: *``; without it only where this client
    has just heard that nothing lies there, which is for servers that do not know it.
    """
    absent: set[tuple[str, str]] = set()

    def before(params: dict[str, Any], model: Any, context: Any, **_: object) -> None:
        operation, where = model.name, (params.get("Bucket", ""), params.get("Key", ""))
        context[AGENT] = where
        if operation not in ALLOWED[purpose]:
            raise _not_allowed(operation, purpose, "it is none of what that needs")
        if operation in _READING:
            return
        if any(name.startswith(_RIGHTS) for name in params):
            raise _not_allowed(operation, purpose, "it says who may do what")
        if not any(place.holds(*where) for place in places):
            raise _not_allowed(operation, purpose, "it is not for that place")
        if operation in _MAKING and params.get("IfNoneMatch") != "*":
            if where not in absent:
                raise _not_allowed(operation, purpose, "it could overwrite an object")
            absent.discard(where)

    def after_head(http_response: Any, context: Any, **_: object) -> None:
        if http_response.status_code == 404:
            absent.add(context[AGENT])
        else:
            absent.discard(context[AGENT])

    client.meta.events.register_first("before-parameter-build.s3", before)
    client.meta.events.register_first("after-call.s3.HeadObject", after_head)


def _not_allowed(operation: str, purpose: Purpose, why: str) -> Refused:
    return Refused(
        f"S3: {operation} is kept from a client that is there to {purpose}: {why}.",
        hint="this is a fault of the program, and nothing was sent: report it",
        id="R344",
    )
