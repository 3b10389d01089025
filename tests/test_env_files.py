"""Two pyproject.toml are the lists kept by hand; all others agree. No network."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEMO = tomllib.loads((ROOT / "reimport_demo" / "pyproject.toml").read_text())
LIBRARY = PROJECT["project"]["name"]
MOST_AT_RUN_TIME = 25
LOCK = (ROOT / "requirements.lock").read_text()
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
ITSELF = ["-e .", "-e reimport_demo"]
PIN = re.compile(
    r"(?P<name>[\w.-]+)(?:\[.*\])?==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\"
)


def declared() -> list[Requirement]:
    """What the library needs, at run time and with all extras, and its development."""
    project = PROJECT["project"]
    extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
    lines = [*project["dependencies"], *extras, *PROJECT["dependency-groups"]["dev"]]
    return [Requirement(line) for line in lines]


def of_the_demo() -> list[Requirement]:
    """What the demo needs besides the library, which is that of the same checkout."""
    lines = map(Requirement, DEMO["project"]["dependencies"])
    return [wanted for wanted in lines if wanted.name != LIBRARY]


def pins() -> Iterator[tuple[str, str, str]]:
    """Name, version and marker of every pin of the lock."""
    for line in LOCK.splitlines():
        if found := PIN.fullmatch(line):
            name = canonicalize_name(found["name"])
            yield name, found["version"], found["marker"] or ""


def conda_lines() -> list[str]:
    lines: list[str] = []
    for line in ENVIRONMENT["dependencies"]:
        lines.extend(line["pip"] if isinstance(line, dict) else [line])
    return lines


def specifier(line: str) -> SpecifierSet:
    return Requirement(line).specifier


@pytest.mark.parametrize(
    "wanted", [*declared(), *of_the_demo()], ids=lambda wanted: wanted.name
)
def test_the_lock_holds_each_declared_package_within_its_bounds(
    wanted: Requirement,
) -> None:
    versions = [
        version for name, version, _ in pins() if name == canonicalize_name(wanted.name)
    ]

    assert versions
    assert all(version in wanted.specifier for version in versions)


def test_a_machine_of_a_clinic_installs_few_packages_by_name() -> None:
    """All that only the demo, the tests or a browser need is declared elsewhere."""
    names = {Requirement(line).name for line in PROJECT["project"]["dependencies"]}

    assert len(names) <= MOST_AT_RUN_TIME


def test_every_pin_of_the_lock_has_a_hash() -> None:
    paragraphs = re.split(r"\n(?=\S)", LOCK)
    pinned = [part for part in paragraphs if not part.startswith("#")]

    assert len(pinned) == len(list(pins()))
    assert all("--hash=sha256:" in part for part in pinned)


def test_the_lock_names_no_host_and_no_index() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^--|^-i ", LOCK, flags=re.MULTILINE)


def test_what_is_installed_is_what_is_locked() -> None:
    wrong = {
        name: metadata.version(name)
        for name, version, marker in pins()
        if (not marker or Marker(marker).evaluate())
        and metadata.version(name) != version
    }

    assert wrong == {}


def test_conda_is_given_the_same_packages_within_the_same_bounds() -> None:
    renamed = PROJECT["tool"]["pyproject2conda"]["dependencies"]
    expected = {("python", SpecifierSet(PROJECT["project"]["requires-python"]))}
    for wanted in declared():
        other = renamed.get(wanted.name, {}).get("packages", [])
        name = Requirement(other[0]).name if other else wanted.name
        expected.add((canonicalize_name(name), wanted.specifier))

    found = {
        (canonicalize_name(Requirement(line).name), specifier(line))
        for line in conda_lines()
        if line not in ("pip", *ITSELF)
    }

    assert found == expected


def test_conda_installs_the_project_itself_and_its_demo_by_pip() -> None:
    (by_pip,) = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, dict)]

    assert [line for line in by_pip["pip"] if line.startswith("-e")] == ITSELF


def test_every_name_for_pip_is_in_the_lock() -> None:
    """What PyPI has by that name is installed here, by its hash; conda is not asked."""
    (by_pip,) = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, dict)]
    names = {
        canonicalize_name(Requirement(line).name)
        for line in by_pip["pip"]
        if line not in ITSELF
    }

    assert names
    assert names <= {name for name, _, _ in pins()}


def test_conda_can_read_every_line_that_is_meant_for_it() -> None:
    lines = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]

    assert all(MatchSpec(line) for line in lines)


def test_environment_yml_is_what_make_lock_writes(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    recipe = next(line for line in makefile.splitlines() if "pyproject2conda" in line)
    written = tmp_path / "environment.yml"
    _program, *words = shlex.split(recipe)
    words[words.index("--output") + 1] = str(written)

    subprocess.run(
        [Path(sys.executable).with_name("pyproject2conda"), *words],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    assert written.read_text() == (ROOT / "environment.yml").read_text()
