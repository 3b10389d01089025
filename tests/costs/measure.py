"""What each phase of an import costs, counted and not timed.

A rehearsal, as plain functions in this process. Counted are calls of functions,
statements sent to a database, requests to the object store, and bytes left in the run
folder: the same on a machine that is busy.

    python -m tests.costs.measure SCALE [URL of an empty database]
"""

from __future__ import annotations

import cProfile
import gc
import json
import pstats
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from reimport_lib.execute import approve
from reimport_lib.phases import named
from reimport_lib.phases.binding import bind_run
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from tests.faults import points
from tests.phases import sites
from tools.clinic import ready_to_import


@dataclass
class Costs:
    """
    Of one phase of one run.

    Attributes:
        rows: of the source, in its own tables; of all phases where it has none.
        calls: of functions, in Python and in C.
        bytes: in files, but for the copy of the database.
    """

    rows: int
    calls: int
    statements: int
    requests: int
    bytes: int


Measured = dict[str, Costs]
"""Phase -> its costs."""


_OF_A_COPY = frozenset({"copy", "copy_from", "copy_to", "copy_end"})
"""What goes over the line between a COPY and its end, in packets."""


def measure(scale: float, url: str = "") -> Measured:
    """Rehearse the import of a synthetic clinic of that size, once."""
    with tempfile.TemporaryDirectory(prefix="costs-") as name:
        folder = Path(name)
        with ready_to_import(folder, scale=scale, url=url) as settings:
            reached = points.watch(folder, points.NOTHING)
            run = approve.open_rehearsal(settings, gates={})
            try:
                found = dict(_phases(run, reached))
            finally:
                points.rest()
                sites.Site(settings).drop_copies()
    total = sum(each.rows for each in found.values())
    return {n: replace(each, rows=each.rows or total) for n, each in found.items()}


def _phases(run: Run, reached: list[points.Point]) -> Iterator[tuple[str, Costs]]:
    bind_run(run)
    for name in run.phases:
        seen, before = len(reached), _bytes(run.folder)
        with _counted() as profile:
            named(name).module.execute(run)
        kinds = Counter(p.kind for p in reached[seen:] if p.what not in _OF_A_COPY)
        yield (
            name,
            Costs(
                rows=sum(t["source_rows"] for t in run.phase(name)["tables"].values()),
                calls=pstats.Stats(profile).total_calls,  # type: ignore[attr-defined]
                statements=kinds[points.SEND],
                requests=kinds[points.S3],
                bytes=_bytes(run.folder) - before,
            ),
        )
    bind.close()


@contextmanager
def _counted() -> Iterator[cProfile.Profile]:
    """What is called in this block; nothing else is tidied up within it."""
    profile = cProfile.Profile()
    gc.collect()
    gc.disable()
    profile.enable()
    try:
        yield profile
    finally:
        profile.disable()
        gc.enable()


def _bytes(folder: Path) -> int:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files if ".sqlite3" not in path.name)


if __name__ == "__main__":
    scale, *urls = sys.argv[1:]
    found = measure(float(scale), *urls)
    print(json.dumps({name: asdict(costs) for name, costs in found.items()}))
