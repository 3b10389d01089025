"""Marks on a sign-off pack: read back all or none, kept, told, and sealed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from reimport_lib.cli.sample import sample
from reimport_lib.cli.show import show
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import dossier, report, sample_marks
from reimport_lib.phases import verifying
from reimport_lib.record import samples
from reimport_lib.record.run import Run
from reimport_lib.show import cover, sampled
from reimport_lib.show.sampled import SampleState
from reimport_lib.write import bind
from reimport_lib.write import samples as held
from tests.phases import sites
from tests.phases.conftest import Once, States, Whole
from tests.phases.sites import Site
from tests.phases.test_figures import Page, figures_of, wrong

Cells = dict[str, str]
WHO = "A. Example"


@pytest.fixture
def run(imported: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run with a pack of two tables."""
    return with_pack(imported, whole, monkeypatch)


@pytest.fixture
def looked_at(
    states: States, whole: Whole, once: Once, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The same, one for all tests that enter nothing."""
    site = once(states, lambda own: with_pack(own, whole, monkeypatch))
    return sites.chosen(site, whole.full, monkeypatch)


def with_pack(site: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch) -> Run:
    found = sites.chosen(site, whole.full, monkeypatch)
    made = ask(found.run_id, "--table", "notes", "--table", "sms", "--size", "6")
    assert made.exit_code == 0, made.output
    return found


def ask(*words: str) -> Result:
    return CliRunner().invoke(sample, list(words))


def error(done: Result) -> Any:
    return done.exception


def sheet_of(run: Run) -> list[Cells]:
    path = run.folder / samples.SHEET
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def filled(run: Run, mark: str = "ok", by: str = WHO) -> list[Cells]:
    return [{**line, "mark": mark, "by": by} for line in sheet_of(run)]


def write(path: Path, lines: list[Cells]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


def at_random(lines: list[Cells], table: str) -> list[Cells]:
    return [n for n in lines if n["table"] == table and "random" in n["drawn"]]


def of_samples(run: Run) -> dict[str, SampleState]:
    found = run.manifest()["samples"]
    return {each["table"]: sampled.state(each) for each in found}


def of_samples_on(page: str) -> dict[str, int]:
    """A page's figures that are of samples, by their names."""
    found = {place.rpartition("/")[2]: number for place, number, _ in Page(page).found}
    return {name: number for name, number in found.items() if ".sample." in name}


def in_ledger(run: Run) -> list[tuple[Any, ...]]:
    bind.bind_real(run.settings)
    model = held._model("SampleMark").objects.filter(run_id=run.run_id)
    found = list(model.order_by("pk").values_list("table", "row", "word", "marked_by"))
    bind.close()
    return found


def test_marks_are_kept_counted_and_told_and_no_seal_is_broken(
    imported: Site, run: Run, tmp_path: Path
) -> None:
    root = verifying.verified(imported.settings, run.run_id).root
    assert of_samples(run) == dict.fromkeys(("notes", "sms"), SampleState.UNFINISHED)
    lines = filled(run)
    at_random(lines, "notes")[0].update(mark="Not  OK", remark="another's note")
    path = write(tmp_path / "marks.csv", lines)

    first, again = ask("read", str(path)), ask(str(path))

    said = f"{len(lines)} marks in"
    assert said in first.output
    assert f"{len(lines)} new" in " ".join(first.output.split())
    assert "0 new" in again.output
    assert len(in_ledger(run)) == len(lines)
    assert of_samples(run) == {"notes": SampleState.FAILED, "sms": SampleState.PASSED}
    output = CliRunner().invoke(show, [run.run_id]).output
    shown, whole = " ".join(output.split()), "".join(output.split("\n"))
    assert "6 of 6 looked at, 1 not ok (above the 0 allowed)" in shown
    assert "Next: somebody has to decide" in shown
    assert f"Sign-off pack, private: {run.folder / samples.FOLDER}" in whole
    index = (imported.settings.runs / "index.html").read_text()
    assert "did not pass: notes" in index
    page, known = cover.render(run.manifest(), run.folder), figures_of(run)
    assert wrong(page, run.run_id, known) == []
    told = {name.rpartition(".")[2]: name for name in of_samples_on(page)}
    assert {"lot", "size", "looked_at", "not_ok", "allowed", "wrong"} <= told.keys()
    for name in told.values():
        known[run.run_id][name] += 1
    assert {
        line.split()[0].rpartition("/")[2] for line in (wrong(page, run.run_id, known))
    } == {*told.values()}
    found = verifying.verified(imported.settings, run.run_id, root=root)
    assert found.altered == []
    assert [said for said in found.unchecked if "does not name that one" in said]
    share = tmp_path / "share.zip"
    left = dossier.export(imported.settings, run.run_id, share).left_out
    assert {samples.SHEET, f"{samples.FOLDER}/index.html"} <= {*left}

    taken_back = [{**at_random(lines, "notes")[0], "mark": "open"}]
    assert ask("read", str(write(path, taken_back))).exit_code == 0
    assert of_samples(run)["notes"] is SampleState.UNFINISHED
    assert len(in_ledger(run)) == len(lines) + 1
    index = (imported.settings.runs / "index.html").read_text()
    own, both = figures_of(run)[run.run_id], ("all.sample.looked_at", "all.sample.size")
    assert of_samples_on(index) == {name: own[name] for name in both}


@sites.ONLY_SQLITE  # what files say of marks that the ledger has
def test_the_next_report_tells_it_and_a_rehearsal_is_looked_at_too(
    imported: Site, run: Run
) -> None:
    path = run.folder.parent / "marks.csv"
    assert ask("read", str(write(path, filled(run, "not ok")))).exit_code == 0
    rehearsal = imported.rehearse("notes")
    report.write(rehearsal)
    root = verifying.verified(imported.settings, rehearsal.run_id).root
    words = ("--table", "notes", "--size", "2")
    assert ask(rehearsal.run_id, *words).exit_code == 0
    marks = write(path, filled(rehearsal))
    assert ask("read", str(marks)).exit_code == 0

    found = verifying.verified(imported.settings, rehearsal.run_id, root=root)
    assert (found.altered, found.unchecked) == ([], [])
    assert {*of_samples(rehearsal).values()} == {SampleState.PASSED}
    page = (rehearsal.folder / "report.html").read_text()
    assert "What people found by eye" in page
    assert run.run_id in page
    assert "did not pass" in page


@sites.ONLY_SQLITE  # how a file is read
def test_the_workbook_is_read_as_the_sheet_is(run: Run) -> None:
    path = run.folder / samples.WORKBOOK
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[1:]:
        heads = [cell.value for cell in sheet[1]]
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, heads.index("mark") + 1).value = "ok"
    book.save(path)

    found = sample_marks.read(run.settings, path, by=WHO)

    assert found.marked == found.new == len(sheet_of(run))
    assert {*of_samples(run).values()} == {SampleState.PASSED}
    assert {who for *_, who in in_ledger(run)} == {WHO}


@sites.ONLY_SQLITE  # how a file is read
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mark": "fine"}, "line 2: the mark is none of ok, not ok, open"),
        ({"by": ""}, "line 2: it does not say who looked"),
        ({"line": "0" * 16}, "line 2: not in the pack"),
        ({"row": "99999"}, "line 2: table and row are not those of this line"),
        ({"run": "20200101T000000Z-full"}, "marks of 2 runs"),
    ],
)
def test_a_file_with_one_wrong_line_enters_nothing(
    looked_at: Run, tmp_path: Path, changes: Cells, said: str
) -> None:
    lines = filled(looked_at)
    lines[0].update(changes)

    done = ask("read", str(write(tmp_path / "marks.csv", lines)))

    assert isinstance(error(done), UsageError)
    assert said in str(error(done))
    assert in_ledger(looked_at) == []


@sites.ONLY_SQLITE  # how a file is read
def test_what_is_no_file_of_marks_is_refused(run: Run, tmp_path: Path) -> None:
    twice = filled(run)
    twice.append({**twice[0], "mark": "not ok"})
    blank = [{**line, "mark": ""} for line in twice]
    no_column = [{n: v for n, v in line.items() if n != "mark"} for line in twice]
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    for path, said in (
        (write(tmp_path / "a.csv", twice), "another line says otherwise"),
        (write(tmp_path / "b.csv", blank), "no line of it has a mark"),
        (write(tmp_path / "c.csv", no_column), "1 column missing, such as mark"),
        (tmp_path / "x.xlsx", "cannot be read as a file of marks"),
        (tmp_path / "none.csv", "cannot be read as a file of marks"),
    ):
        with pytest.raises(UsageError, match=said):
            sample_marks.read(run.settings, path)

    cards = run.folder / samples.FOLDER / samples.CARDS
    cards.write_text("{")
    with pytest.raises(Refused, match="list of cards cannot be read"):
        sample_marks.read(run.settings, tmp_path / "a.csv")
    shutil.rmtree(cards.parent)
    with pytest.raises(Refused, match="its sign-off pack was pruned"):
        sample_marks.read(run.settings, tmp_path / "a.csv")
    assert in_ledger(run) == []
