"""Stored files as a browser gets them: by an address that lasts a minute, or small.

Reads, and writes nothing: the one thing asked of the object store is GetObject.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from PIL import Image

SECONDS = 60
SIDE_PIXELS = 320
MOST_BYTES = 40 * 1024 * 1024
MOST_PIXELS = 120_000_000
_SHOWN = ("application/pdf", "text/plain", "image/", "video/", "audio/")
_MARKUP = ("image/svg",)  # may hold scripts, which would run at the store's address


class NotShown(Exception):
    """There is no such file, it is no picture, or the store does not answer."""


def signed_url(bucket: str, key: str, *, name: str, mime_type: str) -> str:
    """
    An address of the file that lasts ``SECONDS``; made here, without asking the store.

    Args:
        name: what the file is called where it is saved.
        mime_type: of the file; what a browser cannot show safely is saved instead.
    """
    kind = mime_type.lower()
    is_shown = kind.startswith(_SHOWN) and not kind.startswith(_MARKUP)
    how = "inline" if is_shown else "attachment"
    asked = {
        "Bucket": bucket or settings.S3_BUCKET,
        "Key": key,
        "ResponseContentDisposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "ResponseContentType": mime_type if is_shown else "application/octet-stream",
    }
    url: str = _client().generate_presigned_url(
        "get_object", Params=asked, ExpiresIn=SECONDS
    )
    return url


def thumbnail(bucket: str, key: str) -> bytes:
    """
    The picture under *key*, at most ``SIDE_PIXELS`` a side, as JPEG without metadata.

    Raises:
        NotShown: see there.
    """
    try:
        answer = _client().get_object(Bucket=bucket or settings.S3_BUCKET, Key=key)
        if answer["ContentLength"] > MOST_BYTES:
            raise NotShown
        content = answer["Body"].read(MOST_BYTES)
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotShown
            picture.draft("RGB", (SIDE_PIXELS, SIDE_PIXELS))
            picture.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
            small = io.BytesIO()
            picture.convert("RGB").save(small, "JPEG", quality=80)
    except (BotoCoreError, ClientError, OSError, ValueError, SyntaxError):
        raise NotShown from None
    except Image.DecompressionBombError:
        raise NotShown from None
    return small.getvalue()


@cache
def _client() -> Any:
    session = boto3.Session(**settings.STORE_ACCOUNT)
    return session.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL or None,
        config=Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 2},
        ),
    )
