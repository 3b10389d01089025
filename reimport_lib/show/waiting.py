"""Rows that wait for a decision, and whose clock a run has, in sentences.

Imports words. Each is made from the facts of ``run.json``, and is empty where they are
not so; report and terminal show the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reimport_lib.plan.codes import Reason
from reimport_lib.show.words import count, noun, several

_APPLIED = frozenset({"succeeded", "validation-failed"})

Json = Mapping[str, Any]


def waiting(manifest: Json) -> dict[str, int]:
    """Table -> rows that people changed in the backend and the import left so."""
    if manifest["status"] == "rolled-back":
        return {}
    return {
        name: int(counts["reasons"][Reason.LOCAL_EDIT])
        for phase in manifest.get("phases", ())
        if phase["status"] in _APPLIED
        for name, counts in phase.get("tables", {}).items()
        if counts.get("reasons", {}).get(Reason.LOCAL_EDIT)
    }


def waits(manifest: Json) -> str:
    """How many rows wait for a decision, and where."""
    found = waiting(manifest)
    if not found:
        return ""
    total = sum(found.values())
    tables = ", ".join(f"{noun(name)} {count(rows)}" for name, rows in found.items())
    if total == 1:
        return (
            "1 row waits for a decision, since people changed it in the backend: "
            f"{tables}. It stays as it is there."
        )
    return (
        f"{several(total, 'row')} wait for a decision, since people changed them in "
        f"the backend: {tables}. They stay as they are there."
    )


def clock(manifest: Json) -> str:
    """The clock of the run's plans, and which run it was taken from."""
    at = str(manifest.get("as_of") or "")
    shown = at.replace("T", " ").replace("+00:00", " UTC")
    taken_from = str(manifest.get("as_of_from") or "")
    if not (at and taken_from):
        return shown
    return f"{shown}, fixed by {taken_from}, which froze the same source"
