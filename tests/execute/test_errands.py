"""What orders leave in the runs folder goes after a month."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from reimport_lib.cli.commands import app
from reimport_lib.config import load_settings
from reimport_lib.execute import errands
from reimport_lib.private_files import lock

FIRST, SECOND = "20260101T000000Z-full", "20260102T000000Z-full"


def left(folder: Path, *named: str) -> list[str]:
    settings = load_settings({"REIMPORT_RUNS": str(folder)})
    return [path.name for path in errands.left_over(settings, named)]


def write(folder: Path, name: str, *, is_old: bool = True) -> Path:
    path = folder / errands.FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    if is_old:
        os.utime(path, (0, 0))
    return path


def test_dossiers_and_answers_go_after_a_month_but_none_at_work(tmp_path: Path) -> None:
    made = [f"{FIRST}.dossier.answer", f"{FIRST}.dossier.json", f"{FIRST}.zip"]
    order = [write(tmp_path, name) for name in made][1]
    write(tmp_path, f"{SECOND}.stop.json")
    write(tmp_path, f"{SECOND}.zip", is_old=False)

    assert left(tmp_path) == [*made, f"{SECOND}.stop.json"]
    assert left(tmp_path, SECOND) == [f"{SECOND}.stop.json", f"{SECOND}.zip"]
    with order.open("a") as file:
        lock(file)
        assert left(tmp_path) == [f"{SECOND}.stop.json"]


def test_pruning_says_so_and_removes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIMPORT_RUNS", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    old = write(tmp_path, f"{FIRST}.zip")

    said = CliRunner().invoke(app, ["prune", "--dry-run"])
    assert ".orders: would remove 1 file of orders (0.0 MB)" in said.output
    assert old.exists()
    assert CliRunner().invoke(app, ["prune"]).exit_code == 0
    assert not old.exists()
