"""What this repository holds, and what it must not."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from tests import sharing_out
from tools import stored

ROOT = Path(__file__).resolve().parent.parent
FILES = stored.files()
DATA = {".csv", ".db", ".gz", ".jpeg", ".jpg", ".parquet", ".pdf", ".sqlite3"} | {
    ".fmp12",
    ".tsv",
    ".xlsx",
    ".xml",
    ".zip",
}
INVENTED = ("tests/", "runs/example/")  # the folders that may hold data, all invented
PACKAGES = ("reimport_lib", "reimport_demo")
MAY_PRINT: set[str] = set()
LONGEST = 400
LARGEST_BYTES = 1_000_000
PROMISES = re.compile(
    r"raise NotImplementedError|\bTODO\b|\bFIXME\b|\bXXX\b|pytest\.skip\(|assert True\b"
)
EMAIL = re.compile(r"[\w.%+-]+@([\w-][\w.-]*\.[A-Za-z]{2,})")
OF_NOBODY = re.compile(
    r"(?:.+\.)?(?:example\.(?:com|net|org)|\w+\.(?:example|invalid|test))"
    r"|odata\.\w+"  # an annotation of OData, no address
)
OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:home|Users)/\w|\b[A-Z]:\\\\?Users\b")
SUPERSEDED = re.compile(r"(?: \d+| copy|[_.-](?:bak|old|orig))$", re.IGNORECASE)
TELLS = re.compile(
    r"\b(?:record_failure|record_undo_proof|record_scan|record_try|excepthook)\("
)
LAYOUT_LINE = re.compile(r"^    ( *)((?:[\w.]+/\s+)*[\w.]+/)(?=\s|$)", re.MULTILINE)
PYTHON = [path for path in FILES if path.suffix == ".py"]
OURS = [path for path in PYTHON if path != Path(__file__)]


def is_written_by_hand(path: Path) -> bool:
    if stored.name(path) == "docs/errors.md":  # tools.ids writes it
        return False
    return path.suffix in {".py", ".md", ".toml", ".yml", ".sh"} or not path.suffix


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_notebooks_are_stored_without_outputs() -> None:
    assert stored.with_outputs(stored.notebooks(FILES)) == []


def test_secrets_are_looked_for_before_a_change_lands() -> None:
    """Looking takes half a minute: once, in ``make lint``."""
    recipe = (ROOT / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]

    assert "python -m tools.stored\n" in f"{recipe}\n"
    assert "\nmake lint\n" in (ROOT / ".ci" / "run").read_text()


def test_the_test_files_that_begin_first_are_there() -> None:
    files = [ROOT / "tests" / name for name in sharing_out.LONGEST]

    assert [file for file in files if not file.exists()] == []


def test_a_notebook_with_an_output_is_seen(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "outputs": [], "execution_count": 1, "source": ""}
    notebook = tmp_path / "executed.ipynb"
    notebook.write_text(json.dumps({"cells": [cell]}))

    assert stored.with_outputs([notebook]) == [str(notebook)]


@pytest.mark.parametrize(
    "line",
    [
        "FILEMAKER_" + 'PASSWORD = "correct-horse"',  # pragma: allowlist secret
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "key = '" + "AKIA" + "IOSFODNN7ABCDEFG'",
        "DATABASE_URL=postgresql://clinic:" + "s3cretword@db.invalid/clinic",
    ],
)
def test_a_secret_is_seen_and_not_repeated(line: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"{line}\n")

    found = stored.secrets([file])

    assert [text.rsplit(" ", 1)[0].split(" ")[0] for text in found] == [f"{file}:1"]
    assert line not in "".join(found)


def test_no_data_is_stored_but_what_was_invented_for_tests() -> None:
    assert [
        stored.name(path)
        for path in FILES
        if path.suffix in DATA and not stored.name(path).startswith(INVENTED)
    ] == []


def test_every_e_mail_address_is_of_a_domain_that_nobody_can_have() -> None:
    found = {
        (stored.name(path), domain)
        for path in FILES
        for domain in EMAIL.findall(path.read_text(errors="ignore"))
    }

    assert {(path, d) for path, d in found if not is_of_nobody(d)} == set()


@pytest.mark.parametrize(
    ("domain", "of_nobody"),
    [
        ("example.org", True),
        ("mail.Example.COM", True),
        ("clinic.invalid", True),
        ("example.org.au", False),
        ("anexample.org", False),
    ],
)
def test_a_domain_that_somebody_may_have_is_seen(domain: str, of_nobody: bool) -> None:
    [found] = EMAIL.findall(f"write to ada.b+c@{domain}, please")

    assert (found, is_of_nobody(found)) == (domain, of_nobody)


def is_of_nobody(domain: str) -> bool:
    """It is reserved for examples; a misspelt one in a test counts as well."""
    name = re.sub(r"\.{2,}", ".", domain).strip("-.").casefold()
    return OF_NOBODY.fullmatch(name) is not None


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert [
        f"{stored.name(path)}:{number}"
        for path in FILES
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if OF_A_MACHINE.search(line)
    ] == []


def test_no_file_is_kept_beside_its_successor() -> None:
    assert [stored.name(path) for path in FILES if SUPERSEDED.search(path.stem)] == []


def test_no_environment_file_is_stored_but_the_example() -> None:
    names = [path.name for path in FILES if path.name.startswith(".env")]

    assert names == [".env.example"]


def test_files_are_short_enough_to_be_read() -> None:
    lines = {
        stored.name(path): len(path.read_text().splitlines())
        for path in FILES
        if is_written_by_hand(path) and "/migrations/" not in stored.name(path)
    }

    assert {path: n for path, n in lines.items() if n > LONGEST} == {}


def test_no_file_is_large() -> None:
    sizes = {stored.name(path): path.stat().st_size for path in FILES}

    assert {path: size for path, size in sizes.items() if size > LARGEST_BYTES} == {}


def test_certificates_are_always_verified() -> None:
    assert [
        stored.name(path)
        for path in PYTHON
        for call in calls(path)
        for word in call.keywords
        if word.arg in {"verify", "verify_ssl"}
        and isinstance(word.value, ast.Constant)
        and word.value.value is False
    ] == []


def test_the_library_does_not_print() -> None:
    printing = {
        stored.name(path)
        for path in PYTHON
        if stored.name(path).startswith(tuple(f"{p}/" for p in PACKAGES))
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    }

    assert printing <= MAY_PRINT


def test_no_error_is_caught_and_forgotten() -> None:
    """Who catches everything raises it again, or records it."""
    assert [
        f"{stored.name(path)}:{node.lineno}"
        for path in PYTHON
        if not stored.name(path).startswith("tests/")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and forgets(node)
    ] == []


@pytest.mark.parametrize(
    ("caught", "body", "forgotten"),
    [
        ("", "pass", True),
        ("Exception", "value = None", True),
        ("(ValueError, BaseException)", "pass", True),
        ("ValueError", "value = None", False),
        ("Exception as error", "raise Failed from error", False),
        ("Exception as error", "run.record_failure(error)", False),
    ],
)
def test_an_error_that_is_forgotten_is_seen(
    caught: str, body: str, forgotten: bool
) -> None:
    tree = ast.parse(f"try:\n    work()\nexcept {caught}:\n    {body}\n")
    [handler] = (n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler))

    assert forgets(handler) is forgotten


def forgets(handler: ast.ExceptHandler) -> bool:
    """It catches everything, and neither raises nor records it."""
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    if not {"Exception", "BaseException"} & set(re.findall(r"\w+", caught)):
        return False
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    tells = any(TELLS.search(ast.unparse(line)) for line in handler.body)
    return not raises and not tells


def test_no_stub_and_no_promise_is_left() -> None:
    assert [
        f"{stored.name(path)}:{number}"
        for path in OURS
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if PROMISES.search(line)
    ] == []


def test_the_layout_in_the_readme_names_every_folder() -> None:
    readme = (ROOT / "README.md").read_text()
    parts = [path.relative_to(ROOT).parts for path in FILES]
    folders = {part[0] for part in parts if len(part) > 1 and part[0] != ".ci"}
    inner = {p[1] for p in parts if p[0] in PACKAGES and len(p) > 2}

    assert {name for name in folders | inner if f"{name}/" not in readme} == set()


def test_every_folder_in_the_layout_of_the_readme_exists() -> None:
    layout = (ROOT / "README.md").read_text().split("## Layout")[1].split("\n## ")[0]
    parents: dict[int, Path] = {0: ROOT}
    missing = []
    for indent, names in LAYOUT_LINE.findall(layout):
        for name in names.split():
            folder = parents[len(indent)] / name
            parents[len(indent) + 2] = folder
            if not any(path.is_relative_to(folder) for path in FILES):
                missing.append(name)

    assert len(parents) > 2
    assert missing == []


def test_every_module_that_the_page_on_architecture_names_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", page))
    inside = {path.relative_to(ROOT).as_posix() for path in FILES}

    assert len(named) > 10
    assert {
        name for name in named if not {name, f"reimport_lib/{name}"} & inside
    } == set()


def test_every_part_of_the_library_stands_on_the_page_on_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    parts = {
        path.relative_to(ROOT).parts[1]
        for path in FILES
        if path.parts[len(ROOT.parts)] == "reimport_lib"
        and len(path.relative_to(ROOT).parts) > 2
    }

    assert {part for part in parts if f"`{part}" not in page} == set()
