"""How the tests ask the server: an httpx client, Data API calls, OData calls."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from reimport_demo.clinic.build import LEAST_SCALE, SEED, Clinic
from reimport_demo.filemaker.server import Served, serving

CLINIC = Clinic(Path(), SEED, LEAST_SCALE)
"""The smallest clinic; it is served without a file on disk."""
ACCOUNT = ("web", "secret")
DATA = "/fmi/data/v2"
IN_CLINIC = f"{DATA}/databases/Clinic"
ODATA = "/fmi/odata/v4"
VERSION_4_0 = {"OData-Version": "4.0", "OData-MaxVersion": "4.0"}


def http(served: Served, **options: Any) -> httpx.Client:
    """A client that trusts the server's authority and follows nothing by itself."""
    trusted = ssl.create_default_context(cafile=served.ca_file)
    return httpx.Client(base_url=served.url, verify=trusted, trust_env=False, **options)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status of HTTP and code of FileMaker."""
    return answer.status_code, answer.json()["messages"][0]["code"]


@dataclass(frozen=True, slots=True)
class DataApi:
    """A session of the Data API."""

    client: httpx.Client
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """A path below the database; ``_`` of parameters as they are."""
        return self.client.get(
            f"{IN_CLINIC}{path}", params=parameters, headers=self.headers
        )

    def records(self, layout: str, **parameters: Any) -> list[dict[str, Any]]:
        """The data of a range."""
        answer = self.get(f"/layouts/{layout}/records", **parameters)
        data: list[dict[str, Any]] = answer.json()["response"]["data"]
        return data

    def find(self, layout: str, *query: dict[str, str], **body: Any) -> httpx.Response:
        return self.client.post(
            f"{IN_CLINIC}/layouts/{layout}/_find",
            json={"query": list(query), **body},
            headers=self.headers,
        )

    def found(self, layout: str, *query: dict[str, str], **body: Any) -> int:
        """How many records a find finds; 0 for the error that says so."""
        answer = self.find(layout, *query, **body).json()
        if answer["messages"][0]["code"] == "401":
            return 0
        count: int = answer["response"]["dataInfo"]["foundCount"]
        return count


def log_in(client: httpx.Client) -> DataApi:
    answer = client.post(f"{IN_CLINIC}/sessions", auth=ACCOUNT, json={})
    return DataApi(client, answer.json()["response"]["token"])


@contextmanager
def data_api(**options: Any) -> Iterator[tuple[DataApi, Served]]:
    """A server of its own, and a session on it."""
    with serving(CLINIC, **options) as served, http(served) as client:
        yield log_in(client), served


@contextmanager
def odata(**options: Any) -> Iterator[httpx.Client]:
    """A server of its own, and a client of its database's OData."""
    with serving(CLINIC, **options) as served:
        client = http(served, auth=ACCOUNT, headers=VERSION_4_0)
        client.base_url = httpx.URL(f"{served.url}{ODATA}/Clinic/")
        with client:
            yield client
