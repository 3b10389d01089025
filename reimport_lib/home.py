"""The home: the folder whose settings, tables, notebooks and runs are worked with.

It is the folder that REIMPORT_HOME names; else the checkout that this library lies in;
else the nearest with notebooks in it, from the folder that a command is given in
upwards. ``reimport init`` makes one. Imports only errors and env_files.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from reimport_lib import env_files
from reimport_lib.errors import SettingsError

SETTING = "REIMPORT_HOME"
CHECKOUT = Path(__file__).resolve().parent.parent
MARK = Path("notebooks", "00_validation.ipynb")
FILES = (".env", ".env.filemaker")
"""Files of settings in a home; the later wins."""


def found() -> Path | None:
    """
    The home of this process, if it has one.

    Raises:
        SettingsError: REIMPORT_HOME names no folder.
    """
    return _found(os.environ.get(SETTING, ""))


def folder() -> Path:
    """
    The home of this process.

    Raises:
        SettingsError: there is none where the command was given.
    """
    if home := found():
        return home
    raise SettingsError(
        f"Neither {Path.cwd()} nor a folder above it holds {MARK}.",
        hint=f"reimport init makes one; elsewhere, {SETTING} names the folder",
        id="R282",
    )


def notebooks() -> Path:
    return folder() / MARK.parent


def settings_in_files() -> dict[str, str]:
    """
    Name -> value of every setting that the files of the home hold.

    Raises:
        SettingsError: a file that cannot be read, or that says where it lies itself.
    """
    layers: dict[str, str] = {}
    for name in FILES:
        layers.update(env_files.read(folder() / name))
    if SETTING in layers:
        raise SettingsError(
            f"{SETTING} is not read from .env, which lies in the home.",
            hint="export it in the environment",
            id="R283",
        )
    return layers


def setting(name: str) -> str:
    """The setting *name*: the environment's, else that of the files, else nothing."""
    return os.environ.get(name) or _in_files(found()).get(name, "")


def manage_py() -> Path | None:
    """That of the home, else of its one folder that has one, else of one above."""
    home = folder()
    inner = [path for path in sorted(home.glob("*/manage.py")) if path.is_file()]
    outer = [parent / "manage.py" for parent in home.parents]
    found = [home / "manage.py", *(inner if len(inner) == 1 else ()), *outer]
    return next((path for path in found if path.is_file()), None)


def module(name: str) -> ModuleType:
    """
    The module *name* of the project: what lies in the home can be imported.

    Raises:
        ImportError, and whatever else the module raises.
    """
    let_import()
    return import_module(name)


def let_import() -> None:
    """Let this process import what lies in the home, and beside its ``manage.py``."""
    manage = manage_py()
    for path in (folder(), *([manage.parent] if manage else ())):
        if str(path) not in sys.path:
            sys.path.insert(0, str(path))


def shown(path: Path) -> str:
    """*path* as it is typed in the home."""
    home = folder()
    return str(path.relative_to(home) if path.is_relative_to(home) else path)


@cache  # papermill changes the folder of its process while a notebook is executed
def _found(named: str) -> Path | None:
    if named:
        given = Path(named).expanduser().resolve()
        if given.is_dir():
            return given
        raise SettingsError(
            f"{SETTING}: there is no folder {given}.",
            hint=f"reimport init {given}",
            id="R284",
        )
    here = Path.cwd()
    places = (CHECKOUT, here, *here.parents)
    return next((place for place in places if (place / MARK).is_file()), None)


def forget() -> None:
    """Read the files of the home anew when they are next asked for."""
    _in_files.cache_clear()


@cache  # asked for whenever tables are
def _in_files(home: Path | None) -> dict[str, str]:
    return settings_in_files() if home else {}
