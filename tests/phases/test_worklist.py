"""Worklists: every line counted once, found again in FileMaker, decided and known."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import CliRunner, Result

from reimport_demo.clinic.build import Clinic
from reimport_lib.cli.decisions import decisions
from reimport_lib.cli.show import show
from reimport_lib.errors import UsageError
from reimport_lib.execute import dossier, prune, report, worklist
from reimport_lib.phases import verifying
from reimport_lib.plan.codes import WITHOUT_DOUBT, Kept, ToDo
from reimport_lib.record import findings
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show import run_facts
from reimport_lib.tables import registry
from tests.phases import sites
from tests.phases.conftest import Once, States, Whole
from tests.phases.sites import Lines, Site

Cells = dict[str, str]
UNTIL = (datetime.now(UTC) + timedelta(days=30)).date()


@pytest.fixture
def reported(imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The first full import of the clinic, with its report and its worklist."""
    run = sites.chosen(imported, whole.full, monkeypatch)
    report.write(run)
    return run


@pytest.fixture
def looked_at(
    states: States, whole: Whole, once: Once, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The same, one for all tests that enter and change nothing."""
    site = once(
        states, lambda own: report.write(sites.chosen(own, whole.full, monkeypatch))
    )
    return sites.chosen(site, whole.full, monkeypatch)


def private(run: Run) -> Path:
    return run.folder / findings.PRIVATE


def lines_of(run: Run) -> list[Cells]:
    with (private(run) / worklist.SHEET).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def expected(run: Run) -> Counter[tuple[str, str]]:
    """(table, code) -> rows, as the record of the run counts them."""
    found = Counter[tuple[str, str]]()
    for table, counts in run_facts.tables(run.manifest()).items():
        for kind in ("reasons", "notes"):
            for code, number in counts.get(kind, {}).items():
                if code not in WITHOUT_DOUBT:
                    found[table, code] += number
    for table, counts in sites.deletions(run).items():
        found.update({(table, c): n for c, n in counts["reasons"].items()})
        found.pop((table, Kept.LOCAL), None)
    return found


def test_each_figure_is_that_of_the_record(looked_at: Run) -> None:
    """Of the sheet, of the workbook and of its first page, and of the files."""
    lines = lines_of(looked_at)
    counted = looked_at.manifest()["worklist"]
    book = openpyxl.load_workbook(private(looked_at) / worklist.WORKBOOK)
    first, *others = book.worksheets

    assert sum(expected(looked_at).values()) > 100
    assert Counter((line["table"], line["code"]) for line in lines) == expected(
        looked_at
    )
    assert {a: n["lines"] for a, n in counted["actions"].items() if n["lines"]} == (
        Counter(line["action"] for line in lines)
    )
    assert sum(sheet.max_row - 1 for sheet in others) == len(lines)
    told = {
        (noun, code): n
        for _, noun, code, n, *_ in first.iter_rows(values_only=True)
        if isinstance(n, int)
    }
    assert told == {
        (registry.noun(table), code): n
        for (table, code), n in expected(looked_at).items()
    }
    rejected = {
        registry.named(table).file: counts["rejected"]
        for table, counts in run_facts.tables(looked_at.manifest()).items()
        if counts["rejected"]
    }
    files = (private(looked_at) / worklist.REJECTED).iterdir()
    assert {path.stem: len(sites.read_csv(path)[1]) for path in files} == rejected


def test_twins_stand_side_by_side_and_say_in_what_they_differ(looked_at: Run) -> None:
    lines = [line for line in lines_of(looked_at) if line["twins"]]
    groups: dict[tuple[str, str], list[int]] = {}
    for place, line in enumerate(lines):
        groups.setdefault((line["table"], line["twins"]), []).append(place)

    assert len(groups) > 3
    for (_, twins), places in groups.items():
        assert places == list(range(places[0], places[-1] + 1))
        assert [lines[at]["row"] for at in places] == twins.split(", ")
        assert len({lines[at]["holds"] for at in places}) > 1


@sites.ONLY_SQLITE  # of files alone
def test_private_files_are_apart_and_go_with_the_snapshot(
    reported: Run, imported: Site, tmp_path: Path
) -> None:
    """In no dossier that may be given away, in no report, and of nobody else."""
    folder = private(reported)
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {line["find_by"].split("\n")[0] for line in lines_of(reported)}

    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    page = (reported.folder / "report.html").read_text()
    assert f"{findings.PRIVATE}/{worklist.WORKBOOK}" in page
    assert not any(name.split(": ")[-1] in page for name in names if len(name) > 20)
    shown = CliRunner().invoke(show, [reported.run_id]).output
    assert str(folder / worklist.WORKBOOK) in "".join(shown.split("\n"))

    share, whole = tmp_path / "share.zip", tmp_path / "whole.zip"
    dossier.export(imported.settings, reported.run_id, share)
    dossier.export(imported.settings, reported.run_id, whole, private=True)
    part = f"/{findings.PRIVATE}/"
    assert not [name for name in ZipFile(share).namelist() if part in name]
    held = {name.split(part)[1] for name in ZipFile(whole).namelist() if part in name}
    assert {worklist.WORKBOOK, worklist.SHEET, "rejected/Contacts.csv"} <= held
    assert verifying.require_intact(reported)

    plans = prune.plan(imported.settings, keep=1, named=[reported.run_id])
    prune.carry_out(plans)
    assert not folder.exists()
    assert verifying.require_intact(reported)


def test_what_was_decided_is_known_to_the_next_report_until_filemaker_changes(
    reported: Run, imported: Site, clinic: Clinic, tmp_path: Path
) -> None:
    """Read back out of the workbook, as a person leaves it; the same again is none."""
    book = tmp_path / "filled in.xlsx"
    lines = lines_of(reported)
    was_out = sites.tables(reported)["patients"]["reasons"]
    date_of, twin = (
        next(x for x in lines if (x["table"], x["code"]) == ("patients", code))
        for code in ("bad_date", "duplicate_key")
    )
    fill_in(
        private(reported) / worklist.WORKBOOK,
        book,
        {
            date_of["line"]: ("expected", None, "Ada", "never known"),
            twin["line"]: ("Right", UNTIL, None, None),
        },
    )

    others = [
        line["line"]
        for line in lines
        if (line["table"], line["twins"]) == ("patients", twin["twins"])
        and line is not twin
    ]
    first, again = ask(str(book), "--by", "Bo"), ask("read", str(book), "--by", "Bo")
    assert f"{2 + len(others)} decisions in" in first.output
    assert f", {2 + len(others)} new." in first.output
    assert ", 0 new." in again.output

    run = imported.rehearse("patients")
    report.write(run)
    known = {line["line"]: line["known"] for line in lines_of(run) if line["known"]}
    counted = run.manifest()["worklist"]["actions"][ToDo.FIX.value]
    out = "seen, stays out until FileMaker has one record of each key"
    assert known == {
        date_of["line"]: "expected, by Ada: never known",
        twin["line"]: f"this one is right ({out}), by Bo, until {UNTIL}",
        **dict.fromkeys(others, f"another one is right ({out}), by Bo, until {UNTIL}"),
    }
    assert others
    assert sites.tables(run)["patients"]["reasons"] == was_out
    assert (counted["known"], counted["lapsed"]) == (2 + len(others), 0)
    of_patients = [line for line in lines if line["action"] == ToDo.FIX.value]
    of_patients = [
        x for x in of_patients if registry.named(x["table"]).phase == "patients"
    ]
    assert counted["lines"] == len(of_patients)
    assert (
        f"of these known: {2 + len(others)}"
        in CliRunner().invoke(show, [run.run_id]).output
    )

    column = date_of["columns"]

    def change(rows: Lines) -> Lines:
        for row in rows:
            if row["id"].strip() == date_of["filemaker_id"]:
                row[column] = "30/02/2019"
        return rows

    exports = sites.edited(clinic.exports, tmp_path / "changed", {"Contacts": change})
    later = imported.with_exports(exports).rehearse("patients")
    report.write(later)
    told = {line["known"] for line in lines_of(later) if line["code"] == "bad_date"}
    assert "counts no more (FileMaker says something else); by Ada: never known" in told
    known_later = later.manifest()["worklist"]["actions"][ToDo.FIX.value]["known"]
    assert known_later == 1 + len(others)
    assert "Decisions that count no more: 1" in (
        CliRunner().invoke(show, [later.run_id]).output
    )

    stale = ask(str(book), "--by", "Bo")
    assert isinstance(stale.exception, UsageError)
    assert f"which is newer than {reported.run_id}" in str(stale.exception)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"line": "0123456789abcdef"}, "no such line in the worklist of"),
        ({"row": "99999"}, "were its cells moved?"),
        ({"table": "notes"}, "were its cells moved?"),
        ({"decision": "maybe"}, "the decision is none of expected, fix, ask"),
        ({"by": ""}, "it does not say by whom"),
        ({"decision": "fix"}, "until when it will be mended is not said"),
        ({"until": "soon"}, "until is no day such as 2027-01-31"),
        ({"until": "2019-01-31"}, "until is not between today and"),
    ],
)
def test_a_line_that_cannot_be_entered_is_named_and_nothing_is_entered(
    looked_at: Run, tmp_path: Path, change: Cells, said: str
) -> None:
    sheet, lines = tmp_path / "sheet.csv", lines_of(looked_at)
    good = {"decision": "expected", "by": "Ada"}
    of_patients = [at for at, line in enumerate(lines) if line["table"] == "patients"]
    lines[of_patients[0]] |= good
    lines[of_patients[1]] |= good | change
    sites.write_csv(sheet, list(lines[0]), lines)

    refused = ask(str(sheet))

    assert isinstance(refused.exception, UsageError)
    assert f"line {of_patients[1] + 2}: " in str(refused.exception)
    assert said in str(refused.exception)
    assert "1 line cannot be entered" in str(refused.exception)
    held = sites.query(Site(looked_at.settings), "SELECT 1 FROM ledger_rowdecision")
    assert held == []


def test_of_rows_that_share_a_key_one_alone_can_be_right(
    looked_at: Run, tmp_path: Path
) -> None:
    sheet, lines = tmp_path / "sheet.csv", lines_of(looked_at)
    twins = next(line["twins"] for line in lines if line["twins"])
    for line in lines:
        if line["twins"] == twins:
            line |= {"decision": "right", "by": "Ada"}
    sites.write_csv(sheet, list(lines[0]), lines)

    refused = ask(str(sheet))

    assert isinstance(refused.exception, UsageError)
    said = "another line says otherwise of the rows that share its key"
    assert said in str(refused.exception)


@sites.ONLY_SQLITE  # what is new is a folder of files; the import is as any other
def test_rejected_rows_are_mended_in_their_own_file_and_come_in(
    reported: Run, imported: Site
) -> None:
    """The folder is a source, of what was mended: nothing else is touched by it."""
    folder = private(reported) / worklist.REJECTED
    path = folder / "Contacts.csv"
    for other in {*folder.iterdir()} - {path}:
        other.unlink()
    columns, rows = sites.read_csv(path)
    lost = [row for row in rows if not (row["nameFirst"] or row["nameLast"])]
    lost[0]["nameLast"] = "Mended"
    sites.write_csv(path, columns, lost)
    optional = ",".join(table.name for table in registry.source_tables())
    site = imported.with_exports(folder).with_settings(
        REIMPORT_OPTIONAL_TABLES=optional
    )
    before = sites.query(imported, "SELECT count(*) FROM patients_patient")[0][0]

    full = site.apply(site.rehearse("patients"))

    assert sites.status(full) is Status.SUCCEEDED, sites.error(full)
    assert sites.tables(full)["patients"]["created"] == len(lost) == 1
    after = sites.query(imported, "SELECT count(*) FROM patients_patient")[0][0]
    assert after == before + 1


@sites.ONLY_SQLITE  # of files alone
def test_without_the_package_that_writes_workbooks_there_is_the_sheet(
    reported: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    (private(reported) / worklist.WORKBOOK).unlink()
    with (private(reported) / worklist.SHEET).open("a") as file:
        file.write("filled in")

    report.write(reported)

    sheet = f"{findings.PRIVATE}/{worklist.SHEET}"
    assert list(reported.manifest()["worklist"]["files"]) == [sheet]
    assert (
        f"{findings.PRIVATE}/{worklist.SHEET}"
        in (reported.folder / "report.html").read_text()
    )
    assert lines_of(reported)
    kept = private(reported) / "worklist.filled-in-1.csv"
    assert kept.read_text().endswith("filled in")


def ask(*words: str) -> Result:
    return CliRunner().invoke(decisions, list(words), catch_exceptions=True)


def fill_in(path: Path, filled: Path, decided: dict[str, tuple[Any, ...]]) -> None:
    """Write *decided* (line -> decision, until, by, remark) as a person does."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=2):
            for cell, value in zip(
                row[-4:], decided.get(row[0].value, ()), strict=False
            ):
                cell.value = value
    book.save(filled)


@sites.ONLY_SQLITE  # files alone
def test_what_was_written_beside_a_phase_is_written_anew_where_more_was_found(
    reported: Run,
) -> None:
    sheet = private(reported) / worklist.SHEET
    made = report.MadeBeside()
    made.write_worklist(reported, "images", Event())
    before, when = sheet.read_bytes(), sheet.stat().st_mtime_ns

    report.write(reported, made)
    assert sheet.stat().st_mtime_ns == when

    kept = sorted((private(reported) / findings.FOLDER).glob("*.jsonl"))
    with_lines = next(path for path in kept if path.stat().st_size)
    lines = with_lines.read_text().splitlines(keepends=True)
    with_lines.write_text("".join(lines[1:]))
    report.write(reported, made)
    assert len(sheet.read_bytes()) < len(before)
    assert lines_of(reported)


@sites.ONLY_SQLITE
def test_beside_a_phase_that_ended_before_it_had_a_plan_nothing_is_written(
    reported: Run,
) -> None:
    made, is_over = report.MadeBeside(), Event()
    is_over.set()

    made.write_worklist(reported, "backup", is_over)

    assert not reported.phase("backup").get("plan_digests")
    assert made.worklist == ""
