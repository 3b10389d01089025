"""The demo over a FileMaker server comes to the same database as over the exports."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from reimport_demo import ways
from reimport_demo.clinic.build import LEAST_SCALE, SEED, SETTINGS, Clinic
from reimport_demo.command import run
from reimport_lib.config import load_settings
from reimport_lib.errors import UsageError
from reimport_lib.home import CHECKOUT
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from tests.notebooks import privacy
from tests.phases import sites
from tools.clinic import ready_to_import

PROVENANCE = frozenset(("created_at", "updated_at"))
"""When a row was written; every other column of a product's table is typed content."""

APPS = ("clinics_", "patients_", "appointments_", "notes_", "documents_", "images_")


def imported(folder: Path, word: str) -> dict[str, str]:
    """Table -> digest of what the phases make of a small clinic by that way."""
    clinic = Clinic(folder / "clinic", SEED, LEAST_SCALE)
    with (
        ready_to_import(folder, scale=LEAST_SCALE),
        ways.way_in(clinic, clinic.exports, word) as way,
    ):
        site = sites.site({**os.environ, **way})
        full = site.apply(site.rehearse())
    assert sites.status(full) == "succeeded"
    return typed_digests(folder / "clinic.sqlite3")


@pytest.fixture(scope="module")
def excel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database was imported from the workbooks beside it."""
    folder = tmp_path_factory.mktemp("excel")
    imported(folder, "")
    return folder


def typed_digests(file: Path) -> dict[str, str]:
    """Table -> sha256 over its rows, in any order, provenance aside."""
    found = {}
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        for (table,) in tables.fetchall():
            if not table.startswith(APPS):
                continue
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            names = [column[0] for column in rows.description]
            typed = [n for n, name in enumerate(names) if name not in PROVENANCE]
            lines = sorted(repr([row[n] for n in typed]) for row in rows)
            assert lines, table
            found[table] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


def left_running(mark: str) -> list[str]:
    """Processes whose environment holds *mark*."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if mark in process.environ().values():
                found.append(process.name())
    return found


@pytest.mark.parametrize("word", ways.WAYS)
def test_every_table_is_the_same_by_every_way(
    excel: Path, tmp_path: Path, word: str
) -> None:
    assert imported(tmp_path, word) == typed_digests(excel / "clinic.sqlite3")


def test_the_demo_rehearses_applies_and_leaves_the_database_and_nothing_running(
    excel: Path, tmp_path: Path
) -> None:
    """It does the same in a process of its own, with kernels."""
    exports = tmp_path / "exports"
    shutil.copytree(excel / "clinic" / "exports", exports)
    (exports / "config.json").replace(exports / "clinics.json")
    file, folder = tmp_path / "demo.sqlite3", tmp_path / "runs"

    def demo(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "reimport_lib", "demo", *words),
                *("--exports", str(exports), "--database-url", f"sqlite:///{file}"),
            ],
            env={**os.environ, **SETTINGS, "REIMPORT_RUNS": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    done, again = demo("--source", "data-api"), demo()

    assert done.returncode == 0, done.stdout + done.stderr
    way = "Way in: the Data API of a FileMaker server at https://127.0.0.1:"
    assert done.stdout.splitlines()[0].startswith(way)
    assert typed_digests(file) == typed_digests(excel / "clinic.sqlite3")
    assert left_running(str(folder)) == []
    settings = load_settings({"REIMPORT_RUNS": str(folder)})
    rehearsal, full = (runs.load(settings, n) for n in runs.all_run_ids(settings))
    assert f"Dry run: {rehearsal.run_id}\nFull run: {full.run_id}" in done.stdout
    assert str(full.folder / "report.html") in done.stdout
    assert sites.outcomes(full) == sites.outcomes(rehearsal)
    assert_whole_and_private(rehearsal, exports)
    assert_whole_and_private(full, exports)
    assert again.returncode == 3
    assert "patients; the demo wants an empty one" in again.stderr


def assert_whole_and_private(made: Run, exports: Path) -> None:
    """Every phase has left its notebook and page, and nothing shows a person's data."""
    assert made.status == "succeeded"
    for entry in made.manifest()["phases"]:
        notebook = made.folder / entry["notebook"]
        assert notebook.is_file()
        assert notebook.with_suffix(".html").is_file()
    for path in privacy.shown(made):
        assert privacy.leaks(path, exports) == set(), path.name
        assert privacy.requests(path) == [], path.name


@pytest.mark.parametrize(
    ("word", "meant"), [("data-ap", "data-api"), ("OData", "odata"), ("odat", "odata")]
)
def test_a_word_that_is_no_way_in_is_told_with_the_nearest(
    tmp_path: Path, word: str, meant: str
) -> None:
    question = rf"Did you mean {meant}\?"
    with pytest.raises(UsageError, match=question):
        ways.require(word)
    with pytest.raises(UsageError, match=question):
        run(exports=tmp_path / word, database_url="", scale=LEAST_SCALE)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", ""),
        ("data-api", '--source "data-api"'),
        ("odata", '--source "odata"'),
        ("our exports", '--exports "our exports"'),
    ],
)
def test_make_hands_on_the_way(source: str, words: str) -> None:
    of_its_own = ("MAKE", "MFLAGS", "ARGS")  # what `make test ARGS=...` hands on
    environ = {n: v for n, v in os.environ.items() if not n.startswith(of_its_own)}
    made = subprocess.run(
        ["make", "-n", "demo", f"SOURCE={source}"],
        cwd=CHECKOUT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"reimport demo {words}".strip() in made.stdout
    assert made.stdout.count("--") == bool(words)
