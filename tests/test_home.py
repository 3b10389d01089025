"""Where settings, notebooks and runs lie, whose settings of Django are read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reimport_lib import home, project
from reimport_lib.errors import SettingsError

MANAGE = 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\n'
SETTINGS = """
from pathlib import Path

TIME_ZONE = "Europe/Paris"
DATABASES = {{"default": {}}}
"""
SQLITE = '"ENGINE": "django.db.backends.sqlite3", "NAME": Path("/x/a b#.sqlite3")'
POSTGRESQL = """
    "ENGINE": "django.db.backends.postgresql", "NAME": "wine", "USER": "me@x",
    "PASSWORD": "p/#:w", "HOST": "/run/pg", "PORT": 5433,  # pragma: allowlist secret
    "OPTIONS": {"sslmode": "require", "pool": True},
"""
WHERE = "from reimport_lib import home; print(home.found())"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that the environment names, with a project ``cellar``."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv(home.SETTING, str(folder))
    monkeypatch.delenv(project.SETTING, raising=False)  # Django may be set up by now
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "cellar_settings", raising=False)
    (folder / "manage.py").write_text(MANAGE.format("cellar_settings"))
    settings_of(folder, SQLITE)
    home._in_files.cache_clear()
    return folder


def settings_of(folder: Path, database: str) -> None:
    text = SETTINGS.format(f"{{{database}}}")
    (folder / "cellar_settings.py").write_text(text)


def test_the_checkout_is_its_own_home_from_everywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHERE], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.stdout.strip() == str(home.CHECKOUT)
    assert project.manage("migrate") == "python backend/manage.py migrate"
    assert project.settings_file() == "backend/config/settings.py"


def test_the_environment_names_a_home(own: Path) -> None:
    assert home.folder() == own
    assert home.notebooks() == own / "notebooks"


def test_a_home_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(home.SETTING, "/nowhere/at/all")

    with pytest.raises(SettingsError, match="REIMPORT_HOME: there is no folder /now"):
        home.folder()


@pytest.mark.parametrize("file", home.FILES)
def test_a_setting_of_a_file_is_read_unless_the_environment_has_it(
    own: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / file).write_text("REIMPORT_TABLES=cellar_tables\n")

    assert home.setting("REIMPORT_TABLES") == "cellar_tables"
    monkeypatch.setenv("REIMPORT_TABLES", "others")
    assert home.setting("REIMPORT_TABLES") == "others"


def test_where_the_home_is_cannot_be_said_in_it(own: Path) -> None:
    (own / ".env").write_text("REIMPORT_HOME=/elsewhere\n")

    with pytest.raises(SettingsError, match=r"REIMPORT_HOME is not read from \.env"):
        home.settings_in_files()


@pytest.mark.parametrize("place", ["manage.py", "site/manage.py", "../manage.py"])
def test_the_settings_are_those_that_manage_py_names(own: Path, place: str) -> None:
    (own / "manage.py").rename(own / "gone")
    (own / place).parent.mkdir(exist_ok=True)
    (own / place).write_text(MANAGE.format("cellar.settings"))

    assert project.settings_name() == "cellar.settings"
    assert project.manage("check").startswith("python ")

    home.let_import()
    assert str((own / place).parent) in sys.path or place.startswith("..")


def test_two_projects_side_by_side_are_neither_of_them(own: Path) -> None:
    (own / "manage.py").unlink()
    for name in ("a", "b"):
        (own / name).mkdir()
        (own / name / "manage.py").write_text(MANAGE.format(f"{name}.settings"))

    with pytest.raises(SettingsError, match="DJANGO_SETTINGS_MODULE is not set"):
        project.settings_name()


def test_the_environment_names_other_settings(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "of_a_test")

    assert project.settings_name() == "of_a_test"


@pytest.mark.parametrize(
    ("database", "url"),
    [
        (SQLITE, "sqlite:////x/a%20b%23.sqlite3"),
        (
            POSTGRESQL,
            # pragma: allowlist nextline secret
            "postgresql://me%40x:p%2F%23%3Aw@%2Frun%2Fpg:5433/wine?sslmode=require",
        ),
    ],
)
def test_the_projects_own_database_is_read_as_a_url(
    own: Path, database: str, url: str
) -> None:
    settings_of(own, database)

    assert project.database_url() == url
    assert project.time_zone() == "Europe/Paris"


@pytest.mark.parametrize("engine", ["mysql", "", "dummy"])
def test_a_database_of_another_kind_is_refused(own: Path, engine: str) -> None:
    settings_of(own, f'"ENGINE": "django.db.backends.{engine}", "NAME": "x"')

    with pytest.raises(SettingsError, match=r"of cellar_settings\.py is neither"):
        project.database_url()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_pa"),
        ("import os; KEY = os.environ['NO_SUCH_KEY']", "KeyError: 'NO_SUCH_KEY'"),
        ("int('secret')", r"cannot be loaded: ValueError at .*cellar_settings.py:2"),
        ("USE_TZ = False", "cellar_settings.py names no TIME_ZONE, or does not set U"),
        ("TIME_ZONE = None", "cellar_settings.py names no TIME_ZONE, or does not set"),
    ],
)
def test_settings_that_cannot_be_used_are_told_without_their_secrets(
    own: Path, line: str, said: str
) -> None:
    (own / "cellar_settings.py").write_text(f"TIME_ZONE = 'UTC'\n{line}\n")

    with pytest.raises(SettingsError, match=said) as refused:
        project.time_zone()

    assert "secret" not in str(refused.value)


def test_a_command_away_from_any_home_says_how_one_is_made(tmp_path: Path) -> None:
    """The library lies in another place than a checkout, as out of a wheel."""
    (tmp_path / "reimport_lib").symlink_to(home.CHECKOUT / "reimport_lib")
    program = "import sys; sys.path.insert(0, '.'); from reimport_lib import home\n"
    looking = f"home.CHECKOUT = home.Path.cwd()\n{WHERE}\nhome.folder()"

    done = subprocess.run(
        [sys.executable, "-c", program + looking],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
    )

    assert done.stdout.strip() == "None"
    assert "reimport init makes one" in done.stderr
