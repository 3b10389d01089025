"""Names out of the data, through the commands that print them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reimport_demo.clinic.build import Clinic
from reimport_lib.execute import approve
from tests.cli.commands import Commands
from tests.cli.test_printing import MARKUP
from tests.phases import sites
from tests.show.attacks import CONTROL, PAYLOADS

COLUMNS = tuple(
    text
    for text in (*MARKUP, *PAYLOADS, "$x$", "Cost_{a}$", "=cmd|' /C calc'!A0", "%s {0}")
    if text.isprintable() and text == text.strip() and len(text) < 200
)
HOSTILE = "[/] [bold]x\x1b[2J\u202e\nreimport: succeeded"


@pytest.fixture(scope="module")
def hostile(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clinic's exports with a column of every such name."""
    exports = tmp_path_factory.mktemp("hostile [v1]") / "exports [/]"
    shutil.copytree(clinic.exports, exports)
    book = load_workbook(exports / "Appointments.xlsx")
    sheet = book.worksheets[0]
    for place, text in enumerate(COLUMNS, start=sheet.max_column + 1):
        for row in (1, 2):
            cell = sheet.cell(row, place, text)
            cell.data_type = "s"  # a formula is text here
    book.save(exports / "Appointments.xlsx")
    return exports


def test_doctor_names_every_column_as_it_is(
    commands: Commands, hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = commands.here("doctor", REIMPORT_SOURCE=str(hostile))

    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert [text for text in COLUMNS if f'"{text}"' not in out] == []
    assert not CONTROL.search(out)


def test_a_strict_run_that_such_columns_stopped_is_shown(
    commands: Commands, hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = commands.site.with_exports(hostile)
    run = approve.open_rehearsal(site.settings, gates={}, strict=True)
    sites.execute(run)
    here = replace(commands, site=site)

    assert here.here("show", run.run_id) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert 'neither mapped nor dropped: "column ' in out  # few rows fill them
    assert "Fee" not in out
    assert here.here("runs") == 0
    assert f"{run.run_id} refused" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("width", ["40", "60", "80", "200"])
def test_a_record_with_hostile_texts_is_shown_line_by_line(
    width: str,
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = approve.open_rehearsal(commands.site.settings, gates={})

    record = run.folder / "run.json"
    manifest = json.loads(record.read_text(encoding="utf-8"))
    manifest.update(status="failed", as_of=HOSTILE, error=HOSTILE)
    manifest["database"] = {"name": HOSTILE}
    entry = manifest["phases"][0]
    entry.update(status="failed", error=f"{HOSTILE} Hint: {HOSTILE}")
    check = {"name": HOSTILE, "expected": HOSTILE, "actual": HOSTILE}
    entry["checks"] = [{**check, "verdict": "fail", "hint": HOSTILE}]
    record.write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")

    for words in (("show", run.run_id), ("runs",), ("prune", "--dry-run")):
        assert commands.here(*words, COLUMNS=width) == 0
        out, err = capsys.readouterr()
        assert not CONTROL.search(out + err), words
        assert "reimport: succeeded" not in out.splitlines()
        if words != ("prune", "--dry-run"):
            assert run.run_id in out
    assert commands.here("show", run.run_id, "--json") == 0
    assert json.loads(capsys.readouterr().out) == run.manifest()


def test_a_configuration_with_hostile_names_is_refused_in_one_line(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    for content in (
        {HOSTILE: []},
        {"clinics": [{"name": "A", HOSTILE: 1}]},
        {"clinicians": [{"full_name": HOSTILE, "clinic": HOSTILE}]},
    ):
        file = commands.folder / "config [v1].json"
        file.write_text(json.dumps(content), encoding="utf-8")

        assert commands.here("load-config", str(file)) in (2, 3)
        _, err = capsys.readouterr()
        assert len(err.splitlines()) == 2
        assert not CONTROL.search(err)


@pytest.mark.parametrize(
    "words",
    [
        (HOSTILE,),
        ("show", HOSTILE),
        ("restore", HOSTILE),
        ("run", "--resume", HOSTILE),
        ("run", "--full", "--reviewed", HOSTILE),
        ("run", "--phase", HOSTILE),
        ("run", "--dry-run", "--gate", HOSTILE),
        ("run", f"--{HOSTILE}"),
        ("files", "--table", HOSTILE),
        ("files", "--most", HOSTILE),
        ("backup", HOSTILE),
        ("backup", "--files", "--most", HOSTILE),
        ("prune", "--keep", HOSTILE),
        ("load-config", HOSTILE),
        ("demo", "--exports", HOSTILE),
        ("demo", "--source", HOSTILE),
        ("demo", "--scale", HOSTILE),
    ],
)
def test_a_word_that_is_quoted_back_acts_on_nothing(
    commands: Commands, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert commands.here(*words) == 2

    out, err = capsys.readouterr()
    assert not CONTROL.search(out + err)
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 3
    assert "reimport: succeeded" not in err.splitlines()
