"""A copy of every stored object in a second place, each proven; and the way back.

A changed object gets a copy of its own: its ETag is in the copy's key. Nothing is
overwritten and nothing is ever removed from either place. Imports no Django.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reimport_lib.config import Settings
from reimport_lib.errors import SettingsError, SourceError, UsageError
from reimport_lib.files import bucket, copybook, copying, proof
from reimport_lib.files.copy_progress import CopyOutcome, CopyProgress
from reimport_lib.files.copybook import Copy, Copybook
from reimport_lib.files.copying import NotCopied
from reimport_lib.files.one_by_one import CopyLine, TellCopies, each_of
from reimport_lib.files.proof import ObjectHead
from reimport_lib.files.streams import Fetched
from reimport_lib.read import objects
from reimport_lib.read.s3_guard import BucketPlace, Purpose
from reimport_lib.record.clock import now

MOST_NAME_BYTES = 1_024
GONE = "there is no copy any more"
ANOTHER = "its copy is not what was proven: who changed it? moved away, it comes anew"
OBJECTS, MANIFESTS = "objects/", "manifests/"


@dataclass(frozen=True, slots=True, repr=False)
class Listed:
    """An object as a listing tells it."""

    key: str
    size_bytes: int
    etag: str


def place(settings: Settings) -> BucketPlace:
    """
    Where copies go.

    Raises:
        SettingsError: nowhere.
    """
    bucket, prefix = settings.s3_backup
    if not bucket:
        raise SettingsError(
            "S3_BACKUP is not set: where copies of stored objects go.",
            hint="S3_BACKUP=BUCKET of another account, region or lifecycle, or "
            "S3_BACKUP=BUCKET/PREFIX/",
            id="R347",
        )
    return BucketPlace(bucket, prefix)


def back_up(
    settings: Settings,
    *,
    most: int | None = None,
    dry_run: bool = False,
    tell: TellCopies | None = None,
) -> CopyProgress:
    """
    Copy and prove what has no proven copy yet; it may be broken off at any time.

    Args:
        most: objects to copy or prove; None: all.
        dry_run: count what is wanted, and copy nothing.
        tell: called after every object.

    Raises:
        SettingsError: a bucket is not set.
        SourceError: S3 cannot be used, or stopped being so.
    """
    into = place(settings)
    listed = _listed(settings)
    with copybook.opened(settings.runs, into) as book:
        s3: Any = objects.client(settings, Purpose.COPY, into=(into,))
        lying = _lying(s3, into)
        take_over(s3, book, settings)
        known = book.copies()
        progress = CopyProgress("objects")
        wanted = []
        for each in listed:
            line = _without_copying(each, into, lying, known)
            if line is None:
                wanted.append(each)
            else:
                progress.count(each.key, line[0], line[2])
        names = {copy_key(into, each.key, each.etag) for each in listed}
        for name in known.keys() - lying.keys() - names:
            progress.count(known[name].key, CopyOutcome.DIFFERS, GONE)
        progress.wanted = len(wanted)
        progress.others = len(known.keys() - names)
        each_of(
            wanted[: 0 if dry_run else most],
            lambda each: _copied(s3, settings.s3_bucket, each, into),
            book,
            progress,
            tell,
        )
        keep_manifest(book, settings, progress)
        if progress.counts[CopyOutcome.COPIED]:
            _store_manifest(s3, book, settings)
    return progress


def _listed(settings: Settings) -> list[Listed]:
    """Every stored object of the tables."""
    listings = objects.list_objects(settings)
    if not listings:
        raise UsageError(
            "No table has stored objects.",
            hint="there is nothing to back up",
            id="R348",
        )
    return [
        Listed(str(key), int(size), str(etag))
        for listing in listings.values()
        for key, size, etag in listing.itertuples(index=False)
    ]


def _lying(s3: Any, into: BucketPlace) -> dict[str, Listed]:
    """Key -> every object below *into*, as its listing tells it."""
    pages = s3.get_paginator("list_objects_v2")
    try:
        return {
            each["Key"]: Listed(each["Key"], each["Size"], each["ETag"].strip('"'))
            for page in pages.paginate(Bucket=into.bucket, Prefix=into.prefix)
            for each in page.get("Contents", ())
        }
    except ClientError as error:
        problem = copying.translated(error, into.bucket)
        if isinstance(problem, SourceError):
            raise problem from None
        raise SourceError(
            f"S3: bucket {into.bucket!r} cannot be listed ({copying.code_of(error)}).",
            hint="check S3_BACKUP",
            id="R349",
        ) from None
    except BotoCoreError as error:
        raise copying.away(error, into.bucket) from None


def copy_key(into: BucketPlace, key: str, etag: str) -> str:
    """Where the copy of an object lies that had that *etag*."""
    return f"{into.prefix}{OBJECTS}{key}/{etag}"


def _without_copying(
    each: Listed, into: BucketPlace, lying: dict[str, Listed], known: dict[str, Copy]
) -> CopyLine | None:
    """What can be said of an object at once; None: it is to be copied or proven."""
    name = copy_key(into, each.key, each.etag)
    if len(name.encode()) > MOST_NAME_BYTES:
        return CopyOutcome.FAILED, None, "the key of its copy would be too long"
    held, copy = known.get(name), lying.get(name)
    if held is None or copy is None:
        return None
    if (copy.etag, copy.size_bytes) != (held.copy_etag, held.size_bytes):
        return CopyOutcome.DIFFERS, None, ANOTHER
    return CopyOutcome.THERE, held, ""


def _copied(s3: Any, of: str, each: Listed, into: BucketPlace) -> CopyLine:
    source = copying.there(s3, of, each.key)
    if source is None:
        raise NotCopied("it is gone since it was listed")
    if source.etag != each.etag:
        raise NotCopied("it changed since it was listed: run it again")
    name = copy_key(into, each.key, each.etag)
    made = copying.copy(s3, source, into.bucket, name)
    return CopyOutcome.COPIED, _proven(s3, source, made), ""


def _proven(s3: Any, source: ObjectHead, made: ObjectHead) -> Copy:
    checksum, by = proof.prove(s3, source, made)
    return Copy(
        key=source.key,
        size_bytes=source.size_bytes,
        version=source.version,
        etag=source.etag,
        checksum=checksum,
        proof=by,
        copy_key=made.key,
        copy_etag=made.etag,
        at=now().isoformat(),
    )


def take_over(s3: Any, book: Copybook, settings: Settings) -> None:
    """Where nothing is known here of copies, take what the newest manifest says."""
    if book.copies():
        return
    into = book.place
    names = sorted(
        name
        for name in _lying(s3, replace(into, prefix=f"{into.prefix}{MANIFESTS}"))
        if name.endswith(".csv")
    )
    if names:
        try:
            body = s3.get_object(Bucket=into.bucket, Key=names[-1])["Body"].read()
            book.write(*copybook.read_manifest(io.StringIO(body.decode(), newline="")))
        except (ClientError, BotoCoreError, KeyError, ValueError):
            raise SourceError(
                f"The newest manifest in {into} cannot be read.",
                hint="run it from where the copies were made, or read the manifest "
                f"below {MANIFESTS} with another tool",
                id="R352",
            ) from None


def keep_manifest(book: Copybook, settings: Settings, progress: CopyProgress) -> None:
    """Every copy, and every object that is not as it should be, in a list."""
    copybook.write_manifest(
        copybook.manifest(settings.runs), book.copies().values(), progress.failed
    )


def _store_manifest(s3: Any, book: Copybook, settings: Settings) -> None:
    """The list beside the copies too: they are there when this machine is not."""
    content = copybook.manifest(settings.runs).read_bytes()
    # by time; within a second by how many there are, which only grows
    newest = f"{now():%Y%m%dT%H%M%SZ}-{len(book.copies()):09}.csv"
    name = f"{book.place.prefix}{MANIFESTS}{newest}"
    digest = hashlib.sha256(content).digest()
    fetched = Fetched(io.BytesIO(content), b"", len(content), digest, name)
    bucket.create(s3, book.place.bucket, name, fetched, mime_type="text/csv")
