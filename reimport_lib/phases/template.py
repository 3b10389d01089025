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


def notebooks(phases: Iterable[Phase]) -> dict[str, str]:
    """File name -> text of the notebook of every one of *phases*."""
    return {phase.notebook: notebook(phase) for phase in phases}


def notebook(phase: Phase) -> str:
    """The text of the notebook of *phase*, as it is stored."""
    cells = _cells(_filled(phase))
    for number, cell in enumerate(cells):
        cell["id"] = f"{phase.number:02d}-{number:02d}"
    made = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return f"{json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)}\n"


def _filled(phase: Phase) -> str:
    """The text of the kind of *phase*, with what is its own."""
    name = f"{'data' if phase.tables else phase.name}.md"
    templates = resources.files("reimport_lib.phases") / "templates"
    return Template((templates / name).read_text(encoding="utf-8")).substitute(
        asdict(head(phase)) if phase.tables else {},
        number=f"{phase.number:02d}",
        last=phase.number - 1,
        parameters="\n".join([SHARED, *map(_declared, parameters(phase).values())]),
        opening=_opening(phase),
    )


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
        "metadata": {"tags": tags} if tags else {},
        "outputs": [],
        "source": _lines(source),
    }


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
