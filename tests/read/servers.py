"""A FileMaker server of this machine for tests, and settings that lead to it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.tables import SEED
from reimport_demo.filemaker.faults import Faults, changed
from reimport_demo.filemaker.server import Served, listening
from reimport_lib.config import Settings, load_settings
from reimport_lib.read.reading import Reading
from reimport_lib.read.server import data_api
from reimport_lib.read.server import layouts as fm_layouts
from reimport_lib.read.server import session as fm_session
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.snapshot import SERVERS

CLINIC = Clinic(Path(), SEED, 0.02)
NAMES = {
    "FILEMAKER_LAYOUT_CONTACT_DETAILS": "API_Coms",
    "FILEMAKER_LAYOUT_APPOINTMENTS": "API_Appointments",
    "FILEMAKER_LAYOUT_SMS": "API_SMS",
}
"""The demo's server calls its layouts after the export files."""

ACCOUNT = {
    "FILEMAKER_DATABASE": "Clinic",
    "FILEMAKER_USERNAME": "canary-account",
    "FILEMAKER_PASSWORD": "canary-password",  # pragma: allowlist secret
}


def settings(served: Served, source: str = "data-api", **environ: str) -> Settings:
    given = {"REIMPORT_SOURCE": source, "FILEMAKER_PAGE_ROWS": "50"}
    return load_settings({**given, **served.environment(), **NAMES, **environ})


def read(made: Settings, progress: Any = None) -> dict[str, Reading]:
    """Every table that the server of these settings gives."""
    server = importlib.import_module(SERVERS[made.source])
    found = server.read_tables(made, progress=progress)
    return {table: reading for table, _, reading in found}


def read_one(made: Settings, table: str) -> Reading:
    """That table alone, off the Data API."""
    server = server_of(made)
    with fm_session.opened(server) as session:
        layout = fm_layouts.layout_of(session, server.names[table])
        return data_api.read_layout(session, layout, table)


@contextmanager
def faulty(served: Served, faults: Mapping[str, Any]) -> Iterator[None]:
    """Those faults, until the end of the block."""
    served.service.switches.set(changed(Faults(), faults))
    try:
        yield
    finally:
        served.service.switches.set(Faults())


@contextmanager
def answering(pages: Mapping[str, Any]) -> Iterator[Settings]:
    """A server that gives, for each end of a path, one answer for ever."""
    app = Flask("canned")

    @app.route("/<path:path>", methods=["GET", "POST", "DELETE"])
    def answer(path: str) -> Any:
        return next(body for end, body in pages.items() if path.endswith(end))

    with listening(app) as url:
        yield load_settings(
            {"REIMPORT_SOURCE": "data-api", "FILEMAKER_HOST": url, **ACCOUNT}
        )


def check(reading: Reading, name: str) -> Any:
    """The check of that name; None where there is none."""
    return next((check for check in reading.checks if check.name == name), None)
