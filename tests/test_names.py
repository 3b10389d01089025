"""One name, one meaning: no two public types of a distribution are called the same."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def types_of(tree: ast.Module) -> Iterator[str]:
    """Public classes, aliases of types and type variables that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                target.id
                for target in targets
                if isinstance(target, ast.Name) and is_called_as_a_type(target.id)
            )


def is_called_as_a_type(name: str) -> bool:
    """CapWords of more than a letter, which type variables have."""
    return name[0].isupper() and not name.isupper()


def shared(folder: Path) -> dict[str, list[str]]:
    """Name -> modules of *folder*, where more than one defines a type called so."""
    places = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        if path.parent.name == "migrations":  # each has a Migration, as Django asks
            continue
        for name in types_of(ast.parse(path.read_text(encoding="utf-8"))):
            if not name.startswith("_"):
                places[name].append(path.relative_to(folder).as_posix())
    return {name: modules for name, modules in places.items() if len(modules) > 1}


@pytest.mark.parametrize("package", ["reimport_lib", "reimport_demo"])
def test_no_two_types_have_one_name(package: str) -> None:
    assert shared(ROOT / package) == {}


def test_two_types_of_one_name_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class Link: ...\nT = TypeVar('T')\n_X = int\n")
    (tmp_path / "b.py").write_text("Link: TypeAlias = str\nT = TypeVar('T')\n_X = 1\n")

    assert shared(tmp_path) == {"Link": ["a.py", "b.py"]}
