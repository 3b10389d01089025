"""A record that cannot be written: one clear error, and the old one is whole."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reimport_lib.errors import ReimportError
from reimport_lib.private_files import remove_unfinished, write_private


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


def test_what_a_killed_process_was_writing_is_removed_and_a_living_one_s_is_not(
    tmp_path: Path,
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    below = tmp_path / "outcomes"
    below.mkdir()
    left = below / f".patients.csv.{ended.pid}.tmp"
    ours = tmp_path / f".run.json.{os.getpid()}.tmp"
    others = tmp_path / ".notes.tmp"
    for path in (left, ours, others):
        path.touch()

    remove_unfinished(tmp_path)

    assert {path.name for path in tmp_path.rglob(".*")} == {ours.name, others.name}
