"""The REST API in this process, asked as somebody who signed in, or as nobody.

The user is made up for the question, may see all, and is stored nowhere. An error
inside the API is an answer with status 500, and its text stays there: it may quote a
value.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from reimport_lib.write.sealed import sealed

PAGE_SIZE = 100

Row = dict[str, Any]
QueryValue = str | int


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """Status and JSON of one answer; {} where it held none."""

    status: int
    data: Row

    @property
    def results(self) -> list[Row]:
        """The rows of a page."""
        return list(self.data.get("results", []))

    @property
    def count(self) -> int:
        """How many rows the list has in all; -1 where the answer is no list."""
        return int(self.data.get("count", -1))


class Api:
    """A client of the API; ``signed_in`` decides as whom it asks."""

    def __init__(self, *, signed_in: bool = True) -> None:
        # Imported here: both want Django set up, and this module may come first.
        from django.conf import settings
        from django.contrib.auth import get_user_model
        from rest_framework.test import APIClient

        hosts = [host for host in settings.ALLOWED_HOSTS if host != "*"]
        host = "localhost" if "localhost" in hosts or not hosts else hosts[0]
        self._client = APIClient(
            raise_request_exception=False, SERVER_NAME=host.lstrip(".")
        )
        if signed_in:
            user = get_user_model()(
                username="reimport", is_active=True, is_superuser=True
            )
            self._client.force_authenticate(user)

    def get(self, path: str, **parameters: QueryValue) -> ApiAnswer:
        """``/api/<path>/`` with *parameters*, over (what counts as) HTTPS."""
        with _unlogged(), sealed():
            response: Any = self._client.get(f"/api/{path}/", parameters, secure=True)
        is_json = response.headers.get("Content-Type", "").startswith(
            "application/json"
        )
        data = response.json() if is_json else {}
        return ApiAnswer(response.status_code, data if isinstance(data, dict) else {})

    def all(self, path: str, parameters: Mapping[str, QueryValue]) -> Iterator[Row]:
        """The rows of every page of a list."""
        page = 1
        while True:
            answer = self.get(path, **parameters, page=page, page_size=PAGE_SIZE)
            yield from answer.results
            if not answer.data.get("next"):
                return
            page += 1


@contextmanager
def _unlogged() -> Iterator[None]:
    """Refusals are what is asked for here, and tracebacks may quote a value."""
    logger = logging.getLogger("django.request")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
