"""Objects are created, or left as they are. The only place that writes to S3."""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reimport_lib.errors import SourceError
from reimport_lib.files.streams import Fetched

_HELD = frozenset(("PreconditionFailed", "412"))
_PASSING = frozenset(("ConditionalRequestConflict", "409", "SlowDown", "InternalError"))


def create(s3: Any, bucket: str, key: str, fetched: Fetched, *, mime_type: str) -> bool:
    """
    Store a file under *key* unless there is one; whether it was stored.

    S3 itself compares the bytes that arrive with the checksum of those that were read.

    Raises:
        SourceError: it cannot be stored: nobody may write there, or S3 is away.
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
        raise SourceError(
            f"S3: an object cannot be stored in bucket {bucket!r} ({code}).",
            hint="run `reimport files` again later"
            if code in _PASSING
            else "the account needs s3:PutObject on it",
        ) from None
    except BotoCoreError as error:
        raise SourceError(
            f"S3 cannot be reached ({type(error).__name__}): bucket {bucket!r}.",
            hint="check S3_ENDPOINT_URL and the network, then run it again",
        ) from None
    return True
