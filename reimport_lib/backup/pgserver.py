"""What a PostgreSQL server, or the rights of a role, would let a run fail at later.

Asked once, before anything is done, of the database as it is: nothing is made.
"""

from __future__ import annotations

import psycopg

from reimport_lib.checks import Check, Verdict
from reimport_lib.write import pgrights
from reimport_lib.write.databases import QUIET
from reimport_lib.write.pgrights import TABLES, none_of

OLDEST = 14  # what the backend's Django still speaks to

_SET_ASIDE = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
    "DateStyle",
    "IntervalStyle",
)
_CONFIGURED = """
    SELECT DISTINCT split_part(setting, '=', 1)
      FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
     WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database
                                  WHERE datname = current_database()))
       AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
"""
_WHAT = """
    SELECT current_setting('server_version'),
           (SELECT pg_encoding_to_char(encoding) FROM pg_database
             WHERE datname = current_database()),
           pg_is_in_recovery(),
           current_setting('default_transaction_read_only')
"""
_CHANGE = ("INSERT", "UPDATE", "DELETE")
_EXTENSIONS = """
    SELECT e.extname
      FROM pg_extension e
      LEFT JOIN pg_available_extension_versions v
        ON v.name = e.extname AND v.version = e.extversion
     WHERE e.extname <> 'plpgsql' AND NOT coalesce(v.trusted, false)
       AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
     ORDER BY 1
"""


def checks(connection: psycopg.Connection) -> list[Check]:
    """Version, encoding, whether it can be written to, the role's rights, settings."""
    row = connection.execute(_WHAT).fetchone()
    assert row is not None  # noqa: S101  a SELECT without FROM gives one row
    version, encoding, standby, read_only = row
    old = connection.info.server_version // 10_000 < OLDEST
    reader = "it is a standby" if standby else "default_transaction_read_only is on"
    fixed = standby or read_only == "on"
    return [
        _check(
            "version of the server",
            f"{OLDEST} or newer",
            version,
            "upgrade PostgreSQL" if old else "",
            id="C003",
        ),
        _check(
            "encoding of the database",
            "UTF8",
            encoding,
            ""
            if encoding == "UTF8"
            else "make a database with ENCODING 'UTF8' TEMPLATE template0 and move the"
            " tables into it",
            id="C004",
        ),
        _check(
            "the database can be written to",
            "yes",
            f"no: {reader}" if fixed else "yes",
            "name the primary server, or ALTER DATABASE or ROLE ... RESET it"
            if fixed
            else "",
            id="C005",
        ),
        *_rights(connection),
        _settings(connection),
        _log(connection),
    ]


def _rights(connection: psycopg.Connection) -> list[Check]:
    """What this role may do with tables, as backup and import need it."""
    verbs = " AND ".join(f"has_table_privilege(c.oid, '{verb}')" for verb in _CHANGE)
    unchanged = pgrights.such(connection, TABLES, f"NOT ({verbs})")
    others = pgrights.such(connection, TABLES, "NOT pg_has_role(c.relowner, 'USAGE')")
    hidden = pgrights.such(connection, TABLES, "row_security_active(c.oid)")
    found = connection.execute(_EXTENSIONS).fetchall()
    extensions = [str(name) for (name,) in found]
    return [
        none_of(
            "tables whose rows this role sees only in part",
            hidden,
            "ALTER ROLE ... BYPASSRLS: a backup must hold every row",
            id="C006",
        ),
        none_of(
            "tables that this role may not change",
            unchanged,
            "GRANT INSERT, UPDATE, DELETE on them to this role",
            id="C007",
        ),
        none_of(
            "extensions that this role may not put into a copy",
            extensions,
            "set REIMPORT_REHEARSAL_URL with a role that may, or drop them",
            id="C008",
        ),
        none_of(
            "tables that only another role may put back from a backup",
            others,
            "`reimport restore` needs their owner: ALTER TABLE ... OWNER TO this role",
            Verdict.WARN,
            id="C009",
        ),
    ]


def _settings(connection: psycopg.Connection) -> Check:
    """Settings that would cut a run short: it sets them itself in its sessions."""
    configured = {name.casefold() for (name,) in connection.execute(_CONFIGURED)}
    names = [name for name in _SET_ASIDE if name.casefold() in configured]
    said = ", ".join(names) or "none"
    return Check(
        "settings of the database or role that a run does without",
        "any",
        f"{said}; set aside in the sessions of a run" if names else said,
        Verdict.PASS,
        id="C010",
    )


def _log(connection: psycopg.Connection) -> Check:
    """The server's log quotes no row of a session of ours: as far as a role may say."""
    query = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
    held = connection.execute(query, [list(QUIET)]).fetchall()
    wanted = ", ".join(f"{name} = {value}" for name, value in QUIET.items())
    return none_of(
        "settings by which the server's log may quote rows",
        sorted(name for name, value in held if value != QUIET[name]),
        f"a superuser can ALTER ROLE ... SET {wanted}, each by itself",
        Verdict.WARN,
        id="C103",
    )


def _check(name: str, expected: str, actual: str, hint: str, *, id: str) -> Check:
    verdict = Verdict.FAIL if hint else Verdict.PASS
    return Check(name, expected, actual, verdict, hint, id=id)
