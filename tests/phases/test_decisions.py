"""Conflicts: listed masked, decided in a sheet, remembered until FileMaker changes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reimport_demo.clinic.build import Clinic
from reimport_lib.cli.decisions import decisions
from reimport_lib.errors import UsageError
from reimport_lib.execute import dossier, prune
from reimport_lib.phases import asked, data, planning, verifying
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.settled import settled
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show.masking import Masking
from reimport_lib.show.merged import merged_table
from reimport_lib.write import bind, models
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.test_local_work import a_patient, patients

pytestmark = sites.ONLY_SQLITE

PHASES = ("delete", "patients")
THEIRS, SOURCE = "Typedbypeople", "Changedthere"


@pytest.fixture
def asking(imported: Site, monkeypatch: pytest.MonkeyPatch) -> tuple[Site, str, str]:
    """The key of a patient whose last name people changed, and what it was."""
    for name, value in imported.environ.items():
        monkeypatch.setenv(name, value)
    key = a_patient(imported)
    was = patients(imported, [key], "last_name")[key]
    bind.bind_real(imported.settings, writable=True)
    rows = models.model_of("patients")._base_manager.filter(filemaker_id=key)
    assert rows.update(last_name=THEIRS) == 1
    bind.close()
    return imported, key, was


def says(site: Site, clinic: Clinic, folder: Path, key: str, name: str) -> Site:
    """The same with an export in which the patient *key* is called *name*."""

    def change(lines: sites.Lines) -> sites.Lines:
        for line in lines:
            if line["id"].strip().casefold() == key:
                line.update(nameLast=name)
        return lines

    exports = sites.edited(clinic.exports, folder, {"Contacts": change})
    return site.with_exports(exports)


def ask(*words: str) -> Result:
    return CliRunner().invoke(decisions, list(words), catch_exceptions=True)


def test_a_ruling_is_asked_for_entered_applied_and_asked_anew(
    asking: tuple[Site, str, str], clinic: Clinic, tmp_path: Path
) -> None:
    imported, key, was = asking
    site = says(imported, clinic, tmp_path / "one", key, SOURCE)
    sheet = tmp_path / "sheet.csv"

    before = site.rehearse(*PHASES)
    assert_sealed(site, before.run_id)
    (question,) = asked.read(before)
    sides = question.then, question.filemaker, question.backend
    assert sides == (was, SOURCE, THEIRS)
    assert "policy: ask" in side_by_side(before)
    listed, revealed = ask(), ask("--reveal")
    assert sites.error(before) == ""
    assert sites.tables(before)["patients"]["notes"]["conflict"] == 1
    assert "1 question" in listed.output
    assert THEIRS not in listed.output
    assert THEIRS in revealed.output
    assert SOURCE in revealed.output

    assert ask("export", str(sheet)).exit_code == 0
    assert sheet.stat().st_mode & 0o777 == 0o600
    (line,) = rows_of(sheet)
    write(sheet, [{**line, "decision": "perhaps", "by": "Ada"}])
    wrong = ask("read", str(sheet))
    assert isinstance(wrong.exception, UsageError)
    assert ": 2. Nothing was entered" in str(wrong.exception)
    write(sheet, [{**line, "decision": "keep", "by": "Ada", "remark": "by phone"}])
    assert "1 decision entered" in ask("read", str(sheet)).output

    refused = site.apply(before)
    assert sites.status(refused) is Status.REFUSED
    assert "1 decision was made since" in sites.error(refused)

    full = site.apply(site.rehearse(*PHASES))
    assert sites.error(full) == ""
    assert sites.tables(full)["patients"]["notes"]["kept_by_decision"] == 1
    assert "by Ada: keep" in side_by_side(full)
    assert patients(site, [key], "last_name") == {key: THEIRS}
    assert "0 questions" in ask("--run", full.run_id).output

    anew = says(imported, clinic, tmp_path / "two", key, f"{SOURCE} again")
    run = anew.rehearse(*PHASES)
    assert sites.tables(run)["patients"]["notes"]["conflict"] == 1
    words = ("set", "patients", key, "last_name", "take", "--by", "Ada")
    assert ask(*words, "--run", run.run_id).exit_code == 0
    taken = anew.apply(anew.rehearse(*PHASES))
    assert sites.error(taken) == ""
    assert sites.tables(taken)["patients"]["notes"]["taken_by_decision"] == 1
    assert patients(site, [key], "last_name") == {key: f"{SOURCE} again"}

    prune.carry_out(prune.plan(site.settings, keep=1, named=(run.run_id,)))
    assert not (run.folder / "conflicts").exists()
    assert verifying.verified(site.settings, run.run_id).altered == []


def side_by_side(run: Run) -> str:
    """What the notebook of *run* shows of patients whom both sides changed."""
    bind_run(run)
    phase = data.DataPhase("patients")
    plan, *_ = planning.plan_tables(run, phase.stage_tables(run))
    shown = merged_table(plan.table, settled(run, plan), Masking(b"secret")).text()
    bind.close()
    assert not {THEIRS, SOURCE} & {*shown.split()}
    return shown


def assert_sealed(site: Site, run_id: str) -> None:
    """What was asked is among the evidence, and private."""
    path = site.settings.runs / run_id / "conflicts" / "patients.json"
    held, name = path.read_text(), f"conflicts/{path.name}"
    assert verifying.verified(site.settings, run_id).altered == []
    path.write_text(held.replace(SOURCE, THEIRS))
    altered = verifying.verified(site.settings, run_id).altered
    assert altered == [f"{name}: not as it was sealed"]
    path.write_text(held)
    zipped = site.settings.runs.parent / "dossier.zip"
    assert name in dossier.export(site.settings, run_id, zipped).left_out


def rows_of(sheet: Path) -> list[dict[str, Any]]:
    with sheet.open(newline="") as file:
        return list(csv.DictReader(file))


def write(sheet: Path, rows: list[dict[str, Any]]) -> None:
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
