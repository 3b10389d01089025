"""The attempts at each phase in words: what stopped one, when, and how it went on.

Imports words and html. Shape of the manifest: see ``phases.attempts``.
"""

from __future__ import annotations

from pathlib import Path

from reimport_lib.record.manifest import Attempt, Manifest, PhaseEntry
from reimport_lib.record.status import Status
from reimport_lib.show.badges import status_badge
from reimport_lib.show.html import Cell, Element, Grid, PageLink
from reimport_lib.show.run_facts import when
from reimport_lib.show.words import duration, moment, took


def attempt_sentences(entry: PhaseEntry) -> list[str]:
    """``attempt 1: failed at ... after 3.2 s: why``, and how the last one stands."""
    earlier = entry.get("attempts", [])
    told = [
        f"attempt {each['number']}: {each['status']}{_when(each)}"
        + (f": {each['error']}" if each["error"] else "")
        for each in earlier
    ]
    begun = entry["status"] != Status.PENDING
    last = entry["status"] if begun else "not begun yet"
    return [*told, f"attempt {len(earlier) + 1}: {last}"] if told else []


def attempts_table(manifest: Manifest, folder: Path) -> list[Element]:
    """Every attempt of the phases that were tried more than once, the last one too."""
    rows: list[tuple[Cell, ...]] = []
    for phase in manifest["phases"]:
        earlier = phase.get("attempts", [])
        for each in earlier:
            page = each["page"] or Path(each["notebook"]).stem + ".html"
            name = f"{phase['name']}, attempt {each['number']}"
            rows.append(
                (
                    PageLink.to(name, folder / page),
                    status_badge(each["status"]),
                    when(manifest, each["ended_at"] or each["started_at"]),
                    took(each["seconds"]),
                    each["error"],
                )
            )
        if earlier:
            rows.append(
                (
                    f"{phase['name']}, attempt {len(earlier) + 1}",
                    status_badge(phase["status"]),
                    "",
                    took(phase["seconds"]),
                    phase.get("error", ""),
                )
            )
    heads = ("attempt", "state", "ended", "took", "what stopped it")
    caption = "Phases that were tried more than once"
    return [Grid(caption, heads, rows, right=("took",))] if rows else []


def _when(attempt: Attempt) -> str:
    if attempt["ended_at"]:
        return f" at {moment(attempt['ended_at'])} after {duration(attempt['seconds'])}"
    begun = attempt["started_at"]
    return f", begun at {moment(begun)}" if begun else ""
