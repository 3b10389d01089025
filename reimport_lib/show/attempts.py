"""The attempts at each phase in words: what stopped one, when, and how it went on.

Imports words and html. Shape of the manifest: see ``phases.attempts``.
"""

from __future__ import annotations

from pathlib import Path

from reimport_lib.show.badges import status_badge
from reimport_lib.show.html import Cell, Element, Grid, PageLink
from reimport_lib.show.results import moment
from reimport_lib.show.waiting import Json
from reimport_lib.show.words import duration


def attempt_sentences(entry: Json) -> list[str]:
    """``attempt 1: failed at ... after 3.2 s: why``, and how the last one stands."""
    earlier = list(entry.get("attempts", ()))
    told = [
        f"attempt {each['number']}: {each['status']}{_when(each)}"
        + (f": {each['error']}" if each["error"] else "")
        for each in earlier
    ]
    last = str(entry["status"])
    state = "not begun yet" if last == "pending" else last
    return [*told, f"attempt {len(earlier) + 1}: {state}"] if told else []


def attempts_table(manifest: Json, folder: Path) -> list[Element]:
    """Every attempt of the phases that were tried more than once, the last one too."""
    rows: list[tuple[Cell, ...]] = []
    for phase in manifest.get("phases", ()):
        earlier = list(phase.get("attempts", ()))
        for each in earlier:
            page = str(each["page"] or Path(each["notebook"]).stem + ".html")
            link = page if (folder / page).is_file() else ""
            rows.append(
                (
                    PageLink(f"{phase['name']}, attempt {each['number']}", link),
                    status_badge(str(each["status"])),
                    moment(str(each["ended_at"] or each["started_at"])),
                    duration(each["seconds"]) if each["seconds"] else "",
                    str(each["error"]),
                )
            )
        if earlier:
            seconds = float(phase.get("seconds") or 0)
            rows.append(
                (
                    f"{phase['name']}, attempt {len(earlier) + 1}",
                    status_badge(str(phase["status"])),
                    "",
                    duration(seconds) if seconds else "",
                    str(phase.get("error") or ""),
                )
            )
    heads = ("attempt", "state", "ended", "took", "what stopped it")
    caption = "Phases that were tried more than once"
    right = frozenset({"took"})
    return [Grid(caption, heads, tuple(rows), right=right)] if rows else []


def _when(attempt: Json) -> str:
    if attempt["ended_at"]:
        took = duration(float(attempt["seconds"]))
        return f" at {moment(str(attempt['ended_at']))} after {took}"
    begun = moment(str(attempt["started_at"]))
    return f", begun at {begun}" if begun else ""
