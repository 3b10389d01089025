"""The list of what a run changes: each row and field of it, and no other.

Held against the rows of the database before and after, read in a way of its own.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.apps import apps
from psycopg.rows import dict_row

from reimport_lib.cli.find import find
from reimport_lib.errors import UsageError
from reimport_lib.execute import report
from reimport_lib.execute.changes import SHEET
from reimport_lib.phases import verifying
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.record import changes, runs
from reimport_lib.record.changes import FOLLOWS
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run
from reimport_lib.show.changes import FILE, PAGE, Listing
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write import bind
from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file
from tests.phases import sites
from tests.phases.conftest import States, Whole
from tests.phases.sites import Lines, Site

Cells = dict[str, str]
Rows = dict[str, Cells]
"""Primary key -> column -> text."""
Changed = dict[tuple[str, str, str], tuple[str, str]]
"""(table, key of the row, field) -> before, after."""
COLUMNS = {"owner_type": "content_type_id", "owner_id": "object_id"}


def database_table(table: Table) -> str:
    return table.model.lower().replace(".", "_")


def read(url: str) -> dict[str, Rows]:
    """Table -> the rows that the database holds, by the driver alone."""
    found: dict[str, Rows] = {}
    for table in registry.all_tables():
        if table.model:
            statement = f'SELECT * FROM "{database_table(table)}"'  # noqa: S608
            rows = [
                {k: text(v) for k, v in row.items()} for row in answers(url, statement)
            ]
            found[table.name] = {row["id"]: row for row in rows}
    return found


def answers(url: str, statement: str) -> list[dict[str, Any]]:
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url))) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement)]
    with psycopg.connect(conninfo(url), row_factory=dict_row) as connection:
        return list(connection.execute(statement.encode()))


def text(value: Any) -> str:
    """One text for what the drivers give, and for what the list says."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    said = str(value)
    if said.startswith("{"):
        return json.dumps(json.loads(said), sort_keys=True)
    try:
        moment = datetime.fromisoformat(said) if len(said) > 10 else None
    except ValueError:
        return said
    if moment is None:
        return said
    return (
        (moment.astimezone(UTC) if moment.tzinfo else moment)
        .replace(tzinfo=None)
        .isoformat(" ")
    )


def types(url: str) -> dict[str, str]:
    """Number of a content type -> its name, as the list says it."""
    rows = answers(url, "SELECT id, app_label, model FROM django_content_type")
    return {str(r["id"]): f"{r['app_label']}.{r['model']}" for r in rows}


def differences(before: str, after: str) -> tuple[Changed, set[tuple[str, str]]]:
    """What is another in the database at *after*, and the rows that are gone."""
    then, now = read(before), read(after)
    names = types(after)
    changed: Changed = {}
    gone: set[tuple[str, str]] = set()
    for name, rows in then.items():
        table = registry.named(name)
        columns = ("filemaker_id", *table.managed, *table.counts)
        for key, row in rows.items():
            other = now[name].get(key)
            if other is None:
                gone.add((name, key))
                continue
            for field in columns:
                at = COLUMNS.get(field, field)
                sides = row[at], other[at]
                if field == "owner_type":
                    sides = names[sides[0]], names[sides[1]]
                if sides[0] != sides[1]:
                    changed[name, key, field] = sides
    return changed, gone


def listed(run: Run) -> tuple[Changed, set[tuple[str, str]]]:
    """The same by the list: what happens to a field twice is told as one."""
    changed: Changed = {}
    gone: set[tuple[str, str]] = set()
    for table in registry.by_name():
        for row in changes.read(run.folder, run.phases, table):
            key = UUID(row.target_id).hex
            if row.outcome == "deleted":
                gone.add((table, key))
            for field, before, after in row.fields:
                place = (table, key, field)
                if place in changed:
                    assert changed[place][1] == text(before)
                    changed[place] = changed[place][0], text(after)
                else:
                    changed[place] = text(before), text(after)
    return {p: sides for p, sides in changed.items() if sides[0] != sides[1]}, gone


def rows_of(run: Run) -> Iterator[changes.ListedRow]:
    for table in registry.by_name():
        yield from changes.read(run.folder, run.phases, table)


def test_the_first_import_changes_what_its_list_says(
    whole: Whole, states: States
) -> None:
    found = differences(states.ready.url, whole.site.url)

    assert listed(whole.full) == found
    assert listed(whole.rehearsal) == found
    assert len(found[1]) > 3


def contacts(lines: Lines) -> Lines:
    """Three have the same middle name by now."""
    for place in (3, 7, 11):
        lines[place]["nameMiddle"] = "Ottoline"
    return lines


def appointments(lines: Lines) -> Lines:
    for line in lines[20:40]:
        line["note"] = f"moved {line['startTime']}"
    return lines


def the_second(lines: Lines) -> Lines:
    """Without the second row of each of two owners that have several."""
    owners = [line["id_Contact"] for line in lines]
    many = [one for one in dict.fromkeys(owners) if owners.count(one) > 2][:2]
    places = [[n for n, o in enumerate(owners) if o == one][1] for one in many]
    return [line for place, line in enumerate(lines) if place not in places]


def lost_referrers(exports: Path) -> tuple[str, str]:
    """The key of one whom appointments alone name, and of one with referrals."""

    def keys(stem: str, column: str) -> set[str]:
        _, lines = sites.read_csv(exports / f"{stem}.csv")
        return {line[column] for line in lines}

    others = keys("PatientToReferrer", "id_Perscriber")
    others |= keys("ReferrerToCompanies", "id_Referrer")
    named = keys("Appointments", "id_Referrer") & keys("Referrers", "id")
    return min(named - others), min(keys("PatientToReferrer", "id_Perscriber") - {""})


@dataclass(frozen=True)
class Later:
    """What FileMaker changed and lost since the first import: rehearsed and applied."""

    site: Site
    before: str
    rehearsal: Run
    full: Run


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, tuple[States, Later]]]:
    """Kind of database -> the later import, made once."""
    found: dict[str, tuple[States, Later]] = {}
    yield found
    for states, later in found.values():
        states.drop(later.site)


@pytest.fixture
def later(
    states: States,
    whole: Whole,
    made: dict[str, tuple[States, Later]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Later:
    if states.engine in made:
        return made[states.engine][1]
    folder = tmp_path_factory.mktemp("later")
    exports = states.clinic.exports
    edits = {
        "Contacts": contacts,
        "Appointments": appointments,
        "Images": the_second,
        "Notes": lambda lines: lines[5:],
        "Referrers": sites.without("id", *lost_referrers(exports)),
    }
    before = states.copy(whole.site, folder)
    url = states.copy(whole.site, folder / "site")
    shutil.copytree(whole.site.settings.runs, folder / "runs")
    own = sites.same_database(whole.site, url, folder / "runs")
    site = own.with_exports(sites.edited(exports, folder / "exports", edits))
    rehearsal = site.rehearse(gates={"notes.max_deleted": 0.5})
    found = Later(site, before, rehearsal, site.apply(rehearsal))
    made[states.engine] = states, found
    for run in (rehearsal, found.full):
        report.write(run)
    return found


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
    }
    assert {table for table, _ in gone} >= {"notes", "referrers", "images"}
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
        ("p-00000000", "pseudonym"),
        (pseudonym(secret, "nobody's"), "key"),
    ]
    assert noted[0][2].startswith("A. Example (")
