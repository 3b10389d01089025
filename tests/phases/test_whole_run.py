"""The first import of a clinic: a rehearsal, and the full run that applies it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter

from django.apps import apps

from reimport_demo.clinic.build import Clinic
from reimport_lib.execute import approve
from reimport_lib.record import findings, runs
from reimport_lib.record.status import Mode, Status
from reimport_lib.show.instead import OF_NOTE
from reimport_lib.tables import registry
from reimport_lib.write import bind, ledger, models, read
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import Site


def test_a_rehearsal_of_all_phases_succeeds(whole: Whole) -> None:
    assert sites.error(whole.rehearsal) == ""
    assert sites.status(whole.rehearsal) is Status.SUCCEEDED


def test_a_rehearsal_leaves_the_real_database_as_it_was(whole: Whole) -> None:
    assert whole.rehearsed == whole.before
    assert whole.file_rehearsed == whole.file_before


def test_the_full_run_does_what_the_rehearsal_did(whole: Whole) -> None:
    assert sites.status(whole.full) is Status.SUCCEEDED
    assert sites.outcomes(whole.full) == sites.outcomes(whole.rehearsal)
    assert sites.tables(whole.full) == sites.tables(whole.rehearsal)
    assert sites.deletions(whole.full) == sites.deletions(whole.rehearsal)
    assert approve.plan_digest(whole.rehearsal)[:8] in _word(whole)


def test_the_full_run_has_the_clock_and_the_snapshot_of_its_rehearsal(
    whole: Whole,
) -> None:
    rehearsal, full = whole.rehearsal.manifest(), whole.full.manifest()

    for name in ("as_of", "snapshot_digest", "source", "database", "target_digests"):
        assert full[name] == rehearsal[name], name


def test_every_row_of_the_clinic_has_the_outcome_of_its_answer_key(
    whole: Whole, clinic: Clinic
) -> None:
    existing = json.loads((clinic.expected / "existing.json").read_text())
    with (clinic.expected / "rows.csv").open(encoding="utf-8", newline="") as file:
        expected = {
            (line["table"], int(line["row"])): (
                line["outcome"],
                line["reason"],
                line["notes"],
            )
            for line in csv.DictReader(file)
        }
    for row in existing["unchanged"]["patients"]:
        expected["patients", row] = ("unchanged", "", expected["patients", row][2])

    actual = {
        (table, int(line["row"])): (line["outcome"], line["reason"], line["notes"])
        for table in {table for table, _ in expected}
        for line in sites.outcome_lines(whole.full, table)
    }

    assert {key for key in expected if actual.get(key) != expected[key]} == set()
    assert actual.keys() == expected.keys()


def test_counts_in_run_json_are_those_of_the_answer_key(
    whole: Whole, clinic: Clinic
) -> None:
    answer = clinic.answer()
    counted = sites.tables(whole.full)

    for table, expected in answer["tables"].items():
        found = counted[table]
        assert found["source_rows"] == expected["source_rows"], table
        assert found["blank_rows"] == answer["blank_rows"][table], table
        assert found["reasons"] == expected["reasons"], table
        assert found["notes"] == expected["notes"], table
    for table, expected in answer["objects"].items():
        assert counted[table]["unchanged"] == expected["unchanged"], table
    assert counted["image_batches"]["created"] == answer["batches"]
    assert counted["coordinators"]["created"] == len(answer["coordinators"])


def test_what_filemaker_no_longer_has_is_gone_and_rows_of_people_stay(
    whole: Whole, clinic: Clinic
) -> None:
    expected = json.loads((clinic.expected / "existing.json").read_text())
    found = sites.deletions(whole.full)

    assert {t: c["deleted"] for t, c in found.items() if c["deleted"]} == (
        expected["deleted"]
    )
    assert {t: c["kept"] for t, c in found.items() if c["kept"]} == (
        expected["kept"]["local"]
    )


def test_rows_of_the_first_system_keep_their_random_keys(whole: Whole) -> None:
    lines = sites.outcome_lines(whole.full, "patients")
    kept = {line["target_id"] for line in lines if line["outcome"] == "unchanged"}
    created = {line["target_id"] for line in lines if line["outcome"] == "created"}

    assert kept
    assert {key[14] for key in kept} == {"4"}
    assert {key[14] for key in created} == {"5"}


def test_every_imported_row_carries_its_hash(whole: Whole) -> None:
    bind.bind_real(whole.site.settings)

    for name, table in registry.by_name().items():
        if table.model:
            rows = read.target_rows(name)
            assert len(rows), name
            assert "" not in set(rows["import_hash"]), name
    bind.close()


def test_the_ledger_holds_the_run_with_its_phases_and_how_it_ended(
    whole: Whole,
) -> None:
    bind.bind_real(whole.site.settings)
    phases = ledger.finished_phases(whole.full.run_id)
    model = models.apps.get_model("ledger", "LedgerRun")
    entered = list(model.objects.values_list("run_id", "status", "reviewed"))
    bind.close()

    manifest = whole.full.manifest()
    digests = {entry["name"]: entry.get("plan_digests") for entry in manifest["phases"]}
    assert [phase.name for phase in phases] == list(whole.full.phases[2:8])
    assert {p.name: dict(p.plan_digests) for p in phases} == {
        p.name: digests[p.name] for p in phases
    }
    assert entered == [
        (whole.full.run_id, "succeeded", whole.rehearsal.run_id),
    ]


def test_each_phase_of_two_runs_in_one_process_is_told_once(whole: Whole) -> None:
    for run in (whole.rehearsal, whole.full):
        lines = (run.folder / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        for event in ("phase_started", "phase_finished"):
            told = [line["phase"] for line in events if line["event"] == event]
            assert told == list(run.phases), event


def test_the_backup_of_the_rehearsal_is_taken_over(whole: Whole) -> None:
    made = whole.full.manifest()["backup"]

    assert made["run"] == whole.rehearsal.run_id
    assert made["digest"] == whole.before.total


def test_a_second_import_writes_nothing_but_its_record(imported: Site) -> None:
    before = sites.content(imported.digest())
    first = runs.newest(imported.settings, Mode.FULL, statuses=frozenset(Status))
    assert first is not None

    rehearsal = imported.rehearse()
    full = imported.apply(rehearsal)

    assert sites.error(full) == ""
    assert sites.content(imported.digest()) == before
    for table, counts in sites.tables(first).items():
        again = sites.tables(full)[table]
        assert again["created"] == again["updated"] == 0, table
        assert again["unchanged"] == counts["created"] + counts["unchanged"], table
        assert again["reasons"] == counts["reasons"], table
        assert again["notes"] == counts["notes"], table
    assert all(counts["deleted"] == 0 for counts in sites.deletions(full).values())
    assert full.manifest()["as_of"] == first.manifest()["as_of"]


def test_every_source_row_is_in_one_line_of_the_outcomes(whole: Whole) -> None:
    for table, counts in sites.tables(whole.full).items():
        lines = sites.outcome_lines(whole.full, table)
        found = Counter(line["outcome"] for line in lines)
        outcomes = ("created", "updated", "unchanged", "skipped", "rejected")
        assert {name: found[name] for name in outcomes} == {
            name: counts[name] for name in outcomes
        }, table
        assert {line["table"] for line in lines} == {table}


def _word(whole: Whole) -> str:
    word: str = whole.full.manifest()["confirmed"]["word"]
    return word


def test_what_the_report_says_is_in_the_metadata_is_there(whole: Whole) -> None:
    """Or in a field, where it says so: each text that a note is about."""
    told = [
        each
        for each in findings.read(whole.full.folder)
        if "metadata" in OF_NOTE.get(each.code, "")
        and each.outcome not in ("rejected", "skipped")
        and each.filemaker_id
        and each.holds
    ]
    bind.bind_real(whole.site.settings)
    missing = []
    for each in told:
        model = apps.get_model(registry.named(each.table).model)
        row = model._base_manager.filter(filemaker_id=each.key).values().first()
        kept = row.pop("filemaker_metadata") if row else {}
        beside = row.values() if row and "field or" in OF_NOTE[each.code] else ()
        there = [frozenset(_words(str(value))) for value in (*kept.values(), *beside)]
        missing += [
            (each.table, each.row, each.code)
            for line in each.holds.splitlines()
            if not any(_words(line.partition(": ")[2]) <= words for words in there)
        ]
    bind.close()

    assert not missing, missing
    assert len({each.code for each in told}) > 5


def _words(text: str) -> set[str]:
    """Words and numbers, however a date is written; no zeros, no half of the day."""
    found = {word.lstrip("0") for word in re.findall(r"[^\W_]+", text.casefold())}
    return found - {"", "am", "pm"}
