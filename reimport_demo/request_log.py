"""Every request that the local S3 answers, a line of JSON each, where a file is named.

The environment names it, so that servers of other processes write it too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from reimport_demo.listing import Application, StartResponse

LOG = "DEMO_S3_LOG"


def with_log(application: Application) -> Application:
    """
    *application*, and a line for each of its answers in the file that ``LOG`` names.

    A line has agent, method, path, query (its names), status, and ``was_there``:
    whether an object lay at the path before.
    """

    def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        file = os.environ.get(LOG, "")
        if not file:
            return application(environ, start)
        was_there = environ["REQUEST_METHOD"] not in ("GET", "HEAD") and _lies(
            environ["PATH_INFO"]
        )

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            line = {
                "agent": environ.get("HTTP_USER_AGENT", ""),
                "method": environ["REQUEST_METHOD"],
                "path": environ["PATH_INFO"],
                "query": sorted(
                    parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
                ),
                "status": int(status.split()[0]),
                "was_there": was_there,
            }
            with Path(file).open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            return start(status, headers, *more)

        return application(environ, started)

    return answer


def _lies(path: str) -> bool:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    bucket, _, key = path.lstrip("/").partition("/")
    held = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(bucket)
    return bool(key) and held is not None and key in held.keys
