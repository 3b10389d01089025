"""What the ledger keeps of a first import, and undoing it: bytes, processor seconds.

    python -m tests.benchmarks.ledger [--scale 1.0]

On SQLite, whose pages can be counted; what others do on the machine does not count.
"""

from __future__ import annotations

import argparse
import time

from reimport_lib.execute import approve
from reimport_lib.phases.binding import bind_run
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.write import bind, undo
from reimport_lib.write.touched import Narrowing
from tools import bench


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    bench.time.perf_counter = time.process_time
    with bench.clinic_to_import(parser.parse_args().scale) as settings:
        run = approve.open_rehearsal(settings, gates={})
        seconds = bench.by_functions(run)
        apply = sum(steps.get("apply", 0) for steps in seconds.values())
        bind_run(run)
        print(f"{_images()}; apply {apply:.2f} s, undo {_undo(run):.2f} s")
        bind.close()


def _undo(run: Run) -> float:
    started = time.process_time()
    found = undo.plan(run.run_id)
    undo.apply("benchmark", found, Narrowing(), as_of=now())
    return time.process_time() - started


def _images() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_beforeimage")
        (count,) = cursor.fetchone()
        cursor.execute(
            "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'ledger_before%'"
            " OR name LIKE 'sqlite_autoindex_ledger_before%'"
        )
        (size,) = cursor.fetchone()
    return f"{count:,} images, {size / count:.0f} bytes each with their indexes"


if __name__ == "__main__":
    main()
