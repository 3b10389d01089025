"""Objects are created, or left as they are. The only place that writes to S3."""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reimport_lib.errors import SourceError
from reimport_lib.files.streams import Fetched
from reimport_lib.read import objects

_HELD = frozenset(("PreconditionFailed", "412"))
_PASSING = frozenset(("SlowDown", "InternalError", "ServiceUnavailable", "503"))
_DENIED = objects.DENIED | {"AllAccessDisabled", "ExpiredToken", "InvalidToken"}


class NotTaken(SourceError):
    """S3 is there, may be written to, and does not take this one object."""


def create(s3: Any, bucket: str, key: str, fetched: Fetched, *, mime_type: str) -> bool:
    """
    Store a file under *key* unless there is one; whether it was stored.

    S3 itself compares the bytes that arrive with the checksum of those that were read.

    Raises:
        NotTaken: S3 refuses this object, and may well take another.
        SourceError: nothing can be stored: nobody may write there, or S3 is away.
    """
    try:
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=fetched.content,
            ContentLength=fetched.size_bytes,
            ContentType=mime_type,
            ChecksumSHA256=base64.b64encode(fetched.sha256).decode(),
            IfNoneMatch="*",
        )
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _HELD:
            return False
        raise _refused(bucket, code) from None
    except BotoCoreError as error:
        raise SourceError(
            f"S3 cannot be reached ({type(error).__name__}): bucket {bucket!r}.",
            hint="check S3_ENDPOINT_URL and the network, then run it again",
            id="R071",
        ) from None
    return True


def _refused(bucket: str, code: str) -> SourceError:
    told = f"S3: an object cannot be stored in bucket {bucket!r} ({code})."
    if code in _PASSING:
        return SourceError(told, hint="run `reimport files` again later", id="R072")
    if code in _DENIED:
        return SourceError(told, hint="the account needs s3:PutObject on it", id="R073")
    if code == "NoSuchBucket":
        return SourceError(told, hint="check S3_BUCKET", id="R074")
    return NotTaken(
        f"S3 does not take the object ({code}).",
        hint=f"look up what S3 means by {code}, then run `reimport files` again",
        id="R075",
    )
