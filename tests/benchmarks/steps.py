"""Staging, planning, applying against raw; notebooks against the same phases without.

    python -m tests.benchmarks.steps [--scale 1.0] [--rounds 5]

DATABASE_URL: a server for PostgreSQL; without it, SQLite. Each round begins with an
empty database: a rehearsal as functions, one as notebooks, the import and a rehearsal
of it with nothing changed as functions, then the rows of the import written raw.
Prints JSON (see ``page``).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from reimport_lib.config import Settings
from reimport_lib.execute import approve, runner
from reimport_lib.phases import all_phases
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import bind
from tests.benchmarks import asked, page
from tests.benchmarks.clinics import clinic
from tests.benchmarks.functions import WHOLE, by_functions
from tests.benchmarks.raw import Raw, write_again

BEFORE_WRITTEN = ("stage", "plan", "apply")
Phases = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds by phase: as functions, and a rehearsal as notebooks."""

    rehearsal: Phases
    full: Phases
    again: Phases
    notebooks: Mapping[str, float]
    whole: float
    raw: Raw


def main() -> None:
    given = asked.words(__doc__)
    with clinic(given.scale) as emptied:
        rounds = []
        for _ in range(given.rounds):
            with emptied() as settings:
                rounds.append(_round(settings))
    print(page.told(_tables(rounds, asked.engine())))


def _round(settings: Settings) -> Round:
    rehearsal = approve.open_rehearsal(settings, gates={})
    as_functions = by_functions(rehearsal)
    in_notebooks = approve.open_rehearsal(settings, gates={})
    whole = _by_notebooks(in_notebooks)
    notebooks = {
        phase.name: float(in_notebooks.phase(phase.name)["seconds"])
        for phase in all_phases()
    }
    full = by_functions(approve.open_full(settings, in_notebooks, ask=None, yes=True))
    again = by_functions(approve.open_rehearsal(settings, gates={}))
    bind.bind_real(settings, writable=True)
    raw = write_again()
    bind.close()
    return Round(as_functions, full, again, notebooks, whole, raw)


def _by_notebooks(run: Run) -> float:
    """Execute *run* through its notebooks; seconds for the whole."""
    started = time.perf_counter()
    status = runner.execute(run)
    if status is not Status.SUCCEEDED:
        sys.exit(f"{run.run_id} ended as {status}: {run.manifest()['error']}")
    return time.perf_counter() - started


def _tables(rounds: Sequence[Round], engine: str) -> Iterator[page.Table]:
    raw = median(each.raw.wall for each in rounds)
    rows = rounds[0].raw.rows
    lines = [(f"raw, {rows:,} rows", "1", f"{raw:.2f}", f"{rows / raw:,.0f}")]
    measured = {
        "stage + plan + apply": [_sum(e.full, *BEFORE_WRITTEN) for e in rounds],
        "apply": [_sum(e.full, "apply") for e in rounds],
        "stage + plan + apply, nothing changed": [
            _sum(e.again, *BEFORE_WRITTEN) for e in rounds
        ],
    }
    for name, each in measured.items():
        took = median(each)
        shown = (f"{took / raw:.2f}", f"{took:.2f}", f"{rows / took:,.0f}")
        lines.append((name, *shown))
    yield page.Table("steps", engine, ("", "times raw", "s", "rows/s"), tuple(lines))
    yield page.Table(
        "notebooks",
        engine,
        ("", "notebook / function", "function s", "notebook s"),
        tuple(_notebooks(rounds)),
    )


def _sum(phases: Phases, *steps: str) -> float:
    return sum(seconds.get(s, 0.0) for seconds in phases.values() for s in steps)


def _notebooks(rounds: Sequence[Round]) -> Iterator[tuple[str, ...]]:
    plain, noted = 0.0, 0.0
    for name in rounds[0].notebooks:
        function = median(each.rehearsal[name][WHOLE] for each in rounds)
        notebook = median(each.notebooks[name] for each in rounds)
        plain, noted = plain + function, noted + notebook
        yield _compared(name, function, notebook)
    yield _compared("all phases", plain, noted)
    yield _compared("the whole", plain, median(each.whole for each in rounds))


def _compared(name: str, function: float, notebook: float) -> tuple[str, ...]:
    return name, f"{notebook / function:.2f}", f"{function:.2f}", f"{notebook:.2f}"


if __name__ == "__main__":
    main()
