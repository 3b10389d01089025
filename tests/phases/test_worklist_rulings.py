"""What people and FileMaker did to one record is ruled in the worklist, and applied."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.execute import report, worklist
from reimport_lib.plan.codes import ToDo
from reimport_lib.write import bind, models
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import Lines, Site
from tests.phases.test_deletion import held, imported_keys
from tests.phases.test_local_work import a_patient, patients
from tests.phases.test_worklist import ask, fill_in, lines_of, private

PHASES = ("delete", "patients")
THEIRS = "Typedbypeople"


def change(site: Site, table: str, key: str, **values: str) -> None:
    """As people do in the backend."""
    bind.bind_real(site.settings, writable=True)
    rows = models.model_of(table)._base_manager.filter(filemaker_id=key)
    assert rows.update(**values) == 1
    bind.close()


def test_conflicts_and_records_that_filemaker_lost_are_ruled_and_known(
    imported: Site,
    whole: Whole,
    clinic: Clinic,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A patient both changed; two notes that people changed and FileMaker lost."""
    sites.chosen(imported, whole.full, monkeypatch)
    key, notes = a_patient(imported), imported_keys(whole, "notes", 2)
    change(imported, "patients", key, last_name=THEIRS)
    for note in notes:
        change(imported, "notes", note, author=THEIRS)

    def renamed(rows: Lines) -> Lines:
        for row in rows:
            if row["id"].strip().casefold() == key:
                row["nameLast"] = "Changedthere"
        return rows

    edits = {"Contacts": renamed, "Notes": sites.without("id", *notes)}
    exports = sites.edited(clinic.exports, tmp_path / "exports", edits)
    site = imported.with_exports(exports)
    run = site.rehearse(*PHASES)
    report.write(run)
    asked = {
        (x["code"], x["filemaker_id"].casefold()): x
        for x in lines_of(run)
        if x["action"] == ToDo.DECIDE.value
    }
    gone = [asked["local_changes", note] for note in notes]
    assert len(asked) == 3
    assert [(x["table"], x["outcome"], x["row"]) for x in gone] == (
        [("notes", "kept", "")] * 2
    )
    assert all("first_name: " in x["find_by"] for x in gone)
    book = tmp_path / "worklist.xlsx"
    told = {
        asked["conflict", key]["line"]: ("keep", None, "Ada", "by phone"),
        gone[0]["line"]: ("keep", None, "Ada", "asked"),
        gone[1]["line"]: ("take", None, "Ada", None),
    }
    fill_in(private(run) / worklist.WORKBOOK, book, told)

    first, again = ask(str(book)), ask(str(book))

    assert ", 3 new." in first.output
    assert "A review from before is for another plan" in first.output
    assert ", 0 new." in again.output
    full = site.apply(site.rehearse(*PHASES))
    assert sites.error(full) == ""
    assert sites.tables(full)["patients"]["notes"]["kept_by_decision"] == 1
    assert patients(site, [key], "last_name") == {key: THEIRS}
    assert held(site, "notes", notes) == {notes[0]}
    report.write(full)
    known = {x["filemaker_id"]: x["known"] for x in lines_of(full) if x["known"]}
    assert known == {notes[0]: "keep, by Ada: asked"}


def test_a_record_that_stays_for_others_sake_is_listed_until_it_goes(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    """A patient whom FileMaker lost, and one whose row does not come in any more."""
    lost, nameless = imported_keys(whole, "patients", 2)

    def unnamed(rows: Lines) -> Lines:
        rows = sites.without("id", lost)(rows)
        for row in rows:
            if row["id"].strip().casefold() == nameless:
                row |= {"nameFirst": "", "nameLast": ""}
        return rows

    exports = sites.edited(clinic.exports, tmp_path / "exports", {"Contacts": unnamed})
    run = imported.with_exports(exports).rehearse("delete")
    report.write(run)

    lines = {x["filemaker_id"]: x for x in lines_of(run)}
    assert {key: (x["code"], x["action"]) for key, x in lines.items()} == {
        lost: ("has_children", ToDo.EXPECTED.value),
        **dict.fromkeys(lines.keys() - {lost}, ("rejected_now", ToDo.EXPECTED.value)),
    }
    assert nameless in lines
    assert lines[lost]["holds"].startswith("hangs on it: ")
