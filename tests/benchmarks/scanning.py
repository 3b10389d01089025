"""What the scan of all that may be shared costs a run: a share of its seconds.

    python -m tests.benchmarks.scanning RUN...    runs that `make demo` has left

Both figures are those that the run has recorded of itself, so that whatever else the
machine did slowed both.
"""

from __future__ import annotations

import sys

from reimport_lib.config import load_settings
from reimport_lib.record import runs

LIMIT = 0.05


def main(run_ids: list[str]) -> int:
    """Print the share of each run; 1 where one is above the limit."""
    too_slow = 0
    for run_id in run_ids:
        manifest = runs.load(load_settings(), run_id).manifest()
        scan, whole = manifest["privacy"]["seconds"], manifest["seconds"]
        too_slow += scan > LIMIT * whole
        print(f"{run_id}: {scan:.1f} s of {whole:.1f} s ({scan / whole:.1%})")
    return int(bool(too_slow))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
