"""Which database this is, and whether it can be worked on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from reimport_lib import project
from reimport_lib.checks import Check, Verdict, equal, failed
from reimport_lib.errors import TargetError
from reimport_lib.tables import registry
from reimport_lib.write import fitness, pgreasons, pgrights
from reimport_lib.write.bind import REAL
from reimport_lib.write.databases import MARKER

SHOWN = 3
_LEDGER = tuple(
    f"ledger.{name}"
    for name in (
        "LedgerRun LedgerPhase BeforeImage ImportedRow SignOff SignOffUse Fence".split()
    )
)


def database_identity(alias: str = REAL) -> dict[str, str]:
    """
    What tells the database *alias* apart: engine, name, server, migrations.

    ``name`` holds no address, no folder and no password. ``server`` is PostgreSQL's
    system identifier and the database's own number; a SQLite file is told by its path.
    ``migrations`` are the newest of each app of the backend.

    Raises:
        TargetError: it cannot be reached, or is not migrated.
    """
    require_ready(alias)
    connection: Any = connections[alias]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA database_list")
            server = str(cursor.fetchone()[2])
        name = Path(server).name
    else:
        name = str(connection.settings_dict["NAME"])
        server = _postgresql_server(connection)
    return {
        "engine": str(connection.vendor),
        "name": name,
        "server": server,
        "migrations": " ".join(sorted(_heads(connection))),
    }


def check_target(alias: str = REAL) -> list[Check]:
    """Whether the database can be reached, is migrated and is the one that is meant."""
    connection: Any = connections[alias]
    try:
        tables = set(connection.introspection.table_names())
    except DatabaseError as error:
        return [
            Check(
                "database can be reached",
                "yes",
                f"no: {pgreasons.of_error(error)}",
                Verdict.FAIL,
                "mend that, or set DATABASE_URL to the database that is meant",
                id="C093",
            )
        ]
    reached = equal("database can be reached", expected="yes", actual="yes", id="C093")
    rights = _rights(connection)
    if failed(rights):  # then nothing else can be asked of it
        return [reached, *rights]
    unfit = _unfit()
    if unfit:  # nothing that asks the models can be asked
        return [reached, *rights, *unfit]
    labels = [table.model for table in registry.all_tables() if table.model] + list(
        _LEDGER
    )
    wanted = {str(apps.get_model(label)._meta.db_table) for label in labels}
    missing, migrate = _missing_migrations(connection), project.manage("migrate")
    found = [
        reached,
        *rights,
        equal(
            "tables of the backend",
            expected=len(wanted),
            actual=len(wanted & tables),
            hint=migrate,
            id="C094",
        ),
        equal(
            "migrations not applied",
            expected=0,
            actual=len(missing),
            hint=migrate,
            id="C095",
        ),
        equal(
            "database is a rehearsal's copy",
            expected="no",
            actual="yes" if MARKER in tables and alias == REAL else "no",
            hint="set DATABASE_URL to the database that is meant",
            id="C096",
        ),
    ]
    if not missing and not _holds_content_types(alias):
        # Django makes them after the last migration, outside of it.
        found.append(
            equal(
                "content types are there",
                expected="yes",
                actual="no",
                hint=migrate,
                id="C097",
            )
        )
    return found


def require_ready(alias: str) -> None:
    """
    Refuse a database that is not there or not migrated.

    Raises:
        TargetError: the message names what is wrong, the hint what to do.
    """
    for check in check_target(alias):
        if check.verdict is Verdict.FAIL:
            raise TargetError(
                f"{check.name}: {check.actual}, expected {check.expected}.",
                hint=check.hint,
                id="R256",
            )


def _unfit() -> list[Check]:
    """What stands in the way of an import in the models of the tables, if anything."""
    found = fitness.unfit()
    if not found:
        return []
    return [
        Check(
            "faults of models that an import could not write to",
            "0",
            f"{len(found):,}: {'; '.join(found[:SHOWN])}",
            Verdict.FAIL,
            "change the model, or the declaration of its table",
            id="C100",
        )
    ]


def _rights(connection: Any) -> list[Check]:
    """On PostgreSQL whether this role may read every table; a file has no rights."""
    if connection.vendor != "postgresql":
        return []
    return [pgrights.readable(connection.connection)]


def _holds_content_types(alias: str) -> bool:
    types: Any = apps.get_model("contenttypes", "ContentType")
    return bool(types.objects.using(alias).exists())


def _missing_migrations(connection: Any) -> list[str]:
    loader = MigrationLoader(connection)
    return sorted(
        f"{app}.{name}"
        for app, name in loader.disk_migrations
        if (app, name) not in loader.applied_migrations
    )


def _heads(connection: Any) -> list[str]:
    loader = MigrationLoader(connection)
    return [f"{app}.{name}" for app, name in loader.graph.leaf_nodes()]


def _postgresql_server(connection: Any) -> str:
    """The server's own number, where this role may ask for it, and the database's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid, has_function_privilege('pg_control_system()', 'execute')"
            " FROM pg_database WHERE datname = current_database()"
        )
        database, may_ask = cursor.fetchone()
        if not may_ask:
            return f"unknown/{database}"
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return f"{cursor.fetchone()[0]}/{database}"
