"""Each notebook executed by papermill's own command: a safe dry run of its own."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.phases import Phase, all_phases
from reimport_lib.record.status import Mode
from reimport_lib.write.databases import sqlite_file
from tests.cli.commands import Commands
from tests.notebooks import privacy

# Of those that are made from one template, the first and the last.
ALONE = [
    phase
    for phase in all_phases()
    if phase.name not in ("appointments", "notes", "documents")
]


@pytest.mark.parametrize("phase", ALONE, ids=lambda phase: phase.name)
def test_a_notebook_alone_is_a_rehearsal_up_to_its_phase(
    commands: Commands, clinic: Clinic, tmp_path: Path, phase: Phase
) -> None:
    database = sqlite_file(commands.site.url)
    before = database.read_bytes()
    output = tmp_path / phase.notebook

    done = commands.papermill(output.stem, output, sample_rows=3)

    assert done.code == 0, done.err[-2000:]
    (run_id,) = commands.runs()
    run = commands.run(run_id)
    assert run.mode is Mode.REHEARSAL
    assert run.phases == tuple(p.name for p in all_phases()[: phase.number + 1])
    assert run.manifest()["status"] == "succeeded"
    assert database.read_bytes() == before
    wal = database.with_name(f"{database.name}-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    for path in (output, *privacy.shown(run)):
        assert privacy.leaks(path, clinic.exports) == set(), path.name
        assert privacy.requests(path) == [], path.name
    for path in run.folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_the_newest_rehearsal_is_stepped_through(
    commands: Commands, tmp_path: Path
) -> None:
    for name in ("00_validation", "01_backup"):
        done = commands.papermill(name, tmp_path / f"{name}.ipynb", run_id="latest")
        assert done.code == 0, done.err[-2000:]

    (run_id,) = commands.runs()
    phases = {e["name"]: e["status"] for e in commands.manifest(run_id)["phases"]}
    assert list(phases.values()) == ["succeeded"] * 2 + ["pending"] * 7


def test_samples_are_as_many_and_as_plain_as_asked_for(
    commands: Commands, tmp_path: Path
) -> None:
    output = tmp_path / "01_backup.ipynb"

    done = commands.papermill(output.stem, output, sample_rows=2, reveal=1)

    assert done.code == 0, done.err[-2000:]
    assert "the first 2 records by key" in output.read_text()
    assert "by key, masked" not in output.read_text()
    (run_id,) = commands.runs()
    events = (commands.run(run_id).folder / "events.jsonl").read_text()
    assert "values_revealed" in events


def test_a_parameter_that_is_not_declared_is_refused(
    commands: Commands, tmp_path: Path
) -> None:
    output = tmp_path / "03_patients.ipynb"

    done = commands.papermill("03_patients", output, sampel_rows=3)

    assert done.code != 0
    assert "'sampel_rows' is not declared" in done.err
    assert "Did you mean 'sample_rows'?" in done.err
    assert commands.runs() == []
    ran = [cell for cell in nbformat.read(output, 4).cells if cell.get("outputs")]
    assert all(out.output_type == "error" for cell in ran for out in cell.outputs)


def test_the_scan_finds_what_it_looks_for(clinic: Clinic, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<img src="https://elsewhere.example/x.png"><style>@import "x.css"; '
        "p { background: url(//elsewhere.example/y.png) }</style>"
    )

    for stem in ("Contacts", "Coms", "Notes"):
        path = clinic.exports / f"{stem}.csv"
        assert len(privacy.leaks(path, clinic.exports)) > 40
    assert len(privacy.requests(page)) == 3
