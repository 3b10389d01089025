"""A database URL as an entry of Django's ``DATABASES``, with the options it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

ROOT = Path(__file__).resolve().parents[2]

SQLITE_OPTIONS: dict[str, Any] = {
    # A writer takes its lock at once: two of them wait for each other instead of
    # failing half-way, when the second one finds that what it read has changed.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,  # seconds
    # Readers go on while an import writes. 64 MiB of cache halves large imports.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536;",
}

# Whatever the server, the database or the role is set to: Django reads no other form.
POSTGRESQL_SESSION = "-c DateStyle=ISO -c IntervalStyle=postgres"


def database(url: str) -> dict[str, Any]:
    """
    Settings for *url* (``sqlite:///...`` or ``postgresql://...``).

    The path of a SQLite file is relative to the checkout, as it is for the import,
    whatever folder a command starts in.

    Raises:
        dj_database_url.ParseError, UnknownSchemeError: not a database URL.
    """
    settings: dict[str, Any] = dict(dj_database_url.parse(url))
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        if settings["NAME"] not in ("", ":memory:"):
            settings["NAME"] = str((ROOT / settings["NAME"]).resolve())
        settings["OPTIONS"] = SQLITE_OPTIONS | settings.get("OPTIONS", {})
    elif settings["ENGINE"] == "django.db.backends.postgresql":
        options = settings.get("OPTIONS", {})
        given = options.get("options", "")
        session = f"{given} {POSTGRESQL_SESSION}".strip()
        settings["OPTIONS"] = {**options, "options": session}
    return settings
