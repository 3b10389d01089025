"""``reimport demo serve-filemaker``: the local server until it is interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.tables import SEED
from reimport_demo.filemaker.certificates import make_authority, server_context
from reimport_demo.filemaker.contents import FACE, open_database
from reimport_demo.filemaker.faults import Faults, changed
from reimport_demo.filemaker.model import Database
from reimport_demo.filemaker.server import DATABASE, Served, application, listening
from reimport_demo.filemaker.service import Options, make_service
from reimport_lib.home import CHECKOUT
from reimport_lib.printing import say

AUTHORITY = CHECKOUT / ".demo" / "filemaker"
HTTPS_PORT = 8443
HTTP_PORT = 3000
"""Where FileMaker's own engine takes plain http."""


def serve(
    folder: Path | None = None,
    *,
    scale: float = 0.05,
    https_port: int = HTTPS_PORT,
    http_port: int = HTTP_PORT,
    faults: Iterable[str] = (),
    strict: bool = False,
    authority: Path = AUTHORITY,
    stop: Event | None = None,
) -> None:
    """
    Serve a clinic over https and http until Ctrl-C, saying how to reach it.

    Args:
        folder: a clinic's folder or one of exports; None: the synthetic clinic.
        scale: of the synthetic clinic.
        https_port, http_port: 0 takes a free one, -1 leaves it out.
        faults: ``name=value`` words, by the names in ``Faults``.
        strict: refuse what some servers refuse; see ``Options``.
        authority: the folder of the private authority, kept between starts.
        stop: set from elsewhere, it ends the service.

    Raises:
        UsageError: a fault that does not exist, a folder without a clinic, a port
            that is taken.
    """
    service = make_service(
        open_database(folder or Clinic(Path(), SEED, scale), name=DATABASE),
        options=Options(strict=strict),
        faults=changed(Faults(), _switched(faults)),
    )
    app = application(service)
    ca_file = make_authority(authority)
    with ExitStack() as stack:
        for port, tls in ((https_port, server_context(authority)), (http_port, None)):
            if port >= 0:
                url = stack.enter_context(listening(app, port=port, tls=tls))
                _show(Served(url, ca_file if tls else None, service))
        (stop or Event()).wait()


def client_environment(served: Served) -> dict[str, str]:
    """What a client needs for a first tour: a table whose keys are unique, a find."""
    database = served.service.database
    names = ("Contacts", "nameLast", FACE.name)
    if not _is_tourable(database, *names):
        names = ("Clinic_Name", "Name", "logo")
    table, found, container = names
    first = database.tables[table].records()[0]
    options = served.service.options
    return {
        "FM_BASE": served.url,
        "FM_CA": str(served.ca_file or ""),
        "FM_DB": database.name,
        "FM_USER": options.account,
        "FM_PASS": options.password,
        "FM_LAYOUT": f"API_{table}",
        "FM_TABLE": f"API_{table}",
        "FM_KEY": str(first.value(database.tables[table].key)),
        "FM_FIND_FIELD": found,
        "FM_FIND_VALUE": str(first.value(found)),
        "FM_CONTAINER": container,
    }


def _is_tourable(database: Database, table: str, found: str, container: str) -> bool:
    if table not in database.tables:
        return False
    held = database.tables[table]
    records = held.records()
    keys = [record.value(held.key) for record in records]
    unique = len(set(keys)) == len(keys)
    return unique and all(records[0].value(n) for n in (held.key, found, container))


def _switched(words: Iterable[str]) -> dict[str, Any]:
    switched = {}
    for word in words:
        name, equals, text = word.partition("=")
        try:
            switched[name] = json.loads(text) if equals else True
        except ValueError:
            switched[name] = text
    return switched


def _show(served: Served) -> None:
    say()
    say(f"Serving at {served.url}; switches at {served.url}/_control")
    for settings in (served.environment(), client_environment(served)):
        for name, value in settings.items():
            say(f"{name}={value}")
        say()
