"""Temporary files of the tests: in memory where there is room, and gone afterwards."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tools import memory

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (
    "import os, tempfile; open(tempfile.mkstemp()[1]); print(os.environ['TMPDIR'])"
)


def test_a_folder_with_room_is_used_and_is_gone_afterwards(tmp_path: Path) -> None:
    with memory.temporary(tmp_path, least=1) as folder:
        (folder / "file").touch()
        assert folder.parent == tmp_path

    assert list(tmp_path.iterdir()) == []


def test_without_room_it_is_the_usual_folder(tmp_path: Path) -> None:
    usual = Path(tempfile.gettempdir())

    for folder, least in ((tmp_path, 2**60), (tmp_path / "none", 1)):
        with memory.temporary(folder, least) as found:
            assert found == usual

    assert usual.exists()


def test_a_command_finds_the_folder_and_its_exit_code_is_handed_on() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.memory", sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    failed = subprocess.run(
        [sys.executable, "-m", "tools.memory", sys.executable, "-c", "exit(7)"],
        cwd=ROOT,
        check=False,
    )

    folder = Path(done.stdout.strip())
    assert folder == Path(tempfile.gettempdir()) or not folder.exists()
    assert failed.returncode == 7
