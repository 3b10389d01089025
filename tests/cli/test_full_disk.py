"""A record that cannot be written: one clear error, and the old one is whole."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reimport_lib.errors import ReimportError
from reimport_lib.private_files import write_private


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_record_without_room_is_one_error_and_the_old_one_stays(
    tmp_path: Path,
) -> None:
    record = tmp_path / "run.json"
    write_private(record, "old")
    with (
        _no_file_longer_than(1_000),
        pytest.raises(ReimportError, match="could not be written") as raised,
    ):
        write_private(record, "x" * 5_000)
    assert "free some space" in raised.value.hint
    assert "--resume" in raised.value.hint
    assert record.read_text() == "old"
    assert list(tmp_path.iterdir()) == [record]
