"""A newcomer's first command, and what it says where Python is not what it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = re.compile(r"^([a-z]+):.*## \S", re.MULTILINE)
PHONY = re.compile(r"^\.PHONY: (\w+)$", re.MULTILINE)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the rule for .venv looks at, in a folder of their own."""
    (tmp_path / "reimport_demo").mkdir()
    for name in (
        *("Makefile", "requirements.lock"),
        *("pyproject.toml", "reimport_demo/pyproject.toml"),
    ):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def make(checkout: Path, interpreter: str) -> subprocess.CompletedProcess[str]:
    """Run ``make demo`` with a Python that answers as *interpreter*, a shell script."""
    python = checkout / "python"
    python.write_text(f"#!/bin/sh\n{interpreter}\n")
    python.chmod(0o700)
    return subprocess.run(
        ["make", "demo", f"PYTHON={python}"],
        cwd=checkout,
        check=False,
        capture_output=True,
        text=True,
    )


def test_an_old_python_is_named_with_the_way_to_another(checkout: Path) -> None:
    done = make(
        checkout, 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac'
    )

    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_a_python_without_venv_is_named_with_the_package_to_install(
    checkout: Path,
) -> None:
    done = make(checkout, 'case "$2" in *ensurepip*) exit 1;; esac')

    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_every_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()

    assert DOCUMENTED.findall(makefile) == PHONY.findall(makefile)
