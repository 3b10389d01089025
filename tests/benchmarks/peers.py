"""This library against other ways of writing the same rows to the same database.

    python -m tests.benchmarks.peers [--scale 1.0] [--rounds 5]

DATABASE_URL: a server for PostgreSQL; without it, SQLite. Prints JSON (see ``page``).

The appointments of the synthetic clinic, as an import leaves them: first into the empty
table, then once more with nothing changed. Each way runs in a process of its own, whose
peak of memory is what it takes beyond holding the rows. Ways that take long get fewer
rows, and are compared by rows per second. A package that is not there is said to be
missing, and how to install it. This library's figures are those of its phase: with
plan, ledger, before-images and digests, which no other way makes.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.core.management.color import no_style
from django.db import connection

from reimport_lib.config import Settings, load_settings
from reimport_lib.execute import approve
from reimport_lib.phases import named
from reimport_lib.phases.binding import bind_run, place_of_copy
from reimport_lib.write import bind
from tests.benchmarks import asked, page
from tests.benchmarks.clinics import clinic
from tests.benchmarks.functions import by_functions
from tests.benchmarks.processes import peak_bytes
from tests.benchmarks.ways import (
    PACKAGES,
    TABLE,
    WAYS,
    Rows,
    missing,
    model_written,
)

HEADS = (
    *("", "times raw, first", "again", "rows/s, first", "again", "memory MB"),
    "what it does not do",
)
SLOW = 1_500  # rows, of ways that ask the database for each
UP_TO_THEM = ("validation", "backup", "patients", "appointments")
"""The phases that an import of appointments needs."""


@dataclass(frozen=True, slots=True)
class Found:
    """One way: rows per second of both times (0: not measured), megabytes."""

    name: str
    first: float = 0
    again: float = 0
    megabytes: float | None = None
    lacks: str = ""


def _one(name: str, file: Path) -> None:
    """In a process of its own: seconds of both times, and megabytes."""
    bind.bind_real(load_settings(), writable=True)
    rows: Rows = pickle.loads(file.read_bytes())  # noqa: S301 -- written just before
    make, is_slow, _again, _lacks = WAYS[name]
    rows = rows[:SLOW] if is_slow else rows
    write = make(rows)
    emptying = connection.ops.sql_flush(no_style(), [TABLE], allow_cascade=True)
    connection.ops.execute_sql_flush(emptying)
    before = peak_bytes()
    first = _seconds(write)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
        ((count,),) = cursor.fetchall()
    if name != "dlt, merge" and count != len(rows):
        raise RuntimeError(f"{name}: {count} of {len(rows)} rows are there")
    again = _seconds(write) if _again else None
    print(json.dumps([len(rows), first, again, (peak_bytes() - before) / 2**20]))


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _imported(settings: Settings) -> Iterator[tuple[Path, dict[str, str], list[Found]]]:
    """The rows that an import left, what leads to its copy, and this library's own."""
    phases = tuple(map(named, UP_TO_THEM))
    rehearsal = approve.open_rehearsal(settings, phases, gates={})
    by_functions(rehearsal)
    full = approve.open_full(settings, rehearsal, ask=None, yes=True)
    first = by_functions(full)["appointments"]
    again = by_functions(approve.open_rehearsal(settings, phases, gates={}))
    bind_run(rehearsal)
    names = [field.attname for field in model_written()._meta.concrete_fields]
    rows = list(model_written()._base_manager.order_by("pk").values(*names))
    ours = [
        Found(
            f"this library: {', '.join(steps)}",
            len(rows) / sum(first[step] for step in steps),
            len(rows) / sum(again["appointments"][step] for step in steps),
        )
        for steps in (("stage", "plan", "apply"), ("apply",))
    ]
    bind.close()
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        file = Path(folder) / "rows"
        file.write_bytes(pickle.dumps(rows))
        environ = {**os.environ, "DATABASE_URL": place_of_copy(rehearsal).url}
        yield file, environ, ours


def _found(name: str, file: Path, environ: dict[str, str], rounds: int) -> Found:
    """The medians of one way, or why there are none."""
    lacks = WAYS[name][3]
    if needed := missing(name):
        return Found(name, lacks=f"not measured: `pip install {needed}`")
    each = []
    for _ in range(rounds):
        command = [sys.executable, "-m", "tests.benchmarks.peers"]
        command += ["--way", name, "--rows", str(file)]
        done = subprocess.run(
            command, check=False, env=environ, capture_output=True, text=True
        )
        if done.returncode:
            return Found(name, lacks=f"not measured: {_why(done.stderr)}")
        each.append(json.loads(done.stdout.splitlines()[-1]))
    rows, first, again, megabytes = (
        None if column[0] is None else median(column)
        for column in zip(*each, strict=True)
    )
    assert rows
    assert first
    return Found(name, rows / first, rows / again if again else 0, megabytes, lacks)


def _why(said: str) -> str:
    missing = re.search(r"No module named '(\w+)", said)
    if missing and missing[1] in PACKAGES:
        return f"`pip install {PACKAGES[missing[1]]}`"
    return (said.strip().splitlines() or ["no word"])[-1][:120]


def _table(found: Sequence[Found], engine: str) -> page.Table:
    raw = next(each.first for each in found if each.name == "raw")
    lines = [
        (
            each.name,
            f"{raw / each.first:.1f}" if each.first else "",
            f"{raw / each.again:.1f}" if each.again else "",
            f"{each.first:,.0f}" if each.first else "",
            f"{each.again:,.0f}" if each.again else "",
            f"{each.megabytes:,.0f}" if each.megabytes is not None else "",
            each.lacks,
        )
        for each in found
    ]
    return page.Table("peers", engine, HEADS, tuple(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--rows", type=Path)
    given = parser.parse_args()
    if given.way:
        _one(given.way, given.rows)
        return
    with (
        clinic(given.scale) as emptied,
        emptied() as settings,
        _imported(settings) as (file, environ, found),
    ):
        found += [_found(name, file, environ, given.rounds) for name in WAYS]
    print(page.told([_table(found, asked.engine())]))


if __name__ == "__main__":
    main()
