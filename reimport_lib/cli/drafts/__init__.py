"""A table drafted out of an export: what is in it, and the texts to be written."""

from __future__ import annotations

from pathlib import Path

from reimport_lib import home
from reimport_lib.cli.drafts.declaration import Draft, declaration, singular
from reimport_lib.cli.drafts.model import model
from reimport_lib.cli.drafts.survey import survey
from reimport_lib.cli.drafts.twin import twin
from reimport_lib.config import Settings
from reimport_lib.errors import SourceError, UsageError
from reimport_lib.plan.header_names import clean_header
from reimport_lib.plan.values.keys import key_of
from reimport_lib.private_files import unwritable
from reimport_lib.read.exports import files, kinds
from reimport_lib.read.reading import Reading
from reimport_lib.tables import registry

__all__ = ["Draft", "draft", "model", "registering", "texts", "write"]

_TESTS = ("tests/tables", "tests")
"""Folders of tests, from the nearest folder above the module that has one."""


def draft(
    name: str,
    file: Path,
    settings: Settings,
    *,
    package: str,
    model: str,
    phase: str,
    key: str,
) -> Draft:
    """
    The table *name*, by what the export *file* holds.

    Args:
        package: of the module of tables; model, phase, key: "" where nobody said.

    Raises:
        SourceError: the file cannot be read, or does not tell its key.
        UsageError: it has no column *key*.
    """
    found = survey(
        file.stem,
        _read(file, settings),
        settings.rows,
        key=key,
        known_keys=_keys_beside(file, settings),
    )
    return Draft(name, phase or name, model or _model_of(name), package, found)


def texts(draft: Draft, folder: Path) -> dict[Path, str]:
    """File -> text: the declaration in *folder*, and its test."""
    tests = next(
        (
            above / name
            for above in (folder, *list(folder.parents)[:3])
            for name in _TESTS
            if (above / name).is_dir()
        ),
        folder,
    )
    return {
        folder / f"{draft.name}.py": declaration(draft),
        tests / f"test_{draft.name}.py": twin(draft),
    }


def write(texts: dict[Path, str]) -> None:
    """
    Write every one of *texts*, or none.

    Raises:
        UsageError: one of the files is there already; it is left as it is.
        ReimportError: the folder cannot be written.
    """
    there = [str(path) for path in texts if path.exists() or path.is_symlink()]
    if there:
        raise UsageError(
            f"{' and '.join(there)}: there already; nothing was written.",
            hint="move it away, or take another name for the table",
            id="R295",
        )
    for path, text in texts.items():
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise unwritable(path, error) from None


def registering(draft: Draft) -> str:
    """What is left to be done by hand."""
    tables = list(registry.by_name())
    named = [linked.to for _, linked in draft.linked if linked.to in tables]
    behind = max(named or tables, key=tables.index, default="")
    phases = dict.fromkeys([*(t.phase for t in registry.all_tables()), draft.phase])
    number = 3 + list(phases).index(draft.phase)
    notebooks = (
        "python -m tools.notebooks"
        if home.folder() == home.CHECKOUT
        else "reimport init"
    )
    return f"""
The line for {registry.module()}, where TABLES has {draft.constant}\
{f" behind {behind.upper()}" if behind else ""}:

from {draft.module} import {draft.constant}

Its phase is {draft.phase}: {number:02d}_{draft.phase}.ipynb, written with the other \
notebooks by {notebooks}
"""


def _read(path: Path, settings: Settings) -> Reading:
    named = settings.columns.get(path.stem, ())
    return kinds.read(path, columns=named, charset=settings.charset)


def _keys_beside(file: Path, settings: Settings) -> dict[str, frozenset[str]]:
    """Table -> its canonical keys, of every export in the folder of *file*."""
    found = {}
    for table in registry.source_tables():
        path = files.of_table(file.parent, table)
        if path is None or not table.key:
            continue
        try:
            data = _read(path, settings).data
        except SourceError:  # another table's damage tells nothing of this one
            continue
        headers = {clean_header(name): name for name in data.column_names}
        header = next((headers[n] for n in table.key.names if n in headers), None)
        if header:
            number = table.number_key
            keys = data.column(header).unique().to_pylist()
            found[table.name] = frozenset(key_of(k, number=number) for k in keys) - {""}
    return found


def _model_of(name: str) -> str:
    """``invoices.Invoice``: an app of its own, and the word in the singular."""
    return f"{name}.{''.join(map(str.capitalize, singular(name).split('_')))}"
