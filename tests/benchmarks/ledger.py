"""What the ledger keeps of a first import, and undoing it: bytes, processor seconds.

    python -m tests.benchmarks.ledger [--scale 0.2] [--rounds 5]

DATABASE_URL: another database. Medians of the rounds, each an import of its own and its
undo; it fails where an undo takes longer than the apply of the same rows. On PostgreSQL
the clock on the wall is read: the server's own seconds count there. An undo keeps every
row that it deletes with all of its values, as an import does of rows that it changes or
deletes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from statistics import median

from reimport_lib.config import Settings
from reimport_lib.execute import approve
from reimport_lib.phases.binding import bind_run, place_of_copy
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.write import bind, fence, undo
from reimport_lib.write.databases import is_sqlite
from reimport_lib.write.touched import Narrowing
from tests.benchmarks.clinics import clinic
from tests.benchmarks.functions import by_functions
from tools import postgres

LIMIT = 1.0  # of apply


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of all applies, of the plan that is shown, and of carrying it out."""

    apply: float
    plan: float
    undo: float
    made: int
    bytes_made: int
    deleted: int
    bytes_deleted: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with clinic(asked.scale) as emptied, emptied() as settings:
        alone = is_sqlite(settings.database_url.reveal())
        clock = time.process_time if alone else time.perf_counter
        rounds = [_round(settings, clock) for _ in range(asked.rounds)]
    found = Round(*map(median, zip(*map(astuple, rounds), strict=True)))
    made, deleted = found.bytes_made / found.made, found.bytes_deleted / found.deleted
    of_apply = found.undo / found.apply
    print(f"{found.made:,.0f} rows made: {made:.0f} bytes each with their indexes")
    print(f"{found.deleted:,.0f} deleted: {deleted:.0f} bytes each")
    print(
        f"apply {found.apply:.2f} s; plan of the undo {found.plan:.2f} s, undo"
        f" {found.undo:.2f} s = {of_apply:.2f} of apply (limit {LIMIT:.0f}); medians"
        f" of {len(rounds)}, load average {os.getloadavg()[0]:.1f}"
    )
    sys.exit(of_apply > LIMIT)


def _round(settings: Settings, clock: Callable[[], float]) -> Round:
    run = approve.open_rehearsal(settings, gates={})
    seconds = by_functions(run, clock)
    apply = sum(steps.get("apply", 0) for steps in seconds.values())
    bind_run(run)
    made, size = _images()
    plan, undone = _undo(run, clock)
    every, whole = _images()
    bind.close()
    url = place_of_copy(run).url
    if not is_sqlite(url):
        postgres.drop_database(url, url.rpartition("/")[2])
    return Round(apply, plan, undone, made, size, every - made, whole - size)


def _undo(run: Run, clock: Callable[[], float]) -> tuple[float, float]:
    """Seconds of the plan that is shown, and of carrying it out."""
    started = clock()
    found = undo.plan(run.run_id)
    assert found.digest
    planned = clock()
    with fence.held(fence.Claim("benchmark", "benchmark")):
        undo.apply("benchmark", found, Narrowing(), as_of=now())
    return planned - started, clock() - planned


def _images() -> tuple[int, int]:
    """How many the ledger holds, and their bytes with indexes."""
    from django.db import connection

    sizes = {
        "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'ledger_before%'"
        " OR name LIKE 'sqlite_autoindex_ledger_before%'",
        "postgresql": "SELECT pg_total_relation_size('ledger_beforeimage')",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_beforeimage")
        (count,) = cursor.fetchone()
        cursor.execute(sizes[connection.vendor])
        (size,) = cursor.fetchone()
    return count, int(size)


if __name__ == "__main__":
    main()
