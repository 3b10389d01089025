"""Database URLs: what they name, and the connection settings that follow from them.

Imports no Django: it is what Django is configured with. SQLite and PostgreSQL only.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import dj_database_url
import psycopg
from psycopg.conninfo import make_conninfo

from reimport_lib import home
from reimport_lib.errors import SettingsError

Config = dict[str, Any]

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
SQLITE_TIMEOUT_SECONDS = 30

# The table that marks a database of ours as a copy, and that of who writes to it now:
# neither is part of what is copied.
MARKER = "reimport_rehearsal_copy"
FENCE = "ledger_fence"
NOT_COPIED = (MARKER, FENCE)

# Whatever the server, the database or the role is set to: dates as they are read here,
# and as much time as the work takes.
_POSTGRESQL_SESSION = (
    "-c DateStyle=ISO -c IntervalStyle=postgres -c statement_timeout=0"
    " -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0"
    " -c log_parameter_max_length_on_error=0"
)
# What keeps rows out of the server's log; not every role may set it. A constraint that
# fails is told there with the values of its row, and with the statement.
QUIET = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
}
_WITH_RIGHTS_ON_PARAMETERS = 150_000
# Seconds for a server to answer the door, and until one that has gone silent is missed.
_WAITS: Config = {
    "connect_timeout": 30,
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
}
_OURS = "reimport"
_MOST_OF_NAME = 63  # bytes that PostgreSQL keeps of a session's name
_called = _OURS
_CALL = (
    "SELECT set_config('application_name', %s, false)"
    f" WHERE current_setting('application_name') LIKE '{_OURS}%%'"  # else the URL's own
)
_WITH_TRANSACTION_TIMEOUT = 170_000  # the first version that knows that setting
_POSTGRESQL_READER = "-c default_transaction_read_only=on"
# Options of the Django backend; every other one is libpq's own.
_DJANGO_OPTIONS = frozenset(
    {"pool", "isolation_level", "server_side_binding", "assume_role", "service"}
)


def call_sessions(what: str) -> None:
    """
    Sessions on a PostgreSQL server are called *what*, a run and its phase, from now on.

    Those that are open already: see ``bind.call_sessions``.
    """
    global _called
    _called = f"{_OURS} {what}".strip()[:_MOST_OF_NAME]


def configuration(url: str, *, read_only: bool) -> Config:
    """
    The Django connection settings for *url*.

    A SQLite file is never created by connecting. A read-only connection cannot write:
    SQLite opens the file so, PostgreSQL makes every transaction read only.

    Raises:
        SettingsError: *url* is neither SQLite (a file) nor PostgreSQL.
    """
    config = _parsed(url)
    options: Config = dict(config.get("OPTIONS", {}))
    if config["ENGINE"] == SQLITE:
        mode = "ro" if read_only else "rw"
        config["NAME"] = sqlite_uri(Path(config["NAME"]), mode=mode)
        options["timeout"] = float(options.get("timeout", SQLITE_TIMEOUT_SECONDS))
        if not read_only:
            # A writer that starts as a reader cannot wait for the lock: it fails.
            options["transaction_mode"] = "IMMEDIATE"
            # 64 MiB of pages halve the time of large imports.
            options["init_command"] = "PRAGMA cache_size=-65536"
    else:
        extra = _POSTGRESQL_READER if read_only else ""
        given = options.get("options", "")
        options["options"] = f"{_session(given)} {extra}".strip()
        options = {**_WAITS, "application_name": _OURS, **options}
    return {**config, "OPTIONS": options}


def is_sqlite(url: str) -> bool:
    return str(_parsed(url)["ENGINE"]) == SQLITE


def sqlite_file(url: str) -> Path:
    """The absolute path of the file that a SQLite *url* names."""
    return Path(_parsed(url)["NAME"])


def sqlite_uri(file: Path, *, mode: str) -> str:
    """*file* as SQLite's own URI; *mode* is ``ro`` or ``rw``: neither creates it."""
    return f"file:{quote(str(file))}?mode={mode}"


def database_name(url: str) -> str:
    """What people call the database: the file's name, or the name on its server."""
    name = str(_parsed(url)["NAME"])
    return Path(name).name if is_sqlite(url) else name


def with_name(url: str, name: str) -> str:
    """The PostgreSQL *url* with the database *name* in place of its own."""
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()


def libpq(url: str, *, read_only: bool = False) -> dict[str, str]:
    """
    The connection parameters of a PostgreSQL *url*, as libpq names them.

    Args:
        read_only: the server refuses whatever would write, unless it is told otherwise.
    """
    config = _parsed(url)
    named = {
        "host": config["HOST"],
        "port": config["PORT"],
        "dbname": config["NAME"],
        "user": config["USER"],
        "password": config["PASSWORD"],
        "application_name": _called,
        "client_encoding": "UTF8",
    }
    options = {
        name: value
        for name, value in config.get("OPTIONS", {}).items()
        if name not in _DJANGO_OPTIONS
    }
    extra = _POSTGRESQL_READER if read_only else ""
    options["options"] = f"{_session(options.get('options', ''))} {extra}".strip()
    every = {**_WAITS, **named, **options}
    return {name: str(value) for name, value in every.items() if value != ""}


def lock_timeout(given: str) -> str:
    """How long to wait for a lock, by the *given* options: else waits for a person."""
    found = re.search(r"\block_timeout=(\w+)", given)
    return found[1] if found else "60s"


def _session(given: str) -> str:
    """*given* options of a URL, and ours."""
    waits = f"-c lock_timeout={lock_timeout(given)}"
    return f"{given} {_POSTGRESQL_SESSION} {waits}".strip()


def conninfo(url: str, *, read_only: bool = False) -> str:
    """``libpq(url)`` as one text, with the password: for psycopg, never to be shown."""
    return make_conninfo("", **libpq(url, read_only=read_only))


def connect(
    url: str, *, autocommit: bool = False, read_only: bool = False
) -> psycopg.Connection[Any]:
    """A connection to the PostgreSQL *url* that no setting of the server cuts short."""
    connection = psycopg.connect(conninfo(url, read_only=read_only), autocommit=True)
    _prepare(connection, connection.info.server_version)
    connection.autocommit = autocommit
    return connection


def prepare(connection: Any) -> None:
    """The same for a *connection* of Django that has just been opened."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            _prepare(cursor, connection.connection.info.server_version)


def rename(session: Any) -> None:
    """Give an open *session* the name that new ones get, unless a URL named it."""
    session.execute(_CALL, [_called])


def _prepare(session: Any, version: int) -> None:
    """What cannot stand among the options: not all servers and roles take it there."""
    rename(session)
    if version >= _WITH_TRANSACTION_TIMEOUT:
        session.execute("SET transaction_timeout = 0")
    for name, value in QUIET.items():
        may = (
            f"has_parameter_privilege('{name}', 'SET')"
            if version >= _WITH_RIGHTS_ON_PARAMETERS
            else "current_setting('is_superuser')::boolean"
        )
        session.execute(f"SELECT set_config('{name}', '{value}', false) WHERE {may}")


def _parsed(url: str) -> Config:
    """dj-database-url's reading of *url*, with SQLite's path made absolute."""
    try:
        config: Config = dict(dj_database_url.parse(url))
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        config = {"ENGINE": ""}
    if config["ENGINE"] == POSTGRESQL and config["NAME"]:
        return config
    if config["ENGINE"] == SQLITE and config["NAME"] not in ("", ":memory:"):
        # Relative to the home: kernels, commands and tests start in other folders.
        config["NAME"] = str((home.folder() / config["NAME"]).resolve())
        return config
    raise SettingsError(
        "The database URL names neither a SQLite file nor a PostgreSQL database.",
        hint="DATABASE_URL=sqlite:///FILE or postgresql://USER@HOST/NAME",
        id="R255",
    )
