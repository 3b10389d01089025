"""What the terminal shows of a run that has ended."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.cli import summary
from reimport_lib.cli.runs import show_runs
from reimport_lib.config import load_settings
from reimport_lib.execute import approve
from tests.show.examples import run


class Ended:
    """A run as far as its record goes."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._manifest = manifest

    def manifest(self) -> dict[str, Any]:
        return self._manifest


def changes() -> approve.Changes:
    return approve.what_will_change(Ended(run()))  # type: ignore[arg-type]


def test_every_table_has_one_line_with_its_deletions() -> None:
    patients = changes()["patients"]

    assert patients["created"] == 2790
    assert (patients["deleted"], patients["kept"]) == (3, 1)


def test_eighty_columns_are_enough_for_every_name_and_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_terminal(monkeypatch, width=80)

    summary.show_counts(changes())

    text = capsys.readouterr().out
    assert "…" not in text
    assert "documents_objects 10,214" in text
    assert "unchanged skipped rejected deleted kept" in text


def test_the_hint_of_an_error_has_a_line_of_its_own() -> None:
    entry = run("full", "refused", "notes", "too many rows. Hint: reimport show")
    notes = next(phase for phase in entry["phases"] if phase["name"] == "notes")

    said = summary.phase_lines(notes)

    assert said[1:] == ["    too many rows.", "    Hint: reimport show"]


@pytest.mark.parametrize("width", [40, 60, 80, 200, None])
def test_every_run_is_listed_with_its_whole_name(
    width: int | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_terminal(monkeypatch, width=width)
    name, reviewed = "20261122T101500Z-full", "20261121T101500Z-rehearsal"
    (tmp_path / name).mkdir()
    manifest = run("full", "validation-failed", "validation-post") | {"seconds": 90.3}
    (tmp_path / name / "run.json").write_text(json.dumps(manifest))

    show_runs(load_settings({"REIMPORT_RUNS": str(tmp_path)}))

    said = capsys.readouterr().out
    words = said.replace(",", " ").split()
    assert {name, "validation-failed", "90.3", reviewed} <= set(words)
    assert all(len(line) <= (width or 120) for line in said.splitlines())


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200, None])
def test_no_figure_of_a_table_is_cut_at_any_width(
    width: int | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_terminal(monkeypatch, width=width)

    summary.show_counts(changes())

    words = {word.rstrip(",") for word in capsys.readouterr().out.split()}
    for table, counts in changes().items():
        assert table in words
        figures = {f"{count:,}" for count in counts.values() if count}
        assert figures <= words


def on_terminal(monkeypatch: pytest.MonkeyPatch, *, width: int | None) -> None:
    """Print as on a terminal of that many columns; None: as into a file."""
    if width is None:
        return
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")


def test_runs_say_how_much_more_than_the_last_time_came_in_and_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_terminal(monkeypatch, width=200)
    for day, found, rejected in ((21, 11_372, 39), (22, 11_000, 69)):
        name = f"202611{day}T101500Z-full"
        manifest = copy.deepcopy(run("full")) | {"run_id": name}
        notes = next(phase for phase in manifest["phases"] if phase["name"] == "notes")
        more = rejected - notes["tables"]["notes"]["rejected"]
        notes["tables"]["notes"]["rejected"] += more
        notes["tables"]["notes"]["created"] -= more
        notes["links"]["notes"][0]["found"] = found
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(manifest))

    show_runs(load_settings({"REIMPORT_RUNS": str(tmp_path)}))

    later, first = (
        line for line in capsys.readouterr().out.splitlines() if "-full" in line
    )
    assert "(+30)" in later
    assert "(-0.05)" in later
    assert later.count("(-") == 2
    assert "(" not in first
