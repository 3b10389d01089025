"""What this repository holds, and what it must not."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

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
MAY_PRINT = {"reimport_lib/cli.py", "reimport_lib/terminal.py"}
LONGEST = 400
LARGEST_BYTES = 1_000_000
PROMISES = re.compile(
    r"raise NotImplementedError|\bTODO\b|\bFIXME\b|\bXXX\b|pytest\.skip\(|assert True\b"
)
PYTHON = [path for path in FILES if path.suffix == ".py"]
OURS = [path for path in PYTHON if path != Path(__file__)]


def is_written_by_hand(path: Path) -> bool:
    return path.suffix in {".py", ".md", ".toml", ".yml", ".sh"} or not path.suffix


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_notebooks_are_stored_without_outputs() -> None:
    assert stored.with_outputs(stored.notebooks(FILES)) == []


def test_no_file_holds_what_looks_like_a_secret() -> None:
    assert stored.secrets(FILES) == []


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
        if stored.name(path).startswith("reimport_lib/")
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    }

    assert printing <= MAY_PRINT


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
    inner = {p[1] for p in parts if p[0] == "reimport_lib" and len(p) > 2}

    assert {name for name in folders | inner if f"{name}/" not in readme} == set()
