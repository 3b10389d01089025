"""What the library's clients of S3 asked for, as the servers saw it; and what they may.

The server's side tells of kernels and other processes too, whatever guards them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reimport_lib.config import Settings
from reimport_lib.read.s3_guard import AGENT, Purpose

if TYPE_CHECKING:
    from botocore.client import BaseClient

_AGENT = re.compile(rf"{AGENT}({'|'.join(Purpose)})\b")
_PARTS = ({"uploads"}, {"partNumber", "uploadId"}, {"uploadId"})
"""Queries of an upload in parts."""


def unguarded(settings: Settings, agent: str = "a test") -> BaseClient:
    """A client of S3 that is not the library's."""
    import boto3
    from botocore.config import Config

    made: BaseClient = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint_url,
        config=Config(user_agent_extra=agent),
    )
    return made


def recorded(log: Path) -> Iterator[dict[str, Any]]:
    """Every request of the library's clients."""
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
        request = json.loads(line)
        found = _AGENT.search(request["agent"])
        if found:
            yield {**request, "purpose": Purpose(found[1])}


def forbidden(log: Path) -> list[str]:
    """What no client of the library may do and one did, in words."""
    found = Counter(
        f"{wrong}: {request['method']} of a client to {request['purpose']},"
        f" with {', '.join(request['query']) or 'no query'}"
        for request in recorded(log)
        if (wrong := fault(request))
    )
    return [f"{number} times {told}" for told, number in sorted(found.items())]


def fault(request: Mapping[str, Any]) -> str:
    """What is wrong with a request; "" where nothing is."""
    method, purpose = request["method"], request["purpose"]
    query = set(request["query"]) - {"x-id"}
    if method in ("GET", "HEAD"):
        return ""
    if purpose is Purpose.READ:
        return "it only reads"
    is_upload = purpose is Purpose.COPY and query in _PARTS
    if method == "DELETE":
        return "" if is_upload and query == {"uploadId"} else "it deletes"
    if query and not is_upload:
        return "it makes no object"
    makes = query == {"uploadId"} if method == "POST" else not query
    if makes and request["was_there"] and request["status"] < 300:
        return "it overwrites"
    return ""
