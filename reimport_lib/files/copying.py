"""Objects are copied by S3 itself, each to where nothing lies. Beside ``bucket``, the
only place that makes objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reimport_lib.errors import SourceError
from reimport_lib.files.proof import ALGORITHMS, ObjectHead, head
from reimport_lib.read import objects

MOST_AT_ONCE_BYTES = 5 * 1024**3
"""What S3 copies in one request."""

PART_BYTES = 512 * 1024**2
LEAST_PART_BYTES, MOST_PARTS = 5 * 1024**2, 10_000

_UNKNOWN_CONDITION = frozenset(("NotImplemented", "501"))
_NOTHING = frozenset(("NoSuchKey", "404", "NotFound"))
_CHANGED = frozenset(("PreconditionFailed", "412", "ConditionalRequestConflict"))
_CARRIED = (
    "CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType"
    " Metadata"
).split()
"""Of an object, what S3 carries along by itself where it copies at once."""


class NotCopied(Exception):
    """S3 is there, and this one object has no copy; the text says why."""


def there(s3: Any, bucket: str, key: str) -> ObjectHead | None:
    """
    What lies at *key*; None: nothing.

    Raises:
        NotCopied, SourceError: see ``translated``.
    """
    try:
        return head(s3, bucket, key)
    except ClientError as error:
        if code_of(error) in _NOTHING:
            return None
        raise translated(error, bucket) from None
    except BotoCoreError as error:
        raise away(error, bucket) from None


def copy(s3: Any, source: ObjectHead, bucket: str, key: str) -> ObjectHead:
    """
    Make *key* a copy of *source*, which is still what it was, or take what lies there.

    Nothing is overwritten: where a server does not know the condition, it was asked
    right before whether anything lies there.

    Raises:
        NotCopied: the object has changed, or S3 does not copy this one.
        SourceError: nothing can be copied: nobody may, or S3 is away.
    """
    lying = there(s3, bucket, key)
    if lying is not None:
        return lying
    try:
        try:
            _make(s3, source, bucket, key, {"IfNoneMatch": "*"})
        except ClientError as error:
            if code_of(error) not in _UNKNOWN_CONDITION:
                raise
            if (lying := there(s3, bucket, key)) is not None:
                return lying
            _make(s3, source, bucket, key, {})
    except ClientError as error:
        # the answer to a try that was lost, or somebody was faster
        if code_of(error) not in _CHANGED:
            raise translated(error, bucket) from None
    except BotoCoreError as error:
        raise away(error, bucket) from None
    made = there(s3, bucket, key)
    if made is None:
        raise NotCopied("it changed while it was to be copied: run it again")
    return made


def _make(
    s3: Any, source: ObjectHead, bucket: str, key: str, condition: dict[str, str]
) -> None:
    origin = {
        "CopySource": {
            "Bucket": source.bucket,
            "Key": source.key,
            **({"VersionId": source.version} if source.version else {}),
        },
        "CopySourceIfMatch": source.etag,
    }
    if source.size_bytes > MOST_AT_ONCE_BYTES:
        _make_in_parts(s3, source, bucket, key, origin, condition)
        return
    # where ETags are no digests, only what S3 keeps for both can be compared
    kept = [] if source.md5 else [name for name in ALGORITHMS if name in source.sums]
    algorithm = kept[0] if kept else "SHA256"
    s3.copy_object(
        Bucket=bucket, Key=key, ChecksumAlgorithm=algorithm, **origin, **condition
    )


def _make_in_parts(
    s3: Any,
    source: ObjectHead,
    bucket: str,
    key: str,
    origin: dict[str, Any],
    condition: dict[str, str],
) -> None:
    """In the parts that the object was stored in, where they fit: ETags are equal."""
    where = {"Bucket": bucket, "Key": key}
    carried = {name: source.told[name] for name in _CARRIED if name in source.told}
    upload = s3.create_multipart_upload(**where, **carried)["UploadId"]
    try:
        parts = [
            {
                "PartNumber": number,
                "ETag": s3.upload_part_copy(
                    **where,
                    **origin,
                    CopySourceRange=f"bytes={first}-{last}",
                    PartNumber=number,
                    UploadId=upload,
                )["CopyPartResult"]["ETag"],
            }
            for number, (first, last) in enumerate(
                _ranges(source.size_bytes, _part_bytes(s3, source)), start=1
            )
        ]
        s3.complete_multipart_upload(
            **where, UploadId=upload, MultipartUpload={"Parts": parts}, **condition
        )
    except BaseException:
        with suppress(ClientError, BotoCoreError):  # or its parts would be paid for
            s3.abort_multipart_upload(**where, UploadId=upload)
        raise


def _part_bytes(s3: Any, source: ObjectHead) -> int:
    if "-" in source.etag:
        first = s3.head_object(Bucket=source.bucket, Key=source.key, PartNumber=1)
        size = int(first["ContentLength"])
        fits = LEAST_PART_BYTES <= size <= MOST_AT_ONCE_BYTES
        if fits and size * MOST_PARTS >= source.size_bytes:
            return size
    return PART_BYTES


def _ranges(size: int, part: int) -> Iterator[tuple[int, int]]:
    """First and last byte of each part."""
    for first in range(0, size, part):
        yield first, min(first + part, size) - 1


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def translated(error: ClientError, bucket: str) -> Exception:
    """What S3's refusal means: for this one object, or for all of them."""
    code = code_of(error)
    if code in objects.DENIED:
        return SourceError(
            f"S3: an object cannot be copied to or from bucket {bucket!r} ({code}).",
            hint="the account needs s3:GetObject on the objects, s3:GetObject and "
            "s3:PutObject on S3_BACKUP, and s3:ListBucket on both",
            id="R354",
        )
    if code == "NoSuchBucket":
        return SourceError(
            f"S3: bucket {bucket!r} does not exist.", hint="check S3_BACKUP", id="R338"
        )
    if code in _NOTHING:
        return NotCopied("it is gone since it was listed")
    if code in _CHANGED:
        return NotCopied("it changed while it was compared: run it again")
    return NotCopied(f"S3 does not take it ({code})")


def away(error: BotoCoreError, bucket: str) -> SourceError:
    return SourceError(
        f"S3 cannot be reached ({type(error).__name__}): bucket {bucket!r}.",
        hint="check S3_ENDPOINT_URL and the network, then run it again: it goes on "
        "where it stopped",
        id="R339",
    )
