"""Each command is listed with the line of its help, and loads no other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reimport_lib.cli.listed import OWN

HEAVY = {"pandas", "django", "boto3", "jupyter_client", "matplotlib"}
LOADS = """
import sys
from reimport_lib import __main__
sys.argv = ["reimport", *{words!r}]
try:
    __main__.main()
finally:
    print(*sorted({heavy!r} & {{*sys.modules}}), file=sys.stderr)
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
