"""A local S3 over HTTP, filled inside this process: for demonstration and tests.

Imports moto inside functions only: it takes two seconds, and nobody else needs it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from reimport_demo.listing import with_quick_listing
from reimport_demo.objects import content_of
from reimport_demo.request_log import with_log
from reimport_lib.errors import SourceError, UsageError

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

BUCKET = "clinic-files"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class LocalS3:
    """
    A running server.

    Attributes:
        endpoint: ``http://127.0.0.1:PORT``.
        bucket: its one bucket.
        objects: how many objects were put into it.
    """

    endpoint: str
    bucket: str
    objects: int

    def environment(self) -> dict[str, str]:
        """The settings that point an import at this server, with dummy credentials."""
        return {
            "S3_ENDPOINT_URL": self.endpoint,
            "S3_BUCKET": self.bucket,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def read_listing(path: Path) -> tuple[list[str], frozenset[str]]:
    """
    The keys of an ``s3_listing.json``: ``[{"Key": ..., "Size": ...}, ...]``.

    Second those whose size is 0: stored without a byte.

    Raises:
        SourceError: not such a file.
    """
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
        keys = [str(item["Key"]) for item in items]
        hollow = [str(item["Key"]) for item in items if item.get("Size") == 0]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SourceError(
            f"{path.name}: not a list of objects with a Key each.",
            hint='write it as [{"Key": "filemaker-docs/x.pdf", "Size": 1}]',
            id="R279",
        ) from None
    return keys, frozenset(hollow)


@contextmanager
def serving(listing: Iterable[Mapping[str, object]]) -> Iterator[dict[str, str]]:
    """
    Serve a small object for every ``Key`` of *listing*; give the settings to reach it.
    """
    items = list(listing)
    hollow = frozenset(str(item["Key"]) for item in items if item.get("Size") == 0)
    with serve_s3((str(item["Key"]) for item in items), hollow) as served:
        yield served.environment()


@contextmanager
def serve_s3(
    keys: Iterable[str] = (),
    hollow: Collection[str] = (),
    *,
    bucket: str = BUCKET,
    port: int = 0,
) -> Iterator[LocalS3]:
    """
    Serve a bucket that holds a small object under each of *keys*; stop at the end.

    Two servers of one process need two names of buckets.

    Args:
        hollow: keys of objects without a byte.
        port: 0 takes a free one of the loopback interface.

    Raises:
        UsageError: this process already serves a bucket of that name.
    """
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    # werkzeug logs every request at INFO
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1",
        port,
        with_log(with_quick_listing(moto, bucket)),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    with _closing(server), _filled(bucket, keys, hollow) as objects:
        thread.start()
        try:
            yield LocalS3(f"http://127.0.0.1:{server.port}", bucket, objects)
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _filled(bucket: str, keys: Iterable[str], hollow: Collection[str]) -> Iterator[int]:
    """
    A bucket with an object under each of *keys*; how many. Gone afterwards.

    Objects go into moto's backend directly: 16,000 a second instead of 160 over HTTP.
    """
    backend = _backend()
    if bucket in backend.buckets:
        raise UsageError(
            f"This process already serves a bucket {bucket!r}.",
            hint="stop the other server, or name another bucket",
            id="R280",
        )
    stored = backend.create_bucket(bucket, REGION).keys
    try:
        for key in keys:
            content = b"" if key in hollow else content_of(key)
            backend.put_object(bucket, key, content)
        yield len(stored)
    finally:
        # moto keeps its state, and a temporary file per object, as long as the process
        for stored_object in list(stored.values()):
            stored_object.dispose()
        stored.clear()
        backend.delete_bucket(bucket)


@contextmanager
def _closing(server: BaseWSGIServer) -> Iterator[None]:
    try:
        yield
    finally:
        server.server_close()


def _backend() -> Any:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
