"""Lists of the API, as a test reads them."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient


def rows(api: APIClient, address: str, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(address, query)
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["results"])


def keys(api: APIClient, address: str, **query: Any) -> list[str]:
    return [row["id"] for row in rows(api, address, **query)]
