"""What time it is, by the database too: a machine's clock may have been set back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections

from reimport_lib.record.clock import now


def latest(alias: str) -> datetime:
    """The later of this machine's clock and that of the server of *alias*."""
    connection: Any = connections[alias]
    if connection.vendor != "postgresql":  # a file has no clock of its own
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('second', clock_timestamp())")
        told: datetime = cursor.fetchone()[0]
    return max(now(), told)
