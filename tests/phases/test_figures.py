"""Every figure on a page of a run is the one that its ledger and its files hold.

A page names each (``show.figured``); ``tests.phases.figures`` looks it up there, and
shares no code with what made the page.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from django.apps import apps

from reimport_lib.cli.show import show
from reimport_lib.execute import report, undo, undo_csv, undo_notebook, undo_report
from reimport_lib.phases.binding import bind_run
from reimport_lib.plan.codes import WITHOUT_DOUBT, Kept
from reimport_lib.record import runs
from reimport_lib.record.run import REPORT, Run
from reimport_lib.show import export, history
from reimport_lib.show.masking import Masking
from reimport_lib.tables import registry
from reimport_lib.write import bind, identity
from reimport_lib.write.touched import Narrowing
from tests.phases import as_notebooks, figures, sites
from tests.phases.conftest import States, Whole
from tests.phases.figures import Found
from tests.phases.later import Later
from tests.phases.sites import Site, rewritten

LEAST = {
    "00_validation.html": 25,
    "01_backup.html": 2,
    "02_delete.html": 40,
    "03_patients.html": 250,
    "04_appointments.html": 80,
    "05_notes.html": 130,
    "06_documents.html": 80,
    "07_images.html": 80,
    "08_validation_post.html": 5,
    "changes.html": 12,
    REPORT: 600,
}
"""Page -> figures that it has at the least: a page that names none proves nothing."""


UNLISTED = {"", Kept.LOCAL.value, *WITHOUT_DOUBT}
"""Codes of rows that no worklist names; "" of none."""


class Page(HTMLParser):
    """The figures of a page: (name, number, the number as it is shown)."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, float, str]] = []
        self._open: tuple[str, float] | None = None
        self._text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "data-figure" in named:
            assert tag == "data"
            self._open, self._text = (named["data-figure"], float(named["value"])), ""
        # of a picture; a name may hold blanks
        drawn = re.findall(r"(\S.*?)=(\d+)(?: |$)", named.get("data-figures", ""))
        self.found += [(name, int(n), f"{int(n):,}") for name, n in drawn]

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == "data":
            self.found.append((*self._open, self._text))
            self._open = None


def wrong(page: str, own: str, known: Mapping[str, Found]) -> list[str]:
    """What *page* of the run *own* shows and *known*, run -> figures, does not hold."""
    told = []
    for place, number, shown in Page(page).found:
        run_id, _, name = place.rpartition("/")
        fact = known[run_id or own].get(name)
        if fact != number or shown not in (f"{number:,.0f}", in_percent(number)):
            told.append(f"{place} shows {shown} ({number}), and is {fact}")
    return told


def in_percent(share: float) -> str:
    """A share of which no more than two decimals are told."""
    return f"{round(share * 100, 2):g}%"


def figures_of(*found: Run) -> dict[str, Found]:
    """Run -> its figures, each by the database that it wrote to."""
    told = {}
    for run in found:
        bind_run(run, writable=False)
        told[run.run_id] = figures.figures_of(run)
        bind.close()
    return told


@pytest.fixture(scope="module")
def counted() -> dict[str, dict[str, Found]]:
    """Kind of database -> the figures of the runs on it, counted once."""
    return {}


@pytest.fixture
def known(
    whole: Whole, later: Later, engine: str, counted: dict[str, dict[str, Found]]
) -> dict[str, Found]:
    if engine not in counted:
        first = (whole.rehearsal, whole.full)
        counted[engine] = figures_of(*first, later.rehearsal, later.full)
    return counted[engine]


@pytest.fixture
def undone(later: Later, states: States, tmp_path: Path) -> Iterator[Run]:
    """An undo of the second import on a copy, with its notebook and its report."""
    url = states.copy(later.site, tmp_path / "undone")
    shutil.copytree(later.site.settings.runs, tmp_path / "undone" / "runs")
    site = sites.same_database(later.site, url, tmp_path / "undone" / "runs")
    bind.bind_real(site.settings)
    with rewritten(runs.load(site.settings, later.full.run_id)) as manifest:
        manifest.update(database=identity.database_identity())
    found = undo.plan(site.settings, later.full.run_id, Narrowing())
    run = undo.carry_out(found, ask=None, yes=True)
    bind.bind_real(site.settings)
    mask = Masking(runs.pseudonym_key(site.settings))
    phase = undo_notebook.CarriedOut(undo_csv.read(run), mask, 5, run)
    notebook = as_notebooks.executed("undo.ipynb", phase)
    (run.folder / "undo.html").write_text(export.to_html(notebook, title="undo"))
    undo_report.keep_changes(run)
    undo_report.write_report(run)
    yield run
    bind.close()


@pytest.mark.parametrize("kind", ["rehearsal", "full"])
def test_every_figure_of_every_page_is_the_ledgers(
    later: Later, known: dict[str, Found], kind: str
) -> None:
    run: Run = getattr(later, kind)
    pages = {path.name: path.read_text() for path in run.folder.glob("*.html")}
    expected = LEAST if run is later.rehearsal else ("changes.html", REPORT)

    assert pages.keys() == {*expected}
    assert [told for p in pages.values() for told in wrong(p, run.run_id, known)] == []
    few = {n: len(Page(p).found) for n, p in pages.items()}
    assert {n: number for n, number in few.items() if number < LEAST[n]} == {}


def test_every_figure_of_the_page_of_all_runs_is_the_ledgers(
    later: Later, known: dict[str, Found]
) -> None:
    page = (later.site.settings.runs / history.FILE).read_text()

    assert wrong(page, "", known) == []
    assert len(Page(page).found) >= 6 * len(known) > 20


def test_every_figure_of_an_undo_is_that_of_its_rows(undone: Run) -> None:
    known = {undone.run_id: figures.figures_of(undone)}
    pages = {path.name: path.read_text() for path in undone.folder.glob("*.html")}

    assert pages.keys() == {REPORT, "undo.html", "changes.html"}
    for name, page in pages.items():
        assert wrong(page, undone.run_id, known) == [], name
        assert len(Page(page).found) > 10, name
    images = apps.get_model("ledger", "BeforeImage").objects
    held = images.filter(run_id=undone.manifest()["undo"]["of"])
    assert known[undone.run_id]["undo.all.rows"] == (
        held.exclude(model=figures.BESIDE).count()
    )


def test_the_ledger_and_the_files_of_rows_tell_the_same(later: Later) -> None:
    """Two witnesses: what the transaction recorded, and a line for each row."""
    for run in (later.rehearsal, later.full):
        bind_run(run, writable=False)
        ledger, files = figures.in_ledger(run), figures.in_files(run)
        bind.close()

        done = {t: +Counter(of) for (p, t), of in ledger.items() if p != "delete"}
        assert done == {t: of for (f, t), of in files.items() if f != "deletions"}
        gone = {t: of["deleted"] for (p, t), of in ledger.items() if p == "delete"}
        assert {t: n for t, n in gone.items() if n} == {
            t: of["deleted"]
            for (f, t), of in files.items()
            if f == "deletions" and of["deleted"]
        }
        assert sum(gone.values()) > 5


def test_what_changes_is_listed_as_often_as_the_ledger_counts_it(
    later: Later, known: dict[str, Found]
) -> None:
    """But for records that people made, which no import has a say in."""
    for run in (later.rehearsal, later.full):
        found = known[run.run_id]
        for table in registry.by_name():
            theirs = {"kept": found[f"{table}.kept.local"]}
            for outcome in ("updated", "deleted", "kept"):
                name = f"{table}.{outcome}"
                number = found[name] - theirs.get(outcome, 0)
                assert found[f"changes.{name}"] == number, name
        assert found["changes.all.updated"] > 20


def test_the_workbook_and_its_first_page_count_every_code(
    later: Later, known: dict[str, Found]
) -> None:
    run = later.full
    found = known[run.run_id]
    book = openpyxl.load_workbook(run.folder / "private" / "worklist.xlsx")
    first, *others = book.worksheets
    rows = list(first.iter_rows(values_only=True))
    expected: Counter[tuple[str, str]] = Counter()
    for name, number in found.items():
        table, _, rest = name.partition(".")
        kind, _, code = rest.partition(".")
        is_code = kind in ("reasons", "notes", "kept") and code not in UNLISTED
        if is_code and table in registry.by_name():
            expected[registry.noun(table), code] += number

    assert sum(sheet.max_row - 1 for sheet in others) == found["worklist.all.lines"]
    assert {(noun, code): n for _, noun, code, n, *_ in rows if type(n) is int} == (
        +expected
    )
    actions = {a.lower(): n for a, n, *_ in rows if a and type(n) is int}
    assert actions == {
        action.lower(): found[f"worklist.{action}.lines"]
        for action in figures.ACTIONS[:-1]
    }
    left = f"{found['worklist.without_doubt']:,} rows more are left out without doubt."
    assert left in [row[0] for row in rows]


def test_the_record_and_the_terminal_tell_what_the_ledger_holds(
    later: Later, known: dict[str, Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in later.site.environ.items():
        monkeypatch.setenv(name, value)
    for run in (later.rehearsal, later.full):
        found = known[run.run_id]
        for table, counts in sites.tables(run).items():
            told: Mapping[str, Any] = counts
            for name in figures.OUTCOMES:
                assert told[name] == found[f"{table}.{name}"], (table, name)
            for kind in ("reasons", "notes"):
                for code, number in told[kind].items():
                    assert number == found[f"{table}.{kind}.{code}"], (table, code)

        lines = CliRunner().invoke(show, [run.run_id]).output.splitlines()
        head = next(n for n, line in enumerate(lines) if line.startswith("table "))
        names = lines[head].replace("source rows", "rows").split()[1:]
        shown = {}
        for line in lines[head + 1 : head + 1 + len(registry.by_name())]:
            table, *cells = line.split()
            if len(cells) == len(names) and table in registry.by_name():
                numbers = (int(c.replace(",", "").replace(".", "0")) for c in cells)
                shown[table] = dict(zip(names, numbers, strict=True))
        assert len(shown) > 8
        for table, of in shown.items():
            for name in {*names} & {*figures.OUTCOMES, "deleted", "kept"}:
                assert of[name] == found[f"{table}.{name}"], (table, name)


def test_a_figure_that_is_wrong_on_a_page_is_found(
    later: Later, known: dict[str, Found]
) -> None:
    """In what it shows, in its value, in its name, and in a picture's."""
    run = later.full
    page = (run.folder / REPORT).read_text()
    good = '<data value="3" data-figure="patients.updated">3</data>'
    assert good in page
    assert "patients.updated=3" in page

    for bad in (
        good.replace(">3<", ">4<"),
        good.replace('"3"', '"4"').replace(">3<", ">4<"),
        good.replace("patients.updated", "patients.unchanged"),
        good.replace("patients.updated", "patients.never_heard_of"),
    ):
        assert len(wrong(page.replace(good, bad, 1), run.run_id, known)) == 1, bad
    drawn = page.replace("patients.updated=3", "patients.updated=4")
    assert len(wrong(drawn, run.run_id, known)) > 0


def test_a_figure_that_is_wrong_in_the_ledger_is_found(
    imported: Site, whole: Whole
) -> None:
    run = runs.load(imported.settings, whole.full.run_id)
    report.write(run)
    page = (run.folder / REPORT).read_text()
    assert wrong(page, run.run_id, figures_of(run)) == []

    bind.bind_real(imported.settings, writable=True)
    phases = apps.get_model("ledger", "LedgerPhase").objects
    phase = phases.get(run_id=run.run_id, name="notes")
    phase.counts["notes"]["created"] += 1
    phase.save()
    bind.close()

    told = wrong(page, run.run_id, figures_of(run))
    assert {line.partition(" ")[0] for line in told} == {
        *("notes.created", "all.created", "all.written")
    }
