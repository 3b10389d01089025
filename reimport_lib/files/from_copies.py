"""What is done with copies that are there: they are read again, or put back.

Imports no Django.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.errors import UsageError
from reimport_lib.files import copybook, copying, proof
from reimport_lib.files.backing_up import (
    ANOTHER,
    GONE,
    keep_manifest,
    place,
    take_over,
)
from reimport_lib.files.copy_progress import CopyOutcome, CopyProgress
from reimport_lib.files.copybook import Copy
from reimport_lib.files.copying import NotCopied
from reimport_lib.files.one_by_one import CopyLine, TellCopies, each_of
from reimport_lib.files.proof import Differs
from reimport_lib.read import objects
from reimport_lib.read.s3_guard import BucketPlace, Purpose


def read_again(
    settings: Settings, *, sample: str = "", seed: int, tell: TellCopies | None = None
) -> CopyProgress:
    """
    Read the bytes of copies, and compare them with what they were proven to be.

    Args:
        sample: ``1%`` or a number of copies; "": all.
        seed: of the choice; with the same copies it chooses the same ones.

    Raises:
        UsageError: there are no copies, or *sample* is none.
        SettingsError, SourceError: as of ``back_up``.
    """
    into = place(settings)
    with copybook.opened(settings.runs, into) as book:
        s3: Any = objects.client(settings)
        take_over(s3, book, settings)
        copies = book.copies()
        if not copies:
            raise UsageError(
                f"There are no copies in {into} that anything is known of.",
                hint="reimport backup --files",
                id="R350",
            )
        chooser = random.Random(seed)  # noqa: S311 - what it chooses is no secret
        chosen = chooser.sample(sorted(copies), _size_of(sample, len(copies)))
        progress = CopyProgress("copies", wanted=len(chosen))
        each_of(
            [copies[key] for key in chosen],
            lambda copy: _as_it_was(s3, into, settings.s3_bucket, copy),
            book,
            progress,
            tell,
        )
        book.write_reading(
            sample=sample or "all",
            seed=seed,
            copies=progress.done,
            wrong=progress.counts[CopyOutcome.DIFFERS],
            unknown=progress.counts[CopyOutcome.UNKNOWN],
        )
        keep_manifest(book, settings, progress)
    return progress


def restore(
    settings: Settings, keys: Sequence[str], *, tell: TellCopies | None = None
) -> CopyProgress:
    """
    Put objects back that the bucket has lost, each as its newest copy has it.

    Args:
        keys: of objects; one that ends with a slash means all below it.

    Raises:
        UsageError: there is no copy of one of them.
        SettingsError, SourceError: as of ``back_up``.
    """
    into = place(settings)
    with copybook.opened(settings.runs, into) as book:
        back = BucketPlace(settings.s3_bucket)
        s3: Any = objects.client(settings, Purpose.COPY, into=(back,))
        take_over(s3, book, settings)
        newest = {copy.key: copy for copy in book.copies().values()}
        named = list(_named(keys, newest))
        progress = CopyProgress("objects", wanted=len(named))
        each_of(
            named,
            lambda copy: _put_back(s3, into, back, copy),
            book,
            progress,
            tell,
        )
        keep_manifest(book, settings, progress)
    return progress


def _as_it_was(s3: Any, into: BucketPlace, of: str, copy: Copy) -> CopyLine:
    """The bytes of a copy against its checksum; else against those of its object."""
    lying = copying.there(s3, into.bucket, copy.copy_key)
    if lying is None:
        raise Differs(GONE)
    if lying.size_bytes != copy.size_bytes:
        raise Differs("its size is another")
    is_so = proof.is_as_recorded(s3, lying, copy.checksum)
    if is_so is None:
        source = copying.there(s3, of, copy.key)
        if source is None or source.etag != copy.etag:
            why = f"its {copy.checksum.partition(':')[0]} is S3's own word, and the"
            return CopyOutcome.UNKNOWN, None, f"{why} object is another by now"
        digest = proof.read(s3, lying, "sha256")
        if digest != proof.read(s3, source, "sha256"):
            raise Differs("its bytes are others")
        return CopyOutcome.READ, replace(copy, checksum=f"sha256:{digest}"), ""
    if not is_so:
        raise Differs("its bytes are others")
    return CopyOutcome.READ, None, ""


def _named(keys: Sequence[str], newest: dict[str, Copy]) -> Iterator[Copy]:
    for key in dict.fromkeys(keys):
        found = [
            copy
            for name, copy in newest.items()
            if name == key or (key.endswith("/") and name.startswith(key))
        ]
        if not found:
            raise UsageError(
                "There is no copy of one of the objects that were named.",
                hint=f"every object with a copy is in {copybook.MANIFEST}, in the runs "
                "folder; keys are spelled as there",
                id="R351",
            )
        yield from found


def _put_back(s3: Any, into: BucketPlace, back: BucketPlace, copy: Copy) -> CopyLine:
    if copying.there(s3, back.bucket, copy.key) is not None:
        return CopyOutcome.THERE, None, ""
    source = copying.there(s3, into.bucket, copy.copy_key)
    if source is None:
        raise NotCopied("its copy is gone")
    if (source.etag, source.size_bytes) != (copy.copy_etag, copy.size_bytes):
        raise Differs(ANOTHER)
    made = copying.copy(s3, source, back.bucket, copy.key)
    proof.prove(s3, source, made)
    return CopyOutcome.PUT_BACK, None, ""


def _size_of(sample: str, copies: int) -> int:
    """How many of *copies* a sample is: at least one, at most all."""
    number, percent = sample.removesuffix("%"), sample.endswith("%")
    try:
        size = float(number) / 100 * copies if percent else int(number or copies)
    except ValueError:
        size = 0
    if not 0 < size < float("inf"):
        raise UsageError(
            "--sample is neither a share nor a number of copies.",
            hint="--sample 1%, or --sample 500",
            id="R353",
        )
    return min(copies, max(1, round(size)))
