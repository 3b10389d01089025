"""The pages of runs: what they say."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from reading import text_of
from run_pages import ID, LATER, OPERATE, PRIVATE, VIEW, Browser, Executed, asked

from pages.models import Opening
from reimport_lib.config import load_settings
from reimport_lib.dashboard import facts, kept, log
from reimport_lib.record import events, heartbeat, runs
from reimport_lib.record import lock as run_lock
from reimport_lib.record.events import PhaseError, PhaseStarted, TableFrozen
from reimport_lib.record.status import Mode

TEXT = "no text of an error"


def test_all_runs_are_listed_with_their_mode_verdict_duration_and_trend(
    browser: Browser, executed: Executed
) -> None:
    executed(seconds=40.0)
    executed(LATER, seconds=61.0)
    executed("20260304T090000Z-rehearsal", status="failed")
    (executed("20260305T090000Z-rehearsal").folder / "run.json").write_text("{")

    said = text_of(browser(VIEW).get("/runs/"))

    for words in (ID, "Rehearsal", "✓ Succeeded", "✗ Failed", "? Unreadable"):
        assert words in said
    assert "1 min 01 s" in said
    assert "21 s longer" in said
    assert "how long the last 2 took" in said
    listed = said.partition("against the one before")[2]
    assert listed.index(LATER) < listed.index(ID), "newest first"


def test_what_many_ask_for_is_made_once_until_a_file_is_written(
    browser: Browser, executed: Executed, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, made = executed(), []
    monkeypatch.setattr(kept, "FRESH_SECONDS", 1_000_000.0)
    facts_of = facts.of
    monkeypatch.setattr(facts, "of", lambda each: made.append(1) or facts_of(each))
    seers = [browser(VIEW, name=name) for name in ("a", "b", "c")]

    answers = [seer.get(f"/runs/{ID}/live/") for seer in seers]
    etags = {answer["ETag"] for answer in answers}
    assert (len(etags), len(made)) == (1, 1)
    known = {"If-None-Match": etags.pop()}
    assert seers[0].get(f"/runs/{ID}/live/", headers=known).status_code == 304
    browser(VIEW, OPERATE, name="d").get(f"/runs/{ID}/live/")
    assert len(made) == 2, "who may give orders is told of them"

    run.tell(PhaseStarted("patients"))
    assert seers[0].get(f"/runs/{ID}/live/", headers=known).status_code == 200
    with run_lock.executing(run):
        seers[0].get(f"/runs/{ID}/live/")
    assert len(made) == 4


def test_the_safe_state_stands_first_and_all_else_follows(
    browser: Browser, executed: Executed
) -> None:
    run = executed()
    run.tell(TableFrozen("patients", 1_204))

    answer = browser(VIEW).get(f"/runs/{ID}/")

    said = text_of(answer).partition(ID)[2]
    first = said.index("All of it happened on a copy: the real database was only read.")
    for words in ("The rehearsal succeeded", "9 of 9 phases done", "3 patients"):
        assert first < said.index(words), words
    assert re.search(r"patients [\d,]+ created", said)
    assert "patients frozen, 1,204 rows" in said
    assert '<rect class="created"' in answer.content.decode()
    assert "Orders" not in said, "only for those who may give them"
    assert browser(VIEW, name="b").get(f"/runs/{LATER}/").status_code == 404


def test_what_is_unchanged_is_not_sent_again(
    browser: Browser, executed: Executed
) -> None:
    run, client = executed(), browser(VIEW)
    for address in ("/runs/live/", f"/runs/{ID}/live/"):
        first = client.get(address)
        known = {"If-None-Match": first["ETag"]}

        assert client.get(address, headers=known).status_code == 304
        assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200
        page = client.get(address.replace("live/", "")).content.decode()
        assert first["ETag"].strip('"') in page, "the page asks with it"

    run.tell(PhaseStarted("patients"))
    again = client.get(f"/runs/{ID}/live/", headers=known)
    assert again.status_code == 200
    assert "patients began" in text_of(again)
    assert client.get(f"/runs/{ID}/live/?was=other")["HX-Refresh"] == "true"


def test_a_run_at_work_shows_how_far_it_is_and_one_that_was_killed_that_it_was(
    browser: Browser, executed: Executed
) -> None:
    executed(seconds=40.0)
    run = executed(LATER, status="running")
    path = run.folder / "run.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["phases"][3:]:
        entry |= {"status": "pending", "tables": {}, "checks": [], "seconds": 0.0}
    manifest["phases"][3] |= {"status": "running", "started": time.time() - 3}
    path.write_text(json.dumps(manifest))
    client = browser(VIEW, OPERATE)

    with run_lock.executing(run):
        heartbeat.beat(run.folder)
        live = client.get(f"/runs/{LATER}/")
    said = text_of(live)
    assert "The real database is only read: a rehearsal writes to a copy" in said
    assert "At work in patients." in said
    assert "3 of 9 phases done" in said
    assert re.search(r"time left about \d", said)
    assert 'hx-trigger="every 2s, shown"' in live.content.decode()
    assert '<noscript><meta http-equiv="refresh"' in live.content.decode()
    assert "Stop" in said
    assert "Approve" not in said

    (run.folder / heartbeat.FILE).unlink()
    killed = client.get(f"/runs/{LATER}/")
    assert "No sign of life" in text_of(killed)
    assert "Go on" in text_of(killed)
    assert "It was killed in patients: " in text_of(killed)
    assert "noscript" not in killed.content.decode()


def test_of_errors_the_log_says_the_id_and_never_the_text(runs_folder: Path) -> None:
    run = runs.create(load_settings(), Mode.REHEARSAL, phases=((3, "patients"),))
    run.tell(PhaseError("patients", f"{TEXT} [R041]"))
    with (run.folder / events.EVENTS).open("a") as file:
        for odd in ({"event": TEXT * 9}, {"event": "phase_started", "phase": "<b>'"}):
            file.write(json.dumps({"at": "2026-03-02T09:00:00+00:00", **odd}) + "\n")
        file.write('{"event": "phase_st\n[1]\n7\n')

    said = [line.words for line in log.lines(run)]

    assert said == [
        "? began",
        "?",
        "patients stopped: R041 (reimport explain R041)",
        "opened (rehearsal)",
    ]


def test_files_are_those_that_the_record_names_and_run_nothing(
    browser: Browser, executed: Executed, runs_folder: Path
) -> None:
    run, client = executed(), browser(VIEW)
    (run.folder / "private").mkdir()
    (run.folder / "private" / "worklist.csv").write_text("whose")
    (run.folder / "04_appointments.html").unlink()
    (run.folder / "04_appointments.html").symlink_to(runs_folder.parent / "secret.html")
    path = run.folder / "run.json"
    manifest = json.loads(path.read_text())
    manifest["worklist"]["files"] = dict.fromkeys(
        ("private/worklist.csv", "../../secret.html", "/etc/passwd"), ""
    )
    manifest["phases"][5]["notebook"] = "../../secret.ipynb"
    path.write_text(json.dumps(manifest))
    here = f"/runs/{ID}/files/"

    for name in ("report.html", "03_patients.html"):
        answer = client.get(f"{here}{name}")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/html")
        assert answer["X-Content-Type-Options"] == "nosniff"
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert "script-src" not in policy
        assert b"".join(answer.streaming_content).startswith(b"<!")
    odd = (
        *("run.json", "outcomes/patients.csv", "03_patients.ipynb", "report.html%00"),
        *("../../secret.html", "..%2f..%2fsecret.html", "%2e%2e/secret.html", "x.html"),
        *("//etc/passwd", "/etc/passwd", "04_appointments.html", "05_notes.html/"),
        *("REPORT.HTML", "report.html/../run.json", "a" * 5_000),
    )
    keeper = browser(VIEW, PRIVATE)
    for name in odd:
        assert keeper.get(f"{here}{name}").status_code == 404, name
    worklist = keeper.get(f"{here}private/worklist.csv")
    assert b"".join(worklist.streaming_content)  # closes it as the client does
    assert "attachment" in worklist["Content-Disposition"]
    assert client.get(f"{here}private/worklist.csv").status_code == 404
    assert "worklist" not in text_of(client.get(f"/runs/{ID}/"))
    assert "worklist (csv)" in text_of(keeper.get(f"/runs/{ID}/"))
    assert Opening.objects.filter(what="report").count() == 3


def test_a_page_that_nobody_has_searched_is_for_few(
    browser: Browser, executed: Executed
) -> None:
    run = executed()
    path = run.folder / "run.json"
    manifest = json.loads(path.read_text())
    del manifest["privacy"]
    path.write_text(json.dumps(manifest))
    page = f"/runs/{ID}/files/report.html"

    assert browser(VIEW).get(page).status_code == 404
    assert asked(browser(VIEW, PRIVATE), page) == 200


@pytest.mark.parametrize("place", ["/dev/null/none", "file"])
def test_a_runs_folder_that_cannot_be_read_is_a_sentence(
    browser: Browser, runs_folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "file":
        place = str(runs_folder.parent / "secret.html")
    monkeypatch.setenv("REIMPORT_RUNS", place)
    client = browser(VIEW, OPERATE, PRIVATE)

    for address in ("/runs/", f"/runs/{ID}/", "/runs/live/"):
        said = text_of(client.get(address))
        assert "runs folder" in said or "Not a directory" in said
    assert client.post(f"/runs/{ID}/orders/stop/").status_code < 500
    assert client.get(f"/runs/{ID}/files/report.html").status_code == 404
    assert "reimport_runs_readable 0.0" in client.get("/runs/metrics").content.decode()


def test_a_damaged_record_is_a_sentence(browser: Browser, executed: Executed) -> None:
    (executed().folder / "run.json").write_text("{")

    said = text_of(browser(VIEW).get(f"/runs/{ID}/"))

    assert "its record run.json is cut off" in said
