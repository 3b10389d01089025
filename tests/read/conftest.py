"""Servers of tests need no rest before they are asked again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reimport_lib.read.server import http


@pytest.fixture(scope="session", autouse=True)
def quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "PAUSES", (0.001,) * 4)
        patch.setattr(http, "ANSWER_SECONDS", 20.0)
        yield
