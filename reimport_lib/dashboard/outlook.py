"""How long a run at work will take; asked anew when one of its phases has ended."""

from __future__ import annotations

from pathlib import Path

from reimport_lib.dashboard.shelf import Shelved
from reimport_lib.record import forecast
from reimport_lib.record.forecast import Forecast

_MOST = 50
_known: dict[tuple[Path, bool, tuple[str, ...]], Forecast] = {}
"""All records are read for one: pages ask every other second."""


def of(shelved: Shelved) -> Forecast:
    """What is to be expected of the phases of a run that are not done."""
    manifest = shelved.manifest
    statuses = tuple(entry["status"] for entry in manifest["phases"])
    key = (shelved.run.folder, "database" in manifest, statuses)
    if (found := _known.get(key)) is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[key] = forecast.of_run(shelved.run)
    return found
