"""``reimport new-table``: the declaration of a table and its test, out of an export."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import click

from reimport_lib import home
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import SourceError, UsageError, did_you_mean
from reimport_lib.printing import say
from reimport_lib.setting_values import SERVERS
from reimport_lib.tables import registry

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_MODEL = re.compile(r"\w+\.[A-Z]\w*")


@click.command(name="new-table")
@click.argument("name")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="The export; else the one called NAME in the folder of REIMPORT_SOURCE.",
)
@click.option("--model", default="", metavar="APP.MODEL", help="The backend's model.")
@click.option("--phase", default="", metavar="WORD", help="Else a phase of its own.")
@click.option("--key", default="", metavar="COLUMN", help="Else told by its values.")
@click.option("--models", is_flag=True, help="Print the backend's model alone.")
@click.option("--write", is_flag=True, help="Write the modules; else they are printed.")
def new_table(
    name: str,
    file: Path | None,
    model: str,
    phase: str,
    key: str,
    models: bool,
    write: bool,
) -> None:
    """Draft the table NAME out of an export: declaration, test, model."""
    from reimport_lib.cli import drafts

    home.folder()  # without one, its modules would lie in the library
    _refuse_name(name)
    if model and not _MODEL.fullmatch(model):
        raise UsageError(
            f"--model {model}: is no model.",
            hint="app and class, as in --model rooms.Room",
            id="R300",
        )
    settings = load_settings()
    draft = drafts.draft(
        name,
        file or _export_of(name, settings),
        settings,
        package=_package(),
        model=model,
        phase=phase,
        key=key,
    )
    if models:
        _show(drafts.model(draft))
        return
    texts = drafts.texts(draft, _folder())
    if write:
        drafts.write(texts)
    for path, text in texts.items():
        _show(f"Written: {path}" if write else f"# {path}\n\n{text}\n")
    _show(f"The model, for the backend, with its migration:\n\n{drafts.model(draft)}")
    _show(drafts.registering(draft))
    if not write:
        say("Nothing was written. Next: the same command with --write")


def _show(text: str) -> None:
    for line in text.splitlines():
        say(line)


def _refuse_name(name: str) -> None:
    """
    A name that no new table can have.

    Raises:
        UsageError: it is no word, a table has it, or a module has it.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a table.",
            hint="small letters, digits and _, as they stand in rooms or room_keys",
            id="R301",
        )
    if name in {*registry.by_name(), *registry.lookups()}:
        raise UsageError(
            f"There is a table {name} already; nothing was written.",
            hint="add a column to it by hand: docs/architecture.md says how",
            id="R302",
        )
    package = _package()
    module = f"{package}.{name}" if package else name
    if find_spec(module) is not None:
        raise UsageError(
            f"There is a module {module} already; nothing was written.",
            hint="take another name, or move that module away",
            id="R303",
        )


def _package() -> str:
    return registry.module().rpartition(".")[0]


def _folder() -> Path:
    """Where the module of tables lies."""
    return Path(str(home.module(registry.module()).__file__)).resolve().parent


def _export_of(name: str, settings: Settings) -> Path:
    """
    The export called *name* in the folder of the source.

    Raises:
        UsageError: the source is no folder.
        SourceError: no export there is called so; the message names those of no table.
    """
    from reimport_lib.read.exports import files

    if settings.source in ("", *SERVERS):
        raise UsageError(
            f"new-table reads an export file, and REIMPORT_SOURCE is "
            f"{settings.source or 'not set'}.",
            hint=f"reimport new-table {name} --file EXPORT",
            id="R304",
        )
    strangers = files.strangers(Path(settings.source).expanduser())
    found = [p for p in strangers if _folded(p.stem) == _folded(name)]
    if len(found) == 1:
        return found[0]
    stems = [path.stem for path in strangers]
    there = ", ".join(path.name for path in found or strangers) or "none"
    raise SourceError(
        f"{settings.source}: {len(found)} exports are called {name}; exports of no "
        f"table: {there}.{did_you_mean(name, stems)}",
        hint=f"reimport new-table {name} --file EXPORT",
        id="R305",
    )


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()
