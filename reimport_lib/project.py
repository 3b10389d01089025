"""The Django project that rows come into, as its own settings module has it.

Imports no Django: the module is read as any other, before Django is set up with it.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from reimport_lib import home
from reimport_lib.errors import SettingsError

SETTING = "DJANGO_SETTINGS_MODULE"
_NAMED = re.compile(rf"""{SETTING}["']\s*,\s*["']([\w.]+)""")
_ENGINES = {
    "django.db.backends.sqlite3": "sqlite",
    "django.db.backends.postgresql": "postgresql",
}


def settings_name() -> str:
    """
    What DJANGO_SETTINGS_MODULE says, else what ``manage.py`` does.

    Raises:
        SettingsError: neither does.
    """
    manage = home.manage_py()
    if given := home.setting(SETTING):
        return given
    if manage and (found := _NAMED.search(manage.read_text(encoding="utf-8"))):
        return found[1]
    raise SettingsError(
        f"{SETTING} is not set, and there is no manage.py that names one in"
        f" {home.folder()}, in a folder of it, or above.",
        hint=f"{SETTING}=mysite.settings, in the environment or in .env",
        id="R285",
    )


def settings_file() -> str:
    """The file of the settings module, as it is typed in the home."""
    return home.shown(Path(_settings().__file__))


def time_zone() -> str:
    """
    The wall clock of the project.

    Raises:
        SettingsError: its settings name none, or do without time zones.
    """
    module = _settings()
    named = getattr(module, "TIME_ZONE", None)
    if not named or not getattr(module, "USE_TZ", True):
        # Django's own default would move this process's clock to Chicago.
        raise SettingsError(
            f"{settings_file()} names no TIME_ZONE, or does not set USE_TZ.",
            hint=f"set both in {settings_file()}",
            id="R244",
        )
    return str(named)


def database_url() -> str:
    """
    ``DATABASES["default"]`` as a URL.

    Raises:
        SettingsError: it is neither SQLite nor PostgreSQL, or cannot be said by a URL.
    """
    default: dict[str, Any] = getattr(_settings(), "DATABASES", {}).get("default", {})
    engine, name = _ENGINES.get(default.get("ENGINE", "")), default.get("NAME")
    if not engine or not name:
        raise SettingsError(
            f'DATABASES["default"] of {settings_file()} is neither a SQLite file nor a'
            " PostgreSQL database by its name.",
            hint="DATABASE_URL=sqlite:///FILE or postgresql://USER@HOST/NAME",
            id="R286",
        )
    if engine == "sqlite":
        return f"sqlite:///{quote(str(name))}"
    account = ":".join(
        quote(str(default[key]), safe="")
        for key in ("USER", "PASSWORD")
        if default.get(key)
    )
    host = quote(str(default.get("HOST") or ""), safe="")
    port = f":{default['PORT']}" if default.get("PORT") else ""
    options = default.get("OPTIONS", {}).items()
    texts = {option: value for option, value in options if isinstance(value, str)}
    asked = f"?{urlencode(texts, quote_via=quote)}" if texts else ""
    at = f"{account}@" if account else ""
    return f"{engine}://{at}{host}{port}/{quote(str(name))}{asked}"


def manage(command: str) -> str:
    """How *command* of Django is typed in the home."""
    found = home.manage_py()
    return f"python {home.shown(found) if found else '-m django'} {command}"


@contextmanager
def loading() -> Iterator[None]:
    """
    Tell why the settings, or the apps that they name, cannot be loaded.

    Raises:
        SettingsError: names of modules and settings are told as they are; any other
            text may hold a secret.
    """
    try:
        yield
    except Exception as error:
        kind = type(error).__name__
        if kind == "ImproperlyConfigured":  # it names the setting, and no value
            said = str(error)
        elif isinstance(error, ImportError | KeyError | NameError | SyntaxError):
            said = f"{settings_name()} cannot be loaded: {kind}: {error}."
        else:
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{where.filename}:{where.lineno}"
            said = f"{settings_name()} cannot be loaded: {kind} at {place}."
        raise SettingsError(
            said,
            hint=f"{manage('check')}, with the packages that the project needs"
            " installed beside this one",
            id="R243",
        ) from None


def _settings() -> Any:
    name = settings_name()
    with loading():
        return home.module(name)
