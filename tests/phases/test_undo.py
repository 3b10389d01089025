"""A full run is undone by its ledger: the whole of it, or all that nobody touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from reimport_lib.backup.digests import DatabaseDigest
from reimport_lib.errors import (
    Drifted,
    GateFailed,
    Refused,
    ReimportError,
    UsageError,
)
from reimport_lib.execute import restore as going_back
from reimport_lib.execute import resume, undo, undo_csv, undo_notebook
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show import verdict
from reimport_lib.write import bind, identity
from reimport_lib.write.touched import Narrowing
from tests.cli.commands import Commands
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import Site, rewritten

ALL = Narrowing()


@pytest.fixture
def imported(imported: Site) -> Iterator[Site]:
    """The runs that were copied with the database are those of the copy."""
    bind.bind_real(imported.settings)
    database = identity.database_identity()
    for run in runs.readable(imported.settings):
        with rewritten(run) as manifest:
            manifest.update(database=database)
    yield imported
    bind.close()


def content(digest: DatabaseDigest) -> dict[str, str]:
    """Without the record of runs; what the ledger holds beside rows counts."""
    beside = {"ledger_importedrow": digest.tables["ledger_importedrow"].sha256}
    return sites.content(digest) | beside


def undone(site: Site, run_id: str, narrowing: Narrowing = ALL) -> Run:
    found = undo.plan(site.settings, run_id, narrowing)
    return undo.carry_out(found, ask=None, yes=True)


def test_a_whole_import_is_undone_and_that_is_undone(
    imported: Site, whole: Whole
) -> None:
    after = content(imported.digest())
    of_full = undo.remaining(imported.settings)[whole.full.run_id]
    assert 0 < of_full.written <= of_full.held == of_full.rows

    by = undone(imported, whole.full.run_id)

    assert content(imported.digest()) == content(whole.before)
    left = undo.remaining(imported.settings)
    assert (left[whole.full.run_id].rows, left[by.run_id].rows) == (0, of_full.held)
    full = runs.load(imported.settings, whole.full.run_id)
    assert (by.status, full.status) == (Status.SUCCEEDED, Status.SUCCEEDED)
    record = by.manifest()["undo"]
    assert {of[o] for of in record["counts"].values() for o in ("kept", "blocked")} == {
        0
    }
    assert [u["by"] for u in full.manifest()["undone"]] == [by.run_id]
    again = undone(imported, by.run_id)
    assert content(imported.digest()) == after
    assert "undo,deleted,reversed" not in (again.folder / undo_csv.FILE).read_text()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_people_did_since_stays_and_the_rest_goes_back(
    imported: Site, whole: Whole
) -> None:
    """
    Of the edited patient nothing can be taken: it is a row that the run made.

    Batches are counted again, and some were not counted right before the run.
    """
    imported.execute_sql(
        "UPDATE patients_patient SET notes = 'theirs' WHERE id = (SELECT p.id"
        " FROM patients_patient p JOIN ledger_beforeimage b"
        " ON replace(b.object_pk, '-', '') = p.id AND b.action = 'created' LIMIT 1)"
    )

    by = undone(imported, whole.full.run_id)

    counts = by.manifest()["undo"]["counts"]["patients.Patient"]
    assert counts["kept"] == 1
    theirs = "SELECT count(*) FROM patients_patient WHERE notes = 'theirs'"
    assert sites.query(imported, theirs) == [(1,)]
    changed = sites.content(imported.digest())
    before = sites.content(whole.before)
    moved = {n for n in before if before[n] != changed[n]}
    assert moved - {"images_imagebatch"} == {"patients_patient"}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nothing_is_undone_without_the_word_or_below_its_gate(
    imported: Site, whole: Whole
) -> None:
    run_id, held = whole.full.run_id, imported.digest()
    found = undo.plan(imported.settings, run_id, ALL)

    with pytest.raises(Refused, match="Not confirmed"):
        undo.carry_out(found, ask=lambda word: word.upper())
    with pytest.raises(Refused, match="nobody can type"):
        undo.carry_out(found, ask=None)
    imported.execute_sql("UPDATE notes_smsreply SET message = 'theirs'")
    replies = undo.plan(imported.settings, run_id, Narrowing(table="sms_replies"))
    with pytest.raises(Refused, match="nothing of it can go back"):
        undo.carry_out(replies, ask=None, yes=True, least=0)
    again = undo.plan(imported.settings, run_id, ALL)
    with pytest.raises(GateFailed, match="would go back"):
        undo.carry_out(again, ask=None, yes=True, least=0.9999)
    with pytest.raises(Drifted, match="changed since the plan"):
        undo.carry_out(found, ask=None, yes=True)

    failed = runs.readable(imported.settings)[-1]
    assert (failed.mode, failed.status) == ("undo", Status.REFUSED)
    assert f"reimport undo {run_id} --plan" in sites.error(failed)
    with pytest.raises(UsageError, match="is no import"):
        resume.resumable(imported.settings, failed.run_id)
    changed = sites.content(imported.digest())
    before = sites.content(held)
    assert {n for n in before if before[n] != changed[n]} == {"notes_smsreply"}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_words_that_name_nothing_are_refused(imported: Site, whole: Whole) -> None:
    asked = {
        ("20200101T000000Z-full", ALL): (UsageError, "There is no run"),
        (whole.rehearsal.run_id, ALL): (Refused, "not in the ledger"),
        (whole.full.run_id, Narrowing(table="patiens")): (UsageError, "patients"),
        (whole.full.run_id, Narrowing(field="nme")): (UsageError, "no field"),
        (whole.full.run_id, Narrowing(key="nobody")): (Refused, "no row"),
    }
    for (run_id, narrowing), (kind, said) in asked.items():
        with pytest.raises(kind, match=said):
            undo.plan(imported.settings, run_id, narrowing)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_going_back_before_the_run_takes_its_undo_back_too(
    imported: Site, whole: Whole
) -> None:
    by = undone(imported, whole.full.run_id)

    way = going_back.way_back(imported.settings, whole.full.run_id)
    going_back.go_back(way, ask=None, yes=True)

    assert by.status is Status.ROLLED_BACK
    assert imported.digest() == whole.before


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_shows_what_stays_and_runs_and_show_tell_of_it(
    imported: Site, whole: Whole, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands, run_id = Commands(imported, tmp_path), whole.full.run_id
    reimport = commands.here
    imported.execute_sql("UPDATE notes_smsreply SET message = 'theirs'")
    held = imported.digest()

    assert reimport("undo", run_id, "--plan") == 0
    shown = capsys.readouterr().out
    assert "of text message replies, changed by people since" in shown
    assert "\npatients " in shown
    assert imported.digest() == held
    assert reimport("undo", run_id, "--table", "patiens", "--yes") == 2
    assert reimport("undo", run_id, "--min-reversed", "1", "--yes") == 3
    assert "would go back" in capsys.readouterr().err
    bind.close()
    undoing = commands("undo", run_id, "--yes")
    assert (undoing.code, undoing.err) == (0, "")
    by = runs.all_run_ids(imported.settings)[-1]
    assert f"reimport undo {by}" in undoing.out
    _its_notebook_shows_the_values(commands.run(by), undoing.out)
    assert reimport("verify", by) == 0
    rows = commands.run(by).folder / undo_csv.FILE
    rows.write_text(rows.read_text().replace(",kept,", ",reversed,"))
    with (
        patch.dict(os.environ, commands.environ()),
        pytest.raises(ReimportError, match="is not the plan that was confirmed"),
    ):
        undo_notebook.open_undo(undo_id=by)
    assert reimport("runs") == reimport("show", by) == reimport("show", run_id) == 0
    told = capsys.readouterr().out
    assert "succeeded, undone in part" in told
    assert f"undoes {run_id}" in told
    assert f"Run {by} (undo) of {run_id}" in told
    assert f"Undone by {by}" in told


def _its_notebook_shows_the_values(by: Run, printed: str) -> None:
    """Executed in its own folder after it ended, with pages, and nobody's text."""
    report = by.folder / "report.html"
    assert f"Report: {report}" in printed
    assert {"undo.ipynb", "undo.html"} <= {path.name for path in by.folder.iterdir()}
    cover, page = report.read_text(), (by.folder / "undo.html").read_text()
    assert 'href="undo.html"' in cover
    assert "text message replies" in cover
    assert "changed by people since" in cover
    for said in ("before the run", "when undone", "after the undo", "(no row)"):
        assert said in page, said
    assert "Text message replies, created by the run and kept" in page
    assert "text, 6 characters" in page
    assert "theirs" not in page + cover
    assert f"Undone by {by.run_id}" in page


@pytest.mark.parametrize("engine", ["sqlite"])
def test_runs_tell_how_much_of_each_can_still_be_undone(
    imported: Site,
    whole: Whole,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands, run_id = Commands(imported, tmp_path), whole.full.run_id

    def told(*words: str) -> str:
        assert commands.here(*words) == 0
        return " ".join(capsys.readouterr().out.split())

    every = undo.remaining(imported.settings)[run_id].held
    assert f"all {every:,} rows" in told("runs")
    full = runs.load(imported.settings, run_id).manifest()
    said = " ".join(verdict.verdict(full).sentences)
    assert f"reimport undo {run_id} --plan" in said
    undone(imported, run_id, Narrowing(table="notes"))
    gone = every - undo.remaining(imported.settings)[run_id].rows
    assert gone > 0
    left = f"{every - gone:,} of {every:,} rows (later runs changed {gone:,})"
    assert left in told("runs")
    assert f"Can be undone, by the ledger: {left}" in told("show", run_id)

    imported.execute_sql("DELETE FROM ledger_beforeimage")
    assert "images pruned" in told("runs")
    missing = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    assert commands.here("runs", **missing) == 0
    assert "could not check" in capsys.readouterr().out


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_notebook_shows_the_plan_and_writes_only_by_its_word(
    imported: Site, whole: Whole, tmp_path: Path
) -> None:
    """Run by papermill's own command, in kernels of its own."""
    commands = Commands(imported, tmp_path)
    before = content(imported.digest())
    bind.close()

    shown = commands.papermill("undo", tmp_path / "shown.ipynb")

    assert shown.code == 0, shown.err[-2000:]
    assert content(imported.digest()) == before
    output = (tmp_path / "shown.ipynb").read_text()
    assert "Nothing was written. To undo: confirm = " in output
    assert "The first 5 of each kind, masked: before the run, now" in output
    found = undo.plan(imported.settings, whole.full.run_id, ALL)
    bind.close()
    name, _, digest = found.word.rpartition(" ")
    assert name in output
    assert digest in output

    book = undo_notebook.open_undo
    with patch.dict(os.environ, commands.environ()):
        with pytest.raises(Refused, match="confirm is not the word of this plan"):
            book(whole.full.run_id, confirm=f"{name} 00000000").carry_out()
        assert content(imported.digest()) == before
        told = book(whole.full.run_id, confirm=found.word).carry_out()
        assert told.words.startswith("Undone by ")
        assert content(imported.digest()) == content(whole.before)
        with pytest.raises(UsageError, match="There is no import that could be"):
            book()
