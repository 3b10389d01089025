"""What the ledger keeps of a first import: rows, bytes, processor seconds of apply.

python -m tests.benchmarks.ledger [--scale 1.0]    DATABASE_URL names another database
"""

from __future__ import annotations

import argparse
import time

from reimport_lib.execute import approve
from reimport_lib.phases.binding import bind_run
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from tools import bench


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    bench.time.perf_counter = time.process_time  # what others do does not count
    with bench.clinic_to_import(parser.parse_args().scale) as settings:
        run = approve.open_rehearsal(settings, gates={})
        seconds = bench.by_functions(run)
        apply = sum(steps.get("apply", 0) for steps in seconds.values())
        print(f"apply {apply:.2f} s; {_images(run)}")


def _images(run: Run) -> str:
    bind_run(run)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT action, count(*), sum(length(CAST(b."values" AS text)))'
            " FROM ledger_beforeimage b GROUP BY action ORDER BY action"
        )
        found = cursor.fetchall()
    bind.close()
    return "; ".join(f"{n:,} {action}, {size:,} bytes" for action, n, size in found)


if __name__ == "__main__":
    main()
