"""Django set-up: the only place that calls ``django.setup()`` and names databases.

A run is bound to two databases before the first model loads: ``default`` is the one it
works on (its copy in a rehearsal, the real one in a full run), ``real`` is always the
real one, read only. Below this module nothing knows the mode of a run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from reimport_lib import home, project
from reimport_lib.config import Settings
from reimport_lib.errors import SettingsError, UsageError
from reimport_lib.own_calls import ours
from reimport_lib.write import databases
from reimport_lib.write.databases import Config, configuration, prepare

DEFAULT = "default"
REAL = "real"
_NEEDED = ("django.contrib.contenttypes", "reimport_lib.ledger")


@dataclass(frozen=True, slots=True, repr=False)
class _Binding:
    """What this process is bound to; the URLs may hold passwords: no repr."""

    run_database: str
    real_database: str
    writable: bool


_bound: _Binding | None = None
_at_close: list[Callable[[], None]] = []


def bind(run_database: str, *, real_database: str, writable: bool) -> None:
    """
    Set up Django with *run_database* as ``default`` and *real_database* as ``real``.

    Nothing connects here: the copy of a rehearsal may not exist yet. A plain process
    may bind again; a kernel serves one run, since its cells may hold rows of it.

    Args:
        run_database: URL of the database the run works on.
        real_database: URL of the real one; it is opened read only.
        writable: whether ``default`` may be written to.

    Raises:
        UsageError: this kernel is bound to another run.
        SettingsError: a URL that is neither SQLite nor PostgreSQL.
    """
    global _bound
    binding = _Binding(run_database, real_database, writable)
    if binding == _bound:
        return
    if _bound is not None and in_kernel():
        raise UsageError(
            "This kernel already works on another run.",
            hint="restart the kernel, then run the cells from the top",
            id="R242",
        )
    databases = {
        DEFAULT: configuration(run_database, read_only=not writable),
        REAL: configuration(real_database, read_only=True),
    }
    _set_up()
    _connect_to(databases)
    _bound = binding


def bind_real(settings: Settings, *, writable: bool = False) -> None:
    """Bind both aliases to the real database, for commands that belong to no run."""
    real = settings.reading_url.reveal()
    url = settings.database_url.reveal() if writable else real
    bind(url, real_database=real, writable=writable)


def load() -> None:
    """
    Load the backend before it is known which run it is for; nothing connects.

    What takes time is done by it: apps, models, and reading the migrations.
    """
    _set_up()
    from django.db.migrations.loader import MigrationLoader

    MigrationLoader(None)


def load_api() -> None:
    """Load the addresses of the REST API too, and all that answers there."""
    _set_up()
    from django.urls import get_resolver

    get_resolver().check()


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def _set_up() -> None:
    """
    Load the project's settings and apps; a second call does nothing.

    Raises:
        SettingsError: they cannot be loaded, or lack what an import needs.
    """
    home.let_import()
    os.environ[project.SETTING] = project.settings_name()
    if in_kernel():
        # A kernel runs cells inside its event loop, where Django refuses the ORM. The
        # cells are plain synchronous code, so the guard has nothing to protect; the web
        # server, which does need it, never comes through here.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

    import django
    from django.apps import apps

    from reimport_lib.write import sealed

    with ours():  # settings may ask where their secrets lie
        project.time_zone()
    with project.loading(), sealed.sealed():
        django.setup()
    missing = [name for name in _NEEDED if not apps.is_installed(name)]
    if missing:
        raise SettingsError(
            f"{' and '.join(missing)}: not among INSTALLED_APPS.",
            hint=f"add to {project.settings_file()}, then {project.manage('migrate')}",
            id="R290",
        )


def _opened(connection: Any, **_: object) -> None:
    prepare(connection)


def _connect_to(databases: dict[str, Config]) -> None:
    """Close every connection and put *databases* in place of those there were."""
    from django.conf import settings
    from django.contrib.contenttypes.models import ContentType
    from django.db import connections
    from django.db.backends.signals import connection_created

    from reimport_lib.write import sealed

    connection_created.connect(_opened, dispatch_uid="reimport")
    connections.close_all()
    # Connections hold the settings they were made with, so they are made anew.
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]
    settings.DATABASES = databases
    configured = connections.configure_settings(databases)
    connections.settings.clear()
    connections.settings.update(configured)
    sealed.forget_places()
    # Its cache maps the content types of the databases bound before.
    ContentType.objects.clear_cache()


def close() -> None:
    """Close this process's connections, let go of what it holds, and of its name."""
    for let_go in _at_close:
        let_go()
    disconnect()
    databases.call_sessions("")


def at_close(let_go: Callable[[], None]) -> None:
    """Have *let_go* called whenever this process is done with its databases."""
    _at_close.append(let_go)


def call_sessions(what: str) -> None:
    """This process's sessions on a server are called *what*, also those it has."""
    databases.call_sessions(what)
    if _bound is None:
        return
    from django.db import Error, connections

    for connection in connections.all(initialized_only=True):
        session: Any = connection.connection
        if connection.vendor == "postgresql" and session is not None:
            with suppress(Error), connection.cursor() as cursor:  # it may be cut
                databases.rename(cursor)


def run_database() -> str:
    """The URL of what ``default`` is bound to; it may hold a password."""
    if _bound is None:
        raise RuntimeError("nothing is bound yet")
    return _bound.run_database


def disconnect() -> None:
    """
    Close this process's connections, so that a database can be dropped or replaced.

    An open one would go on with a file that has been replaced, or meet a server that
    has thrown it out. The next query opens a new one.
    """
    if _bound is None:
        return
    from django.db import connections

    connections.close_all()


def drop_broken() -> None:
    """Close those of this process's connections that were lost; the next are new."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
