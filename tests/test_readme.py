"""Every command, setting and file that the documentation names exists."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from reimport_lib.phases import by_name
from reimport_lib.tables import registry
from tests.cli.commands import every_command

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)")
SETTING = re.compile(r"\b(?:DATABASE_URL|(?:DJANGO|REIMPORT|S3)_[A-Z0-9_]+[A-Z0-9])\b")
READERS = (
    *("reimport_lib/config.py", "reimport_lib/channels.py"),
    "backend/config/settings.py",
)
NOT_FOR_USERS = {
    "DJANGO_SETTINGS_MODULE",
    "REIMPORT_ACCEPTANCE_DATA",
    "REIMPORT_TEST_POSTGRES",
    "S3_ACCOUNT",  # of Django, made of AWS's own names
}
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def commands(page: str) -> list[list[str]]:
    """The words of every command in the shell blocks of *page*, settings left off."""
    lines = "\n".join(BLOCK.findall(page)).replace("\\\n", " ").splitlines()
    found = [shlex.split(line.removeprefix("$ "), comments=True) for line in lines]
    return [_without_settings(words) for words in found if words]


def _without_settings(words: list[str]) -> list[str]:
    while words and re.match(r"[A-Z][A-Z0-9_]*=", words[0]):
        words = words[1:]
    return words


def reimport_words(words: list[str]) -> list[str] | None:
    """What follows ``reimport`` in a command, or None where it is another one."""
    if words[:1] and Path(words[0]).name == "reimport":
        return words[1:]
    if words[1:3] == ["-m", "reimport_lib"]:
        return words[3:]
    return None


def wrong(words: list[str]) -> str:
    """What is wrong with a command of ours, or nothing."""
    if words[:1] == ["make"]:
        targets = TARGET.findall((ROOT / "Makefile").read_text())
        unknown = [
            word for word in words[1:] if "=" not in word and word not in targets
        ]
        return f"make has no {unknown}" if unknown else ""
    if words[:1] and Path(words[0]).name == "papermill":
        return _wrong_notebook(words)
    rest = reimport_words(words)
    if rest is None or rest[:1] in ([], ["--help"], ["--version"]):
        return ""
    command = every_command().get(rest[0])
    if command is None:
        return f"reimport has no {rest[0]}"
    if isinstance(command, click.Group) and rest[1:2] and rest[1] in command.commands:
        command, rest = command.commands[rest[1]], rest[1:]
    return _wrong_options(command, rest[1:])


def _wrong_options(command: click.Command, words: list[str]) -> str:
    known = {name for option in command.params for name in option.opts}
    for number, word in enumerate(words):
        if word.startswith("-") and word.split("=")[0] not in known | {"--help"}:
            return f"{command.name} has no {word}"
        if word == "--phase" and words[number + 1] not in by_name():
            return f"there is no phase {words[number + 1]}"
    return ""


def _wrong_notebook(words: list[str]) -> str:
    notebook = ROOT / words[1]
    if not notebook.is_file():
        return f"there is no {words[1]}"
    cells = json.loads(notebook.read_text())["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells)
    named = [words[n + 1] for n, word in enumerate(words) if word == "-p"]
    unknown = [name for name in named if not re.search(rf"^{name}\b", source, re.M)]
    return f"{words[1]} has no {unknown}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_the_page_exists(page: Path) -> None:
    found = {shlex.join(words): wrong(words) for words in commands(page.read_text())}

    assert {command: why for command, why in found.items() if why} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_the_page_links_to_exists(page: Path) -> None:
    links = LINK.findall(page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_shows_how_to_begin() -> None:
    shown = commands((ROOT / "README.md").read_text())

    assert ["make", "demo"] in shown
    assert ["make", "test"] in shown


def test_settings_are_the_same_in_the_code_the_example_and_the_readme() -> None:
    read = "".join((ROOT / path).read_text() for path in READERS)
    of_tables = {setting.variable for setting in registry.settings().values()}
    code = (set(SETTING.findall(read)) | of_tables) - NOT_FOR_USERS
    example = set(SETTING.findall((ROOT / ".env.example").read_text()))
    readme = set(SETTING.findall((ROOT / "README.md").read_text()))

    assert example == code
    assert code <= readme


@pytest.mark.parametrize(
    "line",
    [
        "make everything",
        "reimport import --full",
        "reimport run --apply",
        "REIMPORT_RUNS=runs .venv/bin/reimport run --phase patient",
        "python -m reimport_lib rehearse",
        "papermill notebooks/99_nothing.ipynb out.ipynb",
    ],
)
def test_a_command_that_does_not_exist_is_seen(line: str) -> None:
    [words] = commands(f"```sh\n$ {line}  # as a page would show it\n```\n")

    assert wrong(words)
