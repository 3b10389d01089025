"""``index.html`` of the runs folder: every run, and how rates went from run to run.

Imports facts, charts, words and html. It shows what the ``run.json`` of each run holds:
counts and rates, no field of any record.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reimport_lib.counting import verb
from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import REPORT
from reimport_lib.record.status import Status
from reimport_lib.show import run_facts, sampled
from reimport_lib.show.badges import status_badge
from reimport_lib.show.comparing import figures
from reimport_lib.show.drawing import Bar, draw
from reimport_lib.show.figured import Figured, figure, tell
from reimport_lib.show.html import Cell, Element, Grid, PageLink, from_template
from reimport_lib.show.run_facts import when
from reimport_lib.show.words import noun, percent, several, share, took

FILE = "index.html"
MOST_DRAWN = 12
MOST_COMPARED = 6


def render(manifests: Sequence[Manifest], folder: Path, damaged: Sequence[str]) -> str:
    """
    The page of all runs.

    Args:
        manifests: ``run.json`` of each run, oldest first.
        folder: of the runs; reports that lie in it are linked.
        damaged: ids of the runs whose record cannot be read.
    """
    compared = [each for each in manifests if _is_compared(each)]
    sections: list[tuple[str, Sequence[Element]]] = [
        ("How much came in", _trend(compared[-MOST_DRAWN:])),
        ("How much was found", _rates(compared[-MOST_COMPARED:])),
        ("Every run, newest first", [_all(manifests, folder, damaged)]),
    ]
    title = f"{several(len(manifests) + len(damaged), 'run')}"
    return from_template("history.j2", title=title, sections=sections)


def _is_compared(manifest: Manifest) -> bool:
    """It came to its end, and imported something."""
    return manifest["status"] == Status.SUCCEEDED and bool(run_facts.outcomes(manifest))


def _kind(manifest: Manifest) -> str:
    if undo := manifest.get("undo"):
        return f"undoes {undo['of']}"
    return "rehearsal" if run_facts.is_rehearsal(manifest) else "import"


def _trend(manifests: Sequence[Manifest]) -> list[Element]:
    """A bar per run, cut by outcome."""
    if not manifests:
        return []
    bars, rows = [], []
    for manifest in manifests:
        counts = run_facts.outcomes(manifest)
        total = counts.total()
        parts = {str(name): counts[name] / total for name in SOURCE_OUTCOMES}
        told = tell("{}, {} rejected", _came_in(manifest), _rejected(manifest))
        name = f"{_day(manifest)} {_kind(manifest)}"
        bars.append(Bar(name, parts, told))
        rows.append((name, told))
    last = run_facts.outcomes(manifests[-1])
    title = (
        f"{percent(run_facts.came_in(last), last.total())} of the rows of the last of"
        f" {several(len(manifests), 'run')} {verb(len(manifests), 'is', 'are')} in"
    )
    return [draw(title, bars, Grid("Rows that came in, by run", ("run", "rows"), rows))]


def _came_in(manifest: Manifest) -> Figured:
    counts = run_facts.outcomes(manifest)
    names = ("all", "came_in"), ("all", "rows")
    inside = run_facts.came_in(counts)
    return share(inside, counts.total(), *names, run=manifest["run_id"])


def _rejected(manifest: Manifest) -> Figured:
    number = run_facts.outcomes(manifest)[Outcome.REJECTED]
    return figure(number, "all", str(Outcome.REJECTED), run=manifest["run_id"])


def _rates(manifests: Sequence[Manifest]) -> list[Element]:
    """A line per link, a column per run, the last one at the right."""
    shares = [
        {
            place: figure
            for place, figure in figures(manifest).items()
            if figure.unit == "share" and figure.of
        }
        for manifest in manifests
    ]
    places = dict.fromkeys(place for found in shares for place in found)
    if not places:
        return []
    rows = [
        (
            f"{noun(where)}: {what.removesuffix(' found')}",
            *(
                percent(int(found[where, what].value), found[where, what].of)
                if (where, what) in found
                else ""
                for found in shares
            ),
        )
        for where, what in places
    ]
    heads = ("link", *(f"{_day(each)} {_kind(each)}" for each in manifests))
    caption = "Of the rows that name one, the share for which it was found"
    return [Grid(caption, heads, rows, right=heads[1:])]


def _day(manifest: Manifest) -> str:
    """When it was opened."""
    return _clock(manifest, manifest["created_at"])


def _clock(manifest: Manifest, iso: str) -> str:
    """Day and time by the clinic's clock, without its zone."""
    return when(manifest, iso).partition(" (")[0]


def _all(
    manifests: Sequence[Manifest], folder: Path, damaged: Sequence[str]
) -> Element:
    rows: dict[str, tuple[Cell, ...]] = {}
    for manifest in manifests:
        run_id = manifest["run_id"]
        counts = run_facts.outcomes(manifest)
        report = folder / run_id / REPORT
        target = f"{run_id}/{REPORT}" if report.is_file() else ""
        rows[run_id] = (
            PageLink(run_id, target),
            _kind(manifest),
            status_badge(manifest["status"]),
            _clock(manifest, manifest.get("finished_at", "")),
            _came_in(manifest) if counts else "",
            _rejected(manifest) if counts else "",
            sampled.in_short(manifest),
            took(manifest.get("seconds", 0)),
            manifest["parameters"].get("reviewed", ""),
        )
    for run_id in damaged:
        unreadable = f"its record cannot be read: reimport show {run_id}"
        rows[run_id] = (run_id, "", "unreadable", "", unreadable, "", "", "", "")
    heads = (
        *("run", "what", "state", "ended", "came in", "rejected"),
        *("looked at by people", "took", "applies"),
    )
    return Grid.of_filled(
        "Each run has its report; days and times are those of the clinic",
        heads,
        [rows[run_id] for run_id in sorted(rows, reverse=True)],
        right=("rejected", "took"),
        whole=("run", "ended", "applies"),
        empty="no run yet.",
    )
