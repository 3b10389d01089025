"""Signs of life: given all the while, told apart from those of a process that ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from reimport_lib.record import heartbeat


def test_a_run_gives_signs_until_it_stops_and_is_silent_after_its_limit(
    tmp_path: Path,
) -> None:
    assert heartbeat.is_silent(tmp_path, 30)
    assert heartbeat.last(tmp_path) is None

    with heartbeat.beating(partial(heartbeat.beat, tmp_path), every=0.01):
        time.sleep(0.05)
        first = heartbeat.last(tmp_path)
        time.sleep(0.05)
        assert not heartbeat.is_silent(tmp_path, 30)
    last = heartbeat.last(tmp_path)

    assert first
    assert last
    assert last > first
    time.sleep(0.05)
    assert heartbeat.last(tmp_path) == last
    assert (tmp_path / heartbeat.FILE).stat().st_mode & 0o777 == 0o600
    os.utime(tmp_path / heartbeat.FILE, (0, time.time() - 40))
    assert heartbeat.is_silent(tmp_path, 30)
    assert not heartbeat.is_silent(tmp_path, 50)


def test_a_process_that_ended_is_known_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        " from reimport_lib.record import heartbeat; heartbeat.beat(Path(sys.argv[1]))"
    )

    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)

    assert heartbeat.last(tmp_path)
    assert heartbeat.is_silent(tmp_path, 30)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    heartbeat.beat(tmp_path / "gone")

    assert heartbeat.last(tmp_path / "gone") is None
