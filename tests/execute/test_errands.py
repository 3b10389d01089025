"""What orders leave in the runs folder goes after a month."""

from __future__ import annotations

import os
from pathlib import Path

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
