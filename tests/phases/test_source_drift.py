"""A source is held against the last run's, and what is too different stops the run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reimport_demo import command
from reimport_lib.checks import Check, Verdict
from reimport_lib.phases.source_drift import COMPARED
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from tests.phases import sites
from tests.phases.sites import Lines, Site

Change = Callable[[Lines], Lines]


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


def half(lines: Lines) -> Lines:
    return lines[::2]


def blank(*columns: str) -> Change:
    """No value in *columns* any more."""
    return lambda lines: [line | dict.fromkeys(columns, "") for line in lines]


def rehearse(
    site: Site,
    folder: Path,
    changes: Mapping[str, Change],
    **gates: float,
) -> Run:
    """Validation of the exports with *changes*; *gates* by ``table__name``."""
    exports = sites.edited(site.exports, folder, changes)
    places = {place.replace("__", "."): limit for place, limit in gates.items()}
    return site.with_exports(exports).rehearse("validation", gates=places)


def checks(run: Run) -> dict[str, Check]:
    """Name -> check of validation, as the run's record has it."""
    [entry] = [e for e in run.manifest()["phases"] if e["name"] == "validation"]
    return {check["name"]: Check.from_json(check) for check in entry["checks"]}


def test_a_first_run_says_that_it_was_held_against_none(ready: Site) -> None:
    first = checks(ready.rehearse("validation"))
    second = checks(ready.rehearse("validation"))

    assert first[COMPARED].verdict is Verdict.COULD_NOT_CHECK
    assert second[COMPARED].verdict is Verdict.PASS


def test_a_demo_parts_from_the_runs_of_the_database_before(
    ready: Site, tmp_path: Path
) -> None:
    ready.rehearse("backup")
    bind.bind_real(ready.settings)
    command._part_from_earlier_runs(ready.settings)
    bind.close()

    other = rehearse(ready, tmp_path / "one", {"Appointments": half})

    assert other.phase("backup")["status"] == "succeeded"
    assert checks(other)[COMPARED].verdict is Verdict.COULD_NOT_CHECK


def test_what_stops_names_the_run_and_the_words_that_let_it_through(
    ready: Site, tmp_path: Path
) -> None:
    before = ready.rehearse("validation")
    changes = {"Appointments": half, "Contacts": blank("DOB", "gender")}

    stopped = rehearse(ready, tmp_path / "one", changes)

    told = sites.error(stopped)
    rows = checks(stopped)["appointments: rows"]
    assert f"as in {before.run_id}" in told
    words = told.partition("if all of it is right: ")[2]
    given = dict(word.split("=") for word in words.split() if "=" in word)
    assert set(given) == {
        "appointments.max_lost_rows",
        "patients.max_lost_columns",
    }
    assert given["patients.max_lost_columns"] == "2"
    assert rows.verdict is Verdict.FAIL

    let = {place.replace(".", "__"): float(limit) for place, limit in given.items()}
    passed = rehearse(ready, tmp_path / "two", changes, **let)

    assert sites.error(passed) == ""
    assert checks(passed)["patients: column 'DOB'"].verdict is Verdict.WARN
    leaning = passed.phase("validation")["leans_on"]
    assert {each["place"] for each in leaning} == set(given)


def test_a_gate_of_another_table_lets_nothing_through(
    ready: Site, tmp_path: Path
) -> None:
    ready.rehearse("validation")

    stopped = rehearse(
        ready,
        tmp_path / "one",
        {"Contacts": blank("DOB")},
        notes__max_lost_columns=1,
    )

    assert "column 'DOB'" in sites.error(stopped)


def test_a_column_that_few_rows_filled_may_become_empty(
    ready: Site, tmp_path: Path
) -> None:
    def few(lines: Lines) -> Lines:
        return [
            line | {"Diabetes": "Yes" if number < 3 else ""}
            for number, line in enumerate(lines)
        ]

    rehearse(ready, tmp_path / "one", {"Contacts": few})

    later = rehearse(ready, tmp_path / "two", {"Contacts": blank("Diabetes")})

    assert sites.error(later) == ""


def test_another_system_is_nothing_to_be_held_against(ready: Site) -> None:
    ready.rehearse("validation")

    later = ready.with_settings(REIMPORT_SYSTEM="filemaker2").rehearse("validation")

    assert checks(later)[COMPARED].verdict is Verdict.COULD_NOT_CHECK


@pytest.mark.parametrize("record", ["{", "[]", '{"status": "succeeded"}'])
def test_a_damaged_record_of_another_run_stops_none(ready: Site, record: str) -> None:
    before = ready.rehearse("validation")
    damaged = ready.settings.runs / "20990101T000000Z-rehearsal"
    shutil.copytree(before.folder, damaged)
    (damaged / "run.json").write_text(record)

    later = ready.rehearse("validation")
    shutil.rmtree(damaged)

    assert sites.error(later) == ""
    assert checks(later)[COMPARED].actual == before.run_id


def test_a_run_whose_snapshot_was_taken_away_is_passed_over(ready: Site) -> None:
    oldest, newest = ready.rehearse("validation"), ready.rehearse("validation")
    (newest.snapshot_folder / "patients.parquet").unlink()

    later = ready.rehearse("validation")

    assert checks(later)[COMPARED].actual == oldest.run_id
