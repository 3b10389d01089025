"""Lists of the API and pages, as a test reads them; and who may."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient


def rows(api: APIClient, address: str, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(address, query)
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["results"])


def keys(api: APIClient, address: str, **query: Any) -> list[str]:
    return [row["id"] for row in rows(api, address, **query)]


WORDS = "of several words"
"""A password."""


def text_of(answer: Any) -> str:
    """What a page says, without its tags."""
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def allow(user: User, *names: str) -> None:
    """Give *user* these permissions, and no others."""
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
