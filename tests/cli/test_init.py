"""``reimport init`` writes what is missing in a home, and never over what is there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from reimport_lib import home
from reimport_lib.checks import Verdict
from reimport_lib.cli import examination
from reimport_lib.cli.init import MODULE, NO_SAVE, TABLES, init
from reimport_lib.errors import UsageError
from reimport_lib.tables import registry

SOURCE = """\
from reimport_lib.tables.declare import Source

SOURCE = Source("Boats", "Boats")

"""
BOATS = "Table(name='boats', noun='boats', phase='fleet', model='a.B', source=SOURCE),"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that nobody has made a home of."""
    monkeypatch.setenv(home.SETTING, str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    _forget()
    yield tmp_path / "site"
    _forget()


def _forget() -> None:
    sys.modules.pop(MODULE, None)
    home.forget()
    registry._tables.cache_clear()


def made(folder: Path, *words: str) -> str:
    _forget()
    done = CliRunner().invoke(init, [str(folder), *words], catch_exceptions=False)
    return " ".join(done.output.split())


def declare(folder: Path, table: str) -> None:
    tables = TABLES.replace("TABLES:", f"{SOURCE}TABLES:")
    (folder / f"{MODULE}.py").write_text(tables.replace("= ()", f"= ({table})", 1))
    # what was compiled of a file as long, written within the same second, is not it
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)


def files(folder: Path) -> dict[str, str]:
    paths = [path for path in folder.rglob("*") if path.suffix != ".pyc"]
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in paths if p.is_file()
    }


def test_a_folder_becomes_a_home(folder: Path) -> None:
    said = made(folder)

    assert files(folder).keys() == {
        *(".env", "reimport_tables.py", "runs/.gitignore"),
        *("notebooks/00_validation.ipynb", "notebooks/01_backup.ipynb"),
        *("notebooks/02_delete.ipynb", "notebooks/undo.ipynb"),
        "notebooks/runbook.ipynb",
    }
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert f"{NO_SAVE} Next: declare tables in {MODULE}" in said


def test_phases_that_are_declared_later_get_their_notebooks(folder: Path) -> None:
    made(folder)
    declare(folder, BOATS)
    (folder / "notebooks" / "01_backup.ipynb").write_text("edited")
    before = files(folder)

    said = made(folder)

    after = files(folder)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {
        "notebooks/03_fleet.ipynb",
        "notebooks/04_validation_post.ipynb",
    }
    assert "left as it is, and edited, or of other tables: notebooks/01_back" in said
    assert "Next: reimport doctor" in said


def test_notebooks_of_other_tables_are_told_and_written_anew_when_asked(
    folder: Path,
) -> None:
    made(folder)
    declare(folder, BOATS)
    made(folder)
    (folder / "notebooks" / "mine.ipynb").write_text("of a person")
    before = files(folder)
    declare(folder, BOATS.replace("'fleet'", "'ships'"))

    said = made(folder)
    renewed = made(folder, "--renew")

    assert "left as it is, and of no phase: notebooks/03_fleet.ipynb" in said
    assert "reimport init --renew writes those anew" in said
    after = files(folder)
    [old] = [name for name in after if name.endswith("/03_fleet.ipynb")]
    assert old.startswith("notebooks/replaced/")
    assert f"replaced; the old one is {old}" in renewed
    assert after[old] == before["notebooks/03_fleet.ipynb"]
    assert "# 03 Boats" in after["notebooks/03_ships.ipynb"]
    assert after["notebooks/mine.ipynb"] == "of a person"
    assert "left as it is, and" not in made(folder)


def test_settings_of_somebody_else_are_left_and_told_what_they_lack(
    folder: Path,
) -> None:
    folder.mkdir()
    (folder / ".env").write_text("THEIRS=1\n")

    with pytest.raises(UsageError, match="does not set REIMPORT_TABLES") as refused:
        made(folder)

    assert f"add REIMPORT_TABLES={MODULE}" in refused.value.hint
    assert files(folder) == {".env": "THEIRS=1\n"}


def test_settings_that_others_can_read_are_told(folder: Path, tmp_path: Path) -> None:
    assert examination.settings_files() == []
    for name, mode in ((".env", 0o600), (".env.filemaker", 0o640)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)

    ours, open_to_others = examination.settings_files()

    assert ours.verdict is Verdict.PASS
    assert open_to_others.verdict is Verdict.WARN
    assert open_to_others.hint == "chmod 600 .env.filemaker"
