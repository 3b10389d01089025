"""Holds what a run left against what was sealed; of the standard library alone.

A dossier carries it as one file, ``verify.py``, that needs Python 3.8 and nothing of
this package: ``program()`` joins the modules below. So they import each other by name
and anything else of no package.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import resources

PARTS = (
    *("leaves", "differing", "ed25519", "files", "findings", "statements"),
    *("roots", "contents", "records", "checking", "__main__"),
)
"""In the order in which one module can hold them."""

_HEAD = '''"""Whether what a run left is what was sealed: python verify.py --help."""

from __future__ import annotations

'''


def program() -> str:
    """``verify.py``: the modules of this package as one."""
    return _HEAD + "\n\n".join(map(_alone, PARTS))


def _alone(part: str) -> str:
    """The module *part* without its head, and without what one module has anyway."""
    text = (resources.files(__name__) / f"{part}.py").read_text(encoding="utf-8")
    dropped: set[int] = set()
    for node in ast.parse(text).body:
        if _is_of_a_package(node):
            dropped |= {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines = enumerate(text.splitlines(), start=1)
    return "\n".join(line for n, line in lines if n not in dropped).strip() + "\n"


def _is_of_a_package(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.ImportFrom):
        return f"{node.module}.".startswith(("__future__.", f"{__name__}."))
    return isinstance(node, ast.If) and "TYPE_CHECKING" in _names(node.test)


def _names(node: ast.expr) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))
