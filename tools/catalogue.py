"""Every error and check that has an id, in the words of the place that makes it.

Read from the syntax trees of the packages, so there is no second list to keep.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from reimport_lib.cli.plugins import GROUP
from tools.wording import is_text, last_name, wording

ID = re.compile(r"[RC]\d{3}")
CHECKS = frozenset({"Check", "equal", "could_not_check"})
CHECK = "Check"
RETIRED: Mapping[str, str] = {
    "R012": "{name}: the copy cannot be written: {reason}.",
    "R013": "{name}: the copy failed: {reason}.",
    "R039": "REIMPORT_TABLES is not read from .env: tables are loaded before it.",
    "R060": "Going back must be confirmed, and nobody can type here.",
    "R061": "Not confirmed: the word typed is another. Nothing was written.",
    "R109": "delete: rows that people made would be touched. Nothing was deleted.",
    "R123": "The source differs from the last run's beyond its limits ({broken}).",
    "R124": "REIMPORT_CHARSET: {asked} is not a character set.",
    "R187": "FILEMAKER_PAUSE_SECONDS: not a number between 0 and 60.",
}
"""Id that nothing has any more -> what it said. None of them is given again."""

ROOT_ERROR = "ReimportError"


@dataclass(frozen=True, slots=True)
class Site:
    """
    A call that makes an error or a check.

    Attributes:
        module: its file, from the folder of its package on.
        id: as written there; "" where it is lacking or is no id.
        passed_on: the id is a parameter, or that of another error.
        kind: what is called: a class of error, ``Check``, or a function with an id.
        around: the function or module that it is in.
    """

    module: str
    call: ast.Call
    kind: str
    around: ast.AST

    @property
    def id(self) -> str:
        given = keyword(self.call, "id")
        text = given.value if isinstance(given, ast.Constant) else ""
        return text if isinstance(text, str) and ID.fullmatch(text) else ""

    @property
    def passed_on(self) -> bool:
        return isinstance(keyword(self.call, "id"), (ast.Name, ast.Attribute))

    def argument(
        self, name: str, parameters: Mapping[str, tuple[str, ...]]
    ) -> ast.expr | None:
        """What the call gives as *name*, by the *parameters* of each function."""
        by_place = dict(
            zip(parameters.get(self.kind, ("message",)), self.call.args, strict=False)
        )
        return by_place.get(name) or keyword(self.call, name)


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    What an id stands for; what is in braces is filled in when it is said.

    Attributes:
        family: class of ``errors`` that it is one of, or ``Check``.
        says: the message; of a check, what it looks at.
        expected: of a check.
        hint: what to do.
        module: where it is made.
    """

    id: str
    family: str
    says: str
    expected: str
    hint: str
    module: str


class Sources:
    """The modules of packages, each a folder, as syntax trees."""

    def __init__(self, folders: Iterable[Path] | None = None) -> None:
        self.paths = {
            path.relative_to(folder.parent).as_posix(): path
            for folder in (installed() if folders is None else folders)
            for path in sorted(folder.rglob("*.py"))
        }
        self.trees = {
            module: ast.parse(path.read_text(encoding="utf-8"))
            for module, path in self.paths.items()
        }
        self._classes = [
            (module, node)
            for module, tree in self.trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        ]
        self.families = self._families()
        self._parameters = {
            **dict.fromkeys(self.families, ("message",)),
            CHECK: ("name", "expected", "actual", "verdict", "hint"),
        } | {
            node.name: tuple(each.arg for each in node.args.args)
            for tree in self.trees.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and node.name != "__init__"
            and "id" in (each.arg for each in node.args.kwonlyargs)
        }

    def _families(self) -> dict[str, str]:
        """Class of an error -> the class of ``errors`` that it is one of."""
        found = {ROOT_ERROR: ROOT_ERROR}
        before = 0
        while before < len(found):
            before = len(found)
            for module, node in self._classes:
                bases = [
                    last_name(base) for base in node.bases if last_name(base) in found
                ]
                if bases and node.name not in found:
                    own = module.endswith("/errors.py") and module.count("/") == 1
                    found[node.name] = node.name if own else found[bases[0]]
        return found

    def sites(self) -> list[Site]:
        """Every call that makes an error or a check, or that is given an id."""
        with_ids_of_their_own = {
            node.name
            for _, node in self._classes
            if node.name != ROOT_ERROR
            and any(getattr(part, "name", "") == "__init__" for part in node.body)
        }
        makers = {*self.families, *CHECKS} - with_ids_of_their_own
        return [
            site
            for module, tree in self.trees.items()
            for site in sorted(_sites(module, tree), key=_place)
            if site.id or site.kind in makers
        ]

    def entries(self) -> dict[str, Meaning]:
        """Id -> what it stands for, in the order of the ids."""
        found: dict[str, Meaning] = {}
        for site in filter(lambda site: site.id, self.sites()):
            entry = self._entry(site)
            first = found.get(site.id, entry)
            found[site.id] = replace(
                first,
                expected=first.expected or entry.expected,
                hint=first.hint or entry.hint,
            )
        return dict(sorted(found.items()))

    def _entry(self, site: Site) -> Meaning:
        def said(name: str) -> str:
            return wording(site.argument(name, self._parameters), look)

        def look(word: str) -> ast.expr | None:
            set_here = _set_once(site.around, word)
            return set_here or self._constant(site.module, word)

        is_check = site.id.startswith("C")
        return Meaning(
            id=site.id,
            family=CHECK if is_check else self.families.get(site.kind, ROOT_ERROR),
            says=said("name") if is_check else said("message"),
            expected=said("expected"),
            hint=said("hint"),
            module=site.module,
        )

    def _constant(self, module: str, word: str) -> ast.expr | None:
        """What the constant *word* is in *module*, or where that imports it from."""
        for node in self.trees.get(module, ast.Module([], [])).body:
            if isinstance(node, ast.Assign) and word in map(last_name, node.targets):
                return node.value if is_text(node.value) else None
            if isinstance(node, ast.ImportFrom) and word in {
                n.name for n in node.names
            }:
                origin = (node.module or "").replace(".", "/")
                return self._constant(f"{origin}.py", word)
        return None


def installed() -> Iterator[Path]:
    """The folders of this package, and of those that bring commands."""
    brought = {entry.module.split(".")[0] for entry in entry_points(group=GROUP)}
    for package in ("reimport_lib", *sorted(brought)):
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent


def _place(site: Site) -> tuple[int, int]:
    return site.call.lineno, site.call.col_offset


def _sites(module: str, tree: ast.Module) -> Iterator[Site]:
    """Every call of *module*; that of a class's ``__init__`` counts as of the class."""
    open_nodes: list[tuple[ast.AST, ast.AST, str]] = [(tree, tree, "")]
    while open_nodes:
        node, around, own = open_nodes.pop()
        if isinstance(node, ast.FunctionDef):
            around = node
        elif isinstance(node, ast.ClassDef):
            own = node.name
        elif isinstance(node, ast.Call):
            kind = last_name(node.func)
            kind = own if kind == "__init__" and own != ROOT_ERROR else kind
            if kind not in CHECKS or isinstance(node.func, ast.Name):
                yield Site(module, node, kind, around)
        open_nodes += ((child, around, own) for child in ast.iter_child_nodes(node))


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """What *call* gives as *name*."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def _set_once(around: ast.AST, word: str) -> ast.expr | None:
    """The text that a function sets *word* to, where it does so in one place."""
    values = [
        node.value
        for node in ast.walk(around)
        if isinstance(node, ast.Assign) and word in map(last_name, node.targets)
    ]
    return values[0] if len(values) == 1 and is_text(values[0]) else None
