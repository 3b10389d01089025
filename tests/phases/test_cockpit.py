"""What the cockpit reads from the disk and says, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.cockpit import sections
from reimport_lib.cockpit.notebook import Cockpit
from reimport_lib.cockpit.places import RunPage
from reimport_lib.execute import approve
from reimport_lib.execute.desk import Stage, look
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.record import lock
from reimport_lib.record.clock import now
from tests.phases.sites import ONLY_SQLITE, Site, execute


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
