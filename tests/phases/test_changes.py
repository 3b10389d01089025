"""The list of what a run changes: each row and field of it, and no other.

Held against the rows of the database before and after, read in a way of its own.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from django.apps import apps

from reimport_lib.cli.find import find
from reimport_lib.errors import UsageError
from reimport_lib.execute import undo, undo_report
from reimport_lib.execute.changes import SHEET
from reimport_lib.phases import verifying
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.record import findings, runs
from reimport_lib.record.changes import BACK, FOLLOWS
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run
from reimport_lib.show.changes import FILE, PAGE, Listing
from reimport_lib.write import bind
from reimport_lib.write.touched import Narrowing
from tests.phases import sites
from tests.phases.changed_rows import differences, listed, rows_of
from tests.phases.conftest import States, Whole
from tests.phases.later import Later
from tests.phases.sites import Site


def test_the_first_import_changes_what_its_list_says(
    whole: Whole, states: States
) -> None:
    found = differences(states.ready.url, whole.site.url)

    assert listed(whole.full) == found
    assert listed(whole.rehearsal) == found
    assert len(found[1]) > 3


def test_a_later_import_changes_what_its_list_says(later: Later) -> None:
    changed, gone = differences(later.before, later.site.url)

    assert sites.error(later.full) == ""
    assert listed(later.full) == (changed, gone) == listed(later.rehearsal)
    assert list(rows_of(later.full)) == list(rows_of(later.rehearsal))
    fields = {(table, field) for table, _, field in changed}
    assert fields >= {
        ("patients", "middle_names"),
        ("appointments", "referrer_id"),
        ("appointments", "notes"),
        ("image_batches", "image_count"),
        ("contact_details", "is_primary"),
    }
    assert {table for table, _ in gone} >= {"notes", "referrers", "images"}
    handed_over = [
        (row.outcome, row.fields)
        for row in rows_of(later.full)
        if row.table == "contact_details" and "is_primary" in str(row.fields)
    ]
    assert sorted(handed_over) == [
        (FOLLOWS, (("is_primary", "1", "0"),)),
        ("updated", (("is_primary", "0", "1"),)),
    ]
    assert {row.outcome for row in rows_of(later.full)} == {
        "updated",
        "deleted",
        "kept",
        FOLLOWS,
    }


def test_a_row_says_whose_it_is_and_what_holds_it(later: Later) -> None:
    rows = list(rows_of(later.full))

    kept = [row for row in rows if row.outcome == "kept" and row.held_by]
    assert [row.table for row in kept] == ["referrers"]
    assert re.match(r"referrals \d+", kept[0].held_by)
    (moved, *_) = [row for row in rows if row.table == "appointments" and row.row]
    assert moved.of == "patients"
    assert [name for name, _ in moved.whose] == ["first_name", "last_name", "dob"]
    assert moved.place


def test_a_link_to_a_list_is_told_by_the_names_of_its_entries(later: Later) -> None:
    (typed,) = [
        row
        for row in rows_of(later.full)
        if "appointment_type_id" in {name for name, *_ in row.fields}
    ]
    (_, before, after) = next(f for f in typed.fields if f[0].endswith("type_id"))
    pages = [path.read_text() for path in later.full.folder.glob("changes*.html")]

    assert dict(typed.entries) == {before: "Initial", after: "Cast"}
    assert any('"Initial"' in page and '"Cast"' in page for page in pages)


def test_an_undo_lists_what_it_takes_back(
    later: Later, states: States, tmp_path: Path
) -> None:
    """Field by field; and the undo of the undo lists what comes again."""
    own = states.like(later.site, tmp_path / "site")
    by = undone_as_listed(states, own, later.full.run_id, tmp_path / "one")
    undone_as_listed(states, own, by.run_id, tmp_path / "two")

    page = (by.folder / "report.html").read_text()
    assert 'href="changes.html"' in page
    assert "come back" in page
    assert "Ottoline" not in page
    with (by.folder / PRIVATE / SHEET).open(encoding="utf-8-sig", newline="") as file:
        assert {line["before"] for line in csv.DictReader(file)} >= {"Ottoline"}
    states.drop(own)


def undone_as_listed(states: States, own: Site, run_id: str, folder: Path) -> Run:
    before = states.copy(own, folder)
    found = undo.plan(own.settings, run_id, Narrowing())

    run = undo.carry_out(found, ask=None, yes=True, report=with_pages)

    bind.close()
    rows = list(rows_of(run))
    assert listed(run) == differences(before, own.url)
    back = {(r.table, UUID(r.target_id).hex) for r in rows if r.outcome == BACK}
    assert back == differences(own.url, before)[1]
    assert not [row for row in rows if row.table == "notes" and not row.whose]
    return run


def with_pages(run: Run) -> None:
    """As ``undo_report.leave``, without the notebook."""
    undo_report.keep_changes(run)
    undo_report.write_report(run)


def test_the_private_sheet_holds_each_line_and_the_pages_no_value(later: Later) -> None:
    run = later.full
    sheet = run.folder / PRIVATE / SHEET
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    pages = [path.read_text() for path in run.folder.glob("changes*.html")]
    pages += [(run.folder / name).read_text() for name in (FILE, "report.html")]

    assert {path.stat().st_mode & 0o777 for path in (sheet, run.folder / PAGE)} == {
        0o600
    }
    assert len(lines) == sum(max(len(row.fields), 1) for row in rows_of(run))
    assert {line["after"] for line in lines} >= {"Ottoline"}
    assert not [page for page in pages if "Ottoline" in page or "moved " in page]
    names = {line["whose"] for line in lines if line["whose"]}
    assert not [name for name in names if any(name in page for page in pages)]
    listing = Listing.read(run.folder)
    assert listing is not None
    assert listing.total == len(list(rows_of(run)))
    (alike,) = [each for each in listing.alike if each.table == "patients"]
    assert (alike.rows, alike.same) == (3, True)
    assert 'href="changes.html"' in pages[-1]
    assert verifying.require_intact(run)


def test_a_pseudonym_is_found_and_who_looked_is_kept(
    later: Later, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in later.site.environ.items():
        monkeypatch.setenv(name, value)
    rows = list(rows_of(later.full))
    secret = runs.pseudonym_key(later.site.settings)
    moved = next(row for row in rows if row.table == "appointments" and row.row)
    gone = next(
        row for row in rows if row.table == "notes" and row.outcome == "deleted"
    )
    name, lost = (pseudonym(secret, row.key) for row in (moved, gone))

    def ask(*words: str) -> Result:
        return CliRunner().invoke(find, words)

    there, deleted = ask(name, "--by", "A. Example"), ask(lost)
    back = ask(moved.key.upper())
    out = next(
        each
        for each in findings.read(later.full.folder)
        if each.outcome == "rejected" and each.table == "patients" and each.key
    )
    stays_out = ask(pseudonym(secret, out.key))
    nobody, no_word, no_key = map(ask, ("p-00000000", "p-xyz", "nobody's"))
    monkeypatch.setenv("REIMPORT_RUNS", str(tmp_path))
    no_runs = ask(name)

    told = "".join(there.output.split("\n"))
    assert moved.key in told
    assert moved.target_id in told
    assert f"/admin/appointments/appointment/{moved.target_id}/change/" in told
    assert f"deleted by {later.full.run_id}" in "".join(deleted.output.split("\n"))
    assert name in back.output
    assert "updated" in back.output
    for said in (out.filemaker_id, str(out.row), out.code, "not in the database"):
        assert said in " ".join(stays_out.output.split())
    assert isinstance(nobody.exception, UsageError)
    assert "Each installation has pseudonyms of its own" in str(nobody.exception)
    for answer, said in (
        (no_word, "is no pseudonym"),
        (no_key, "Nobody has such a key"),
        (no_runs, "no run of this folder has named anybody yet"),
    ):
        assert isinstance(answer.exception, UsageError)
        assert said in str(answer.exception)
    assert list(tmp_path.iterdir()) == []
    bind.bind_real(later.site.settings)
    model: Any = apps.get_model("ledger", "PseudonymLookup")
    noted = list(model.objects.order_by("pk").values_list("pseudonym", "asked", "by"))
    bind.close()
    assert [(n, asked) for n, asked, _ in noted] == [
        (name, "pseudonym"),
        (lost, "pseudonym"),
        (name, "key"),
        (pseudonym(secret, out.key), "pseudonym"),
        ("p-00000000", "pseudonym"),
        (pseudonym(secret, "nobody's"), "key"),
    ]
    assert noted[0][2].startswith("A. Example (")
