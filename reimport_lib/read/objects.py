"""The stored objects: a listing, never a download. The only place that makes clients.

Only list requests are made; nothing is ever written to S3 from here, and what a client
may ask for elsewhere, ``s3_guard`` holds. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import boto3
import pandas as pd
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader
from botocore.session import Session as CoreSession

from reimport_lib.config import Settings
from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.own_calls import as_ours, ours
from reimport_lib.read import s3_pages
from reimport_lib.read.s3_guard import AGENT, BucketPlace, Purpose, hold
from reimport_lib.tables import registry

ObjectListings = dict[str, pd.DataFrame]
"""``documents_objects`` and ``images_objects`` -> columns key, size, etag."""

_COLUMNS = {"key": "str", "size": "int64", "etag": "str"}
DENIED = frozenset(
    ("AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch")
)
"""Codes of S3 for an account that may not do what it asks."""

_MISSING = {"NoSuchBucket", "404"}


def prefixes(settings: Settings) -> dict[str, str]:
    """Name of the listing -> where its objects lie."""
    return {
        registry.stored()[table]: settings.rows.of(setting)
        for table, setting in registry.prefixes().items()
    }


def places(settings: Settings) -> tuple[BucketPlace, ...]:
    """Where the objects of each table lie."""
    return tuple(
        BucketPlace(settings.s3_bucket, prefix)
        for prefix in prefixes(settings).values()
    )


def client(
    settings: Settings,
    purpose: Purpose = Purpose.READ,
    *,
    into: tuple[BucketPlace, ...] = (),
) -> BaseClient:
    """
    An S3 client; credentials come from ``.env``, or from where AWS's own tools look.

    Args:
        purpose: what it may ask for; every other request is refused unsent.
        into: the places where it may make objects.

    Raises:
        SettingsError: no bucket is set, or the endpoint is not a URL.
    """
    if not settings.s3_bucket:
        raise SettingsError(
            "S3_BUCKET is not set.",
            hint="set S3_BUCKET to the bucket of the documents and images",
            id="R178",
        )
    waits = settings.s3_waits
    config = Config(
        connect_timeout=waits.connect_seconds,
        read_timeout=waits.answer_seconds,
        retries={"total_max_attempts": waits.tries, "mode": "standard"},
        user_agent_extra=f"{AGENT}{purpose}",
    )
    try:
        with ours():  # who asks where an account comes from may ask a server
            made: BaseClient = _session(settings).client(
                "s3", endpoint_url=settings.s3_endpoint_url or None, config=config
            )
    except (ValueError, BotoCoreError):
        raise SettingsError(
            "The S3 client cannot be made from these settings.",
            hint="check S3_ENDPOINT_URL, AWS_DEFAULT_REGION and AWS_PROFILE",
            id="R179",
        ) from None
    hold(made, purpose, into)
    s3_pages.read_fast(made)
    sending: Any = made
    sending._make_api_call = as_ours(sending._make_api_call)  # each request of it
    return made


def list_objects(settings: Settings) -> ObjectListings:
    """
    Every object under the prefix of documents and of images, sorted by key.

    One list request per page of keys and nothing else.

    Raises:
        SettingsError: no bucket is set.
        SourceError: the bucket cannot be reached, does not exist, or may not be
            listed; the message says which.
    """
    places = prefixes(settings)
    if not places:  # no table has stored objects, and nobody needs a bucket
        return {}
    pages: Any = client(settings).get_paginator("list_objects_v2")
    try:
        return {
            name: _listing(pages.paginate(Bucket=settings.s3_bucket, Prefix=prefix))
            for name, prefix in places.items()
        }
    except ClientError as error:
        raise _refused(settings.s3_bucket, error) from None
    except BotoCoreError as error:
        raise SourceError(
            f"S3 cannot be reached ({type(error).__name__}): bucket "
            f"{settings.s3_bucket!r}.",
            hint="check S3_ENDPOINT_URL, the network and the AWS credentials",
            id="R180",
        ) from None


def as_frame(found: list[tuple[str, int, str]]) -> pd.DataFrame:
    """Keys, sizes in bytes and etags as a listing: sorted by key, numbered from 1."""
    frame = pd.DataFrame(
        sorted(found), columns=list(_COLUMNS), index=range(1, len(found) + 1)
    ).astype(_COLUMNS)
    frame.index.name = "row"
    return frame


def _session(settings: Settings) -> boto3.Session:
    given = {name: value.reveal() for name, value in settings.aws.items()}
    core, loader = CoreSession(), _descriptions()
    core.register_component("data_loader", loader)
    made = boto3.Session(
        botocore_session=core,
        aws_access_key_id=given.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=given.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=given.get("AWS_SESSION_TOKEN"),
        region_name=given.get("AWS_DEFAULT_REGION"),
        profile_name=given.get("AWS_PROFILE"),
    )
    # each session adds its folder
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)
    return made


@cache
def _descriptions() -> Loader:
    """Of AWS's services: megabytes of JSON, read once for all clients of a process."""
    loader: Loader = CoreSession().get_component("data_loader")
    return loader


def _listing(pages: Iterable[Any]) -> pd.DataFrame:
    return as_frame(
        [
            (stored["Key"], stored["Size"], stored.get("ETag", "").strip('"'))
            for page in pages
            for stored in page.get("Contents", ())
        ]
    )


def _refused(bucket: str, error: ClientError) -> SourceError:
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    if code in _MISSING:
        said, hint = "does not exist", "check S3_BUCKET"
    elif code in DENIED:
        said = "may not be listed with these credentials"
        hint = "the account needs s3:ListBucket on it"
    else:
        said, hint = f"cannot be listed ({code})", "run `reimport doctor`"
    return SourceError(f"S3: bucket {bucket!r} {said}.", hint=hint, id="R181")
