"""What workers make of an imported clinic is what its own process makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from reimport_lib import workers
from reimport_lib.home import CHECKOUT
from reimport_lib.phases import ahead, frozen
from reimport_lib.phases.proving import ask_tables
from reimport_lib.plan.context import Known, WhenAsked
from reimport_lib.prove.recent import RecentFrames
from reimport_lib.record.status import Status
from reimport_lib.tables import registry
from tests.phases.checking import Case, case
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE

__all__ = ["case"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked")

WITH_WORKERS = """
import json, sys
from reimport_lib import workers
from reimport_lib.config import load_settings
from reimport_lib.execute.prefork import preload
preload.load()
workers.fork("3")
from reimport_lib.phases import ahead, all_phases, frozen, proving
from reimport_lib.phases.binding import bind_run
from reimport_lib.prove.evidence import gather
from reimport_lib.record import runs
from reimport_lib.tables import registry
run = runs.load(load_settings(), sys.argv[1])
snapshot = frozen.snapshot_of(run)
"""
ASKED = """
bind_run(run, writable=False)
evidence = gather(run, snapshot)
proving.ask_tables(evidence)
answers = {
    table.name: {
        question: [check.as_json() for check in checks]
        for question, checks in evidence.answers(table.name).items()
    }
    for table in registry.all_tables()
}
there = [name for name in answers if name in evidence._rows]
print(json.dumps([answers, there]))
"""
TOLD = """
def told(values):
    def shown(value):
        if hasattr(value, "to_dict"):
            return value.to_dict()
        if isinstance(value, dict):
            return {name: shown(each) for name, each in value.items()}
        return value
    return {name: repr(shown(value)) for name, value in values.items()}
"""
STAGED = (
    TOLD
    + """
found = {}
for phase in all_phases():
    if phase.tables:
        ahead.begin(run.run_id, phase.name)
for table in registry.sources():
    [(made_of, made)] = workers.begun(ahead._values, (run.run_id, table))
    of_here, here = ahead._values((run.run_id, table))
    assert made_of == of_here == (snapshot.digest, run.manifest()["as_of"])
    both = told(made), told(here)
    found[table] = [name for name in here if both[0][name] != both[1][name]]
    assert len(made["frame"]) == snapshot.manifest.tables[table].rows
    given = ahead.staged(run, snapshot, table)
    assert given.declared is registry.named(table)
print(json.dumps(found))
"""
)
PLANNED = (
    TOLD
    + """
from dataclasses import fields
from reimport_lib.phases import planning, row_plans, source_keys
bind_run(run, writable=False)
found, rows = {}, 0
for phase in all_phases():
    ahead.begin(run.run_id, phase.name)
for phase in all_phases():
    if phase.tables:
        [(made, by_row)] = workers.begun(ahead._plans, (run.run_id, phase.name))
        here = planning.plan_tables(run, phase.module.stage_tables(run))
        for plans in zip(made, here, strict=True):
            both = [{f.name: getattr(p, f.name) for f in fields(p)} for p in plans]
            there, own = map(told, both)
            rows += len(plans[1].rows)
            found[plans[1].table] = [name for name in own if there[name] != own[name]]
        assert by_row == row_plans.text(row_plans.lines(run, here))
[keys] = workers.begun(ahead._keys, run.run_id)
found["keys"] = keys == source_keys.source_keys(run, snapshot)
found["kept"] = sorted(name for name, out in keys[1].items() if out)
found["rows"] = rows
print(json.dumps(found))
"""
)
LOOKED_AT = (
    WITH_WORKERS
    + """
from reimport_lib.phases import validation
context = frozen.context_of(run, snapshot)
names = list(snapshot.manifest.tables)
asked = [(run.run_id, name) for name in names]
here = [validation._checks_of_columns(run, snapshot, context, name) for name in names]
done_here = []
there = list(workers.each(validation._checks_of_table, asked, here=done_here.append))
both = [(one, other) for one, other in zip(here, there, strict=True) if other]
print(json.dumps([all(one == other for one, other in both), len(both), len(names)]))
"""
)
BACKED_UP = """
from reimport_lib.backup.digests import digest_url
from reimport_lib.phases import since_rehearsal
from reimport_lib.write.managed_rows import managed_digest
bind_run(run, writable=False)
url = run.settings.database_url.reveal()
print(json.dumps([
    digest_url(url, resting=True).to_json() == digest_url(url).to_json(),
    len(digest_url(url).tables),
    since_rehearsal._managed(run, "real") == managed_digest("real"),
    sum(map(len, managed_digest("real").tables.values())),
]))
"""


def with_workers(whole: Whole, script: str) -> Any:
    """What *script* prints in a process with two workers, told the full run."""
    run = whole.full
    done = subprocess.run(
        [sys.executable, "-c", WITH_WORKERS + script, run.run_id],
        cwd=CHECKOUT,
        env={
            **os.environ,
            **whole.site.environ,
            "DATABASE_URL": run.settings.database_url.reveal(),
            "REIMPORT_RUNS": str(run.settings.runs),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_check_is_the_same(whole: Whole, case: Case) -> None:
    evidence = case.evidence()
    ask_tables(evidence)

    answers, read_there = with_workers(whole, ASKED)

    checks = 0
    for table in registry.all_tables():
        for question, expected in evidence.answers(table.name).items():
            shown = [json.loads(json.dumps(check.as_json())) for check in expected]
            assert answers[table.name][question] == shown
            checks += len(shown)
    assert checks > 200
    read_here = [name for name in answers if name in evidence._rows]
    assert len(read_there) < len(read_here)


@ONLY_SQLITE
def test_every_check_is_the_same_with_little_room(case: Case) -> None:
    evidence = case.evidence()
    cramped = replace(evidence, _rows=RecentFrames(1), _answers={})
    for each in (evidence, cramped):
        ask_tables(each)

    for table in registry.all_tables():
        assert cramped.answers(table.name) == evidence.answers(table.name)


@ONLY_SQLITE
def test_every_table_is_staged_the_same(whole: Whole) -> None:
    different = with_workers(whole, STAGED)

    assert different == {table: [] for table in registry.sources()}


def test_every_plan_is_the_same_and_so_are_the_keys_of_the_source(whole: Whole) -> None:
    found = with_workers(whole, PLANNED)

    assert found.pop("keys")
    assert found.pop("kept")
    assert found.pop("rows") > 1_000
    assert len(found) > len(registry.sources())
    assert not any(found.values())


@ONLY_SQLITE
def test_every_check_of_columns_is_the_same(whole: Whole) -> None:
    same, by_workers, tables = with_workers(whole, LOOKED_AT)

    assert same
    assert 1 < by_workers < tables


def test_digests_of_databases_are_the_same(whole: Whole) -> None:
    same, tables, same_managed, managed = with_workers(whole, BACKED_UP)

    assert same
    assert same_managed
    assert (tables > 20, managed > 1_000) == (True, True)


def test_a_plan_that_asks_for_rows_of_a_later_phase_is_not_made_ahead() -> None:
    rows = WhenAsked(("patients", "appointments"), lambda _: {})
    known = Known(imported=rows)
    known.rows("patients")
    ahead._require_asked(known, {"patients"})

    known.with_rows("patients", {}).rows("appointments")

    with pytest.raises(ValueError, match="Rows of appointments are named as well"):
        ahead._require_asked(known, {"patients"})


@ONLY_SQLITE
@pytest.mark.parametrize("stale", ["", "snapshot", "clock"])
def test_what_was_staged_of_another_snapshot_or_by_another_clock_is_not_taken(
    case: Case, monkeypatch: pytest.MonkeyPatch, stale: str
) -> None:
    run, snapshot = case.run, frozen.snapshot_of(case.run)
    monkeypatch.setattr(ahead, "_kept", {})
    monkeypatch.setattr(ahead, "load_settings", lambda: run.settings)
    (digest, clock), values = ahead._values((run.run_id, "patients"))
    made_of = "" if stale == "snapshot" else digest, "" if stale == "clock" else clock
    begun = made_of, {**values, "frame": values["frame"].head(1)}
    monkeypatch.setattr(workers, "begun", lambda *_: (begun,))

    staged = ahead.staged(run, snapshot, "patients")

    assert len(staged.frame) == (len(values["frame"]) if stale else 1)
    assert len(values["frame"]) > 1


def test_one_worker_at_a_time_is_ahead_and_none_waits_whose_phase_began(
    tmp_path: Path,
) -> None:
    statuses = {"patients": Status.PENDING, "notes": Status.PENDING}
    run: Any = SimpleNamespace(
        folder=tmp_path, phase=lambda name: {"status": statuses[name]}
    )
    entered = Event()

    def work() -> None:
        with ahead._in_turn(run, "notes"):
            entered.set()

    with ThreadPoolExecutor(1) as other:
        with ahead._in_turn(run, "patients"):
            begun = other.submit(work)
            assert not entered.wait(0.3)
        begun.result(timeout=30)

        entered.clear()
        with ahead._in_turn(run, "patients"):
            begun = other.submit(work)
            assert not entered.wait(0.2)
            statuses["notes"] = Status.RUNNING
            begun.result(timeout=30)
    assert entered.is_set()
