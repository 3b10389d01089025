"""The names that a project may build on, and that they cost nothing until asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import reimport_lib

PACKAGES = Path(reimport_lib.__file__).parent.parent


def test_every_public_name_is_there_and_listed() -> None:
    listed = dir(reimport_lib)

    for name in reimport_lib.__all__:
        assert getattr(reimport_lib, name)
        assert name in listed


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Tabel'"):
        reimport_lib.Tabel  # noqa: B018


def test_importing_the_library_loads_nothing_of_it() -> None:
    program = (
        "import sys; before = set(sys.modules); import reimport_lib;"
        "print(*sorted(m for m in set(sys.modules) - before if '_' not in m[:1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.split())
    assert loaded & {"pandas", "numpy", "django", "pyarrow"} == set()
    assert {name for name in loaded if name.startswith("reimport_lib.")} == set()


@pytest.mark.parametrize("package", ["reimport_lib", "reimport_demo"])
def test_both_distributions_say_that_they_are_typed(package: str) -> None:
    assert (PACKAGES / package / "py.typed").is_file()
