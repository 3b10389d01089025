"""Tables with which a role may not do what a run needs, as a check each.

Asked of the catalogue, which every role may read; nothing is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from reimport_lib.checks import Check, Verdict

TABLES = ("r", "p")  # plain and partitioned, in the letters of pg_class

_OURS = """
    SELECT format('%s.%s', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = ANY({kinds})
       AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.deptype = 'e')
       AND {condition}
     ORDER BY 1
"""
_UNREAD = (
    "NOT (has_schema_privilege(n.oid, 'USAGE')"
    " AND has_table_privilege(c.oid, 'SELECT'))"
)
_CHANGED = "has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"


def readable(connection: psycopg.Connection[Any]) -> Check:
    """Every table can be read, those of Django too: all else asks them."""
    return none_of(
        "tables and sequences that this role may not read",
        such(connection, (*TABLES, "m", "S"), _UNREAD),
        "GRANT SELECT on them, and USAGE on their schema, to this role",
        id="C098",
    )


def changeable(connection: psycopg.Connection[Any]) -> Check:
    """No table can be changed: this role is to read, and to do no more."""
    return none_of(
        "tables that the role of REIMPORT_READER_URL may change",
        such(connection, TABLES, _CHANGED),
        "REVOKE INSERT, UPDATE, DELETE, TRUNCATE on them from it, or take another role",
        Verdict.WARN,
        id="C110",
    )


def such(
    connection: psycopg.Connection[Any], kinds: Sequence[str], condition: str
) -> list[str]:
    """Names of the relations of *kinds* for which *condition*, a constant, holds."""
    query = sql.SQL(_OURS).format(
        kinds=sql.Literal(list(kinds)), condition=sql.SQL(condition)
    )
    return [str(name) for (name,) in connection.execute(query)]


def none_of(
    name: str,
    found: list[str],
    hint: str,
    verdict: Verdict = Verdict.FAIL,
    *,
    id: str,
) -> Check:
    """That nothing is *found*; else how many, the first three, and *verdict*."""
    if not found:
        return Check(name, "0", "0", Verdict.PASS, id=id)
    shown = ", ".join(found[:3])
    return Check(name, "0", f"{len(found):,}: {shown}", verdict, hint, id=id)
