"""Every benchmark in one run, and docs/benchmarks.md of what they have measured.

    python -m tests.benchmarks [--scale 1.0] [--rounds 5] [--only SECTION ...]

Each in a process of its own; on SQLite and on a PostgreSQL that is started for it,
unless DATABASE_URL names one. With --only the other sections of the page stay. It fails
where a benchmark has failed or is above its limit; the page is written all the same.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import page
from tests.benchmarks.page import PAGE, SECTIONS, Table
from tools import postgres

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
BOTH = (SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """
    A command, the sections that it gives and the engines that it runs on.

    Attributes:
        words: behind the module; of those, ``{scale}`` and ``{rounds}`` are filled in.
        is_told: it prints ``page.told``; else its own lines are shown.
    """

    module: str
    sections: tuple[str, ...]
    words: tuple[str, ...] = ("--scale={scale}", "--rounds={rounds}")
    engines: tuple[str, ...] = BOTH
    is_told: bool = True


BENCHMARKS = (
    Benchmark("whole", ("whole", "post", "scan")),
    Benchmark("steps", ("steps", "notebooks")),
    Benchmark("listing", ("listing",), engines=(SQLITE,)),
    Benchmark("peers", ("peers",)),
    Benchmark(
        "dashboards",
        ("dashboards",),
        words=("--rounds={rounds}", "--scale={scale}"),
        engines=(SQLITE,),
        is_told=False,
    ),
    Benchmark(
        "readers",
        ("readers",),
        words=("--rows={rows}", "--rounds={rounds}"),
        engines=(SQLITE,),
        is_told=False,
    ),
    Benchmark(
        "readers",
        ("readers",),
        words=("--rows={many}", "--rounds=1"),
        engines=(SQLITE,),
        is_told=False,
    ),
    Benchmark("ledger", ("ledger",), is_told=False),
    Benchmark("backup", ("backup",), engines=(POSTGRESQL,), is_told=False),
    Benchmark("merging", ("merging",), words=("--scale={scale}",), is_told=False),
)
ROWS, MANY = 15_000, 500_000  # of readers, at scale 1


def main() -> int:
    given = _given()
    wanted = given.only or list(SECTIONS)
    found: dict[str, list[Table]] = {}
    has_failed = False
    for benchmark in BENCHMARKS:
        if not set(benchmark.sections) & set(wanted):
            continue
        for engine in benchmark.engines:
            tables, is_well = _measured(benchmark, engine, given)
            has_failed |= not is_well
            for table in tables:
                found.setdefault(table.section, []).append(table)
    measured = _measured_when(given)
    written = {
        name: page.section(name, found[name], measured)
        for name in wanted
        if name in found
    }
    page.write(written, given.page)
    print("\n\n".join(written.values()))
    return int(has_failed)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=SECTIONS,
        metavar="SECTION",
        help=" ".join(SECTIONS),
    )
    parser.add_argument("--page", type=Path, default=PAGE)
    return parser.parse_args()


def _measured(
    benchmark: Benchmark, engine: str, given: argparse.Namespace
) -> tuple[list[Table], bool]:
    """What a benchmark found on an engine, and whether all is well with it."""
    filled_in = {
        "scale": given.scale,
        "rounds": given.rounds,
        "rows": int(ROWS * given.scale),
        "many": int(MANY * given.scale),
    }
    words = [each.format(**filled_in) for each in benchmark.words]
    print(f"{benchmark.module} on {engine} ...", file=sys.stderr, flush=True)
    command = [
        *_on(engine),
        sys.executable,
        "-m",
        f"tests.benchmarks.{benchmark.module}",
    ]
    done = subprocess.run(
        [*command, *words],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        env=_environ(engine),
    )
    lines = done.stdout.splitlines()
    if not lines:
        return list(_failed(benchmark, engine)), False
    if not benchmark.is_told:
        (name,) = benchmark.sections
        where = engine if len(benchmark.engines) > 1 else "Measured"
        return [Table(name, where, words=done.stdout)], done.returncode == 0
    return page.heard(lines[-1]), done.returncode == 0


def _failed(benchmark: Benchmark, engine: str) -> Iterator[Table]:
    for name in benchmark.sections:
        yield Table(name, engine, words="It failed: nothing was measured.")


def _on(engine: str) -> Sequence[str]:
    return (sys.executable, "-m", "tools.postgres") if engine == POSTGRESQL else ()


def _environ(engine: str) -> dict[str, str]:
    url = os.environ.get("DATABASE_URL", "")
    keeps = engine == POSTGRESQL and postgres.is_postgres(url)
    return {n: v for n, v in os.environ.items() if n != "DATABASE_URL" or keeps}


def _measured_when(given: argparse.Namespace) -> str:
    rounds = f"{given.rounds} round{'s' * (given.rounds > 1)}"
    day = f"{datetime.now(UTC):%d %B %Y}"
    return f"Scale {given.scale:g}, {rounds}; {day}. {page.machine()}."


if __name__ == "__main__":
    sys.exit(main())
