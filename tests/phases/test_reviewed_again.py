"""What moved since a rehearsal is planned anew by itself; all else stays reviewed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reimport_lib.errors import Refused
from reimport_lib.execute import again, approve
from reimport_lib.phases import list_drift, moved, row_plans, since_rehearsal
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show import cover, replanned
from reimport_lib.write import bind
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.test_figures import figures_of, wrong

GONE = """
    DELETE FROM patients_contactdetail WHERE id = (
        SELECT id FROM patients_contactdetail WHERE filemaker_id IS NOT NULL
           AND NOT is_primary ORDER BY filemaker_id LIMIT 1)
"""
RENAMED = "UPDATE clinics_clinic SET filemaker_id = 'other-' || filemaker_id"
ONE_RENAMED = """
    UPDATE clinics_clinic SET filemaker_id = 'other-' || filemaker_id,
                              name = 'Elsewhere'
     WHERE id = (SELECT clinic_id FROM patients_patient
                  WHERE filemaker_id IS NOT NULL AND clinic_id IS NOT NULL
                  ORDER BY filemaker_id LIMIT 1)
"""
PEOPLES_OWN = "UPDATE clinics_clinic SET name = upper(name), phone = '000'"
PHASES = ("patients",)


def reviewed_again(site: Site, reviewed: Run, *, newer_source: bool = False) -> Run:
    run = again.open_again(site.settings, reviewed, newer_source=newer_source)
    sites.execute(run)
    assert sites.status(run) is Status.SUCCEEDED, sites.error(run)
    return run


def lines(run: Run) -> sites.Lines:
    return sites.read_csv(run.folder / replanned.FILE)[1]


def test_a_row_that_moved_is_planned_anew_shown_and_applied_by_a_new_word(
    imported: Site,
) -> None:
    reviewed = imported.rehearse(*PHASES)
    imported.execute_sql(GONE)

    run = reviewed_again(imported, reviewed)
    found = again.differences(reviewed, run)

    assert run.manifest()["snapshot_digest"] == reviewed.manifest()["snapshot_digest"]
    assert run.manifest()["as_of"] == reviewed.manifest()["as_of"]
    assert found.unexplained.empty
    (gone,) = sites.read_csv(run.folder / moved.FILE)[1]
    (line,) = lines(run)
    assert (gone["change"], gone["key"]) == ("deleted", line["key"])
    assert line["then"] == "unchanged"
    assert line["now"].endswith("(deleted_by_people)")
    assert line["why"] == "deleted in the database"
    assert run.manifest()["replanned"] == {
        "of": reviewed.run_id,
        "moved": 1,
        "rows": 1,
        "unexplained": 0,
    }
    page = cover.render(run.manifest(), run.folder)
    assert 'data-figure="replanned.moved"' in page
    assert wrong(page, run.run_id, figures_of(run)) == []
    first = page.index("What is otherwise than it was reviewed</h2>")
    assert first < page.index(line["key"]) < page.index("What becomes of the data</h2>")
    assert approve.word(run) != approve.word(reviewed)
    assert sites.status(imported.apply(reviewed)) is Status.REFUSED
    assert sites.status(imported.apply(run)) is Status.SUCCEEDED


@sites.ONLY_SQLITE
def test_what_is_planned_otherwise_without_having_moved_is_named_and_refused(
    imported: Site,
) -> None:
    """Names of a list moved; a rehearsal of an older version kept none of them."""
    reviewed = imported.rehearse(*PHASES)
    (reviewed.backup_folder / list_drift.FILE).unlink()
    imported.execute_sql(RENAMED)

    run = reviewed_again(imported, reviewed)
    with pytest.raises(Refused, match="planned otherwise than in") as refused:
        again.differences(reviewed, run)

    first = lines(run)[0]
    assert first["why"] == ""
    assert f"{first['table']} {first['key']}" in refused.value.message
    assert run.manifest()["replanned"]["unexplained"] == len(lines(run))

    plans = reviewed.folder / row_plans.FOLDER / "patients.csv"
    plans.write_text(plans.read_text().replace("unchanged", "updated", 1))
    with pytest.raises(Refused, match=r"plans/patients\.csv"):
        again.differences(reviewed, run)


@sites.ONLY_SQLITE
def test_a_newer_source_changes_the_rows_that_moved_in_it_and_those_naming_them(
    imported: Site, tmp_path: Path
) -> None:
    phases = ("patients", "notes")
    reviewed = imported.rehearse(*phases)
    exports = tmp_path / "exports"
    shutil.copytree(imported.exports, exports)
    columns, patients = sites.read_csv(exports / "Contacts.csv")
    del patients[-1]
    sites.write_csv(exports / "Contacts.csv", columns, patients)

    run = reviewed_again(imported.with_exports(exports), reviewed, newer_source=True)
    found = again.differences(reviewed, run)

    assert found.unexplained.empty
    whys = {line["why"].partition(" p-")[0] for line in lines(run)}
    assert "deleted in the source" in whys
    assert run.manifest()["as_of"] == reviewed.manifest()["as_of"]


def test_rows_that_name_an_entry_that_people_renamed_are_planned_anew_and_no_other(
    imported: Site,
) -> None:
    reviewed = imported.rehearse(*PHASES)
    imported.execute_sql(ONE_RENAMED)

    refused = imported.apply(reviewed)
    run = reviewed_again(imported, reviewed)
    found = again.differences(reviewed, run)

    assert sites.status(refused) is Status.REFUSED
    assert "1 named list entry is not what" in sites.error(refused)
    assert "clinics 1 changed (first: p-" in sites.error(refused)
    assert refused.phase("backup")["status"] == "pending"
    (entry,) = sites.read_csv(run.folder / moved.FILE)[1]
    assert (entry["table"], entry["change"]) == ("clinics", "changed")
    assert "name" in entry["fields"].split(";")
    assert lines(run)
    assert found.unexplained.empty
    assert {line["why"] for line in lines(run)} == {"names clinics"}
    assert sites.status(imported.apply(run)) is Status.SUCCEEDED


def test_names_by_which_rows_find_the_same_as_ever_are_peoples_own(
    imported: Site,
) -> None:
    """Shown to who asks, and no reason to review again."""
    reviewed = imported.rehearse(*PHASES)
    imported.execute_sql(PEOPLES_OWN)

    bind.bind_real(imported.settings)
    shown = since_rehearsal.drift(reviewed)
    bind.close()

    assert {*shown["table"]} == {"clinics"}
    assert {*shown["fields"]} == {"name"}
    assert sites.status(imported.apply(reviewed)) is Status.SUCCEEDED
