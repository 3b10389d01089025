"""The cover: the verdict first, every figure from ``run.json``, no other host."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.record.status import Status
from reimport_lib.show import charts
from reimport_lib.show.cover import draw, render
from reimport_lib.show.sanitizer import ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS
from reimport_lib.show.verdict import verdict
from tests.show.attacks import PAYLOADS, assert_harmless
from tests.show.examples import run

ELEMENTS = ALLOWED_ELEMENTS | set(
    "html head meta title style body main nav ol ul li h2 strong".split()
)
ATTRIBUTES = ALLOWED_ATTRIBUTES | set("lang charset http-equiv content name id".split())


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The cover of a good rehearsal."""
    return render(run(), tmp_path_factory.mktemp("run"))


def words(page: str) -> str:
    """The text of *page*, blanks run together."""
    body = page[page.index("<body>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def outcomes(folder: Path, *lines: str) -> None:
    (folder / "outcomes").mkdir()
    head = "table,row,key,outcome,reason,notes,target_id"
    text = "\n".join([head, *lines]) + "\n"
    (folder / "outcomes" / "appointments.csv").write_text(text)


def test_a_good_rehearsal_says_what_comes_next(rehearsal: str) -> None:
    text = words(rehearsal)

    assert "✓ The rehearsal succeeded: 13 of 15 checks hold;" in text
    assert "59,239 of 64,424 source rows (91.95%) are in the copy" in text
    assert "All of it happened on a copy: the real database was only read." in text
    assert "reimport run --full --reviewed 20261122T101500Z-rehearsal" in text


@pytest.mark.parametrize("mode", ["rehearsal", "full"])
def test_charts_that_were_drawn_before_the_end_hold_at_the_end(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = run(mode)
    draw({**manifest, "status": Status.RUNNING})
    monkeypatch.setattr(charts, "draw", None)  # draws nothing any more

    assert render(manifest, tmp_path).count("<img ") == 3


def test_the_source_is_named_by_its_place_and_its_newest_file(tmp_path: Path) -> None:
    manifest = run()
    tables = manifest["source"]["tables"]
    first = next(iter(tables.values()))
    tables["notes"] = {**first, "written_at": "2026-11-20T22:30:00+00:00"}
    tables["sms"] = {**first, "written_at": "2026-11-19T22:30:00+00:00"}
    manifest["source"]["place"] = "exports of friday"

    said = words(render(manifest, tmp_path))

    assert (
        "Source: exports of friday, exported 21 Nov 2026, 09:30 (Australia/Sydney),"
        " sha256" in said
    )


def test_a_full_run_names_what_was_written(tmp_path: Path) -> None:
    text = words(render(run("full"), tmp_path))

    assert "FULL RUN" in text
    assert "✓ The import succeeded: 13 of 15 checks hold;" in text
    assert "Written to the real database: deletions, patients, appointments" in text
    assert "--reviewed" not in text


def test_a_run_that_was_taken_back_has_written_nothing_that_stands(
    tmp_path: Path,
) -> None:
    said = words(render(run("full", "rolled-back"), tmp_path))

    assert "The import was taken back." in said
    assert "put back to what it held before this run" in said
    assert "are in the backend" not in said
    assert "Written to the real database" not in said
    assert "Before that, 13 of 15 checks held;" in said
    assert "checks hold" not in said.casefold()
    assert "checks that hold" not in said.casefold()


def test_a_refused_run_says_why_and_what_did_not_run(tmp_path: Path) -> None:
    error = "appointments: 14 rows are rejected. Hint: reimport show"

    text = words(render(run("full", "refused", "appointments", error), tmp_path))

    assert "The import was refused in phase appointments." in text
    assert "Why: appointments: 14 rows are rejected." in text
    assert "Next: reimport show" in text
    assert "4 later phases did not run." in text


def test_a_plan_that_was_refused_is_not_told_as_done(tmp_path: Path) -> None:
    text = words(render(run("full", "refused", "appointments"), tmp_path))

    assert "9,833 of 13,542 source rows of the phases done (72.61%)" in text
    assert "Written to the real database: deletions, patients. It was not" in text
    assert "reimport restore 20261122T101500Z-full all, with what was" in text
    assert "14 rejected (planned; its phase is not done)" in text


def test_deletions_that_were_refused_are_not_told_as_done(tmp_path: Path) -> None:
    text = words(render(run("full", "refused", "delete"), tmp_path))

    assert "Nothing was deleted." in text
    assert "No record of the real database was created, updated or deleted." in text


def test_a_phase_stopped_by_accident_may_have_been_written(tmp_path: Path) -> None:
    text = words(render(run("full", "interrupted", "patients"), tmp_path))

    assert "Whether patients was written before it stopped is in the ledger" in text


def test_an_import_without_changes_says_that_it_changed_nothing(tmp_path: Path) -> None:
    manifest = run("full")
    for phase in manifest["phases"]:
        for counts in phase["tables"].values():
            counts.update(created=0, updated=0, deleted=0)

    text = words(render(manifest, tmp_path))

    assert "No record of the real database was created, updated or deleted." in text


@pytest.mark.parametrize(
    ("made_by", "place"),
    [
        ("20261122T101500Z-full", "this run folder."),
        ("20261121T101500Z-rehearsal", "the run folder 20261121T101500Z-rehearsal."),
    ],
)
def test_the_backup_is_where_the_cover_says(
    made_by: str, place: str, tmp_path: Path
) -> None:
    manifest = run("full")
    manifest["backup"]["run"] = made_by

    text = words(render(manifest, tmp_path))

    assert f"The backup from before that is in {place}" in text


def test_after_a_refusal_the_rehearsal_is_next() -> None:
    manifest = run("rehearsal", "refused", "notes")

    gate = "--gate images.min_object_rate=0.8"
    assert verdict(manifest).next.command == f"reimport run --dry-run {gate}"


def test_rejected_rows_stand_before_skipped_ones(tmp_path: Path) -> None:
    outcomes(
        tmp_path,
        "appointments,40,p-1,skipped,bad_time,,x",
        "appointments,41,p-1,rejected,owner_not_imported,,x",
    )

    text = words(render(run(), tmp_path))

    assert text.index("✗ rejected 5") < text.index("- skipped 9")


def test_columns_that_no_phase_fills_are_left_out(rehearsal: str) -> None:
    assert "what stopped it" not in words(rehearsal)


def test_a_run_refused_before_any_phase_wrote_nothing(tmp_path: Path) -> None:
    text = words(render(run("full", "refused", "validation", "no source"), tmp_path))

    assert "No record of the real database was created, updated or deleted." in text
    assert "No phase that imports data has planned anything." in text
    assert "What is deleted" not in text


@pytest.mark.parametrize(
    ("names", "status", "sentence"),
    [
        (("validation-post",), "refused", "No phase of this run imports data."),
        (("patients",), "refused", "has planned anything."),
        (("patients",), "interrupted", "has planned anything yet."),
    ],
)
def test_what_a_run_without_plans_may_still_do_is_said_as_it_is(
    tmp_path: Path, names: tuple[str, ...], status: str, sentence: str
) -> None:
    manifest = run("rehearsal", status, "validation")
    wanted = {"validation", "backup", *names}
    manifest["phases"] = [e for e in manifest["phases"] if e["name"] in wanted]

    assert sentence in words(render(manifest, tmp_path))


def test_who_confirmed_stands_there_in_words(tmp_path: Path) -> None:
    manifest = run("full")
    manifest["confirmed"] = {
        "word": "clinic 5be15be1",
        "how": "typed",
        "by": "root",
        "at": "2026-11-22T10:30:00+00:00",
    }

    text = words(render(manifest, tmp_path))

    assert (
        "by root, 22 Nov 2026, 21:30 (Australia/Sydney), typed, clinic 5be15be1" in text
    )


@pytest.mark.parametrize("status", [str(status) for status in Status])
@pytest.mark.parametrize("mode", ["rehearsal", "full"])
def test_every_status_has_a_verdict(mode: str, status: str) -> None:
    said = verdict(run(mode, status, stops="documents"))

    assert said.lead
    assert said.tone in ("good", "bad", "warn", "quiet")


def test_a_check_that_could_not_be_made_is_not_counted_as_held(rehearsal: str) -> None:
    text = words(rehearsal)

    assert "13 of 15 checks hold; 1 asks for a look; 1 could not be made." in text


def test_every_table_has_its_equation(rehearsal: str) -> None:
    text = words(rehearsal)

    assert "15,149 = 9,812 created + 5 updated + 5,318 unchanged + 14 rejected" in text
    assert "1,302 = 1,302 created" in text


def test_reasons_come_with_remedies_and_row_numbers(tmp_path: Path) -> None:
    outcomes(
        tmp_path,
        *(f"appointments,{row},p-1,rejected,bad_time,,x" for row in range(40, 49)),
    )

    text = words(render(run(), tmp_path))

    assert "Correct the time in FileMaker." in text
    assert "40, 41, 42, …" in text


def test_the_keys_of_the_outcomes_files_are_not_shown(tmp_path: Path) -> None:
    outcomes(tmp_path, "appointments,40,a-key-of-somebody,rejected,bad_time,,target-9")

    page = render(run(), tmp_path)

    assert "a-key-of-somebody" not in page
    assert "target-9" not in page


def test_notebooks_are_linked_where_they_were_exported(tmp_path: Path) -> None:
    (tmp_path / "03_patients.html").write_text("x")

    page = render(run(), tmp_path)

    assert 'href="03_patients.html"' in page
    assert "04_appointments.html" not in page


def test_the_cover_asks_no_other_host_for_anything(rehearsal: str) -> None:
    assert "default-src 'none'" in rehearsal
    assert not re.search(r"https?://|<script|@import", rehearsal)
    assert_harmless(rehearsal, elements=ELEMENTS, attributes=ATTRIBUTES)


def test_a_manifest_of_a_run_just_opened_is_enough(tmp_path: Path) -> None:
    manifest: Any = {
        "run_id": "20261122T101500Z-full",
        "mode": "full",
        "status": "open",
        "parameters": {},
        "phases": [],
    }

    assert "has not started" in render(manifest, tmp_path)


def poisoned(value: Any, payload: str) -> Any:
    """*value* with *payload* in every text that no list is closed for."""
    if isinstance(value, dict):
        closed = {"status", "mode", "verdict", "reasons", "notes"}
        return {
            name: inner if name in closed else poisoned(inner, payload)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [poisoned(inner, payload) for inner in value]
    return payload if isinstance(value, str) else value


def test_no_text_of_a_manifest_becomes_markup(tmp_path: Path) -> None:
    payload = "".join(PAYLOADS)
    manifest = poisoned(run("full", "failed", "images", "x"), payload)
    manifest["versions"] = dict.fromkeys(PAYLOADS, "1")
    manifest["phases"][3]["tables"][payload] = {"created": 1, "reasons": {payload: 1}}

    page = render(json.loads(json.dumps(manifest)), tmp_path)

    assert_harmless(page, elements=ELEMENTS, attributes=ATTRIBUTES)


def test_a_rehearsal_that_ended_before_its_copy_claims_none(tmp_path: Path) -> None:
    text = words(render(run("rehearsal", "refused", "validation"), tmp_path))

    assert "No copy was ready to write to" in text
    assert "happened on a copy" not in text


def test_a_record_that_is_gone_and_stays_is_not_said_to_be_there(
    tmp_path: Path,
) -> None:
    manifest = run()
    for counts in manifest["phases"][2]["tables"].values():
        counts.update(deleted=0, kept=1, reasons={"has_children": 1})

    page = render(manifest, tmp_path)

    assert "Nothing is deleted: 2 records would go, and others hang on them" in page
    assert "no record of an import is gone" not in page


def test_a_phase_refused_before_it_planned_says_nothing_of_what_goes(
    tmp_path: Path,
) -> None:
    manifest = run("rehearsal", "refused", "delete")
    manifest["phases"][2].update(tables={}, plan_digests={})

    text = words(render(manifest, tmp_path))

    assert "What is deleted" not in text
    assert "gone from the source" not in text


def test_the_hint_of_what_stopped_a_run_is_its_next_step(tmp_path: Path) -> None:
    error = "validation: 3 rows have changed. Hint: reimport run --full, to review"

    text = words(render(run("full", "refused", "validation", error), tmp_path))

    assert "Next: reimport run --full" in text
    assert "reimport run --dry-run" not in text


def test_a_refusal_after_an_accident_does_not_say_that_nothing_was_written(
    tmp_path: Path,
) -> None:
    manifest = run("full", "refused", "delete")
    assert "Nothing was deleted." in words(render(manifest, tmp_path))
    manifest["phases"][2]["attempts"] = [
        {
            **{"number": 1, "status": "failed", "error": "", "seconds": 1.0},
            **{"started_at": "", "ended_at": "", "notebook": "", "page": ""},
        }
    ]

    text = words(render(manifest, tmp_path))

    assert "Whether delete was written before it stopped is in the ledger" in text
    assert "Nothing was deleted." not in text
