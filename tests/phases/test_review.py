"""A full run applies what was reviewed, to the database it was reviewed for."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import approve
from reimport_lib.phases import list_drift, since_rehearsal
from reimport_lib.phases import moved as moved_rows
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.phases import sites
from tests.phases.conftest import States
from tests.phases.sites import Site

EDIT = """
    UPDATE patients_patient SET middle_names = 'Edited'
     WHERE filemaker_id = (SELECT min(filemaker_id) FROM patients_patient)
"""
RENAME = "UPDATE clinics_clinic SET filemaker_id = 'other-' || filemaker_id"


def test_rows_that_people_changed_since_the_rehearsal_are_named_and_stop_the_run(
    imported: Site,
) -> None:
    rehearsal = imported.rehearse("patients")
    imported.execute_sql(EDIT)
    before = imported.digest()

    full = imported.apply(rehearsal)

    assert sites.status(full) is Status.REFUSED
    assert full.phase("validation")["status"] == "refused"
    assert full.phase("backup")["status"] == "pending"
    assert "1 managed row is not what" in sites.error(full)
    assert "patients 1 changed (first: p-" in sites.error(full)
    assert " middle_names). Nothing was written." in sites.error(full)
    (moved,) = sites.read_csv(full.folder / moved_rows.FILE)[1]
    assert moved["key"] in sites.error(full)
    target = moved.pop("target_id")
    (line,) = (
        line
        for line in sites.outcome_lines(rehearsal, "patients")
        if line["target_id"] == target
    )
    assert moved == {
        "where": "database",
        "table": "patients",
        "key": line["key"],
        "change": "changed",
        "fields": "middle_names",
    }
    assert imported.digest() == before


@sites.ONLY_SQLITE
def test_a_plan_that_is_not_the_reviewed_one_stops_its_phase_before_it_writes(
    imported: Site,
) -> None:
    """A rehearsal of a version that kept no lists, of which one has moved."""
    rehearsal = imported.rehearse("patients", "appointments")
    (rehearsal.backup_folder / list_drift.FILE).unlink()
    imported.execute_sql(RENAME)
    before = sites.content(imported.digest())

    full = imported.apply(rehearsal)

    assert sites.status(full) is Status.REFUSED
    assert full.phase("patients")["status"] == "refused"
    assert full.phase("appointments")["status"] == "pending"
    told = "the plan of patients, referrers is not the one reviewed"
    assert told in sites.error(full)
    assert "rows, first patients p-" in sites.error(full)
    assert not (full.outcomes_folder / "patients.csv").exists()
    assert sites.content(imported.digest()) == before


@pytest.mark.parametrize("pattern", ["sms.parquet", "*_objects.parquet"])
@sites.ONLY_SQLITE
def test_a_table_that_was_changed_in_the_reviewed_snapshot_stops_the_run_at_once(
    imported: Site, pattern: str
) -> None:
    rehearsal = imported.rehearse("patients")
    changed = next(rehearsal.snapshot_folder.glob(pattern))
    changed.write_bytes(b"")
    before = imported.digest()

    full = imported.apply(rehearsal)

    assert full.phase("validation")["status"] == "refused"
    assert full.phase("patients")["status"] == "pending"
    assert f"{changed.stem}: the snapshot cannot be read" in sites.error(full)
    assert imported.digest() == before


def test_a_full_run_stops_at_another_database(
    imported: Site, states: States, tmp_path: object
) -> None:
    rehearsal = imported.rehearse("patients")
    url = states.copy(imported, states.folder / rehearsal.run_id)
    other = sites.same_database(imported, url, imported.settings.runs)
    before = other.digest()

    full = other.apply(rehearsal)

    assert sites.status(full) is Status.REFUSED
    assert "DATABASE_URL" in sites.error(full)
    assert other.digest() == before


@sites.ONLY_SQLITE
def test_only_a_rehearsal_that_succeeded_is_applied(imported: Site) -> None:
    refused = imported.rehearse("patients", gates={"patients.max_rejected": 0.0})
    rehearsal = imported.rehearse("patients")
    full = imported.apply(rehearsal)

    # the hint of a gate says to look at them
    assert (refused.outcomes_folder / "patients.csv").is_file()
    for run, why in ((refused, "ended as refused"), (full, "is no rehearsal")):
        with pytest.raises(Refused, match=why):
            approve.reviewed_rehearsal(imported.settings, run.run_id)
        with pytest.raises(Refused, match=why):  # whatever its age
            approve.open_full(imported.settings, run, ask=None, yes=True)
    never = approve.open_rehearsal(imported.settings, gates={})
    with pytest.raises(Refused, match="ended as open"):
        approve.open_full(imported.settings, never, ask=None, yes=True)
    with pytest.raises(UsageError, match=f"Did you mean {rehearsal.run_id}"):
        approve.reviewed_rehearsal(imported.settings, f"{rehearsal.run_id}s")


def cut_phases(record: dict[str, Any]) -> None:
    record["phases"].pop()
    record["parameters"]["phases"].pop()


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "gates": lambda record: record["parameters"]["gates"].update({"all.x": 1.0}),
    "phases": cut_phases,
    "plans": lambda record: record["phases"][-1]["plan_digests"].clear(),
    "counts": lambda record: record["phases"][-1]["tables"]["patients"].update(
        rejected=0
    ),
    "checks": lambda record: record["phases"][0]["checks"].pop(),
    "target": lambda record: record["target_digests"].popitem(),
    "snapshot": lambda record: record.update(snapshot_digest="0" * 64),
    "clock": lambda record: record.update(as_of="2020-01-01T00:00:00+00:00"),
    "seal": lambda record: record.update(seal="0" * 64),
}


@sites.ONLY_SQLITE
def test_a_record_that_was_edited_after_the_rehearsal_is_not_approved(
    imported: Site,
) -> None:
    rehearsal = imported.rehearse("patients")
    record = rehearsal.folder / "run.json"
    written = json.loads(record.read_text())

    for edit in EDITS.values():
        edited = copy.deepcopy(written)
        edit(edited)
        record.write_text(json.dumps(edited))
        with pytest.raises(Refused, match="is not as it was written"):
            approve.reviewed_rehearsal(imported.settings, rehearsal.run_id)

    record.write_text(json.dumps(written))
    approved = approve.reviewed_rehearsal(imported.settings, rehearsal.run_id)
    before = imported.digest()
    full = approve.open_full(imported.settings, approved, ask=None, yes=True)
    record = full.folder / "run.json"
    edited = json.loads(record.read_text())
    cut_phases(edited)
    record.write_text(json.dumps(edited))

    sites.execute(runs.load(imported.settings, full.run_id))

    assert sites.status(full) is Status.REFUSED
    assert "is not as it was written" in sites.error(full)
    assert imported.digest() == before


@sites.ONLY_SQLITE
def test_a_review_expires_by_any_clock_and_lives_no_second_time(ready: Site) -> None:
    rehearsal = ready.rehearse("validation")
    last = rehearsal.manifest()["phases"][-1]
    hour = 3600.0

    def age(*, by_clock: float, by_ticks: float) -> None:
        with sites.rewritten(rehearsal) as manifest:
            manifest["phases"][-1]["started"] = last["started"] - by_clock * hour
            manifest["phases"][-1]["ticks"] = last["ticks"] - by_ticks * hour
            manifest.pop("expired", None)

    def opened() -> Run:
        return approve.open_full(ready.settings, rehearsal, ask=None, yes=True)

    age(by_clock=71, by_ticks=0)
    full = opened()
    hurried = ready.with_settings(REIMPORT_REVIEW_HOURS="24").settings
    sites.execute(runs.load(hurried, full.run_id))
    assert "rehearsed 71 hours ago, and a review holds for 24 hours" in (
        sites.error(full)
    )
    for by_clock, by_ticks in ((80.0, 0.0), (1.0, 80.0)):  # or its clock is set back
        age(by_clock=by_clock, by_ticks=by_ticks)
        with pytest.raises(Refused, match="rehearsed 80 hours ago"):
            opened()
    with sites.rewritten(rehearsal) as manifest:
        manifest["phases"][-1] |= {k: last[k] for k in ("started", "ticks")}
    with pytest.raises(Refused, match="holds for 72 hours"):
        opened()
    age(by_clock=-2, by_ticks=0)
    with pytest.raises(Refused, match="the clock was set back"):
        opened()


@sites.ONLY_SQLITE
def test_a_yes_to_one_plan_is_no_yes_to_another(imported: Site) -> None:
    first = imported.rehearse("patients")
    second = imported.rehearse("patients", gates={"patients.max_rejected": 0.5})
    shown: list[str] = []

    def answer(word: str) -> str:
        shown.append(word)
        return approve.word(first)

    assert approve.word(first) != approve.word(second)
    with pytest.raises(Refused, match="Not confirmed"):
        approve.open_full(imported.settings, second, ask=answer)
    assert shown == [approve.word(second)]
    confirmed = approve.open_full(imported.settings, first, ask=answer)
    assert confirmed.manifest()["confirmed"]["how"] == "typed"


@sites.ONLY_SQLITE
def test_a_phase_alone_is_refused_before_what_it_links_to(ready: Site) -> None:
    ready.execute_sql("UPDATE patients_patient SET filemaker_id = NULL")

    with pytest.raises(Refused, match="appointments links to patients") as refused:
        ready.rehearse("appointments")

    assert "reimport run --phase patients" in refused.value.hint
    assert not ready.settings.runs.exists()


@pytest.mark.parametrize("record", [None, "{", "[1]"], ids=["gone", "cut", "other"])
@sites.ONLY_SQLITE
def test_a_rehearsal_without_its_record_of_rows_is_refused_by_one_clear_line(
    ready: Site, record: str | None
) -> None:
    rehearsal = ready.rehearse("validation")
    file = rehearsal.backup_folder / since_rehearsal.FILE
    if record is None:
        file.unlink()
    else:
        file.write_text(record)

    run = ready.apply(rehearsal)

    assert run.manifest()["status"] == "refused"
    assert f"{file.parent.name}/{file.name} in its folder" in sites.error(run)
