"""Whether somebody imports into this database now, as a web server of its project asks.

Nothing here is bound to a run: it reads the fence by the project's own connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections, router
from django.utils import timezone

from reimport_lib.ledger.models import Fence
from reimport_lib.record import heartbeat


@dataclass(frozen=True, slots=True)
class Writing:
    """
    Attributes:
        what: the id of the run, or what a command does.
        since: the moment from which it has the database.
    """

    what: str
    since: datetime


def by_import() -> Writing | None:
    """
    What writes now; None where nothing does, or it gave no sign of life for too long.

    A database that has no ledger yet, or does not answer, is one that nobody imports
    into: a page must not fail by what only tells of it.
    """
    alias = router.db_for_read(Fence)
    try:
        row = Fence.objects.using(alias).values().first()
    except DatabaseError:
        return None
    if row is None or row["released"]:
        return None
    silent = (timezone.now() - row["heartbeat_at"]).total_seconds()
    if connections[alias].vendor == "sqlite":
        file = Path(str(connections[alias].settings_dict["NAME"]))
        silent = min(silent, heartbeat.silent_seconds(file))
    limit = getattr(settings, "IMPORT_SILENT_SECONDS", heartbeat.LIMIT_SECONDS)
    return None if silent > limit else Writing(row["what"], row["taken_at"])
