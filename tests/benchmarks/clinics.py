"""One synthetic clinic, imported anew into an empty database as often as is asked."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from reimport_demo.clinic.build import SETTINGS, build
from reimport_demo.s3 import read_listing, serve_s3
from reimport_lib.config import Settings, load_settings
from reimport_lib.write import bind, configuration
from tools import postgres
from tools.clinic import environment
from tools.databases import migrate

Emptied = Callable[[], AbstractContextManager[Settings]]


@contextmanager
def clinic(scale: float) -> Iterator[Emptied]:
    """
    The exports and objects of a clinic of that size.

    Returns:
        gives the settings that lead to it and to a new database, which is gone after
        the block: on the server of DATABASE_URL, or a SQLite file.
    """
    server = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        made = build(folder / "clinic", scale=scale)
        with (
            serve_s3(*read_listing(made.listing)) as store,
            environment(
                {
                    **SETTINGS,
                    **store.environment(),
                    "REIMPORT_SOURCE": str(made.exports),
                }
            ),
        ):

            @contextmanager
            def emptied() -> Iterator[Settings]:
                with (
                    tempfile.TemporaryDirectory(dir=folder) as place,
                    _database(server, Path(place)) as url,
                    environment(
                        {"DATABASE_URL": url, "REIMPORT_RUNS": f"{place}/runs"}
                    ),
                ):
                    settings = load_settings()
                    migrate(url)
                    configuration.load(settings, made.config)
                    bind.close()
                    try:
                        yield settings
                    finally:
                        bind.close()

            yield emptied


@contextmanager
def _database(server: str, folder: Path) -> Iterator[str]:
    if not postgres.is_postgres(server):
        yield f"sqlite:///{folder / 'clinic.sqlite3'}"
        return
    name = f"bench_{uuid.uuid4().hex[:8]}"
    url = postgres.create_database(server, name)
    try:
        yield url
    finally:
        postgres.drop_database(server, name)
