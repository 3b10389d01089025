"""What is wrong before a run begins, and what to do: settings, source, database, S3.

Reads, and writes nothing but a snapshot in a temporary folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from reimport_lib import channels, home
from reimport_lib.backup import readiness
from reimport_lib.checks import Check, Verdict, equal, failed
from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import ReimportError
from reimport_lib.notify import sending
from reimport_lib.phases import all_phases
from reimport_lib.plan import mapping as mappings
from reimport_lib.plan.directories import directory_checks
from reimport_lib.read import objects, snapshot
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record.clock import now
from reimport_lib.tables import registry
from reimport_lib.write import bind, identity, read
from reimport_lib.write.databases import database_name


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which to mend what fails."""
    found = [
        *settings_files(),
        _runs_folder(settings),
        _notebooks(),
        *_answer("database", lambda: _database(settings)),
    ]
    target_ready = not failed(found)
    found += _answer("stored objects", lambda: _objects(settings))
    found += _answer("notifications", lambda: _notifications(settings))
    found += _answer("source", lambda: _source(settings, known=target_ready))
    return found


def _answer(what: str, look: Callable[[], list[Check]]) -> list[Check]:
    """What *look* finds; an error becomes a failed check with its hint."""
    try:
        return look()
    except ReimportError as error:
        return [
            Check(what, "no error", error.with_id, Verdict.FAIL, error.hint, id="C011"),
        ]


def _runs_folder(settings: Settings) -> Check:
    name = "runs folder can be written"
    try:
        settings.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.runs):
            pass
    except OSError as error:
        return Check(
            name,
            "yes",
            f"no ({error.strerror})",
            Verdict.FAIL,
            "set REIMPORT_RUNS to a folder of your own",
            id="C012",
        )
    return Check(name, "yes", f"yes: {settings.runs}", Verdict.PASS, id="C012")


def settings_files() -> list[Check]:
    """What holds passwords is its owner's alone."""
    found = []
    for path in (home.folder() / name for name in home.FILES):
        if path.is_file():
            is_open = bool(path.stat().st_mode & 0o077)
            found.append(
                Check(
                    f"{path.name} is read by its owner alone",
                    "yes",
                    "no" if is_open else "yes",
                    Verdict.WARN if is_open else Verdict.PASS,
                    f"chmod 600 {path.name}" if is_open else "",
                    id="C106",
                )
            )
    return found


def _notebooks() -> Check:
    """Every phase of the tables has its notebook in the home."""
    phases = all_phases()
    there = [p for p in phases if (home.notebooks() / p.notebook).is_file()]
    return equal(
        f"notebooks in {home.notebooks()}",
        expected=len(phases),
        actual=len(there),
        hint="reimport init writes those that are missing",
        id="C101",
    )


def _database(settings: Settings) -> list[Check]:
    bind.bind_real(settings)
    named = database_name(settings.database_url.reveal())
    said = f"{named}, named by {settings.database_from}"
    return [
        Check("database", "one", said, Verdict.PASS, id="C099"),
        *identity.check_target(bind.REAL),
        *readiness.check_copies(settings),
    ]


def _notifications(settings: Settings) -> list[Check]:
    """Everybody who is to be told can be; nobody is asked."""
    return [
        Check(
            f"notification {each.name}",
            "can be sent",
            wrong or "can be sent",
            Verdict.WARN if wrong else Verdict.PASS,
            "install clinic-reimport with its extra `notify`"
            if wrong == sending.NOT_INSTALLED
            else "reimport notify --test, once it is mended"
            if wrong
            else "",
            id="C115",
        )
        for each in channels.read(settings.notify).channels
        for wrong in [sending.fault(each, settings)]
    ]


def _objects(settings: Settings) -> list[Check]:
    return [
        Check(
            f"{name}: objects in the bucket",
            "at least 1",
            f"{len(listing):,}",
            Verdict.PASS if len(listing) else Verdict.WARN,
            "" if len(listing) else "check S3_BUCKET and the prefixes",
            id="C013",
        )
        for name, listing in objects.list_objects(settings).items()
    ]


def _source(settings: Settings, *, known: bool) -> list[Check]:
    """Every table can be read, its columns fit, and its names are known."""
    with tempfile.TemporaryDirectory() as folder:
        frozen = snapshot.freeze(
            settings,
            Path(folder) / "snapshot",
            as_of=now(),
            objects=None,
        )
        return [
            check
            for name in frozen.manifest.tables
            for check in _table(frozen, name, known=known)
        ]


def _table(frozen: Snapshot, name: str, *, known: bool) -> list[Check]:
    table = frozen.manifest.tables[name]
    rule = registry.sources()[name]
    resolved = mappings.resolve(rule, table.columns, filled=table.filled)
    found = [
        Check(
            f"{name}: {table.file} can be read",
            "at least 1 row",
            f"{several(table.rows, 'row')}, {several(len(table.columns), 'column')}",
            Verdict.PASS if table.rows else Verdict.FAIL,
            "" if table.rows else "export the table again",
            id="C014",
        ),
        *mappings.column_checks(rule, resolved, table.filled, rows=table.rows),
    ]
    if known:
        held = read.known(alias=bind.REAL)
        found += directory_checks(rule, frozen.table(name), held, many=1)
    return found
