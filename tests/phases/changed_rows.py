"""What is another in a database than before, and the same by the list of a run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from reimport_lib.record import changes
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file

Cells = dict[str, str]
Rows = dict[str, Cells]
"""Primary key -> column -> text."""
Changed = dict[tuple[str, str, str], tuple[str, str]]
"""(table, key of the row, field) -> before, after."""
COLUMNS = {"owner_type": "content_type_id", "owner_id": "object_id"}


def database_table(table: Table) -> str:
    return table.model.lower().replace(".", "_")


def read(url: str) -> dict[str, Rows]:
    """Table -> the rows that the database holds, by the driver alone."""
    found: dict[str, Rows] = {}
    for table in registry.all_tables():
        if table.model:
            statement = f'SELECT * FROM "{database_table(table)}"'  # noqa: S608
            rows = [
                {k: text(v) for k, v in row.items()} for row in answers(url, statement)
            ]
            found[table.name] = {row["id"]: row for row in rows}
    return found


def answers(url: str, statement: str) -> list[dict[str, Any]]:
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url))) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement)]
    with psycopg.connect(conninfo(url), row_factory=dict_row) as connection:
        return list(connection.execute(statement.encode()))


def text(value: Any) -> str:
    """One text for what the drivers give, and for what the list says."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    said = str(value)
    if said.startswith("{"):
        return json.dumps(json.loads(said), sort_keys=True)
    try:
        moment = datetime.fromisoformat(said) if len(said) > 10 else None
    except ValueError:
        return said
    if moment is None:
        return said
    return (
        (moment.astimezone(UTC) if moment.tzinfo else moment)
        .replace(tzinfo=None)
        .isoformat(" ")
    )


def types(url: str) -> dict[str, str]:
    """Number of a content type -> its name, as the list says it."""
    rows = answers(url, "SELECT id, app_label, model FROM django_content_type")
    return {str(r["id"]): f"{r['app_label']}.{r['model']}" for r in rows}


def differences(before: str, after: str) -> tuple[Changed, set[tuple[str, str]]]:
    """What is another in the database at *after*, and the rows that are gone."""
    then, now = read(before), read(after)
    names = types(after)
    changed: Changed = {}
    gone: set[tuple[str, str]] = set()
    for name, rows in then.items():
        table = registry.named(name)
        columns = ("filemaker_id", *table.managed, *table.counts)
        for key, row in rows.items():
            other = now[name].get(key)
            if other is None:
                gone.add((name, key))
                continue
            for field in columns:
                at = COLUMNS.get(field, field)
                sides = row[at], other[at]
                if field == "owner_type":
                    sides = names[sides[0]], names[sides[1]]
                if sides[0] != sides[1]:
                    changed[name, key, field] = sides
    return changed, gone


def listed(run: Run) -> tuple[Changed, set[tuple[str, str]]]:
    """The same by the list: what happens to a field twice is told as one."""
    changed: Changed = {}
    gone: set[tuple[str, str]] = set()
    for table in registry.by_name():
        for row in changes.read(run.folder, run.phases, table):
            key = UUID(row.target_id).hex
            if row.outcome == "deleted":
                gone.add((table, key))
            for field, before, after in row.fields:
                place = (table, key, field)
                if place in changed:
                    assert changed[place][1] == text(before)
                    changed[place] = changed[place][0], text(after)
                else:
                    changed[place] = text(before), text(after)
    return {p: sides for p, sides in changed.items() if sides[0] != sides[1]}, gone


def rows_of(run: Run) -> Iterator[changes.ListedRow]:
    for table in registry.by_name():
        yield from changes.read(run.folder, run.phases, table)
