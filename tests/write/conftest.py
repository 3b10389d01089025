"""A bound database: migrated, of the test's own, closed before it is dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reimport_lib.write import bind
from tests.write.rows import take_fence


@pytest.fixture
def bound(migrated_database_url: str) -> Iterator[str]:
    """Its URL; ``default`` may write to it, ``real`` only read."""
    bind.bind(migrated_database_url, real_database=migrated_database_url, writable=True)
    take_fence()
    yield migrated_database_url
    bind.close()
