"""Restoring lists and keeps what people did since the backup, and can put it back."""

from __future__ import annotations

import csv
import json
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from reimport_lib.errors import Refused
from reimport_lib.execute import peoples_work, restore, undo
from reimport_lib.execute.undo import Undo
from reimport_lib.phases import verifying
from reimport_lib.plan.undo import Fate
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.record.verify.leaves import CLOSING, LOG, lines_of, object_of
from reimport_lib.write import bind
from reimport_lib.write.since import Did
from tests.cli.commands import Commands
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.small_clinic import SmallClinic, patient, small_clinic
from tests.phases.test_odd_clinics import site_of
from tools import postgres

PATIENT, VISIT = "patients.Patient", "appointments.Appointment"


@pytest.fixture
def twice(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Site, Run]]:
    """A clinic of eight people, imported, and imported again after three changes."""
    url = f"sqlite:///{tmp_path / 'clinic.sqlite3'}"
    if engine == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = postgres.create_database(server, f"people_{uuid.uuid4().hex[:12]}")
    first = small_clinic(people=8).write(tmp_path / "exports", kind="csv")
    with site_of(first, url, tmp_path) as site:
        site.apply(site.rehearse("delete", "patients", "appointments"))
        later = site.with_exports(changed().write(tmp_path / "later", kind="csv"))
        full = later.apply(later.rehearse("delete", "patients", "appointments"))
        assert full.status is Status.SUCCEEDED, sites.error(full)
        yield later, full
    bind.close()


def changed() -> SmallClinic:
    """FileMaker has two other surnames, and a ninth person."""
    clinic = small_clinic(people=9)
    for number in (1, 3):
        clinic.row("Contacts", number)["nameLast"] = "Otherwise"
    clinic.objects = small_clinic(people=8).objects
    return clinic


def key(number: int) -> str:
    """Of person *number*, as the backend has it."""
    return patient(number).lower()


def rows(label: str) -> Any:
    return apps.get_model(label)._base_manager


def work(site: Site) -> dict[str, str]:
    """What people do after the second import; name -> key of a row that they make."""
    bind.bind_real(site.settings, writable=True)
    rows(PATIENT).filter(filemaker_id=key(1)).update(notes="theirs")
    rows(PATIENT).filter(filemaker_id=key(2)).update(notes="theirs too")
    rows(PATIENT).filter(filemaker_id=key(3)).update(last_name="Theirs")
    rows(PATIENT).filter(filemaker_id=key(9)).update(notes="of a new one")
    made = rows(PATIENT).create(first_name="Probe", last_name="Walkin")
    ninth = rows(PATIENT).get(filemaker_id=key(9))
    visit = rows(VISIT).filter(patient__filemaker_id=key(5)).get()
    values = {f.attname: getattr(visit, f.attname) for f in visit._meta.concrete_fields}
    values = {n: v for n, v in values.items() if n not in ("id", "filemaker_id")}
    of_ninth = rows(VISIT).create(**{**values, "patient_id": ninth.pk})
    of_made = rows(VISIT).create(**{**values, "patient_id": made.pk})
    visit.delete()
    bind.close()
    return {
        "patient": str(made.pk),
        "visit": str(of_made.pk),
        "visit of the ninth": str(of_ninth.pk),
    }


def test_what_people_did_is_listed_kept_and_put_back_and_that_is_undone(
    twice: tuple[Site, Run],
) -> None:
    site, full = twice
    made = work(site)
    held = site.digest()

    way = restore.way_back(site.settings, full.run_id)
    listed(way)
    restore.go_back(way, ask=None, yes=True)
    [folder] = peoples_work.folders(full)
    kept_for_people_alone(folder, made)
    before = sites.content(site.digest())
    assert before != sites.content(held)

    found = put_back(site, full)
    verdicts = {(row.model, row.key): v.outcome for row, v in found.plan.rows.items()}
    assert verdicts[PATIENT, made["patient"]] is Fate.REVERSED
    assert verdicts[VISIT, made["visit"]] is Fate.REVERSED
    assert verdicts[VISIT, made["visit of the ninth"]] is Fate.BLOCKED
    assert found.plan.totals == {"reversed": 5, "kept": 1, "blocked": 1, "absent": 1}
    by = undo.carry_out(found, ask=None, yes=True, least=0)

    as_people_left_them(site)
    assert by.mode is Mode.PUT_BACK
    closed(site, by, full)
    assert [one["by"] for one in full.manifest()["put_back"]] == [by.run_id]
    again = put_back(site, full)
    assert not again.plan.writes
    with pytest.raises(Refused, match="nothing of it can go back"):
        undo.carry_out(again, ask=None, yes=True, least=0)
    back = undo.plan(site.settings, by.run_id, undo.Narrowing())
    undo.carry_out(back, ask=None, yes=True)
    assert sites.content(site.digest()) == before


def closed(site: Site, by: Run, full: Run) -> None:
    """Both runs, in their folders and in the ledger."""
    bind.bind_real(site.settings)
    held = rows("ledger.LedgerRun").get(run_id=by.run_id)
    bind.close()
    assert (held.mode, held.status) == ("put-back", "succeeded")
    assert held.finished_at is not None
    assert held.evidence_root
    for run in (by, full):
        said = lines_of((run.folder / LOG).read_bytes())
        names = [object_of(line).get("name") for line in said]
        assert names[-1] == CLOSING
        assert verifying.verified(site.settings, run.run_id).altered == []
    assert (
        f"the ledger ({by.run_id})"
        in verifying.verified(site.settings, by.run_id).anchors
    )


def listed(way: restore.WayBack) -> None:
    assert (way.unlisted, way.people.untold) == ("", ())
    assert way.people.counts == {
        VISIT: {Did.MADE: 2, Did.DELETED: 1},
        PATIENT: {Did.CHANGED: 4, Did.MADE: 1},
    }
    bases = [w.base for w in way.people.rows if w.did is Did.CHANGED]
    assert sorted(map(str, bases)) == [
        "None",
        "{'last_name': 'Otherwise'}",
        "{'notes': ''}",
        "{'notes': ''}",
    ]


def kept_for_people_alone(folder: Path, made: dict[str, str]) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}
    names = {file.name for file in folder.iterdir()}
    assert names == {"work.json", "patients.csv", "appointments.csv"}
    with (folder / "patients.csv").open(newline="") as file:
        lines = {line["key"]: line for line in csv.DictReader(file)}
    walkin = lines[made["patient"]]
    assert (walkin["did"], walkin["last_name"]) == ("made", "Walkin")
    assert len(json.loads((folder / "work.json").read_text())["rows"]) == 8


def put_back(site: Site, full: Run) -> Undo:
    kept = peoples_work.kept(site.settings, full.run_id)
    return undo.plan_of(site.settings, full.run_id, kept)


def as_people_left_them(site: Site) -> None:
    """All that they did, but where the row is gone or the value was the import's."""
    bind.bind_real(site.settings)
    told = dict(rows(PATIENT).values_list("filemaker_id", "notes"))
    assert (told[key(1)], told[key(2)]) == ("theirs", "theirs too")
    assert rows(PATIENT).get(filemaker_id=key(3)).last_name != "Theirs"
    assert rows(PATIENT).filter(last_name="Walkin").count() == 1
    assert not rows(VISIT).filter(patient__filemaker_id=key(5)).exists()
    assert rows(VISIT).filter(patient__last_name="Walkin").count() == 1
    bind.close()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_says_what_people_did_and_how_to_put_it_back(
    twice: tuple[Site, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, full = twice
    reimport = Commands(site, tmp_path).here
    assert reimport("restore", full.run_id, "--plan") == 0
    assert "Nobody has saved anything since" in capsys.readouterr().out
    assert reimport("restore", full.run_id, "--put-back") == 3
    assert "nothing that people did was kept" in capsys.readouterr().err
    work(site)

    assert reimport("restore", full.run_id, "--yes") == 0
    told = capsys.readouterr().out
    assert "What people have done since" in told
    assert "made: appointments " in told
    assert "Walkin" not in told
    assert f"Put it back: reimport restore {full.run_id} --put-back --plan" in told
    held = site.digest()
    assert reimport("restore", full.run_id, "--put-back", "--plan") == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert site.digest() == held
    bind.bind_real(site.settings, writable=True)
    rows(PATIENT).filter(filemaker_id=key(1)).update(notes="newer")
    rows(VISIT).filter(patient__filemaker_id=key(5)).delete()
    bind.close()
    assert reimport("restore", full.run_id, "--put-back", "--yes") == 0
    told = capsys.readouterr().out
    assert "kept: 1 row of patients, changed by people since" in told
    bind.bind_real(site.settings)
    notes = dict(rows(PATIENT).values_list("filemaker_id", "notes"))
    assert (notes[key(1)], notes[key(2)]) == ("newer", "theirs too")
    assert not rows(VISIT).filter(patient__filemaker_id=key(5)).exists()
    bind.close()
    by = runs.all_run_ids(site.settings)[-1]
    assert f"reimport undo {by}" in told
    assert reimport("runs") == reimport("verify", by) == 0
    told = capsys.readouterr().out
    assert f"puts back after {full.run_id}" in told
    assert "\n0 altered, 0 could not be checked" in told
    assert reimport("show", by) == reimport("show", full.run_id) == 0
    told = capsys.readouterr().out
    assert f"Run {by} (put-back) of {full.run_id}" in told


@pytest.mark.parametrize("engine", ["sqlite"])
def test_work_that_no_model_tells_is_said_and_is_not_put_back(
    twice: tuple[Site, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, full = twice
    site.execute_sql("CREATE TABLE diary (line text); INSERT INTO diary VALUES ('x')")
    reimport = Commands(site, tmp_path).here

    assert reimport("restore", full.run_id, "--yes") == 0
    assert "diary changed too; its rows could not be told" in capsys.readouterr().out
    assert reimport("restore", full.run_id, "--put-back", "--yes") == 3
    told = capsys.readouterr().err
    assert "(diary), so that none of it can be put back" in told
    assert runs.all_run_ids(site.settings)[-1] == full.run_id
