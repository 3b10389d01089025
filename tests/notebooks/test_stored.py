"""The notebooks as they are stored: no logic, no outputs, one template, one import."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from reimport_lib.cockpit.notebook import Cockpit
from reimport_lib.execute.undo import LEAST
from reimport_lib.home import CHECKOUT
from reimport_lib.phases import Phase, all_phases, template
from reimport_lib.phases.injected import assigned
from reimport_lib.phases.limits import parameters
from reimport_lib.phases.notebook import KINDS, DataNotebook

FOLDER = CHECKOUT / "notebooks"
LOGIC = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.AsyncFor, ast.While, ast.comprehension),
    *(ast.Try, ast.If, ast.IfExp, ast.With, ast.Match),
)
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
UNDO = FOLDER / template.UNDO
RUNBOOK = FOLDER / template.RUNBOOK
OF_PHASES = [FOLDER / phase.notebook for phase in all_phases()]
INNER = ("judge", "way_on")
HEAD = ("**Reads**", "**Writes**", "**Needs**", "**Stops if**")


def name(path: Path) -> str:
    return path.stem


def cells(path: Path, kind: str) -> list[NotebookNode]:
    stored = nbformat.read(path, 4)
    return [cell for cell in stored.cells if cell.cell_type == kind]


def test_every_phase_has_its_notebook() -> None:
    assert set(OF_PHASES) <= set(NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_holds_no_logic(path: Path) -> None:
    for cell in cells(path, "code"):
        nodes = list(ast.walk(ast.parse(cell.source)))
        assert not [node for node in nodes if isinstance(node, LOGIC)], cell.source
        assert not cell.source.startswith(("!", "%"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_all_that_a_notebook_imports_is_there(path: Path) -> None:
    for cell in cells(path, "code"):
        body = ast.parse(cell.source).body
        imports = [
            node for node in body if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        exec(compile(ast.Module(imports, []), path.name, "exec"), {})  # noqa: S102


@pytest.mark.parametrize("path", [*OF_PHASES, UNDO], ids=name)
def test_a_notebook_says_what_it_reads_writes_needs_and_stops_at(path: Path) -> None:
    title = cells(path, "markdown")[0].source.splitlines()

    assert title[0].startswith("# Undo" if path == UNDO else f"# {path.stem[:2]} ")
    for line, word in zip(title[-4:], HEAD, strict=True):
        assert line.startswith(word)


@pytest.mark.parametrize("path", OF_PHASES, ids=name)
def test_parameters_have_safe_typed_defaults(path: Path) -> None:
    code = cells(path, "code")
    tagged = [
        n for n, c in enumerate(code) if "parameters" in c.metadata.get("tags", ())
    ]
    assert tagged == [0]
    assigned = ast.parse(code[0].source).body

    assert all(isinstance(node, ast.AnnAssign) for node in assigned)
    defaults = {
        node.target.id: ast.literal_eval(node.value)
        for node in assigned
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.value is not None
    }
    assert defaults["run_id"] == ""
    assert defaults["sample_rows"] == 5
    assert defaults["reveal"] == 0
    for value in defaults.values():
        assert type(value) in (str, int, float)


SHARED = {"run_id": "", "sample_rows": 5, "reveal": 0}


@pytest.mark.parametrize("phase", all_phases(), ids=lambda phase: phase.name)
def test_a_notebook_declares_every_gate_that_can_stop_it(phase: Phase) -> None:
    limits = parameters(phase)
    expected = {**SHARED, **{name: each.default for name, each in limits.items()}}

    declared = declared_in(FOLDER / phase.notebook)

    assert declared == expected
    assert {n: type(v) for n, v in declared.items()} == {
        n: type(v) for n, v in expected.items()
    }


@pytest.mark.parametrize("path", [*OF_PHASES, UNDO], ids=name)
def test_every_parameter_that_a_notebook_declares_is_used(path: Path) -> None:
    used = {
        node.id
        for cell in cells(path, "code")[1:]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Name)
    }

    assert set(declared_in(path)) <= used


def test_the_notebook_of_an_undo_writes_nothing_by_its_defaults() -> None:
    declared = declared_in(UNDO)

    assert UNDO.read_text() == template.notebooks([])[template.UNDO]
    assert (declared["run_id"], declared["confirm"], declared["reveal"]) == ("", "", 0)
    assert declared["min_reversed"] == LEAST


def test_the_runbook_hides_its_code_and_asks_all_that_the_cockpit_answers() -> None:
    assert RUNBOOK.read_text() == template.notebooks([])[template.RUNBOOK]
    code = cells(RUNBOOK, "code")
    assert all(cell.metadata.jupyter.source_hidden for cell in code)
    assert all("hide-input" in cell.metadata.tags for cell in code)
    asked = re.findall(r"cockpit\.(\w+)\(\)", "\n".join(c.source for c in code))
    own = {n for n, m in vars(Cockpit).items() if inspect.isfunction(m)}
    assert set(asked) == {n for n in own if not n.startswith("_")}


def declared_in(path: Path) -> dict[str, object]:
    return assigned(cells(path, "code")[0].source)


@pytest.mark.parametrize("phase", all_phases(), ids=lambda phase: phase.name)
def test_a_notebook_is_what_the_template_gives(phase: Phase) -> None:
    stored = (FOLDER / phase.notebook).read_text()

    assert stored == template.notebook(phase), "python -m tools.notebooks"


@pytest.mark.parametrize("path", OF_PHASES, ids=name)
def test_a_notebook_imports_one_name_and_opens_its_phase_with_it(path: Path) -> None:
    importing = {
        number: ast.unparse(node)
        for number, cell in enumerate(cells(path, "code"))
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert importing == {1: "from reimport_lib.phases.notebook import open_phase"}
    assert "phase = open_phase(" in cells(path, "code")[1].source


@pytest.mark.parametrize("phase", all_phases(), ids=lambda phase: phase.name)
def test_a_notebook_asks_all_that_can_be_asked_of_its_phase(phase: Phase) -> None:
    kind = KINDS.get(phase.name, DataNotebook)
    questions = {
        name
        for part in kind.__mro__
        for name, member in vars(part).items()
        if inspect.isfunction(member) and not name.startswith("_") and name not in INNER
    }

    asked = {
        node.func.attr
        for cell in cells(FOLDER / phase.notebook, "code")
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert asked <= questions
    assert questions - asked <= {"card"}
