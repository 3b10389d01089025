"""The benchmarks: each runs, counts what it says it counts, and has its section.

At the smallest size and not timed. Sections that import a clinic run on SQLite: what
differs on PostgreSQL is a COPY, which the page that `make bench` wrote shows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reimport_demo.clinic.build import LEAST_SCALE
from tests.benchmarks import __main__ as command
from tests.benchmarks import merging, page, processes
from tests.benchmarks.page import PAGE, SECTIONS, Table

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "tests" / "benchmarks"
BURNS = "import time\nwhile time.process_time() < 0.7: pass"
FORKS = f"""
import os, signal, subprocess, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that no parent is told what it used
subprocess.Popen([sys.executable, "-c", '''{BURNS}''']).wait()
held = bytearray(200 * 2**20)
import time; time.sleep(0.5)
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environ = {n: v for n, v in os.environ.items() if n != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )


def told(module: str) -> dict[str, Table]:
    words = (f"--scale={LEAST_SCALE}", "--rounds=1")
    done = run(f"tests.benchmarks.{module}", *words)
    return {table.section: table for table in page.heard(done.stdout.splitlines()[-1])}


def numbers(table: Table, name: str) -> list[float]:
    """The figures of the line *name*, without those that are left out."""
    (line,) = (row for row in table.rows if row[0] == name)
    found = [re.sub(r"[,%]", "", cell) for cell in line[1:] if cell]
    return [float(cell) for cell in found if re.fullmatch(r"[\d.]+", cell)]


def test_every_benchmark_has_a_section_and_every_section_a_benchmark() -> None:
    commands = {
        path.stem
        for path in BENCHMARKS.glob("[a-z]*.py")
        if "\ndef main(" in path.read_text(encoding="utf-8")
    }
    beside = {"raw", "scanning"}  # a part of another, and one of runs that are there

    assert {each.module for each in command.BENCHMARKS} == commands - beside
    given = [name for each in command.BENCHMARKS for name in each.sections]
    assert sorted({*given}) == sorted(SECTIONS)


def test_what_the_merge_costs_is_measured_in_functions_that_are_there() -> None:
    measured = [each for step in merging.BOOKKEEPING.values() for each in step]

    lacking = [name for module, name in measured if not hasattr(module, name)]

    assert lacking == []
    assert len(measured) == len({*measured}) > 5


def test_the_page_has_sections_with_figures_and_says_how_they_were_measured() -> None:
    text = PAGE.read_text(encoding="utf-8")
    titles = [titled.title for titled in SECTIONS.values()]
    parts = re.split(r"^## ", text, flags=re.MULTILINE)

    assert text.startswith(page.HEAD)
    shown = [part.partition("\n")[0] for part in parts[1:]]
    assert shown == [title for title in titles if title in shown]
    for part in parts[1:]:
        assert re.search(r"Scale [\d.]+, \d+ rounds?; \d\d \w+ 20\d\d", part)
        assert re.search(r"^\|.*\d.*\|$|```text\n.*\d", part, re.MULTILINE | re.DOTALL)


def test_what_nobody_asks_after_is_counted_and_the_largest_process_is_found() -> None:
    used = processes.command([sys.executable, "-c", FORKS])

    assert used.processor > 0.6
    assert 200 * 2**20 < used.peak_bytes < 300 * 2**20
    assert used.wall > 1


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        processes.command([sys.executable, "-c", "raise SystemExit('why')"])

    assert raised.value.stderr == b"why\n"


def test_a_section_is_renewed_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    tables = [Table("steps", "SQLite", ("", "times raw"), (("apply", "18.50"),))]
    words = [Table("ledger", "SQLite", words="12 rows\n## no heading of ours\n")]
    old = {
        "steps": page.section("steps", tables, "Old."),
        "ledger": page.section("ledger", words, "Old."),
    }

    page.write(old, path)
    page.write({"steps": page.section("steps", tables, "New.")}, path)

    text = path.read_text(encoding="utf-8")
    assert text.index("New.") < text.index("Old."), "in the order of the sections"
    assert text.count("Old.") == 1
    assert "| SQLite | times raw |\n| --- | ---: |\n| apply | 18.50 |" in text
    assert "12 rows" in text


def test_the_command_measures_and_writes_the_page(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    words = (f"--scale={LEAST_SCALE}", "--rounds=1", f"--page={path}")

    run("tests.benchmarks", *words, "--only", "listing", "readers")

    text = path.read_text(encoding="utf-8")
    for name in ("listing", "readers"):
        assert f"## {SECTIONS[name].title}" in text
    assert "times boto3's" in text
    assert re.search(r"\| this library \| [\d.]+ \| [\d.]+ \| 2 \|", text)
    assert re.search(r"xlsx +[\d.]+", text)
    assert text.count("bare MB") == 2, "few rows and many"


def test_a_whole_run_is_held_against_the_same_rows_written_raw() -> None:
    found = told("whole")

    raw = numbers(found["whole"], found["whole"].rows[0][0])
    assert raw[:2] == [1, 1]
    for kind in ("rehearsal", "import that was reviewed", "rehearsal, nothing changed"):
        wall_ratio, processor_ratio, wall, processor, peak, _ = numbers(
            found["whole"], kind
        )
        assert wall_ratio > 1
        assert processor_ratio > 1
        assert wall > 1
        assert processor > 1, "kernels included"
        assert peak > 100
        assert 0 < numbers(found["post"], kind)[0] < 100
        assert 0 < numbers(found["scan"], kind)[0] < 100


def test_steps_and_notebooks_are_held_against_raw_and_plain_functions() -> None:
    found = told("steps")

    lines = [row[0] for row in found["steps"].rows[1:]]
    assert lines == [
        "stage + plan + apply",
        "apply",
        "stage + plan + apply, nothing changed",
    ]
    whole, apply, _ = (numbers(found["steps"], name)[0] for name in lines)
    assert whole > apply > 0
    phases = [row[0] for row in found["notebooks"].rows]
    assert phases[0] == "validation"
    assert phases[-2:] == ["all phases", "the whole"]


def test_peers_are_measured_or_say_how_to_install_them() -> None:
    table = told("peers")["peers"]

    for name in ("raw", "bulk_create", "update_or_create", "loaddata"):
        assert numbers(table, name)[0] > 0
    assert numbers(table, "raw")[0] == 1
    for row in table.rows:
        if not row[1]:
            assert re.search(r"not measured: (`pip install |RuntimeError: )", row[-1])
