"""The machine's clock; what a plan may know of time is the ``as_of`` of its run."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This second, aware UTC."""
    return datetime.now(UTC).replace(microsecond=0)
