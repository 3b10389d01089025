"""The door to the terminal: nothing else prints, and no text acts on anything."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reimport_lib import printing
from reimport_lib.checks import Check, Verdict
from reimport_lib.cli.doctor import show_checks
from reimport_lib.cli.errors import show_error
from reimport_lib.errors import ReimportError
from reimport_lib.printing import Heading
from tests.show.attacks import CONTROL, PAYLOADS

ROOT = Path(__file__).resolve().parents[2]
DOOR = ROOT / "reimport_lib" / "printing.py"
MODULES = sorted(
    path
    for package in ("reimport_lib", "reimport_demo")
    for path in (ROOT / package).rglob("*.py")
    if path != DOOR
)
MARKUP = (
    "Fee [/hour]",
    "Old [mobile]",
    "notes [v1]",
    "[bold]x[/bold]",
    "[/]",
    "[link=http://evil.example]x[/link]",
    ":smiley: [red]",
    "\\[x]",
    "a\nreimport: succeeded",
    "a\rreimport: succeeded",
    "a\x0b\x0c\x1c\x85\u2028\u2029b",
    "\udcff\ud800",
    "\x9b2J",
    "x" * 3_000,
)
TEXTS = (*PAYLOADS, *MARKUP)
PRINTS = frozenset({"print", "input", "breakpoint"})
OF_OTHERS = frozenset({"rich", "termios", "curses", "readline", "getpass.getpass"})
OF_CLICK = frozenset({"echo", "secho", "prompt", "confirm", "style", "pause", "clear"})
STREAMS = frozenset({"stdout", "stderr", "stdin", "__stdout__", "__stderr__"})


def other_ways(source: str) -> set[str]:
    """What in *source* would print, or read what is typed, past the door."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & PRINTS
        elif isinstance(node, ast.Attribute):
            owner = getattr(node.value, "id", "")
            if owner == "click" and node.attr in OF_CLICK:
                found.add(f"click.{node.attr}")
            if owner == "sys" and node.attr in STREAMS:
                found.add(f"sys.{node.attr}")
            if node.attr == "show" and owner == "error":
                found.add("error.show")
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] in OF_OTHERS}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            package = node.module.split(".")[0]
            found |= {n for n in names if package in OF_OTHERS or n in OF_OTHERS}
            if package in ("click", "sys"):
                found |= {a.name for a in node.names if a.name in OF_CLICK | STREAMS}
    return found


def test_nothing_prints_but_the_door() -> None:
    wrong = {
        path.relative_to(ROOT).as_posix(): ways
        for path in MODULES
        if (ways := other_ways(path.read_text(encoding="utf-8")))
    }

    # of a dossier: it runs without the library
    assert wrong == {"reimport_lib/record/verify/__main__.py": {"sys.stdout"}}


@pytest.mark.parametrize(
    "line",
    [
        "print(x)",
        "import click\nclick.echo(x)",
        "from click import secho",
        "from rich.console import Console",
        "import sys\nsys.stdout.write(x)",
        "from sys import stderr",
        "input('?')",
        "error.show()",
    ],
)
def test_another_way_to_print_is_seen(line: str) -> None:
    assert other_ways(line)


def test_a_whole_cell_of_several_words_is_never_cut(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cells = ("20261122T103000Z-rehearsal", "several words " * 5, "as many again " * 5)

    printing.say_table([Heading(name) for name in "abc"], [cells])

    said = capsys.readouterr().out
    assert [cell for cell in cells if cell.strip() not in said] == []


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_one_line_and_acts_on_nothing(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printing.say(f"before {text} after")
    printing.complain(f"before {text} after")

    for said in capsys.readouterr():
        assert len(said.splitlines()) == 1
        assert said.startswith("before ")
        assert said.endswith(" after\n")
        assert not CONTROL.search(said)


@pytest.mark.parametrize("text", [text for text in MARKUP if text.isprintable()])
def test_a_printable_text_is_printed_as_it_is(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printing.say(text)
    printing.say_table([Heading(text), Heading("b")], [(text, text)])

    said = capsys.readouterr().out
    assert said.splitlines()[0] == text
    assert said.count(text) == 4


@pytest.mark.parametrize("text", TEXTS)
def test_a_check_and_an_error_take_any_text(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show_checks([Check(text, text, text, Verdict.WARN, text, id="C000")])
    show_error(ReimportError(text, hint=text, id="R000"))

    out, err = capsys.readouterr()
    assert len(out.splitlines()) == len(err.splitlines()) == 2
    assert not CONTROL.search(out + err)


@pytest.mark.parametrize("text", TEXTS)
def test_an_error_holds_one_line_wherever_it_is_shown(text: str) -> None:
    error = ReimportError(f"{text} is missing", hint=text, id="R000")

    for line in [error.message, error.hint, str(error), *error._render_traceback_()]:
        assert len(line.splitlines()) == 1
        assert not CONTROL.search(line)


def test_json_is_ascii_and_the_same_value(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a": list(TEXTS), "é": 1}

    printing.say_json(value)

    said = capsys.readouterr().out
    assert said.isascii()
    assert not CONTROL.search(said)
    assert json.loads(said) == value


def test_a_question_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))

    assert printing.ask("Type  \x1b[2Jclinic\n  to go on: ") == "yes"
    assert not CONTROL.search(capsys.readouterr().out)


@pytest.mark.parametrize("ends", ["closed", "empty"])
def test_who_cannot_type_types_nothing(
    ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.StringIO()
    if ends == "closed":
        stdin.close()
    monkeypatch.setattr(sys, "stdin", stdin)

    assert not printing.can_ask()
    assert printing.ask("? ") == ""


PROGRAM = r"""
from reimport_lib import printing
printing.take_any_character()
for number in range(20_000):
    printing.say(f"Zo\u00eb Dvo\u0159\u00e1k \u6771\u4eac {number}")
with printing.progress() as shown:
    shown.add_task("Zo\u00eb", total=2, pace="")
printing.say_over("Zo\u00eb")
printing.complain("ended")
"""


def ended(*, stdout: int, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **environ},
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )


def test_an_output_that_nobody_reads_stops_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = ended(stdout=writing)
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"ended\n")


def test_an_output_without_room_is_said_once_and_stops_nothing() -> None:
    with Path("/dev/full").open("wb") as full:
        done = ended(stdout=full.fileno())

    lines = done.stderr.decode().splitlines()
    assert done.returncode == 0
    assert lines == [
        "reimport: the output cannot be written: No space left on device.",
        "ended",
    ]


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "LC_ALL": ""},
        {"PYTHONIOENCODING": "ascii", "TTY_COMPATIBLE": "1", "TERM": "xterm"},
    ],
)
def test_a_locale_that_lacks_a_character_stops_nothing(environ: dict[str, str]) -> None:
    done = ended(stdout=subprocess.PIPE, **environ)

    assert (done.returncode, done.stderr) == (0, b"ended\n")
    assert done.stdout.count(b"Zo") >= 20_000
