"""How long a run will take, by what runs before it took.

Durations are of the same database and the same phases; of a mode that was never run,
those of the other one. What is said before a run begins is kept among its events, so
that later ones can say how good that was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from reimport_lib.record import events, runs
from reimport_lib.record.events import DurationForecast
from reimport_lib.record.manifest import Manifest, PhaseEntry, seconds_of
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status

MOST_RUNS = 10
"""So many of the newest count: a clinic grows, and machines change."""
LONG = 0.9
"""The share of runs that took no longer than what is called long."""


@dataclass(frozen=True, slots=True)
class Span:
    """
    Seconds: half of the runs took no longer than *likely*, nine of ten no longer than
    *long*.
    """

    likely: float
    long: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Span:
        ordered = sorted(seconds)
        return cls(median(ordered), ordered[math.ceil(LONG * len(ordered)) - 1])


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    Attributes:
        phases: phase -> its seconds; those that no run before had are not in it.
        whole: of the run with its report; None where a phase is not known.
        undo: of undoing it; None where nobody ever did.
        runs: on how many it rests; of_other: these are of the other mode.
        off: by which share of itself half of the forecasts before were wrong at most;
            None where none was made.
        kept: of how many forecasts the run took no longer than what was called long,
            and of how many that is.
    """

    phases: Mapping[str, Span]
    whole: Span | None
    undo: Span | None
    runs: int
    of_other: bool
    off: float | None
    kept: tuple[int, int]

    @property
    def event(self) -> DurationForecast | None:
        """What is kept of it; None where nothing is expected."""
        if self.whole is None:
            return None
        likely, long = round(self.whole.likely, 1), round(self.whole.long, 1)
        return DurationForecast(likely, long, self.runs)


def of_run(run: Run) -> Forecast:
    """What is to be expected of *run*, by those that were opened before it."""
    before = [each for each in runs.readable(run.settings) if each.run_id < run.run_id]
    past = [(each.manifest(), events.forecast(each.folder)) for each in before]
    return expected(run.manifest(), past)


def seconds_left(run: Run) -> float | None:
    """Of *run*, which is at work; below 0 where it is late, None where nobody knows."""
    whole = of_run(run).whole
    entries = run.manifest()["phases"]
    if whole is None:
        return None
    return whole.likely - sum(seconds_of(e) for e in entries if _is_running(e))


def expected(
    manifest: Manifest, before: Iterable[tuple[Manifest, DurationForecast | None]]
) -> Forecast:
    """
    What is to be expected of the run of *manifest*, of its phases that are not done.

    Args:
        before: other runs, oldest first, with what was expected of them; those of other
            databases do not count.
    """
    place = manifest.get("database")
    past = [each for each in before if each[0].get("database") == place]
    done = [(each, said) for each, said in past if _is_measured(each)]
    of_mode = [each for each, _ in done if each["mode"] == manifest["mode"]]
    chosen = (of_mode or [each for each, _ in done])[-MOST_RUNS:]
    wanted = [e["name"] for e in manifest["phases"] if not _is_done(e)]
    phases = {
        name: Span.of(found) for name in wanted if (found := _of_phase(name, chosen))
    }
    whole = None
    if len(phases) == len(wanted) and wanted:
        alike = [each["seconds"] for each in chosen if _names(each) == wanted]
        whole = Span.of(alike) if alike else _added(phases.values())
    undone = list(_undone(each for each, _ in past))[-MOST_RUNS:]
    made = [(said, each["seconds"]) for each, said in done if said is not None]
    errors = [abs(took - said.likely) / took for said, took in made if took]
    within = sum(took <= said.long for said, took in made)
    return Forecast(
        phases,
        whole,
        Span.of(undone) if undone else None,
        len(chosen),
        of_other=bool(chosen) and not of_mode,
        off=median(errors) if errors else None,
        kept=(within, len(made)),
    )


def _is_done(entry: PhaseEntry) -> bool:
    return entry["status"] is Status.SUCCEEDED


def _is_running(entry: PhaseEntry) -> bool:
    return entry["status"] is Status.RUNNING


def _is_measured(manifest: Manifest) -> bool:
    """All of its phases were done in one go: a wait in between is no duration."""
    is_done = manifest["status"] in (Status.SUCCEEDED, Status.VALIDATION_FAILED)
    entries = manifest["phases"]
    again = any(entry.get("attempts") for entry in entries)
    return is_done and bool(entries) and not again and "seconds" in manifest


def _of_phase(name: str, manifests: Iterable[Manifest]) -> list[float]:
    return [
        entry["seconds"]
        for manifest in manifests
        for entry in manifest["phases"]
        if entry["name"] == name
    ]


def _names(manifest: Manifest) -> list[str]:
    return [entry["name"] for entry in manifest["phases"]]


def _added(spans: Iterable[Span]) -> Span:
    each = list(spans)
    return Span(sum(s.likely for s in each), sum(s.long for s in each))


def _undone(manifests: Iterable[Manifest]) -> Iterator[float]:
    """Seconds of what each rehearsal tried on its copy, and of undos themselves."""
    for manifest in manifests:
        if manifest["mode"] == Mode.REHEARSAL and "undo_proof" in manifest:
            yield manifest["undo_proof"]["seconds"]
        elif manifest["mode"] == Mode.UNDO and manifest["status"] == Status.SUCCEEDED:
            yield manifest["seconds"]
