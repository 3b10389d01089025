"""One server for all tests that only read; clients of others where there are any."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from reimport_demo.filemaker.server import Served, serving
from tests.demo.filemaker.asking import (
    ACCOUNT,
    CLINIC,
    ODATA,
    VERSION_4_0,
    DataApi,
    http,
    log_in,
)

CLIENTS = ("FM_CLIENTS", "FM_CLIENTS_PYTHON", "FM_NODE_ROOT")
collect_ignore = [] if all(map(os.environ.get, CLIENTS)) else ["test_third_party.py"]


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server over http without any fault."""
    with serving(CLINIC) as running:
        yield running


@pytest.fixture(scope="session")
def client(served: Served) -> Iterator[httpx.Client]:
    with http(served) as made:
        yield made


@pytest.fixture(scope="session")
def api(client: httpx.Client) -> DataApi:
    """A session of the Data API on the shared server."""
    return log_in(client)


@pytest.fixture(scope="session")
def odata_client(served: Served) -> Iterator[httpx.Client]:
    """A client of the shared server's OData; paths are below the database."""
    made = http(served, auth=ACCOUNT, headers=VERSION_4_0)
    made.base_url = httpx.URL(f"{served.url}{ODATA}/Clinic/")
    with made:
        yield made
