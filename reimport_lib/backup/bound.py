"""The digest of the database that this process is bound to, within its transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connections

from reimport_lib.backup.digests import (
    DatabaseDigest,
    digest_postgresql,
    digest_sqlite,
)
from reimport_lib.write.bind import DEFAULT


def digest_bound(
    *, leaving_out: Collection[str] = (), alias: str = DEFAULT
) -> DatabaseDigest:
    """
    What the transaction of this process sees, committed or not.

    Args:
        leaving_out: tables that are not read.
    """
    connection: Any = connections[alias]
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        return digest_postgresql(connection.connection, leaving_out=leaving_out)
    return digest_sqlite(connection.connection, leaving_out=leaving_out)
