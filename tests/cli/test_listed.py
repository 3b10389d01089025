"""Each command is listed with the line of its help, and loads no other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reimport_lib.cli.listed import OWN

HEAVY = {"pandas", "django", "boto3", "jupyter_client", "matplotlib"}
LOADS = """
import atexit, sys
from reimport_lib import __main__
sys.argv = ["reimport", *{words!r}]
found = lambda: sorted({heavy!r} & {{*sys.modules}})
atexit.register(lambda: print(*found(), file=sys.stderr))
__main__.main()
"""


@pytest.mark.parametrize("name", OWN)
def test_a_command_is_listed_with_the_first_line_of_its_help(name: str) -> None:
    command = OWN[name].load()

    assert command.name == name
    assert command.get_short_help_str(limit=200) == OWN[name].says


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["explain", "R041"]])
def test_what_asks_for_no_run_loads_nothing_of_one(words: list[str]) -> None:
    program = LOADS.format(words=words, heavy=HEAVY)

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout
    assert done.stderr.strip() == ""


ENDS = """
import atexit, os, sys, threading, time
from reimport_lib import __main__
def work():
    time.sleep(1)
    os.write(1, b"worked to the end")
def at_once(code, leave=os._exit):
    os.write(1, b"at once")
    leave(code)
os._exit = at_once
atexit.register(print, "told at the end")
sys.argv = ["reimport", {word!r}]
if {is_at_work}:
    threading.Thread(target=work).start()
__main__.main()
"""


@pytest.mark.parametrize(
    ("word", "is_at_work", "code"),
    [("--version", False, 0), ("no-such-command", False, 2), ("--version", True, 0)],
)
def test_a_command_ends_at_once_where_nobody_is_at_work(
    word: str, code: int, *, is_at_work: bool
) -> None:
    program = ENDS.format(word=word, is_at_work=is_at_work)

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == code
    assert done.stdout.count("told at the end") == 1
    assert ("worked to the end" in done.stdout) == is_at_work
    assert ("at once" in done.stdout) != is_at_work
    assert "Traceback" not in done.stderr
