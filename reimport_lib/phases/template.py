"""The notebooks of all phases, out of one text a kind of phase: ``templates/*.md``.

A block of Python is a cell of code, with the tags that stand behind the word; what
lies between two is a cell of text. Which phases there are, the limits that stop each,
and what its head says follow from the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from reimport_lib.phases import Phase
from reimport_lib.phases.heads import head, limited
from reimport_lib.phases.limits import Parameter, parameters

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
SHARED = """\
run_id: str = ""  # empty: a rehearsal of its own; latest: the newest open one
sample_rows: int = 5  # records shown per table
reveal: int = 0  # 1 shows values unmasked, and records that it did"""
CODE = re.compile(r"^```python *(.*)\n((?:.*\n)*?)```$", re.MULTILINE)


UNDO = "undo.ipynb"
RUNBOOK = "runbook.ipynb"
"""Notebooks that belong to no phase."""
HIDDEN = "hidden"
"""Tag of a cell whose code nobody is to see, in JupyterLab or in a page of it."""


def notebooks(phases: Iterable[Phase]) -> dict[str, str]:
    """File name -> text of the notebook of every one of *phases*, and of the others."""
    of_phases = {phase.notebook: notebook(phase) for phase in phases}
    others = {
        name: _stored(_template(Path(name).stem), Path(name).stem)
        for name in (UNDO, RUNBOOK)
    }
    return {**of_phases, **others}


def notebook(phase: Phase) -> str:
    """The text of the notebook of *phase*, as it is stored."""
    return _stored(_filled(phase), f"{phase.number:02d}")


def _stored(text: str, name: str) -> str:
    cells = _cells(text)
    for number, cell in enumerate(cells):
        cell["id"] = f"{name}-{number:02d}"
    made = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return f"{json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)}\n"


def _filled(phase: Phase) -> str:
    """The text of the kind of *phase*, with what is its own."""
    name = "data" if phase.tables else phase.name
    return Template(_template(name)).substitute(
        asdict(head(phase)) if phase.tables else {},
        number=f"{phase.number:02d}",
        last=phase.number - 1,
        parameters="\n".join([SHARED, *map(_declared, parameters(phase).values())]),
        opening=_opening(phase),
    )


def _template(name: str) -> str:
    templates = resources.files("reimport_lib.phases") / "templates"
    return (templates / f"{name}.md").read_text(encoding="utf-8")


def _cells(text: str) -> list[dict[str, Any]]:
    parts = CODE.split(text)
    cells = [_text(parts[0])]
    for tags, code, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        cells += [_code(code, tags.split()), _text(after)]
    return [cell for cell in cells if cell["source"]]


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(source)}


def _code(source: str, tags: list[str]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": _metadata(tags),
        "outputs": [],
        "source": _lines(source),
    }


def _metadata(tags: list[str]) -> dict[str, Any]:
    if HIDDEN not in tags:
        return {"tags": tags} if tags else {}
    shown = ["hide-input" if tag == HIDDEN else tag for tag in tags]
    return {"jupyter": {"source_hidden": True}, "tags": shown}


def _lines(source: str) -> list[str]:
    return source.strip("\n").splitlines(keepends=True)


def _declared(limit: Parameter) -> str:
    each = ", of each table" if len(limit.tables) > 1 else ""
    kind = type(limit.default).__name__
    return f"{limit.name}: {kind} = {limit.default}  # {limited(limit)}{each}"


def _opening(phase: Phase) -> str:
    gates = "".join(f'        "{name}": {name},\n' for name in parameters(phase))
    own = f"    gates={{\n{gates}    }},\n" if gates else ""
    return f"""\
from reimport_lib.phases.notebook import open_phase

phase = open_phase(
    "{phase.name}",
    run_id=run_id,
    sample_rows=sample_rows,
    reveal=reveal,
{own})"""
