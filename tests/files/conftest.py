"""An empty bucket, and a server that needs no rest, for every test of files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reimport_demo import s3
from tests.read.conftest import quickly as quickly


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The settings of an empty bucket."""
    with s3.serve_s3() as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running.environment()
