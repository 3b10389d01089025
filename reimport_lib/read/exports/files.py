"""The folder of exports: which file is which table's.

``Contacts.xlsx`` (any ending of ours, any case) is the table whose file is called
``Contacts``. Imports errors and tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from reimport_lib.errors import SourceError, did_you_mean
from reimport_lib.setting_values import SERVERS
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table

_SIDECAR = ".columns.txt"
_COPY = re.compile(r"[\s_-]*(\(\d+\)|\d+|(- )?(copy|kopie|copie)( \d+| \(\d+\))?)$")
_OTHERS = {".fmp12": "the database itself", ".fp7": "the database itself"}
ENDINGS = (".xlsx", ".xlsm", ".csv", ".tab", ".tsv", ".txt", ".mer", ".xml")


def find(folder: Path, *, optional: Collection[str] = ()) -> dict[str, Path]:
    """
    Table -> its export file, in the order of the tables.

    Lock files (``~$Contacts.xlsx``), hidden files and folders do not count, nor does
    anything whose ending is no export's (``Contacts.fmp12``, ``Thumbs.db``).

    Args:
        optional: tables that may be missing although they are required.

    Raises:
        SourceError: the folder cannot be read, a table has two files (both are
            named), or a required one has none (all are named).
    """
    found: dict[str, Path] = {}
    listing = _listing(folder)
    doubled: list[str] = []
    missing: list[str] = []
    for table in registry.source_tables():
        candidates = [path for path in listing if _is_file_of(path, table)]
        copies = [path for path in listing if _is_copy_of(path, table)]
        if candidates:
            candidates += copies
        if len(candidates) > 1:
            names = " and ".join(path.name for path in candidates)
            doubled.append(f"{table.name}: {names}")
        elif candidates:
            found[table.name] = candidates[0]
        elif table.required and table.name not in optional:
            near = ", ".join(path.name for path in copies)
            told = f" (is it {near}?)" if near else _instead(folder, table)
            missing.append(f"{table.file}{told}")
    if doubled:
        raise SourceError(
            f"{folder.name}: more than one file for one table: {'; '.join(doubled)}.",
            hint="keep the newest export of each table in the folder",
            id="R141",
        )
    if missing:
        raise SourceError(
            f"{folder.name}: no export for {', '.join(missing)}.",
            hint="export the missing tables (.xlsx, .csv, .tab, .mer or .xml), or name "
            "them in REIMPORT_OPTIONAL_TABLES",
            id="R142",
        )
    return found


def of_table(folder: Path, table: Table) -> Path | None:
    """The one export of *table* in *folder*; None where there is none, or several."""
    found = [path for path in _listing(folder) if _is_file_of(path, table)]
    return found[0] if len(found) == 1 else None


def strangers(folder: Path) -> list[Path]:
    """
    Exports in *folder* that are no table's.

    Raises:
        SourceError: the folder cannot be read.
    """
    return [
        path
        for path in _listing(folder)
        if path.suffix.casefold() in ENDINGS
        and not path.name.casefold().endswith(_SIDECAR)
        and not any(
            _is_file_of(path, table) or _is_copy_of(path, table)
            for table in registry.source_tables()
        )
    ]


def column_names(path: Path) -> tuple[str, ...]:
    """
    The names in the sidecar of a file without a header, one a line; else nothing.

    ``Images.tab`` is explained by ``Images.tab.columns.txt`` or
    ``Images.columns.txt`` beside it.
    """
    for sidecar in (
        path.with_name(f"{path.name}.columns.txt"),
        path.with_name(f"{path.stem}.columns.txt"),
    ):
        if sidecar.is_file():
            return _lines(sidecar)
    return ()


def _lines(sidecar: Path) -> tuple[str, ...]:
    try:
        text = sidecar.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SourceError(
            f"{sidecar.name}: cannot be read.",
            hint="one column name a line, as UTF-8 text",
            id="R143",
        ) from None
    return tuple(line.strip() for line in text.rstrip().splitlines())


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith(("~$", ".")) and not path.is_dir()
        )
    except OSError as error:
        raise SourceError(
            f"REIMPORT_SOURCE: the folder {folder.name} cannot be read"
            f" ({error.strerror}).{_nearest(folder)}",
            hint="set REIMPORT_SOURCE to the folder of the exports, data-api or odata",
            id="R144",
        ) from None


def _instead(folder: Path, table: Table) -> str:
    """What lies there under the table's name, but is no export."""
    for path in sorted(folder.iterdir()):
        is_named_so = path.stem.casefold() == table.file.casefold()
        if is_named_so and not path.name.casefold().endswith(_SIDECAR):
            what = _OTHERS.get(path.suffix.casefold(), "no export")
            return f" ({path.name} is {'a folder' if path.is_dir() else what})"
    return ""


def _nearest(folder: Path) -> str:
    """A question that names what *folder* nearly is, or nothing."""
    beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
    known = [*(other.name for other in beside if other.is_dir()), *SERVERS]
    return did_you_mean(folder.name, known)


def _is_copy_of(path: Path, table: Table) -> bool:
    """``Contacts (1).csv``, ``Contacts copy.csv`` or ``Contacts.csv.txt``."""
    stem = path.name.casefold().removesuffix(path.suffix.casefold())
    while stem.endswith(ENDINGS):
        stem = stem.rpartition(".")[0]
    return (
        not _is_file_of(path, table)
        and path.suffix.casefold() in ENDINGS
        and not path.name.casefold().endswith(_SIDECAR)
        and _COPY.sub("", stem.strip()) == table.file.casefold()
    )


def _is_file_of(path: Path, table: Table) -> bool:
    return (
        path.stem.casefold() == table.file.casefold()
        and path.suffix.casefold() in ENDINGS
    )
