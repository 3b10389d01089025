"""``reimport init``: a folder becomes the home of an import into a Django project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from reimport_lib import home, printing
from reimport_lib.errors import UsageError
from reimport_lib.phases import all_phases, data_phases, template
from reimport_lib.printing import say
from reimport_lib.private_files import private_open, unwritable
from reimport_lib.record.clock import now
from reimport_lib.tables import registry

MODULE = "reimport_tables"
TABLES = '''\
"""What FileMaker exports, and what becomes of each column."""

from __future__ import annotations

from reimport_lib.tables.declare import Lookup, Table

TABLES: tuple[Table, ...] = ()
LOOKUPS: tuple[Lookup, ...] = ()
'''
SETTINGS = """\
# Settings of the import; what stands in the environment wins over this file.
# A line that begins with # sets nothing. docs/settings.md says more of each.

# The module that declares the tables; it can be imported from this folder.
{tables}={module}
# The folder of exports, or data-api or odata for a FileMaker server.
REIMPORT_SOURCE=exports
# The name of the source, in every key: choose it once, never change it.
REIMPORT_SYSTEM=filemaker

# Else the settings that manage.py names, and the default database in them.
#DJANGO_SETTINGS_MODULE=mysite.settings
#DATABASE_URL=postgresql://USER@HOST/NAME
# Where a rehearsal on PostgreSQL may put its copy, if no database may be created.
#REIMPORT_REHEARSAL_URL=
# Folder of pg_dump and pg_restore, where others than those found are to be used.
#REIMPORT_PG_BIN=

# The wall clock of the source, else the TIME_ZONE of the project; order of text dates.
#REIMPORT_TIME_ZONE=Europe/Paris
#REIMPORT_DATE_ORDER=DMY
# Country of telephone numbers without a country code.
#REIMPORT_PHONE_REGION=AU
# Source tables that may be missing; separated by blanks.
#REIMPORT_OPTIONAL_TABLES=
# Of CSV, tab and merge exports whose character set cannot be told.
#REIMPORT_CHARSET=
# Of exports without a header: Wines: id, name; Growers: id, name
#REIMPORT_COLUMNS=

# The FileMaker server, for data-api and odata; the account may only read.
#FILEMAKER_HOST=
#FILEMAKER_DATABASE=
#FILEMAKER_USERNAME=
#FILEMAKER_PASSWORD=
"""
NO_SAVE = (
    "Rows are written by COPY or in batches: save(), signals and full_clean() do not"
    " run; fields with auto_now get the clock of the run, and constraints hold."
)


@dataclass
class _Made:
    """What was written, what was there and is left as it is, and what was replaced."""

    written: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--renew",
    is_flag=True,
    help="Write notebooks of other tables anew; the old ones go to notebooks/replaced.",
)
def init(folder: Path, renew: bool) -> None:
    """Make FOLDER, else this one, the home of an import; nothing is overwritten."""
    place = folder.resolve()
    os.environ[home.SETTING] = str(place)
    made = _Made()
    try:
        place.mkdir(parents=True, exist_ok=True)
        _write_settings(place, made)
        _write_tables(place, made)
        _write_runs(place, made)
        others = _write_notebooks(place, made, renew=renew)
    except OSError as error:
        raise unwritable(Path(error.filename or place), error) from None
    _show(place, made, others)


def _write_settings(place: Path, made: _Made) -> None:
    """``.env``; beside somebody's own it is told which lines it lacks."""
    text = SETTINGS.format(tables=registry.SETTING, module=MODULE)
    if home.setting(registry.SETTING):
        made.kept.append("settings")
    elif (place / ".env").exists():
        raise UsageError(
            f"{place / '.env'} is there, and does not set {registry.SETTING}.",
            hint=f"add {registry.SETTING}={MODULE} and REIMPORT_SOURCE=exports to it,"
            " then reimport init again",
            id="R293",
        )
    else:
        _write(place / ".env", text, made)
        home.forget()


def _write_tables(place: Path, made: _Made) -> None:
    """The module of tables, where it is that of this folder and not there."""
    name = registry.module()
    path = place.joinpath(*name.split(".")).with_suffix(".py")
    if path.exists():
        made.kept.append(home.shown(path))
    elif name == MODULE:
        _write(path, TABLES, made)


def _write_runs(place: Path, made: _Made) -> None:
    """The folder of runs, which hold what people may not see: no git takes them in."""
    folder = place / "runs"
    if folder.exists():
        made.kept.append("runs/")
        return
    folder.mkdir(mode=0o700)
    _write(folder / ".gitignore", "*\n", made)


def _write_notebooks(place: Path, made: _Made, *, renew: bool) -> Mapping[Path, str]:
    """Notebooks that are not there; file -> why, of others that are left."""
    folder = place / home.MARK.parent
    folder.mkdir(exist_ok=True)
    # the number of the last is not known before the phases of data are
    given = template.notebooks(all_phases()[: None if data_phases() else -1])
    others = _of_other_tables(folder, given)
    if others and (renew or _is_renewed(others)):
        _set_aside(others, made)
        others = {}
    for name, text in given.items():
        if not (folder / name).exists():
            _write(folder / name, text, made)
    return others


def _of_other_tables(folder: Path, given: Mapping[str, str]) -> dict[Path, str]:
    """Notebooks of phases that are not those that the tables give, and why."""
    others = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        if path.name not in given:
            others[path] = "of no phase"
        elif path.read_text(encoding="utf-8") != given[path.name]:
            others[path] = "edited, or of other tables"
    return others


def _is_renewed(others: Mapping[Path, str]) -> bool:
    """A person says so, where one can type."""
    ask = printing.asker("write them anew")
    if ask is None:
        return False
    for path, why in others.items():
        say(f"{home.shown(path)}: {why}")
    return ask("renew") == "renew"


def _set_aside(others: Mapping[Path, str], made: _Made) -> None:
    for path in others:
        replaced = path.parent / "replaced" / f"{now():%Y%m%dT%H%M%SZ}"
        replaced.mkdir(parents=True, exist_ok=True)
        path.rename(replaced / path.name)
        made.replaced.append(home.shown(replaced / path.name))


def _write(path: Path, text: str, made: _Made) -> None:
    with private_open(path, "x") as file:
        file.write(text)
    made.written.append(home.shown(path))


def _show(place: Path, made: _Made, others: Mapping[Path, str]) -> None:
    say(f"Home: {place}")
    for name in made.written:
        say(f"  written: {name}")
    for name in made.replaced:
        say(f"  replaced; the old one is {name}")
    for name in made.kept:
        say(f"  left as it is: {name}")
    for path, why in others.items():
        say(f"  left as it is, and {why}: {home.shown(path)}")
    if others:
        say("  reimport init --renew writes those anew, and keeps the old ones aside")
    say(NO_SAVE)
    if registry.by_name():
        say("Next: reimport doctor")
    else:
        say(f"Next: declare tables in {registry.module()}, then reimport init again")
