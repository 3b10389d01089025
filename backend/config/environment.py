"""Text settings from the environment, with ``.env`` below it; empty means not set.

Imports nothing of Django but its exception; reads nothing at import time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})

SECRET_KEY_MISSING = (
    "DJANGO_SECRET_KEY is not set. Outside DJANGO_DEBUG=1 the backend needs a secret "
    "key of its own: 50 random characters or more, the same for every process."
)


@dataclass(frozen=True, slots=True, repr=False)
class Environment:
    """Settings by name; without a repr of its own, since some are secrets."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def words(self, name: str, default: str = "") -> list[str]:
        """A list separated by commas or blanks."""
        return self.text(name, default).replace(",", " ").split()

    def flag(self, name: str, *, default: bool) -> bool:
        """
        A yes or no.

        Raises:
            ImproperlyConfigured: another word; the message names the variable.
        """
        word = self.text(name, "1" if default else "0").strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")

    def number(self, name: str, default: int) -> int:
        """
        A number without a sign.

        Raises:
            ImproperlyConfigured: anything else; the message names the variable.
        """
        text = self.text(name, str(default)).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise ImproperlyConfigured(f"{name} must be a whole number.")
        return int(text)


def read(dotenv: Path, environ: Mapping[str, str] | None = None) -> Environment:
    """
    What *dotenv* says, and above it the process environment, also where empty.

    Raises:
        ImproperlyConfigured: the file is there and cannot be read.
    """
    layers: dict[str, str | None] = {}
    try:
        text = dotenv.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ImproperlyConfigured(f"{dotenv.name} cannot be read: {why}.") from None
    layers.update(dotenv_values(stream=StringIO(text)))
    layers.update(os.environ if environ is None else environ)
    return Environment({name: value for name, value in layers.items() if value})


def require_secret_key(*, may_serve: bool) -> None:
    """
    Refuse to serve requests with a key that nobody gave.

    Raises:
        ImproperlyConfigured: names the variable to set.
    """
    if not may_serve:
        raise ImproperlyConfigured(SECRET_KEY_MISSING)
