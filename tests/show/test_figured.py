"""Figures keep their names in texts, and nothing else writes a number of a run."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reimport_lib import phases, show
from reimport_lib.show.figured import figure, figures_in, joined, tell
from reimport_lib.show.html import Grid, Sentence
from reimport_lib.show.sanitizer import sanitized
from reimport_lib.show.words import outcome_finding, sentence_case, share

SHOW, PHASES = (Path(str(package.__file__)).parent for package in (show, phases))
MADE = ("figure", "fraction", "tell", "joined", "share", "equation", "found_of_named")
"""Functions whose texts have figures, which an f-string would forget."""
PLAIN = {
    "the width of a table: columns, cells, characters": {
        "changes._entries",
        "masking._entries",
        "masking._text",
        "previews._filled",
        "previews.mapping_fold",
        "previews.mapping_table",
        "sample_pages._cut",
        "sample_words.warnings",
        "charts.fill_rates",
        "words.size",
    },
    "how much of a list is shown here": {
        "changes_tables.alike_grid",
        "changes_pages._further",
        "changes_pages._plain",
        "changes_pages.overview",
        "explorer.Explorer._page",
        "held.records",
        "last_time.changed",
        "last_time.changed_in_phase",
        "merged.merged_table",
        "plans.changes_table",
        "previews.matches_stack",
        "previews.sample_table",
        "replanned.replanned_rows",
        "undo_rows._left_out",
        "undo_rows.rows_stack",
    },
    "of a backup, by its digests": {"held.backup_table", "provenance._backup"},
    "of an export before it is planned; its rows are figures": {
        "previews.source_table"
    },
    "runs, phases, files, tables and links that are named beside it": {
        "history._trend",
        "history.render",
        "leak_words.scanned",
        "rate_words._finding",
        "rate_words._floor_missed",
        "undo_words._led_back",
        "undo_words._led_elsewhere",
        "verdict.stopped",
        "withheld._told",
    },
    "a limit": {"results._limit"},
    "a difference of two figures that stand beside it": {
        "comparing.Difference.by",
        "comparing._more",
        "last_time.beside",
    },
    "in a terminal alone": {
        "comparing.Figure.__str__",
        "forecast_words.lines",
        "state_words._progress",
        "undo_words.still",
    },
    "of a plan that is not carried out yet": {"undo_plans.gate_table"},
    "of a sample, which people look at after the run": {
        "sample_pages._index",
        "sample_pages._place",
        "sample_words.proves",
    },
    "drawn from what its chart has as figures": {"charts._columns"},
    "in the workbook, whose figures are counted by itself": {"workbook._start"},
    "this is where figures are made": {"figured.figure"},
    "in an error or a check, of what stops a phase": {
        "data.require_reviewed",
        "moved.counted",
        "recording.finish",
        "row_plans.first_that_differ",
        "since_rehearsal._require_no_decisions",
        "since_rehearsal.require_none",
        "stored_objects._check",
        "validation._object_checks",
        "validation_post.finish",
        "verifying.require_intact",
    },
}
"""Why a number is no figure of a run -> the functions that write such numbers."""


def test_a_figure_is_a_number_with_its_name() -> None:
    rows = figure(15149, "patients", "created", of="row")

    assert rows == "15,149 rows"
    assert f"{Sentence(rows).html()}".count("<data ") == 1
    assert rows.__html__() == (
        '<data value="15149" data-figure="patients.created">15,149</data> rows'
    )
    assert Sentence(rows).text() == "15,149 rows"
    assert figure(1, "a", of="copy", many="copies") == "1 copy"
    assert figure(3).__html__() == "3"
    assert 'data-figure="RUN/a">2<' in figure(2, "a", run="RUN").__html__()


def test_a_text_keeps_the_figures_that_it_is_put_together_of() -> None:
    made = "<b> " + figure(1, "a") + " of " + tell("{} {}", figure(2, "b"), "& {}")
    made = joined("; ", [made, "plain", figure(1000, "c")])

    assert made == "<b> 1 of 2 & {}; plain; 1,000"
    assert made.__html__() == (
        '&lt;b&gt; <data value="1" data-figure="a">1</data> of'
        ' <data value="2" data-figure="b">2</data> &amp; {}; plain;'
        ' <data value="1000" data-figure="c">1,000</data>'
    )
    assert [each.name for each in figures_in(made[4:])] == ["a", "b", "c"]
    assert [each.name for each in figures_in(made[5:-1])] == ["b"]
    assert figures_in(copy.deepcopy(made)) == made.figures
    assert figures_in(f"{made}") == figures_in(made[::2]) == figures_in(made[4]) == ()
    assert figures_in(sentence_case(figure(12, "a") + " rows")) != ()
    assert sentence_case(tell("all {}", figure(12, "a"))).startswith("All 12")


def test_a_part_that_no_place_is_left_for_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        tell("{} of {}", figure(1, "a"))


def test_figures_go_through_templates_and_the_allow_list() -> None:
    told = tell("Run `reimport {}` for {}", "show", figure(7, "a"))
    grid = Grid("of", ("a", "what to do"), [(figure(1, "b"), told)], foot=told)

    assert len(re.findall("<data ", sanitized(grid.html()))) == 3
    assert "<code>reimport show</code>" in grid.html()
    assert sanitized(grid.html()) == grid.html()
    attack = figure(1, '"><script>', "\x1b")
    assert "<script" not in sanitized(attack.__html__())
    assert "\x1b" not in attack.__html__()


def test_words_name_what_they_count() -> None:
    said = outcome_finding("notes", {"created": 3, "rejected": 2}, applied=True)
    part = share(1, 4, ("notes", "created"), ("notes", "rows"))

    assert [each.name for each in figures_in(said)] == [
        *("notes.created", "notes.rows", "notes.rejected")
    ]
    assert [(each.name, each.number) for each in part.figures] == [
        *(("notes.created", 1), ("notes.rows", 4))
    ]
    assert part == "1 of 4 (25.00%)"


def functions(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Each node of the module, with the function that it stands in."""

    def below(node: ast.AST, where: str) -> Iterator[tuple[str, ast.AST]]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}"
        yield where, node
        for child in ast.iter_child_nodes(node):
            yield from below(child, where)

    return below(ast.parse(path.read_text(encoding="utf-8")), path.stem)


def called(node: ast.AST) -> str:
    is_named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return node.func.id if is_named else ""  # type: ignore[attr-defined]


def is_plain(node: ast.AST) -> bool:
    """It writes a number that has no name."""
    if isinstance(node, ast.FormattedValue) and node.format_spec:
        form = "".join(re.findall(r"[+,.\w]+", ast.unparse(node.format_spec)))
        return re.fullmatch(r"f?\+?,(\.\df?)?", form) is not None
    if isinstance(node, ast.Call) and called(node) == "share":
        names = [arg for arg in node.args if isinstance(arg, ast.Starred)]
        return len(node.args) < 4 and not names
    return called(node) in ("count", "several")


MODULES = sorted([*SHOW.glob("*.py"), *PHASES.rglob("*.py")])


def test_whatever_counts_rows_of_a_run_names_them() -> None:
    found = {w for path in MODULES for w, node in functions(path) if is_plain(node)}
    expected = {place for places in PLAIN.values() for place in places}

    assert found - expected == set(), "use figured.figure"
    assert expected - found == set()


def test_no_text_forgets_its_figures_as_soon_as_they_are_made() -> None:
    forgotten = [
        (where, ast.unparse(inner))
        for path in MODULES
        for where, node in functions(path)
        if isinstance(node, ast.FormattedValue)
        for inner in ast.walk(node.value)
        if called(inner) in MADE
    ]

    assert forgotten == []


def test_no_template_writes_a_number_by_itself() -> None:
    for path in sorted((SHOW / "templates").glob("*.j2")):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"\.format\(|:,|\|\s*(length|count|sum)\b", text) is None, path
