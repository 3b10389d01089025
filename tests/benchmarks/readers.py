"""Rows per second of each reader, into the frozen snapshot, beside the bare library.

    python -m tests.benchmarks.readers [--rows 15000] [--rounds 5] [--way csv]

Bare is calamine's ``to_python`` for xlsx, iterating ``csv.reader`` for delimited text,
and ``lxml.iterparse`` over the rows, taking the text of every value, for XML. Ours is
``freeze`` of the one file: digest of the file, reading, checks, Parquet, manifest. The
two take turns; the ratio is the median of theirs, turn by turn, its target at most
1.5; beside it the same of CPU seconds, which a busy machine disturbs less. Memory
(Linux) is what a process that does nothing else needs at its peak, over what it began
with; beside it, how large the frozen table is.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from lxml import etree
from python_calamine import CalamineWorkbook

from reimport_lib.config import load_settings
from reimport_lib.read.snapshot import freeze
from reimport_lib.tables import registry
from tests.benchmarks import exports

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
OTHERS = " ".join(
    table.name for table in registry.source_tables() if table.name != "appointments"
)
MB = 1024 * 1024

Work = Callable[[], object]


def bare_xlsx(path: Path) -> None:
    CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def bare_quoted(path: Path, *, delimiter: str) -> None:
    with path.open(newline="", encoding="utf-8") as stream:
        for _ in csv.reader(stream, delimiter=delimiter):
            pass


def bare_tab(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as stream:
        for _ in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            pass


def bare_xml(path: Path) -> None:
    value = f"{{{exports.NAMESPACE}}}DATA"
    for _, row in etree.iterparse(path, tag=f"{{{exports.NAMESPACE}}}ROW"):
        [data.text for data in row.iter(value)]
        row.clear()


WAYS: dict[str, tuple[Callable[[Path, int], None], Callable[[Path], None]]] = {
    "xlsx": (exports.write_xlsx, bare_xlsx),
    "csv": (exports.write_csv, partial(bare_quoted, delimiter=",")),
    "mer": (exports.write_mer, partial(bare_quoted, delimiter=";")),
    "tab": (exports.write_tab, bare_tab),
    "xml": (exports.write_xml, bare_xml),
}


def ours(path: Path, folder: Path) -> None:
    """Freeze the folder of *path*, its one file, into a new one under *folder*."""
    settings = load_settings(
        {"REIMPORT_SOURCE": str(path.parent), "REIMPORT_OPTIONAL_TABLES": OTHERS}
    )
    snapshot = Path(tempfile.mkdtemp(dir=folder))
    freeze(settings, snapshot, as_of=AS_OF, objects=None)


@dataclass(slots=True)
class Taken:
    """Seconds of every round of one work."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, work: Work) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)


def take_turns(bare: Work, ours: Work, *, rounds: int) -> tuple[Taken, Taken]:
    """So that noise meets both."""
    taken = Taken(), Taken()
    for _ in range(rounds):
        taken[0].run(bare)
        taken[1].run(ours)
    return taken


def peak_bytes(work: Work) -> int:
    """What *work* adds to a new process at its peak."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_peak_here, work).result()


def _peak_here(work: Work) -> int:
    before = _peak_so_far()
    work()
    return _peak_so_far() - before


def _peak_so_far() -> int:
    """Of this process alone: getrusage counts what its parent had as well."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"))
    return int(found[1]) * 1024 if found else 0


def measure(way: str, folder: Path, *, rows: int, rounds: int) -> None:
    """Print the line of one way in."""
    write, bare = WAYS[way]
    source, snapshots = folder / "source", folder / "snapshots"
    source.mkdir()
    snapshots.mkdir()
    path = source / f"Appointments.{way}"
    write(path, rows)
    works = partial(bare, path), partial(ours, path, snapshots)
    plain, own = take_turns(*works, rounds=rounds)
    base, taken = median(plain.wall), median(own.wall)
    ratio, cpu = (
        median(ours / bare for ours, bare in zip(*turns, strict=True))
        for turns in ((own.wall, plain.wall), (own.cpu, plain.cpu))
    )
    peaks = [peak_bytes(work) / MB for work in works]
    frozen = next(snapshots.glob("*/*.parquet")).stat().st_size / MB
    print(
        f"{way:6}{base:9.3f}{taken:9.3f}{ratio:8.2f}{cpu:8.2f}"
        f"{rows / base:14,.0f}{rows / taken:14,.0f}"
        f"{peaks[0]:9,.0f}{peaks[1]:9,.0f}{frozen:9,.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=tuple(WAYS))
    asked = parser.parse_args()
    print(
        f"{asked.rows:,} rows of {len(exports.HEADER)} columns, "
        f"median of {asked.rounds} round(s)"
    )
    print(
        f"{'':6}{'bare s':>9}{'ours s':>9}{'ratio':>8}{'of CPU':>8}"
        f"{'bare rows/s':>14}{'ours rows/s':>14}"
        f"{'bare MB':>9}{'ours MB':>9}{'table MB':>9}"
    )
    for way in [asked.way] if asked.way else WAYS:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            measure(way, Path(folder), rows=asked.rows, rounds=asked.rounds)


if __name__ == "__main__":
    main()
