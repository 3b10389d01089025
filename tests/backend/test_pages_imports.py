"""What was imported, in words, and the reports of the runs folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ledger_phase, ledger_run
from django.test import Client
from reading import text_of

from pages.models import Opening
from reimport_lib.config import load_settings
from reimport_lib.record import runs, samples
from reimport_lib.record.status import Mode


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runs folder."""
    monkeypatch.setenv("REIMPORT_RUNS", str(tmp_path))
    return tmp_path


def test_imports_are_told_in_words(staff: Client, folder: Path) -> None:
    done = ledger_run(run_id="20240506T020000Z-full")
    counts = {"patients": {"created": 1_204, "updated": 310, "deleted": 0}}
    ledger_phase(run=done, counts=counts)
    ledger_run(run_id="r2", status="rolled-back", mode="undo")
    rehearsed = runs.create(load_settings(), Mode.REHEARSAL, phases=((3, "patients"),))

    said = text_of(staff.get("/imports/"))

    assert "Brought records over from FileMaker" in said
    assert "1,204 new, 310 changed" in said
    assert "removed" not in said
    assert "Took an earlier import back" in said
    assert "Rehearsed on a copy; nothing here changed" in said
    page = text_of(staff.get(f"/imports/{rehearsed.run_id}/"))
    assert "Its report is not on this machine" in page
    assert staff.get("/imports/20240506T020000Z-full/").status_code == 200
    assert staff.get("/imports/nothing/").status_code == 404
    assert "Last import" in text_of(staff.get("/"))


def test_what_people_found_by_eye_is_told(staff: Client, folder: Path) -> None:
    run = runs.create(load_settings(), Mode.FULL, phases=((3, "patients"),))
    ledger_run(run_id=run.run_id)
    known = {"table": "notes", "seed": "a1", "lot": 9, "size": 4, "allowed": 0}
    beside = {"others": 2, "others_looked_at": 0, "others_not_ok": 0}
    told = {"wrong": 1, "risk": 0.05, "looked_at": 3, "not_ok": 0, "at": ""}

    def said(**figures: int) -> str:
        samples.record(run, [{**known, **beside, **told, **figures}])  # type: ignore[typeddict-item]
        return text_of(staff.get("/imports/"))

    assert "have not compared all records" in said()
    assert "found wrong ones" in said(not_ok=1)
    assert "found wrong ones" in said(others_not_ok=1)
    assert "compared" not in said(looked_at=4)


def test_a_report_is_served_so_that_nothing_in_it_runs(
    staff: Client, folder: Path
) -> None:
    run = runs.create(load_settings(), Mode.REHEARSAL, phases=((3, "patients"),))
    (run.folder / "report.html").write_text("<script>alert(1)</script>a report")
    for name in ("03_patients.html", "undo.html"):
        (run.folder / name).write_text("a page")
    (folder / "secret.html").write_text("no page of a run")
    (run.folder / "04_link.html").symlink_to(folder / "secret.html")
    (run.folder / "outcomes.csv").write_text("private")

    answer = staff.get(f"/imports/{run.run_id}/report.html")

    assert b"a report" in answer.content
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "03_patients.html" in staff.get(f"/imports/{run.run_id}/").content.decode()
    for name in ("03_patients.html", "undo.html"):
        assert staff.get(f"/imports/{run.run_id}/{name}").status_code == 200
    for odd in (
        *("run.json", "outcomes.csv", "04_link.html", "..%2fsecret.html"),
        *("../secret.html", "%2e%2e/secret.html", "report.html%00", "00_none.html"),
    ):
        assert staff.get(f"/imports/{run.run_id}/{odd}").status_code == 404, odd
    assert staff.get("/imports/..%2f..%2fetc/report.html").status_code == 404
    assert Opening.objects.filter(what="report").count() == 3


def test_without_a_runs_folder_the_ledger_is_told(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIMPORT_RUNS", "/dev/null/none")
    ledger_run(run_id="20240506T020000Z-full")

    assert "Brought records over" in text_of(staff.get("/imports/"))
