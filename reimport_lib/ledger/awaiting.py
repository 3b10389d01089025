"""Whether an import begins within hours, as a web server of its project asks.

The runs folder is read for it, once in a minute. A page must not fail by what only
tells of an import: where the folder cannot be read, nothing is told.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from reimport_lib.config import load_settings
from reimport_lib.errors import ReimportError
from reimport_lib.record import planned
from reimport_lib.record.planned import PlannedImport

HOURS = 12
"""So long before an import people are told, unless IMPORT_NOTICE_HOURS says another."""
_KEPT_SECONDS = 60.0
_known: list[tuple[float, PlannedImport | None]] = []


def coming_import() -> PlannedImport | None:
    """The import that people are to be told of before it begins; None where none is."""
    hours = getattr(settings, "IMPORT_NOTICE_HOURS", HOURS)
    found = _planned() if hours else None
    if found is None or found.begins - timezone.now() > timedelta(hours=hours):
        return None
    return found


def _planned() -> PlannedImport | None:
    if _known and time.monotonic() - _known[0][0] < _KEPT_SECONDS:
        return _known[0][1]
    try:
        found = planned.next_import(load_settings(), timezone.now())
    except (ReimportError, OSError):
        found = None
    _known[:] = [(time.monotonic(), found)]
    return found
