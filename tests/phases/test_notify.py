"""Runs as notifiers find them: at work, late, killed, ended; and what they may say."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.execute import shared_files
from reimport_lib.notify import delivering, words
from reimport_lib.notify.delivering import Notifier
from reimport_lib.record import heartbeat, lock, runs
from reimport_lib.record.events import DurationForecast
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from tests.notify import receivers
from tests.notify.receivers import SECRET, Hook
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE, Site


@pytest.fixture
def hook() -> Iterator[Hook]:
    with receivers.hook() as made:
        yield made


def notifier(site: Site, hook: Hook, **more: str) -> Notifier:
    """Of one who is told of all of the last days."""
    given = site.with_settings(REIMPORT_NOTIFY=f"{hook.url} {SECRET}", **more).settings
    made = delivering.notifier(given)
    with made.book._open() as base:
        base.execute("UPDATE subscription SET since = '2000'")
    return made


def said(hook: Hook) -> list[tuple[str, str, str]]:
    """(type, run, phase) of what was received, sorted."""
    told = [json.loads(got.body) for got in hook.got]
    return sorted((t["type"], t["data"]["run"], t["data"]["phase"]) for t in told)


def of(hook: Hook, run: Run) -> list[str]:
    return [
        f"{kind} {phase}".strip() for kind, of, phase in said(hook) if of == run.run_id
    ]


def killed_before_its_record_said_so(run: Run) -> None:
    """The ledger has the last phases and the end of *run*; its record has not."""
    with sites.rewritten(run) as manifest:
        manifest["status"] = "running"
        for entry in manifest["phases"][-3:]:
            entry["status"] = "running" if entry["name"] == "documents" else "pending"
        kept = [m for m in manifest["messages"] if m["phase"] not in LAST]
        manifest["messages"] = [m for m in kept if m["occasion"] != "finished"]
    sign = run.folder / heartbeat.FILE
    sign.write_text(f"{heartbeat.here()} 4194305\n")
    os.utime(sign, (0, 0))  # it last gave one before its last phases were done


LAST = ("documents", "images", "validation-post")


def test_of_a_run_killed_between_commit_and_record_the_ledger_tells(
    imported: Site, whole: Whole, hook: Hook
) -> None:
    run = runs.load(imported.settings, whole.full.run_id)
    everything = [f"{m['occasion']} {m['phase']}" for m in run.manifest()["messages"]]
    killed_before_its_record_said_so(run)
    first, second = (notifier(imported, hook) for _ in range(2))

    first.round()
    second.round()

    told = of(hook, run)
    assert json.loads(hook.got[-1].body)["type"] == "reimport.heartbeat_lost"
    assert len({*hook.ids}) == len(hook.ids)
    expected = {
        f"reimport.{each.replace('-', '_', 1) if each[0] == 'p' else each}".strip()
        for each in everything
        if "validation-post" not in each  # it writes nothing but its record
    }
    assert {*told} == {*expected, "reimport.heartbeat_lost"}

    restored = json.loads((whole.full.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps(restored))  # it was gone on with
    first.round()
    again = of(hook, run)
    assert len(again) == len({*again})
    assert {*again} == {*told, "reimport.phase_done validation-post"}


@ONLY_SQLITE  # a database that is away is the same of both
def test_a_database_that_is_away_is_asked_another_time(
    imported: Site, whole: Whole, hook: Hook
) -> None:
    run = runs.load(imported.settings, whole.full.run_id)
    killed_before_its_record_said_so(run)
    away = notifier(imported, hook, DATABASE_URL="sqlite:////nowhere/clinic.sqlite3")
    away.round()
    assert "reimport.heartbeat_lost" in of(hook, run)
    assert "reimport.finished" not in of(hook, run)

    notifier(imported, hook).round()
    assert "reimport.finished" in of(hook, run)


@ONLY_SQLITE  # it is the record that says it
def test_a_run_at_work_is_late_by_what_was_expected_or_by_a_setting(
    imported: Site, whole: Whole, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.load(imported.settings, whole.rehearsal.run_id)
    again = runs.create(
        imported.settings,
        run.mode,
        phases=[(n, name) for n, name in enumerate(run.phases)],
    )
    again.tell(DurationForecast(800.0, 1_500.0, 4))
    with lock.executing(again):
        again.begin_phase("validation")
        late_after(again, 1_400)
        notifier(imported, hook).round()
        assert "reimport.late" not in of(hook, again)

        late_after(again, 1_600)
        both = [notifier(imported, hook) for _ in range(2)]
        for each in both:
            each.round()
        assert of(hook, again).count("reimport.late") == 1
    hook.got.clear()

    third = runs.create(imported.settings, run.mode, phases=((0, "validation"),))
    with lock.executing(third):
        third.begin_phase("validation")
        late_after(third, 90)
        notifier(imported, hook, REIMPORT_NOTIFY_LATE_MINUTES="1").round()
    assert "reimport.late" in of(hook, third)


def late_after(run: Run, seconds: float) -> None:
    with sites.rewritten(run) as manifest:
        manifest["phases"][0]["ticks"] -= seconds


@ONLY_SQLITE  # both engines are the same to who is told
def test_a_rehearsal_is_told_of_and_the_real_database_is_not_written_to(
    ready: Site, hook: Hook
) -> None:
    telling = notifier(ready, hook)
    before = ready.digest()
    run = ready.rehearse("patients")
    telling.round()
    telling.round()

    assert of(hook, run) == [
        "reimport.approval",
        "reimport.phase_done backup",
        "reimport.phase_done patients",
        "reimport.phase_done validation",
        "reimport.start",
    ]
    assert ready.digest() == before
    approval = next(g for g in hook.got if b"reimport.approval" in g.body)
    data = json.loads(approval.body)["data"]
    assert data["next"] == f"reimport run --full --reviewed {run.run_id}"
    assert "a copy" in data["safe"]
    leaves = (run.folder / "evidence" / "leaves.jsonl").read_text()
    assert len(data["digest"]) == 64
    assert leaves


@ONLY_SQLITE  # what is said is the same
def test_nothing_of_a_person_is_in_what_a_whole_import_tells(
    whole: Whole, tmp_path: Path
) -> None:
    for run in (whole.rehearsal, whole.full):
        messages = run.manifest()["messages"]
        link = "https://clinic.example/imports"
        said = [words.head(run.run_id, m) for m in messages]
        said += [words.text(run.run_id, m, link) for m in messages]
        said += [words.as_json(run.run_id, m, link) for m in messages]
        unread: list[str] = []
        pages = {"messages.html": "\n".join(said)}

        scanned = shared_files._scanned(run, pages, unread)

        assert (unread, scanned.blind) == ([], ())
        assert [leak for leak in scanned.leaks if leak.name in pages] == []
        planted = a_name(whole)
        pages = {"messages.html": "\n".join([*said, f"{planted} was not expected"])}
        scanned = shared_files._scanned(run, pages, unread)
        assert [leak.name for leak in scanned.leaks] == ["messages.html"]
        bind.close()


def a_name(whole: Whole) -> str:
    """The longest last name of the clinic: nothing else is called so."""
    query = "SELECT last_name FROM patients_patient WHERE length(last_name) > 6"
    names: list[Any] = [name for (name,) in sites.query(whole.site, query)]
    return max(names, key=len)


@ONLY_SQLITE
def test_a_record_that_cannot_be_read_keeps_nobody_from_being_told(
    ready: Site, hook: Hook
) -> None:
    telling = notifier(ready, hook)
    damaged, run = (ready.rehearse("backup") for _ in range(2))
    record = damaged.folder / "run.json"
    kept = record.read_text()
    record.write_text("{")

    assert telling.round().waiting == 0
    record.write_text(kept)
    assert "reimport.approval" in of(hook, run)
    assert of(hook, damaged) == []
