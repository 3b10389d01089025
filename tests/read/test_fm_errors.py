"""What is said of an error of the FileMaker server: what to do must be doable."""

from __future__ import annotations

import pytest

from reimport_lib.read.server.errors import Refusal


def test_a_code_that_is_not_known_is_to_be_looked_up() -> None:
    refused = Refusal("1708", 400)

    assert "code 1708" in str(refused)
    assert "look the code up" in refused.hint


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "FILEMAKER_PASSWORD"), (404, "FILEMAKER_HOST")]
)
def test_no_code_is_to_be_looked_up_where_there_is_none(status: int, hint: str) -> None:
    refused = Refusal("", status)

    assert f"status {status}" in str(refused)
    assert "code" not in refused.hint
    assert hint in refused.hint
