"""Both distributions build, and each wheel holds what is its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.tools.wheel_environment import build_wheel

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {".py", ".j2", ".css", ".md"}
BESIDE = {"reimport_lib": {Path("reimport_lib/errors.md")}}
"""What a wheel takes out of the checkout beside its package: what explain reads."""

PACKAGES = {"reimport_lib": ".", "reimport_demo": "reimport_demo"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Package -> its wheel, built as the checkout stands."""
    built = {}
    for package, project in PACKAGES.items():
        folder = tmp_path_factory.mktemp(package)
        built[package] = build_wheel(ROOT / project, folder)
    return built


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_holds_every_module_and_template_of_its_package_and_no_other(
    wheels: dict[str, Path], package: str
) -> None:
    names = zipfile.ZipFile(wheels[package]).namelist()
    files = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*.*")}

    assert {Path(name) for name in names if Path(name).suffix in SOURCES} == {
        *(path for path in files if path.suffix in SOURCES),
        *BESIDE.get(package, ()),
    }
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {
        package
    }


def test_the_demo_says_what_it_needs_beside_its_wheel(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    for wheel in wheels.values():
        zipfile.ZipFile(wheel).extractall(tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "reimport_lib", "demo", "--scale", "0.02"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert "needs notebooks and backend/manage.py, which no wheel holds" in done.stderr
    assert not (tmp_path / ".demo").exists()
