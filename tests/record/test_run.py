"""The record of a run: written by its own methods, read as what it is, or refused."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import Refused, ReimportError
from reimport_lib.record import events, manifest, runs
from reimport_lib.record.run import Run
from reimport_lib.record.shape import Misfit, fitted
from reimport_lib.record.status import Mode, Status
from tests.show import examples

LIBRARY = Path(__file__).resolve().parents[2] / "reimport_lib"
PHASES = ((0, "validation"), (1, "backup"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"REIMPORT_RUNS": str(tmp_path)})


@pytest.fixture
def run(settings: Settings) -> Run:
    return runs.create(settings, Mode.REHEARSAL, phases=PHASES)


def happened(run: Run) -> list[dict[str, Any]]:
    lines = (run.folder / events.EVENTS).read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_runs_of_one_second_sort_as_they_were_made(settings: Settings) -> None:
    modes = [Mode.REHEARSAL, Mode.FULL, Mode.REHEARSAL, Mode.FULL]

    made = [runs.create(settings, mode, phases=PHASES).run_id for mode in modes]

    assert made == runs.all_run_ids(settings)


def test_what_was_killed_before_it_had_a_record_goes_with_the_next_run(
    settings: Settings, run: Run
) -> None:
    killed, opening, full = (
        settings.runs / f"20200101T00000{n}Z-full" for n in range(3)
    )
    others = settings.runs / "notes"
    ended = subprocess.Popen(["true"])
    ended.wait()
    for folder in (killed, opening, full, others):
        folder.mkdir()
    for folder in (killed, opening):
        (folder / f".run.json.{ended.pid}.tmp").touch()
    (full / "kept").touch()
    for folder in (full, others):
        os.utime(folder, (0, 0))

    runs.remove_unopened(settings)  # it has just lost a file
    assert [*killed.iterdir()] == [*opening.iterdir()] == []
    os.utime(killed, (0, 0))
    made = runs.create(settings, Mode.REHEARSAL, phases=((0, "validation"),))

    assert not killed.exists()
    assert all(folder.is_dir() for folder in (opening, full, others, made.folder))
    assert run.manifest()["run_id"] == run.run_id


def test_a_run_succeeds_with_its_last_phase(run: Run) -> None:
    run.begin()
    run.begin_phase("validation")
    assert not run.end_phase("validation", Status.SUCCEEDED)
    assert run.status is Status.RUNNING
    run.begin_phase("backup")
    assert run.end_phase("backup", Status.SUCCEEDED)
    run.end(Status.SUCCEEDED, seconds=1.25)

    assert run.status is Status.SUCCEEDED
    assert run.manifest()["seconds"] == 1.25
    assert [(each["event"], each.get("phase", "")) for each in happened(run)] == [
        ("run_opened", ""),
        ("phase_started", "validation"),
        ("phase_finished", "validation"),
        ("phase_started", "backup"),
        ("phase_finished", "backup"),
        ("run_finished", ""),
    ]


def test_a_phase_that_does_not_succeed_ends_the_run_with_its_error(run: Run) -> None:
    run.begin_phase("validation")

    assert run.end_phase("validation", Status.REFUSED, error="no.")
    run.end(Status.REFUSED, seconds=1)

    assert run.manifest()["error"] == "no."
    assert run.phase("validation")["error"] == "no."


def taken_back(run: Run) -> None:
    run.begin()
    run.take_back(to="then", backup="digest")
    run.begin()


def done_twice(run: Run) -> None:
    run.begin_phase("validation")
    run.end_phase("validation", Status.SUCCEEDED)
    run.begin_phase("validation")


def done_without_a_beginning(run: Run) -> None:
    run.end_phase("validation", Status.SUCCEEDED)


def done_after_a_refusal(run: Run) -> None:
    run.begin_phase("validation")
    run.end_phase("validation", Status.REFUSED)
    run.end_phase("validation", Status.SUCCEEDED)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (taken_back, "it is rolled-back and cannot become running"),
        (done_twice, "its phase validation is succeeded and cannot become running"),
        (done_without_a_beginning, "validation is pending and cannot become succeeded"),
        (done_after_a_refusal, "validation is refused and cannot become succeeded"),
    ],
)
def test_a_step_that_is_none_is_refused_and_changes_nothing(
    run: Run, steps: Callable[[Run], None], said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        steps(run)

    before = run.manifest()
    with pytest.raises(Refused):
        run.end_phase("backup", Status.PENDING)
    assert run.manifest() == before
    assert run.run_id in refused.value.message
    assert refused.value.hint.startswith("reimport ")


def test_what_is_invented_for_the_reports_is_a_record(settings: Settings) -> None:
    """Of a run that is done, and of one that stopped."""
    for record in (examples.run(), examples.run("full", "refused", "notes", "no.")):
        folder = settings.runs / record["run_id"]
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps(record))

        assert manifest.read_manifest(folder) == record


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value in *value*."""
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    return [
        place
        for key, each in inner
        for place in [(*path, key), *places(each, (*path, key))]
    ]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def test_a_value_of_another_kind_is_named_wherever_it_stands() -> None:
    """Also where it is an object already: none of ours holds what this one does."""
    whole = json.dumps(examples.run("full", "refused", "notes", "no."))

    for path in places(json.loads(whole)):
        broken = json.loads(whole)
        at(broken, path[:-1])[path[-1]] = {"a": [["list"]]}
        with pytest.raises(Misfit) as misfit:
            fitted(broken, manifest.Manifest)
        assert str(misfit.value).startswith(str(path[0]))


NEEDED = "run_id mode status created_at as_of parameters phases".split()


@pytest.mark.parametrize("name", NEEDED)
def test_a_record_that_lacks_what_every_run_has_is_told_so(run: Run, name: str) -> None:
    record = json.loads((run.folder / "run.json").read_text())
    del record[name]
    (run.folder / "run.json").write_text(json.dumps(record))

    with pytest.raises(
        manifest.DamagedRecord, match=f"{run.run_id}: .*{name} is lacking"
    ):
        run.manifest()


def test_what_a_reader_does_to_a_record_no_other_reader_sees(run: Run) -> None:
    read = run.manifest()
    before = read["phases"][0]["status"]
    read["phases"][0]["status"] = Status.FAILED
    read["phases"].pop()

    again = run.manifest()

    assert again["phases"][0]["status"] is before
    assert len(again["phases"]) == len(read["phases"]) + 1


def test_a_record_that_is_damaged_is_not_written_over(run: Run) -> None:
    path = run.folder / "run.json"
    path.write_text(path.read_text()[:100])

    with pytest.raises(ReimportError, match="cut off"):
        run.begin()

    assert len(path.read_text()) == 100


def test_only_the_record_writes_the_record() -> None:
    """No other module names the file to write it, or the events."""
    writing = set()
    for path in sorted(LIBRARY.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and {"MANIFEST", "EVENTS"} & {
                each.id for each in ast.walk(node) if isinstance(each, ast.Name)
            }:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name.startswith(("write", "private_open")):
                    writing.add(path.relative_to(LIBRARY).as_posix())

    ours = {name for name in writing if not name.startswith(("backup/", "read/"))}
    assert ours == {"record/evidence.py", "record/runs.py"}


def test_every_event_has_a_name_of_its_own() -> None:
    kinds = {kind.__name__: kind.name for kind in events.Event.__subclasses__()}

    assert len(kinds) == len(set(kinds.values())) == 22


def test_an_event_is_one_line_with_its_moment_its_name_and_its_fields(run: Run) -> None:
    run.tell(events.TableFrozen("patients", 3))

    last = happened(run)[-1]
    assert last.pop("at").endswith("+00:00")
    first = (run.folder / events.EVENTS).read_bytes().splitlines()[0]
    assert last.pop("prev") == hashlib.sha256(first).hexdigest()
    assert last.pop("seq") == 2
    assert last == {"event": "table_frozen", "table": "patients", "rows": 3}


def test_a_seal_is_renewed_by_every_write_of_ours_and_by_no_other(run: Run) -> None:
    run.require_seal()
    run.begin()
    run.begin_phase("validation")
    run.require_seal()

    record = run.folder / manifest.MANIFEST
    edited = json.loads(record.read_text())
    edited["parameters"]["strict"] = True
    record.write_text(json.dumps(edited))
    run.end_phase("validation", Status.SUCCEEDED)

    with pytest.raises(Refused, match="is not as it was written"):
        run.require_seal()


def test_a_clock_that_is_set_back_takes_no_second_from_a_phase(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.begin_phase("validation")
    an_hour_ago = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: an_hour_ago)
    run.end_phase("validation", Status.SUCCEEDED)

    assert 0 <= run.phase("validation")["seconds"] < 60
