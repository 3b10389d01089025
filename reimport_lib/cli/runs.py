"""``reimport runs``: every run, newest first."""

from __future__ import annotations

from collections.abc import Collection

import click

from reimport_lib import printing
from reimport_lib.cli.completing import complete
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import ReimportError
from reimport_lib.plan.codes import Outcome
from reimport_lib.printing import Heading, say
from reimport_lib.record import runs, state
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode
from reimport_lib.show import last_time, run_facts, undo_words
from reimport_lib.show.comparing import Difference, Figure, figures
from reimport_lib.show.words import percent

FIGURES = ("came in", "rejected", "links found")
"""Of each run, and in brackets how much more it is than the last time."""
NO_FIGURES = ("", "", "", "", "", "-")


@click.command(name="runs")
def list_runs() -> None:
    """List the runs, newest first; in brackets: how much more than the last time."""
    show_runs(load_settings())


def show_runs(settings: Settings) -> None:
    """The runs, a line each; those whose record is damaged with what to do."""
    readable, damaged = runs.found(settings)
    complete(readable)
    undone = {run.run_id for run in readable if run.manifest().get("undone")}
    still = still_undoable(settings, readable)
    lines = {
        run.run_id: (
            *_line(run, undone),
            *_trend(run, last_time.before(run, readable)),
            still.get(run.run_id, "-"),
        )
        for run in readable
    }
    lines |= {run_id: (run_id, "unreadable", *NO_FIGURES) for run_id in damaged}
    if not lines:
        say(f"No runs in {settings.runs}.")
        return
    printing.say_table(
        [
            *map(Heading, ("run", "status", "reviewed")),
            *(Heading(name, right=True) for name in ("seconds", *FIGURES)),
            Heading("can be undone"),
        ],
        [lines[run_id] for run_id in sorted(lines, reverse=True)],
    )
    for error in damaged.values():
        say(f"{error.with_id} Next: {error.hint}.")


def still_undoable(settings: Settings, found: Collection[Run]) -> dict[str, str]:
    """Run id -> how much of it can still be undone, of those that wrote."""
    wrote = [run.run_id for run in found if run.mode is not Mode.REHEARSAL]
    if not wrote:  # a database that nothing was written to need not be there
        return {}
    from reimport_lib.execute import undo  # it takes seconds to import

    try:
        known = undo.remaining(settings)
    except ReimportError:
        return dict.fromkeys(wrote, "could not check")
    return {
        run_id: undo_words.still(of.written, held=of.held, later=of.later)
        for run_id in wrote
        if (of := known.get(run_id)) is not None
    }


def _line(run: Run, undone: Collection[str]) -> tuple[str, str, str, str]:
    manifest = run.manifest()
    status = state.of(run).told
    seconds = f"{manifest['seconds']:.1f}" if "seconds" in manifest else ""
    undo = manifest.get("undo")
    does = "puts back after" if run.mode is Mode.PUT_BACK else "undoes"
    of = f"{does} {undo['of']}" if undo else run.reviewed
    return run.run_id, status + _undone(run, undone), of, seconds


def _trend(run: Run, before: Run | None) -> tuple[str, str, str]:
    """FIGURES of *run*; in brackets how much more that is than of *before*."""
    now = _figures(run.manifest())
    then = _figures(before.manifest()) if before else {}
    came, rejected, found = (
        _with_change(now.get(name), then.get(name)) for name in FIGURES
    )
    return came, rejected, found


def _figures(manifest: Manifest) -> dict[str, Figure]:
    """Those of ``FIGURES`` that the run of *manifest* has."""
    counts = run_facts.outcomes(manifest)
    if not counts:
        return {}
    came, total = run_facts.came_in(counts), counts.total()
    links = [each for each in figures(manifest).values() if each.unit == "share"]
    found, named = sum(each.value for each in links), sum(each.of for each in links)
    all_ = (
        Figure("", FIGURES[0], "share", came, total),
        Figure("", FIGURES[1], "rows", counts[Outcome.REJECTED]),
        Figure("", FIGURES[2], "share", found, named),
    )
    return {each.what: each for each in all_ if each.unit == "rows" or each.of}


def _with_change(now: Figure | None, then: Figure | None) -> str:
    if now is None:
        return ""
    is_share = now.unit == "share"
    shown = percent(int(now.value), now.of) if is_share else str(now)
    more = Difference("", now.what, then, now).by.removesuffix(" points")
    is_same = then is None or not float(more.replace(",", ""))
    return shown if is_same else f"{shown} ({more})"


def _undone(run: Run, undone: Collection[str]) -> str:
    """That a later run took it back, which was not taken back itself."""
    made = run.manifest().get("undone", [])
    told = [one for one in made if one["by"] not in undone]
    if not told:
        return ""
    left = sum(told[-1]["rows"][outcome] for outcome in ("kept", "blocked"))
    return ", undone in part" if left else ", undone"
