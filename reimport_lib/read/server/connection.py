"""Which FileMaker server is meant: address, account, and what its tables are called.

Imports only config, errors, setting_values and tables. Nothing here opens a connection.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import httpx

from reimport_lib.config import Secret, Settings
from reimport_lib.errors import SettingsError
from reimport_lib.setting_values import fault_of_url
from reimport_lib.tables import registry

PAGE_ROWS = 500
_HOST = re.compile(r"[\w.:%-]+")  # letters of any script, or an address of IPv6
_NEEDED = (
    "FILEMAKER_HOST",
    "FILEMAKER_DATABASE",
    "FILEMAKER_USERNAME",
    "FILEMAKER_PASSWORD",
)

Clock = Literal["wall", "utc"]
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """A FileMaker server, and how it is read. Never printed: it is an account.

    Attributes:
        url: scheme, host and port; https, or http on this machine only.
        ca_file: what its certificate is trusted by; None: the usual authorities.
        names: table -> layout or table occurrence.
        optional: tables whose layout may be missing.
        page_rows: the most records asked for at once.
        clock: whether OData's ``Z`` is the server's wall clock or really UTC.
        time_zone: the clinic's, an IANA name.
        containers: table -> the container field that its files are in; "" where the
            layout has only one.
        pause_seconds: between two files that are fetched.
    """

    url: str
    database: str
    username: str
    password: Secret
    ca_file: Path | None
    names: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    page_rows: int = PAGE_ROWS
    clock: Clock = "wall"
    time_zone: str = "Australia/Sydney"
    containers: Mapping[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.2

    def __repr__(self) -> str:
        return "Server(**********)"

    @property
    def account(self) -> httpx.BasicAuth:
        password = self.password.reveal()
        return httpx.BasicAuth(self.username.encode(), password.encode())

    @property
    def is_local(self) -> bool:
        return is_loopback(urlsplit(self.url).hostname or "")


def server_of(settings: Settings) -> Server:
    """
    The server that the ``FILEMAKER_`` settings describe.

    Raises:
        SettingsError: some are missing (all are named) or cannot be read; their values
            are never repeated.
    """
    given = {
        name: value.reveal() if isinstance(value, Secret) else value
        for name, value in settings.filemaker.items()
    }
    missing = [name for name in _NEEDED if not given.get(name)]
    if missing:
        raise SettingsError(
            f"{', '.join(missing)}: not set.",
            hint="set them in the environment or in .env.filemaker",
            id="R183",
        )
    return Server(
        url=_url(given["FILEMAKER_HOST"]),
        database=given["FILEMAKER_DATABASE"],
        username=given["FILEMAKER_USERNAME"],
        password=Secret(given["FILEMAKER_PASSWORD"]),
        ca_file=_ca_file(given.get("FILEMAKER_CA_FILE", "")),
        names={
            name: given.get(f"FILEMAKER_LAYOUT_{name.upper()}", table.source.layout)
            for name, table in registry.by_name().items()
            if table.source
        },
        optional=frozenset(
            table.name
            for table in registry.source_tables()
            if not table.required or table.name in settings.rows.optional_tables
        ),
        page_rows=_number(given, "FILEMAKER_PAGE_ROWS", 10, 10_000, PAGE_ROWS),
        clock=_clock(given.get("FILEMAKER_TIMESTAMPS", "wall")),
        time_zone=settings.rows.time_zone,
        containers={
            table: given.get(f"FILEMAKER_CONTAINER_{table.upper()}", "")
            for table in registry.stored()
        },
        pause_seconds=_number(given, "FILEMAKER_PAUSE_SECONDS", 0, 60, 0.2),
    )


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    wrong = fault_of_url(address)
    parts = urlsplit("" if wrong else address)
    host = parts.hostname or ""
    is_host = _HOST.fullmatch(host) and not parts.path.strip("/")
    if not wrong and (not is_host or parts.netloc.endswith(":")):
        wrong = "it is more or less than a host"
    elif parts.scheme == "http" and not is_loopback(host):
        wrong = "http is taken on this machine only: passwords would travel in the open"
    if wrong:
        raise SettingsError(
            f"FILEMAKER_HOST: {wrong}.",
            hint="FILEMAKER_HOST=filemaker.example.org, or https://HOST:PORT",
            id="R184",
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port else "")


def _ca_file(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text)
    try:
        path = path.expanduser()
        found = path.is_file()
    except (OSError, RuntimeError):  # a name that is too long, a user there is not
        found = False
    if not found:
        raise SettingsError(
            "FILEMAKER_CA_FILE: there is no such file.",
            hint="name the certificate (PEM) that the server's own was signed with",
            id="R185",
        )
    return path


def _number(
    given: Mapping[str, str], name: str, least: int, most: int, usual: Number
) -> Number:
    """The setting *name* as a number of the kind of the *usual* one."""
    try:
        number = type(usual)(given.get(name, usual))
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise SettingsError(
            f"{name}: not a number between {least} and {most:,}.",
            hint=f"{name}={usual}",
            id="R186",
        )
    return number


def _clock(text: str) -> Clock:
    known: Clock
    for known in ("wall", "utc"):
        if text.lower() == known:
            return known
    raise SettingsError(
        "FILEMAKER_TIMESTAMPS: neither wall nor utc.",
        hint="wall: what OData marks as UTC is the server's own wall clock",
        id="R188",
    )
