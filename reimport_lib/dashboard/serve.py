"""The dashboard of a project on this machine alone: no backend need be deployed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from reimport_lib import home, project
from reimport_lib.errors import UsageError

HOST = "127.0.0.1"
ALONE = "reimport_lib.dashboard.alone"
_RUNS = "reimport_dashboard:runs"
_ASKS_HOST = "django.middleware.common.CommonMiddleware"
_APPS = ("reimport_lib.dashboard", "django_htmx", "django.contrib.sessions")


def serve(port: int, tell: Callable[[str], None]) -> None:
    """
    Serve until Ctrl-C, to this machine alone; people log in as in the project.

    Args:
        tell: takes the address, once it answers.

    Raises:
        UsageError: the project lacks an app, or the port is taken.
        SettingsError: its settings cannot be loaded.
    """
    home.let_import()
    os.environ["DJANGO_SETTINGS_MODULE"] = project.settings_name()
    with project.loading():
        import django

        django.setup()
    _require_apps()
    _for_loopback()
    _serve(port, tell)


def _require_apps() -> None:
    from django.apps import apps

    if lacking := [name for name in _APPS if not apps.is_installed(name)]:
        raise UsageError(
            f"INSTALLED_APPS of {project.settings_file()} lacks {', '.join(lacking)}.",
            hint=f"add what is lacking, then {project.manage('migrate')}",
            id="R492",
        )


def _for_loopback() -> None:
    """What is only right where there is TLS, or another host, is set aside."""
    from django.conf import settings
    from django.urls import clear_url_caches

    settings.ALLOWED_HOSTS = [HOST, "localhost"]
    if _ASKS_HOST not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [_ASKS_HOST, *settings.MIDDLEWARE]
    settings.SECURE_SSL_REDIRECT = False
    settings.SECURE_HSTS_SECONDS = 0
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    if not _is_included():
        settings.ROOT_URLCONF = ALONE
        settings.LOGIN_URL = "login"
        settings.LOGIN_REDIRECT_URL = _RUNS
        clear_url_caches()


def _is_included() -> bool:
    """The project has these pages among its own."""
    from django.conf import settings
    from django.urls import NoReverseMatch, reverse

    try:
        return bool(getattr(settings, "ROOT_URLCONF", "") and reverse(_RUNS))
    except NoReverseMatch:
        return False


def _serve(port: int, tell: Callable[[str], None]) -> None:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.urls import reverse

    try:
        server = ThreadedWSGIServer((HOST, port), WSGIRequestHandler)
    except OSError as error:
        raise UsageError(
            f"Port {port} of {HOST}: {error.strerror}.",
            hint="reimport dashboard --port 0 takes a free one",
            id="R493",
        ) from None
    with server:
        server.set_app(StaticFilesHandler(WSGIHandler()))
        tell(f"http://{HOST}:{server.server_port}{reverse(_RUNS)}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.exit(0)
