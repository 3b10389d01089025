"""A synthetic clinic ready to be imported: exports, stored objects, a database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reimport_demo.clinic import existing
from reimport_demo.clinic.build import SETTINGS, build
from reimport_demo.s3 import read_listing, serve_s3
from reimport_lib.config import Settings, load_settings
from reimport_lib.write import bind, configuration
from tools.databases import migrate


@contextmanager
def ready_to_import(
    folder: Path, *, scale: float, url: str = "", with_existing: bool = False
) -> Iterator[Settings]:
    """
    A clinic in *folder*, and this process's environment pointing at it for a while.

    Args:
        url: an empty database; "": a SQLite file in *folder*.
        with_existing: with rows that the first system and people have left.
    """
    made = build(folder / "clinic", scale=scale)
    with (
        serve_s3(*read_listing(made.listing)) as server,
        environment(
            {
                **SETTINGS,
                **server.environment(),
                "DATABASE_URL": url or f"sqlite:///{folder / 'clinic.sqlite3'}",
                "REIMPORT_SOURCE": str(made.exports),
                "REIMPORT_RUNS": str(folder / "runs"),
            }
        ),
    ):
        settings = load_settings()
        migrate(settings.database_url.reveal())
        configuration.load(settings, made.config)
        if with_existing:
            bind.bind_real(settings, writable=True)
            existing.load_existing(made)
        bind.close()
        yield settings


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """*values* in the environment of this process and of those it starts."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
