"""A whole run by its command, against writing the same rows raw: ratios of medians.

    python -m tests.benchmarks.whole [--scale 1.0] [--rounds 5]

DATABASE_URL: a server for PostgreSQL; without it, SQLite. Each round: a rehearsal into
an empty database, the import that was reviewed, a rehearsal of it with nothing changed,
then the rows of the import written raw. Shares of proving and of searching are those
that each run has recorded of itself. Prints JSON (see ``page``).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from reimport_lib.config import Settings
from reimport_lib.record import runs
from reimport_lib.record.manifest import Manifest
from reimport_lib.write.databases import connect, is_sqlite
from tests.benchmarks import asked, page, processes
from tests.benchmarks.clinics import clinic
from tests.benchmarks.raw import Raw

COMMAND = (sys.executable, "-m", "reimport_lib", "run")
KINDS = ("rehearsal", "import that was reviewed", "rehearsal, nothing changed")
POST = "validation-post"
HEADS = (
    *("", "wall / raw", "processor / raw", "wall s", "processor s"),
    *("of it the server's", "memory MB", "rows/s"),
)


@dataclass(frozen=True, slots=True)
class Took:
    """Of one run: seconds, those of the database server, bytes, its own record."""

    wall: float
    processor: float
    server: float
    peak_bytes: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Round:
    """One run of each kind, and the rows of it written raw."""

    runs: tuple[Took, ...]
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
    rehearsal = _run(settings, "--dry-run")
    reviewed = ("--full", "--reviewed", rehearsal.manifest["run_id"], "--yes")
    took = (rehearsal, _run(settings, *reviewed), _run(settings, "--dry-run"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.raw"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Round(took, Raw(**json.loads(done.stdout.splitlines()[-1])))


def _run(settings: Settings, *words: str) -> Took:
    with _of_server(settings) as server:
        used = processes.command([*COMMAND, *words])
    manifest = runs.load(settings, runs.all_run_ids(settings)[-1]).manifest()
    return Took(
        used.wall, used.processor + server[0], server[0], used.peak_bytes, manifest
    )


@contextmanager
def _of_server(settings: Settings) -> Iterator[list[float]]:
    """Processor seconds of the database server meanwhile."""
    url = settings.database_url.reveal()
    if is_sqlite(url):
        yield [0.0]
        return
    with connect(url) as connection:
        server = processes.server_of(connection.info.backend_pid)
    with processes.server_seconds(server) as found:
        yield found


def _tables(rounds: Sequence[Round], engine: str) -> Iterator[page.Table]:
    wall, processor = (
        median(getattr(each.raw, name) for each in rounds)
        for name in ("wall", "processor")
    )
    rows = rounds[0].raw.rows
    lines = [
        (
            *(f"raw, {rows:,} rows", "1", "1", f"{wall:.2f}", f"{processor:.2f}"),
            *("", "", f"{rows / wall:,.0f}"),
        )
    ]
    for kind, took in _by_kind(rounds):
        of = {
            name: median(getattr(each, name) for each in took)
            for name in ("wall", "processor", "server", "peak_bytes")
        }
        lines.append(
            (
                kind,
                f"{of['wall'] / wall:.1f}",
                f"{of['processor'] / processor:.1f}",
                f"{of['wall']:.2f}",
                f"{of['processor']:.2f}",
                f"{of['server']:.2f}" if of["server"] else "",
                f"{of['peak_bytes'] / 2**20:,.0f}",
                f"{rows / of['wall']:,.0f}",
            )
        )
    yield page.Table("whole", engine, HEADS, tuple(lines))
    yield _shares("post", engine, rounds)
    yield _shares("scan", engine, rounds)


def _shares(section: str, engine: str, rounds: Sequence[Round]) -> page.Table:
    of = {"post": _proving, "scan": _searching}[section]
    lines = []
    for kind, took in _by_kind(rounds):
        shares = [of(each.manifest) / each.manifest["seconds"] for each in took]
        seconds = median(of(each.manifest) for each in took)
        lines.append((kind, f"{median(shares):.1%}", f"{seconds:.2f}"))
    return page.Table(section, engine, ("", "share of the run", "s"), tuple(lines))


def _by_kind(rounds: Sequence[Round]) -> Iterator[tuple[str, list[Took]]]:
    for place, kind in enumerate(KINDS):
        yield kind, [each.runs[place] for each in rounds]


def _proving(manifest: Manifest) -> float:
    return sum(e["seconds"] for e in manifest["phases"] if e["name"] == POST)


def _searching(manifest: Manifest) -> float:
    return float(manifest["privacy"]["seconds"])


if __name__ == "__main__":
    main()
