"""What a statement has waited for in vain: who else is at work on the database."""

from __future__ import annotations

from typing import Any

from django.db import Error, connections

from reimport_lib.errors import Unavailable
from reimport_lib.write.bind import DEFAULT

_OTHERS = """
    SELECT coalesce(nullif(a.application_name, ''), 'a program'), a.usename,
           min(to_char(
               coalesce(a.xact_start, a.state_change) AT TIME ZONE 'UTC', 'HH24:MI:SS'
           )),
           min(c.relname)
      FROM pg_locks l
      JOIN pg_stat_activity a ON a.pid = l.pid
      LEFT JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p')
                          AND c.relnamespace <> 'pg_catalog'::regnamespace
     WHERE l.granted AND a.datname = current_database() AND a.pid <> pg_backend_pid()
       AND (l.locktype = 'advisory' OR c.oid IS NOT NULL)
       AND l.mode <> 'AccessShareLock'
     GROUP BY a.pid, a.application_name, a.usename
     ORDER BY min(a.xact_start) LIMIT 3
"""


def error(where: str, run_id: str) -> Unavailable:
    """That somebody else has kept *where* waiting for as long as it may wait."""
    others = _others()
    named = f": {'; '.join(others)}" if others else ""
    return Unavailable(
        f"{where}: another import or person is writing to this database{named}; it was"
        " waited for as long as may be.",
        hint=f"wait until it is done, then reimport run --resume {run_id}",
        id="R261",
    )


def _others() -> list[str]:
    """Programs, roles, times and tables, of the longest at work first."""
    connection: Any = connections[DEFAULT]
    if connection.vendor != "postgresql":  # SQLite does not say who
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            found = cursor.fetchall()
    except Error:
        return []
    return [
        f"{program} as {role} since {since} UTC" + (f" at {table}" if table else "")
        for program, role, since, table in found
    ]
