"""What the cockpit reads from the disk and says, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.cockpit import conflicts, sections
from reimport_lib.cockpit.notebook import Cockpit
from reimport_lib.cockpit.panels import Panel
from reimport_lib.cockpit.places import RunPage
from reimport_lib.execute import approve, report, worklist
from reimport_lib.execute.desk import Stage, look
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.phases import all_phases
from reimport_lib.phases.asked import FOLDER
from reimport_lib.record import heartbeat, lock, runs
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import MANIFEST
from reimport_lib.record.status import Status
from reimport_lib.show.html import Sentence
from reimport_lib.write import databases
from tests.cli.commands import wait_for
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE, Lines, Site, execute
from tests.phases.test_local_work import a_patient
from tests.phases.test_worklist import fill_in, lines_of, private
from tests.phases.test_worklist_rulings import THEIRS, change


@ONLY_SQLITE  # of files alone
def test_how_far_an_import_has_come_is_read_from_the_disk(ready: Site) -> None:
    settings = ready.settings
    assert look(settings).stage is Stage.NOTHING
    rehearsal = ready.rehearse("validation")
    view = look(settings)
    assert view.stage is Stage.REHEARSED
    assert approve.word(rehearsal) in sections.approval(view).text()
    with lock.executing(rehearsal):
        assert look(settings).stage is Stage.AT_WORK

    full = approve.open_full(settings, rehearsal, ask=lambda word: word, by="A. Owner")
    view = look(settings)
    assert (view.stage, view.applied) == (Stage.APPROVED, None)
    assert "A. Owner (account" in sections.approval(view).text()
    execute(full)
    view = look(settings)
    assert view.stage is Stage.APPLIED
    assert view.applied is not None
    assert view.applied.run_id == full.run_id

    again = ready.rehearse("validation")
    approve.reject(again, why="the totals are wrong")
    assert look(settings).stage is Stage.REJECTED
    assert "the totals are wrong" in sections.approval(look(settings)).text()
    old = ready.rehearse("validation")
    old.record_expiry(now())
    assert look(settings).stage is Stage.EXPIRED
    assert "rehearse again" in sections.approval(look(settings)).text()


@ONLY_SQLITE  # that nothing is asked of a database
def test_all_that_is_asked_of_a_cockpit_starts_nothing(
    ready: Site,
) -> None:
    before = ready.digest()
    cockpit = Cockpit(ready.settings)
    try:
        shown = [
            cockpit.doctor(),
            cockpit.rehearse(),
            cockpit.verdicts(),
            cockpit.differences(),
            cockpit.to_decide(),
            cockpit.conflicts(),
            cockpit.approval(),
            cockpit.undo(),
        ]
    finally:
        cockpit.close()

    assert all(twin.text() for _, twin in shown)
    pressed = {
        control.description: control.disabled
        for panel, _ in shown
        for control in panel.controls.values()
        if hasattr(control, "button_style")
    }
    assert [name for name, off in pressed.items() if not off] == [
        "Check now",
        "Rehearse",
    ]
    assert not ready.settings.runs.exists()
    assert ready.digest() == before


@ONLY_SQLITE  # of buttons; what commands do with a database is tested on both
def test_buttons_order_what_they_say(
    imported: Site,
    whole: Whole,
    clinic: Clinic,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decide, read back, another source, reject, stop, go on; each by the command."""
    site, edits = changed_by_both(imported, clinic, tmp_path)
    sites.chosen(site, whole.full, monkeypatch)
    run = site.rehearse("patients")
    report.write(run)
    cockpit = Cockpit(site.settings)
    made = (
        cockpit.doctor(),
        cockpit.rehearse(),
        cockpit.to_decide(),
        cockpit.conflicts(),
        cockpit.approval(),
    )
    doctor, rehearse, to_decide, conflicts, approval = (panel for panel, _ in made)
    try:
        shown = conflicts.known.value
        assert "FileMaker now" in shown
        assert not [name for name in (THEIRS, "Changedthere") if name in shown]
        assert "Say who decides" in press(conflicts, "decide")
        assert "A review from before" in press(conflicts, "decide", by="Ada")
        wait_for(lambda: "Ada: keep" in conflicts.known.value)
        assert shown_anew(site) == conflicts.known.value
        assert "0 to decide" in conflicts.known.value
        assert conflicts.controls["which"].options[0][0].endswith("last_name, decided")
        rulings = "SELECT field, ruling, decided_by FROM ledger_decision"
        assert sites.query(site, rulings) == [("last_name", "keep", "Ada")]

        book = private(run) / worklist.WORKBOOK
        line = next(x for x in lines_of(run) if x["code"] == "bad_date")
        fill_in(book, book, {line["line"]: ("expected", None, None, None)})
        assert "knows them" in press(to_decide, "read", by="Bo")
        words = "SELECT word, decided_by FROM ledger_rowdecision"
        assert sites.query(site, words) == [("expected", "Bo")]

        nowhere = str(tmp_path / "nowhere")
        rehearse.controls["folder"].value = nowhere
        press(doctor, "check")
        wait_for(lambda: "✗" in doctor.known.value)
        rehearse.controls["folder"].value = ""

        assert "Say what is wrong" in press(approval, "reject")
        said = press(approval, "reject", why="not the right day", by="Ada")
        assert "can never be applied" in said
        assert look(site.settings).stage is Stage.REJECTED

        fewer = {**edits, "Notes": lambda rows: rows[1:]}
        other = sites.edited(clinic.exports, tmp_path / "other", fewer)
        rehearse.controls["mode"].value = "delete"
        assert "It has begun" in press(rehearse, "go", folder=str(other))
        assert "at work no more" in press(rehearse, "stop")
        assert runs.readable(site.settings)[-1].status is Status.INTERRUPTED
        assert look(site.settings).stage is Stage.STOPPED
        assert "It has begun" in press(rehearse, "on")
        wait_for(lambda: look(site.settings).stage is Stage.REHEARSED)
        notes = [
            each.manifest()["source"]["tables"]["notes"]["rows"]
            for each in (run, runs.readable(site.settings)[-1])
        ]
        assert notes[1] == notes[0] - 1

        stopped = approve.open_rehearsal(site.settings, all_phases()[:1], gates={})
        stopped.begin()
        heartbeat.beat(stopped.folder)  # at work: in this process, by no command
        wait_for(lambda: stopped.run_id in rehearse.known.value)
        assert "and by no command" in press(rehearse, "stop")
    finally:
        cockpit.close()


def test_what_is_gone_is_told_where_it_is_missed_until_it_is_back(
    imported: Site,
    whole: Whole,
    clinic: Clinic,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database; a record that is cut off; what people were asked; all runs."""
    site, _ = changed_by_both(imported, clinic, tmp_path)
    sites.chosen(site, whole.full, monkeypatch)
    run = site.rehearse("patients")
    name = databases.database_name(site.url)
    monkeypatch.setenv("DATABASE_URL", site.url.replace(name, f"gone-{name}"))
    cockpit = Cockpit(site.settings)
    try:
        first, _ = cockpit.rehearse()
        asked, _ = cockpit.conflicts()
        undo, _ = cockpit.undo()
        assert "FileMaker now" in asked.known.value
        assert conflicts.UNKNOWN in asked.known.value
        for panel, order in ((asked, "decide"), (undo, "plan")):
            typed = {"by": "Ada"} if panel is asked else {}
            told = press(panel, order, **typed)
            assert "not done" in told, order
            assert "Next: " in told, order
        monkeypatch.setenv("DATABASE_URL", site.url)
        press(asked, "decide", by="Ada")
        wait_for(lambda: "Ada: keep" in asked.known.value)
        assert conflicts.UNKNOWN not in asked.known.value

        record = run.folder / MANIFEST
        whole_record = record.read_bytes()
        record.write_bytes(whole_record[:100])
        wait_for(lambda: MANIFEST in first.told.value)
        assert "Next: " in first.told.value
        record.write_bytes(whole_record)
        wait_for(lambda: first.told.value == "")

        question = next((run.folder / FOLDER).glob("*.json"))
        held = question.read_bytes()
        question.write_bytes(held[:20])
        said = press(undo, "plan")
        assert "Nothing was written" in said
        wait_for(lambda: f"{question.name} of {run.run_id}" in asked.told.value)
        question.write_bytes(held)
        wait_for(lambda: "cannot be read" not in asked.told.value)

        site.settings.runs.rename(tmp_path / "elsewhere")
        wait_for(lambda: sections.NO_RUN.split(":")[0] in first.known.value)
        assert "FileMaker now" not in asked.known.value
        (tmp_path / "elsewhere").rename(site.settings.runs)
        wait_for(lambda: "FileMaker now" in asked.known.value)
    finally:
        cockpit.close()


def changed_by_both(
    imported: Site, clinic: Clinic, tmp_path: Path
) -> tuple[Site, Mapping[str, Callable[[Lines], Lines]]]:
    """*imported* with a name that both sides changed, and what FileMaker did."""
    key = a_patient(imported)
    change(imported, "patients", key, last_name=THEIRS)

    def renamed(rows: Lines) -> Lines:
        for row in rows:
            if row["id"].strip().casefold() == key:
                row["nameLast"] = "Changedthere"
        return rows

    edits = {"Contacts": renamed}
    exports = sites.edited(clinic.exports, tmp_path / "e", edits)
    return imported.with_exports(exports), edits


def shown_anew(site: Site) -> str:
    """What is known of conflicts where the notebook is opened again."""
    cockpit = Cockpit(site.settings)
    cockpit.close()
    panel, _ = cockpit.conflicts()
    return str(panel.known.value)


def press(panel: Panel, name: str, **typed: str) -> str:
    """What came of it, once the order is done."""
    for field, value in typed.items():
        panel.controls[field].value = value
    control = panel.controls[name]
    wait_for(lambda: not control.disabled)  # another order is being done
    panel.told.value = ""
    control.click()
    wait_for(lambda: panel.told.value not in ("", Sentence("One moment…").html()))
    return str(panel.told.value)


def test_what_a_command_refused_is_told_with_the_next_step() -> None:
    said = "reimport: There is no run. [R220]\n  next: reimport runs\n"
    refused = CommandAnswer(2, "", said)
    assert (refused.message, refused.next) == (
        "There is no run. [R220]",
        "reimport runs",
    )
    assert refused.json() is None
    done = CommandAnswer(0, "one\nthe last\n", "")
    assert (done.message, done.next) == ("the last", "")


def test_a_page_is_linked_only_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "runs" / "a run" / "report.html"
    assert RunPage("<Report>", file=page).html() == "&lt;Report&gt;"
    page.parent.mkdir(parents=True)
    page.touch()

    assert 'href="runs/a%20run/report.html"' in RunPage("Report", file=page).html()
    # no server has started this process: a widget has no address for it
    assert RunPage("Report", file=page, served=True).html() == "Report"
