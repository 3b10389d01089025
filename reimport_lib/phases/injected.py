"""The parameters that papermill injected, against those that the notebook declares."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from reimport_lib.errors import UsageError, did_you_mean


def cells_run() -> list[str]:
    """The sources of the cells that this kernel has run; none in a plain process."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    if shell is None or getattr(shell, "kernel", None) is None:
        return []
    return list(shell.user_ns.get("In", []))


def refuse_undeclared(cells: Sequence[str]) -> None:
    """
    Refuse injected parameters that the notebook does not declare, or of another type.

    papermill only warns of an unknown name, and its command line passes ``true`` as a
    text. The cell it injects begins with ``# Parameters``.
    """
    injected = [cell for cell in cells if cell.startswith("# Parameters\n")]
    if not injected:
        return
    before = cells[: cells.index(injected[-1])]
    declared = assigned(before[-1] if before else "")
    for name, value in assigned(injected[-1]).items():
        if name not in declared:
            raise UsageError(
                f"Parameter {name!r} is not declared in this notebook."
                + did_you_mean(repr(name), map(repr, declared)),
                hint="declared: " + ", ".join(declared),
                id="R091",
            )
        expected = type(declared[name])
        fits = type(value) is expected or (expected is float and type(value) is int)
        if not fits:
            raise UsageError(
                f"Parameter {name!r} is {type(value).__name__}, "
                f"and must be {expected.__name__}.",
                hint=f"leave it out to take the default of {name}",
                id="R092",
            )


def assigned(source: str) -> dict[str, object]:
    """Names and values of the constant assignments in *source*."""
    values: dict[str, object] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name):
            values[target.id] = ast.literal_eval(value)
    return values
