"""Rows and edits of people, and rows of the first system: never lost silently.

What is compared are hashes and plans; how either database reads and writes edited rows
is seen in ``test_edits_everywhere``, in ``test_whole_run`` and in ``tests/write``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reimport_demo.clinic import existing
from reimport_demo.clinic.build import Clinic
from reimport_lib.errors import Refused
from reimport_lib.execute import approve, signing
from reimport_lib.record.status import Status
from reimport_lib.show import cover
from reimport_lib.write import bind, models
from tests.phases import sites
from tests.phases.sites import Lines, Site
from tests.phases.test_figures import figures_of, wrong

pytestmark = sites.ONLY_SQLITE


def edit(site: Site, *, rows: int) -> list[str]:
    """Edit imported rows by hand; the keys of the patients among them."""
    bind.bind_real(site.settings, writable=True)
    edited = existing.edit_imported(rows=rows)
    bind.close()
    return edited["patients"]


def patients(site: Site, keys: list[str], field: str) -> dict[str, Any]:
    """Key -> what the real database holds in *field*."""
    bind.bind_real(site.settings)
    model: Any = models.model_of("patients")
    rows = dict(
        model.objects.filter(filemaker_id__in=keys).values_list("filemaker_id", field)
    )
    bind.close()
    return rows


def test_an_edit_by_a_person_stays_and_stops_nothing(imported: Site) -> None:
    keys = edit(imported, rows=2)

    full = imported.apply(imported.rehearse("patients"))

    assert sites.error(full) == ""
    assert sites.tables(full)["patients"]["notes"]["kept_local"] == 2
    assert patients(imported, keys, "middle_names") == dict.fromkeys(
        keys, "Edited by hand"
    )


def test_by_a_sign_off_runs_pass_until_it_is_withdrawn(
    ready: Site, clinic: Clinic
) -> None:
    change = "UPDATE patients_patient SET first_name = 'Formerly' WHERE filemaker_id = "
    for key in adopted_keys(clinic)[:2]:
        ready.execute_sql(f"{change}'{key}'")
    place, settings = "patients.max_adopted", ready.settings
    with pytest.raises(Refused, match="nobody has said who opens it"):
        approve.open_rehearsal(settings, gates={place: 2.0})
    (signed,) = ready.sign_off([(place, 2.0)])

    rehearsal, later = (ready.rehearse("patients") for _ in range(2))
    full = ready.apply(rehearsal)

    assert sites.error(full) == ""
    for run in (rehearsal, full, later):
        (leaning,) = run.phase("patients")["leans_on"]
        assert leaning == {"place": place, "figure": 2.0, "digest": signed.digest}
        page = cover.render(run.manifest(), run.folder)
        assert signed.why in page
        for name in (f"signoffs.{place}.opened", f"signoffs.{place}.patients"):
            assert f'<data value="2" data-figure="{name}">2</data>' in page
        assert wrong(page, run.run_id, figures_of(run)) == []
    ((_, standing, leant),) = signing.listed(settings)
    assert (standing, leant) == ("in force", [full.run_id])
    signing.withdraw(settings, signed.number, why="looked at again", by="B. Example")
    refused = ready.apply(later)
    assert f"expired, or was withdrawn or replaced since: {place}" in (
        sites.error(refused)
    )


def test_a_share_that_was_signed_off_is_a_figure_as_a_number_of_rows_is(
    ready: Site, clinic: Clinic, tmp_path: Path
) -> None:
    def nameless(rows: Lines) -> Lines:
        for row in rows[::4]:
            row["nameFirst"] = row["nameLast"] = ""
        return rows

    exports = sites.edited(clinic.exports, tmp_path / "e", {"Contacts": nameless})
    site = ready.with_exports(exports)
    shares = {
        "patients.max_rejected": 0.5,
        "patient_referrers.max_rejected": 0.475,
        "patient_referrers.min_match_rate": 0.125,
    }
    site.sign_off(shares.items())

    run = site.rehearse("patients")

    assert sites.error(run) == ""
    leant = {each["place"] for each in run.phase("patients")["leans_on"]}
    assert leant == {*shares}
    page = cover.render(run.manifest(), run.folder)
    for name, shown in zip(shares, ("50%", "47.5%", "12.5%"), strict=True):
        opened = f'data-figure="signoffs.{name}.opened">{shown}</data>'
        assert f'<data value="{shares[name]}" {opened}' in page
        assert f'data-figure="signoffs.{name}.patients">' in page
    assert wrong(page, run.run_id, figures_of(run)) == []


def test_a_clean_slate_overwrites_edits(imported: Site) -> None:
    bind.bind_real(imported.settings)
    model: Any = models.model_of("patients")
    before = dict(model.objects.values_list("filemaker_id", "middle_names"))
    bind.close()
    keys = edit(imported, rows=2)

    full = imported.apply(imported.rehearse("patients", clean_slate=True))

    assert sites.error(full) == ""
    assert sites.tables(full)["patients"]["updated"] == 2
    assert sites.tables(full)["patients"]["notes"]["overwritten"] == 2
    assert patients(imported, keys, "middle_names") == {k: before[k] for k in keys}


def test_rows_of_the_first_system_that_differ_are_asked_about_once(
    ready: Site, clinic: Clinic
) -> None:
    keys = adopted_keys(clinic)[:2]
    change = "UPDATE patients_patient SET first_name = 'Formerly' WHERE filemaker_id = "
    for key in keys:
        ready.execute_sql(f"{change}'{key}'")
    ids = patients(ready, keys, "id")

    stopped = ready.rehearse("patients")
    full = ready.apply(ready.rehearse("patients", gates={"patients.max_adopted": 2.0}))
    again = ready.rehearse("patients")

    assert sites.status(stopped) is Status.REFUSED
    assert "patients.max_adopted=2" in sites.error(stopped)
    assert sites.error(full) == ""
    assert sites.tables(full)["patients"]["updated"] == 2
    assert patients(ready, keys, "id") == ids
    assert "Formerly" not in patients(ready, keys, "first_name").values()
    assert sites.status(again) is Status.SUCCEEDED
    assert sites.tables(again)["patients"]["updated"] == 0


def test_a_row_that_is_rejected_today_is_kept(
    imported: Site, clinic: Clinic, tmp_path: Path
) -> None:
    key = a_patient(imported)
    exports = sites.edited(
        clinic.exports, tmp_path / "exports", {"Contacts": nameless(key)}
    )

    full = imported.with_exports(exports)
    applied = full.apply(full.rehearse("delete", "patients"))

    assert sites.error(applied) == ""
    kept = sites.deletions(applied)["patients"]
    assert kept["deleted"] == 0
    assert kept["reasons"] == {"rejected_now": 1, "local": 3}
    assert sites.tables(applied)["patients"]["reasons"]["missing_required"] == 2
    assert len(patients(imported, [key], "id")) == 1


def test_a_clean_slate_deletes_what_no_longer_comes_in(
    imported: Site, clinic: Clinic, tmp_path: Path
) -> None:
    key = a_patient(imported)
    exports = sites.edited(
        clinic.exports, tmp_path / "exports", {"Contacts": nameless(key)}
    )

    site = imported.with_exports(exports)
    applied = site.apply(site.rehearse("delete", clean_slate=True))

    assert sites.error(applied) == ""
    assert sites.deletions(applied)["patients"]["deleted"] == 1
    assert sites.deletions(applied)["patients"]["reasons"] == {"local": 3}
    assert patients(imported, [key], "id") == {}


def adopted_keys(clinic: Clinic) -> list[str]:
    """Keys of patients that the first system left, as they are stored."""
    text = (clinic.expected / "existing.json").read_text(encoding="utf-8")
    rows = json.loads(text)["adopted"]["patients"]
    lines = contacts(clinic.exports)
    return [lines[row]["id"].strip().casefold() for row in rows]


def contacts(exports: Path) -> Mapping[int, dict[str, str]]:
    """Row -> line of the export of patients."""
    lines = sites.read_csv(exports / "Contacts.csv")[1]
    return dict(enumerate(lines, start=2))


def a_patient(site: Site) -> str:
    """The key of an imported patient whom no row that people made hangs on."""
    bind.bind_real(site.settings)
    model: Any = models.model_of("patients")
    local = {
        child: {"filemaker_id": None}
        for child in ("contact_details", "appointments", "clinical_notes")
        if hasattr(model, child)
    }
    rows = model.objects.exclude(filemaker_id=None).order_by("filemaker_id")
    for child, made_by_people in local.items():
        related = getattr(model, child).rel.related_model
        owners = related.objects.filter(**made_by_people).values("patient_id")
        rows = rows.exclude(pk__in=owners)
    document: Any = models.model_of("documents")
    rows = rows.exclude(
        pk__in=document.objects.filter(filemaker_id=None).values("object_id")
    )
    found: str = rows.values_list("filemaker_id", flat=True).first()
    bind.close()
    return found


def nameless(key: str) -> Any:
    """A change that takes both names off the patient *key*."""

    def change(lines: Lines) -> Lines:
        for line in lines:
            if line["id"].strip().casefold() == key:
                line.update(nameFirst="", nameLast="")
        return lines

    return change
