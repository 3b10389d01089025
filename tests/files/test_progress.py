"""What a person is told while files come, and when they have come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest
from flask import Response

from reimport_lib.cli import files as command
from reimport_lib.files.ledger import FileOutcome
from reimport_lib.files.progress import TransferProgress
from tests.files.hostile import file, serving

UNFIT = "its key cannot be the name of an object"


def progress(**changes: object) -> TransferProgress:
    given = {
        "table": "images",
        "counts": {FileOutcome.STORED: 90, FileOutcome.FAILED: 1},
        "fetched": 91,
        "wanted": 1_091,
        "size_bytes": 5,
        "seconds": 60.0,
    }
    return TransferProgress(**(given | changes))  # type: ignore[arg-type]


def test_progress_tells_rate_and_time_left() -> None:
    told = progress()

    assert told.per_minute == 91
    assert str(told) == (
        "images: 91 of 1,091 fetched; 90 stored, 0 already there, 0 empty, 1 failed; "
        "91 a minute, about 11 min left"
    )


def test_the_line_that_is_written_over_fits_into_eighty_columns() -> None:
    counts = {FileOutcome.STORED: 12_345, FileOutcome.FAILED: 9_999}
    many = progress(table="documents", counts=counts, fetched=22_344, wanted=123_456)

    assert progress().brief == (
        "images: 91 of 1,091 fetched; 1 failed; 91 a minute, about 11 min left"
    )
    assert len(many.brief) < 95
    assert len(progress(table="documents", fetched=9_999, wanted=60_000).brief) < 80


def test_failures_are_told_by_reason_with_the_first_records(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failures = {UNFIT: [7], "refused with status 401": list(range(1_000, 1_008))}

    code = command.show_transfers(
        {"images": progress(failures=failures)}, kept_in=Path("runs/ledger")
    )

    assert code == 4
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  8 failed: refused with status 401 (record ids 1000, 1001, 1002, 1003, 1004 "
        "and 3 more)",
        f"  1 failed: {UNFIT} (record ids 7)",
        "Every record: runs/ledger",
        "Next: reimport files, which fetches what is missing and nothing else",
    ]


def test_a_transfer_without_failures_ends_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = {FileOutcome.STORED: 91}

    assert (
        command.show_transfers({"images": progress(counts=counts)}, kept_in=Path()) == 0
    )
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_log_has_a_line_a_minute_and_not_one_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = command.teller()
    tell(progress())
    monkeypatch.setattr(command, "TOLD_EVERY_SECONDS", 0.0)
    tell(progress())

    assert capsys.readouterr().out == progress().brief + "\n"


def test_a_person_who_stops_it_is_told_how_it_goes_on(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    second = Event()

    def slow() -> Response:
        second.set()
        time.sleep(20)
        return file()()

    with serving(("D1", file()), ("D2", slow)) as hostile:
        command = subprocess.Popen(
            [sys.executable, "-m", "reimport_lib", "files", "--table", "documents"],
            env=os.environ | hostile.environment(tmp_path, bucket),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.wait(30)
        command.send_signal(signal.SIGINT)
        _, told = command.communicate(timeout=30)

    assert command.returncode == 130
    assert told == (
        "reimport: files: stopped by a person; every file that is stored stays."
        " [R029]\n"
        "  next: reimport files goes on where it stopped\n"
    )
