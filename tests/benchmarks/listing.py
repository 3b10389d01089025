"""Listing a bucket: microseconds a key against boto3's own paginator, and requests.

    python -m tests.benchmarks.listing [--scale 1.0] [--rounds 5]

20,000 keys at scale 1, of a local server in this process: the processor time of the
thread that asks is read. Prints JSON (see ``page``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from unittest.mock import patch

import boto3
from botocore.httpsession import URLLib3Session

from reimport_demo.s3 import serve_s3
from reimport_lib.config import Settings, load_settings
from reimport_lib.read.objects import list_objects
from tests.benchmarks import asked, page
from tools.clinic import environment

KEYS = 20_000
PREFIX = "filemaker-docs/"


def main() -> None:
    given = asked.words(__doc__)
    keys = [f"{PREFIX}{number:032x}.pdf" for number in range(int(KEYS * given.scale))]
    with serve_s3(keys) as store, environment(store.environment()):
        settings = load_settings()
        works = {
            "boto3's paginator": lambda: _bare(settings),
            "this library": lambda: _ours(settings),
        }
        for work in works.values():
            assert work() == len(keys)  # what is read for the first time
        found = {name: _measured(work, given.rounds) for name, work in works.items()}
    bare = found["boto3's paginator"][0]
    lines = tuple(
        (name, f"{seconds / bare:.2f}", f"{1e6 * seconds / len(keys):.1f}", f"{sent:,}")
        for name, (seconds, sent) in found.items()
    )
    heads = (f"{len(keys):,} keys", "times boto3's", "µs a key", "requests")
    print(page.told([page.Table("listing", f"{len(keys):,} keys", heads, lines)]))


def _bare(settings: Settings) -> int:
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=settings.s3_bucket, Prefix=PREFIX)
    return sum(len(each.get("Contents", ())) for each in found)


def _ours(settings: Settings) -> int:
    return sum(map(len, list_objects(settings).values()))


def _measured(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    """The median of processor seconds, and the requests of one."""
    seconds, sent = [], 0
    send = URLLib3Session.send

    def counted(*words: object) -> object:
        nonlocal sent
        sent += 1
        return send(*words)  # type: ignore[arg-type]

    with patch.object(URLLib3Session, "send", counted):
        for _ in range(rounds):
            started = time.thread_time()
            work()
            seconds.append(time.thread_time() - started)
    return median(seconds), sent // rounds


if __name__ == "__main__":
    main()
