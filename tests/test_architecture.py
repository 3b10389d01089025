"""Imports point one way, few packages know Django, every import is declared."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LIBRARY, DEMO = ROOT / "reimport_lib", ROOT / "reimport_demo"

# A part may import itself and the layers above its own line; some lines are one part.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset(
        "plain errors checks channels counting config env_files home outside own_calls"
        " printing private_files project row_settings secret setting_values frames"
        " declare windows workers cluster".split()
    ),
    frozenset({"read", "plan", "render"}),
    frozenset({"record"}),
    frozenset({"tables"}),
    frozenset({"ledger", "privacy"}),
    frozenset({"write", "show", "files"}),
    frozenset({"backup"}),
    frozenset({"prove"}),
    frozenset({"api_checks"}),
    frozenset({"phases"}),
    frozenset({"notify"}),
    frozenset({"execute"}),
    frozenset({"cockpit", "dashboard"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
ONE_PART = (LAYERS[0], LAYERS[-2])
BACKEND = {path.parent.name for path in (ROOT / "backend").glob("*/__init__.py")}
OURS = BACKEND | {"reimport_lib", "reimport_demo", "tests", "tools"}
BESIDE_TESTS = {path.stem for path in (ROOT / "tests").rglob("*")}
MAY_IMPORT_DJANGO = frozenset(
    "ledger write backup prove api_checks phases notify dashboard".split()
)
API_CHECKS = "reimport_lib.tables.clinic_api"
DECLARATIONS = tuple(
    f"reimport_lib.tables.{name}"
    for name in ("columns", "links", "declare", "headers", "merging", "registry")
)
PRELOAD = LIBRARY / "execute" / "prefork" / "preload.py"
OBJECT_STORE = frozenset({"boto3", "botocore", "s3fs", "smart_open", "storages"})
NOT_IN_A_PLAN = OBJECT_STORE | {"pyarrow", "django"}
STORE_WRITES = frozenset(
    "complete_multipart_upload copy_object delete_bucket delete_object"
    " delete_objects generate_presigned_post put_object"
    " put_object_acl upload_file upload_fileobj upload_part upload_part_copy".split()
)
LETS_OTHERS = frozenset({"generate_presigned_url"})  # the backend's pages do
WORKBOOKS = ("sample_sheet", "workbook")
WIDGETS = ("cockpit/panels", "execute/prefork/preload", "show/control")
WHERE_IT_IS = {  # modules that use a package of an extra, where it is installed
    *(("reimport_lib/notify/sending.py", n) for n in ("apprise", "standardwebhooks")),
    ("reimport_lib/dashboard/metrics.py", "prometheus_client"),
    ("reimport_lib/prove/api.py", "rest_framework"),
    ("reimport_lib/record/evidence.py", "cryptography"),
    *((f"reimport_lib/{path}.py", "ipywidgets") for path in WIDGETS),
    *((f"reimport_lib/show/{name}.py", "xlsxwriter") for name in WORKBOOKS),
    ("tests/notify/test_delivering.py", "standardwebhooks"),
    ("tests/phases/test_cluster.py", "distributed"),
    ("tests/record/test_evidence.py", "cryptography"),
}
UNSEEN = {
    "reimport_lib": {"tzdata"},  # zoneinfo reads it
    "reimport_demo": {"clinic-reimport", "flask-cors"},  # ours; moto's server
}
OF_A_RUN = (
    "plan tables record ledger write backup prove api_checks phases execute".split()
)
BELOW_DJANGO = (*LAYERS[0], *"read plan record tables privacy show files".split())


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "fixtures" not in path.parts)


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below *node* but those that only a type checker reads."""
    yield node
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    for child in ast.iter_child_nodes(node):
        yield from executed(child)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Full names of all that a file imports; ``from a import b`` is a.b."""
    found: list[str] = []
    for node in executed(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def part(name: str) -> str:
    """The part of the library that a full name belongs to, or nothing."""
    words = name.split(".")
    if name.startswith(DECLARATIONS):
        return "declare"
    if name.startswith(API_CHECKS):
        return "api_checks"
    if words[:3] == ["reimport_lib", "prove", "render"]:
        return "render"
    return words[1] if words[0] == "reimport_lib" and len(words) > 1 else ""


def own_part(path: Path) -> str:
    return part(".".join(path.relative_to(ROOT).with_suffix("").parts))


def allowed(own: str) -> frozenset[str]:
    """The parts that *own* may import, itself among them."""
    line = next(n for n, layer in enumerate(LAYERS) if own in layer)
    below = frozenset[str]().union(*LAYERS[:line])
    return below | (LAYERS[line] if LAYERS[line] in ONE_PART else {own})


def wrong_way(path: Path) -> list[str]:
    may = allowed(own_part(path))
    return [name for name in imports(path) if part(name) and part(name) not in may]


def id_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


LIBRARY_MODULES = [path for path in modules(LIBRARY) if path.parent != LIBRARY] + [
    path for path in LIBRARY.glob("*.py") if path.name != "__init__.py"
]


def test_imports_point_one_way() -> None:
    wrong = {id_of(path): wrong_way(path) for path in LIBRARY_MODULES}

    assert {path: names for path, names in wrong.items() if names} == {}


def test_the_library_does_not_know_its_demo() -> None:
    """Nor do the notebooks: what the demo brings is not on a clinic's machine."""
    notebooks = (ROOT / "notebooks").glob("*.ipynb")

    assert [id_of(path) for path in modules(LIBRARY) if knows(path, DEMO.name)] == []
    assert [id_of(path) for path in notebooks if DEMO.name in path.read_text()] == []


def knows(path: Path, package: str) -> bool:
    """It imports *package*, or names it where it might be imported by."""
    texts = [getattr(node, "value", None) for node in nodes(path)]
    named = [text for text in texts if isinstance(text, str) and package in text]
    return package in packages(path) or bool(named)


def test_a_library_that_knows_its_demo_is_seen(tmp_path: Path) -> None:
    for line in ("import reimport_demo.s3", "import_module('reimport_demo.s3')"):
        path = tmp_path / f"{len(line)}.py"
        path.write_text(f"def show():\n    {line}\n")

        assert knows(path, DEMO.name), line


def test_only_what_works_on_the_database_imports_django() -> None:
    django = {"django", "rest_framework", *BACKEND}
    found = [path for path in LIBRARY_MODULES if packages(path) & django]

    assert {own_part(path) for path in found if path != PRELOAD} <= MAY_IMPORT_DJANGO


def test_planning_is_pure_and_proving_shares_no_code_with_it() -> None:
    pure = [path for path in LIBRARY_MODULES if own_part(path) in ("plan", "tables")]
    proving = [p for p in LIBRARY_MODULES if own_part(p) in ("prove", "render")]

    assert [id_of(path) for path in pure if packages(path) & NOT_IN_A_PLAN] == []
    assert [id_of(path) for path in proving if "plan" in map(part, imports(path))] == []


def test_one_page_of_the_backend_reads_what_runs_recorded() -> None:
    """And notes who opened it; nothing else of it knows the library."""
    backend = {id_of(path): imports(path) for path in modules(ROOT / "backend")}
    ours = {
        path: {name for name in names if name.startswith("reimport_lib")}
        for path, names in backend.items()
    }
    knowing = {path: names for path, names in ours.items() if names}

    assert list(knowing) == ["backend/pages/imports.py"]
    read = ("record.", "ledger.", "config.", "errors.", "tables.registry", "dashboard.")
    (names,) = knowing.values()
    assert all(n.removeprefix("reimport_lib.").startswith(read) for n in names)


def test_one_module_of_the_backend_reads_the_object_store() -> None:
    backend = modules(ROOT / "backend")
    reaching = [path for path in backend if packages(path) & OBJECT_STORE]

    assert [id_of(path) for path in reaching] == ["backend/pages/storage.py"]
    named = {
        text
        for node in nodes(reaching[0])
        for text in (getattr(node, "attr", None), getattr(node, "value", None))
        if isinstance(text, str)
    }
    assert "get_object" in named
    assert named & STORE_WRITES == set()


def test_two_modules_outside_of_runs_write_to_the_object_store() -> None:
    """They make what is not there yet; nothing moves, overwrites or deletes."""
    writing = {
        (id_of(path), node.attr)
        for path in LIBRARY_MODULES
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in STORE_WRITES | LETS_OTHERS
    }
    clients = [id_of(path) for path in LIBRARY_MODULES if "boto3" in packages(path)]

    assert clients == ["reimport_lib/read/objects.py"]
    assert writing == {
        ("reimport_lib/files/bucket.py", "put_object"),
        ("reimport_lib/files/copying.py", "complete_multipart_upload"),
        ("reimport_lib/files/copying.py", "copy_object"),
        ("reimport_lib/files/copying.py", "upload_part_copy"),
    }
    assert [
        id_of(path)
        for path in LIBRARY_MODULES
        if own_part(path) in OF_A_RUN and "files" in map(part, imports(path))
    ] == []


def test_no_row_is_looked_up_by_its_metadata() -> None:
    """The FileMaker key has a column of its own, unique and indexed."""
    texts = {
        id_of(path)
        for path in [*LIBRARY_MODULES, *modules(ROOT / "backend")]
        for node in nodes(path)
        for text in (getattr(node, "arg", None), getattr(node, "value", None))
        if isinstance(text, str) and text.startswith("filemaker_metadata__")
    }

    assert texts == set()


def test_no_step_of_a_run_takes_a_dry_run() -> None:
    """The run is bound to a copy or to the real database before any step begins."""
    steps = [path for path in LIBRARY_MODULES if own_part(path) in OF_A_RUN]

    assert [
        id_of(path)
        for path in steps
        for node in nodes(path)
        if isinstance(node, ast.arg) and node.arg in {"dry_run", "dryrun", "preview"}
    ] == []


def test_what_lies_below_the_database_imports_with_django_hidden() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in LIBRARY_MODULES
        if own_part(path) in BELOW_DJANGO
    ]
    program = "\n".join(
        [
            "import sys",
            "sys.modules['django'] = None",
            *(f"import {name}" for name in names),
        ]
    )

    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def encodings_left_out(path: Path) -> list[str]:
    """Where a text file is opened in whatever encoding the locale has."""
    found = []
    for node in nodes(path):
        if not isinstance(node, ast.Call) or any(
            word.arg == "encoding" for word in node.keywords
        ):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        words = [a.value for a in node.args if isinstance(a, ast.Constant)]
        modes = [w for w in words if isinstance(w, str) and re.fullmatch("[rwax]t?", w)]
        is_text = isinstance(node.func, ast.Attribute) and name in (
            "read_text",
            "write_text",
        )
        if is_text or (name == "open" and modes):
            found.append(f"{id_of(path)}:{node.lineno}")
    return found


def test_every_text_file_is_opened_in_an_encoding_of_our_own() -> None:
    paths = [*LIBRARY_MODULES, *modules(ROOT / "backend")]

    assert [place for path in paths for place in encodings_left_out(path)] == []


def declared() -> dict[str, set[str]]:
    """Folder -> the distributions that its modules may import."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    demo = tomllib.loads((DEMO / "pyproject.toml").read_text())["project"]
    extras = project["project"]["optional-dependencies"]
    library = _names(project["project"]["dependencies"])
    backend, lab = library | _names(extras["backend"]), _names(extras["lab"])
    all_there_is = backend | lab | _names(demo["dependencies"])
    all_there_is |= _names(project["dependency-groups"]["dev"])
    return {
        "reimport_lib": library,
        "reimport_demo": _names(demo["dependencies"]),
        "backend": backend,
        "tests": all_there_is,
        "tools": all_there_is,
    }


@cache
def installed() -> Mapping[str, list[str]]:
    """Package -> the distributions that bring it: asking takes a second or more."""
    return metadata.packages_distributions()


def distributions(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Every foreign package that a module imports, and the distributions it is of."""
    found = installed()
    for package in packages(path) - OURS - BESIDE_TESTS - sys.stdlib_module_names:
        yield package, {canonicalize_name(name) for name in found.get(package, [])}


def test_every_imported_package_is_declared() -> None:
    missing = {
        (id_of(path), package)
        for folder, names in declared().items()
        for path in modules(ROOT / folder)
        for package, brought_by in distributions(path)
        if not names & brought_by
    }

    assert missing == WHERE_IT_IS


@pytest.mark.parametrize("folder", ["reimport_lib", "reimport_demo"])
def test_every_declared_package_is_imported(folder: str) -> None:
    """What only the tests or another folder need, nobody is made to install."""
    imported = {
        name
        for path in modules(ROOT / folder)
        for _package, brought_by in distributions(path)
        for name in brought_by
    }

    assert declared()[folder] - imported == UNSEEN[folder]


def _names(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize(
    ("own", "imported"),
    [
        ("plan", "reimport_lib.read.snapshot"),
        ("plan", "reimport_lib.tables.patients"),
        ("read", "reimport_lib.record.run"),
        ("show", "reimport_lib.write.read"),
        ("write", "reimport_lib.phases"),
        ("tables", "reimport_lib.tables.clinic_api"),
        ("prove", "reimport_lib.tables.clinic_api.functional"),
        ("phases", "reimport_lib.execute.runner"),
        ("execute", "reimport_lib.cli"),
    ],
)
def test_an_import_against_the_direction_is_seen(own: str, imported: str) -> None:
    assert part(imported) not in allowed(own)
