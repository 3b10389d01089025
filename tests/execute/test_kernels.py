"""Kernels come up where others use the machine, or it is said in one line."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import zmq.asyncio
from jupyter_client.manager import AsyncKernelManager

from reimport_lib.errors import PhaseFailed
from reimport_lib.execute import kernels, private_sockets
from reimport_lib.execute.prefork import forked

DIES = "import os\nos._exit(1)\n"
STARTS = """
import sys, types
from reimport_lib.execute import kernels
from reimport_lib.execute.prefork import forked
sys.modules["imported_before"] = types.ModuleType("imported_before")
server = forked.server(from_here={})
with kernels.preloaded(1) as booted:
    next(booted)
assert server is forked.server()
server.close()
assert server.process.poll() is not None
"""
SAYS = """
import pathlib, sys
pathlib.Path({!r}).write_text(str("imported_before" in sys.modules))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(kernel: AsyncKernelManager) -> str:
    """What *kernel* prints when it is asked."""

    async def ask() -> str:
        client = kernel.client()
        client.start_channels()
        try:
            await client.wait_for_ready()
            said: list[str] = []
            await client.execute_interactive(
                "print(6 * 7)",
                timeout=60,
                output_hook=lambda m: said.append(m["content"].get("text", "")),
            )
            return "".join(said)
        finally:
            client.stop_channels()

    return asyncio.run(ask())


@pytest.fixture
def at_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of Python that IPython runs in every kernel as it starts."""
    home = folder / "ipython"
    startup = home / "profile_default" / "startup"
    startup.mkdir(parents=True)
    monkeypatch.setenv("IPYTHONDIR", str(home))
    return startup / "first.py"


@pytest.fixture
def tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where sockets in folders are not to be had."""
    monkeypatch.setattr(private_sockets, "made", dict)


def test_a_kernel_listens_in_a_private_folder_that_goes_with_it(folder: Path) -> None:
    with kernels.preloaded(1) as booted:
        kernel = next(booted)
        place = Path(kernel.ip).parent

        assert kernel.transport == "ipc"
        assert place.stat().st_mode & 0o777 == 0o700
        assert {stat.S_IFMT(file.stat().st_mode) for file in place.glob("s-*")} == {
            stat.S_IFSOCK
        }
        assert answer(kernel) == "42\n"
    assert not place.exists()


def test_no_heartbeat_is_begun_that_a_busy_machine_may_stop_too_early(
    folder: Path,
) -> None:
    """Then its thread opened sockets until there were no more, and printed that."""
    with kernels.preloaded(1) as booted:
        client = next(booted).client()
        client.start_channels()
        try:
            assert client.shell_channel.is_alive()
            assert not client.hb_channel.is_alive()
        finally:
            client.stop_channels()


def test_a_long_temporary_folder_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = folder / ("n" * 120)
    long.mkdir()
    monkeypatch.setattr(private_sockets.tempfile, "tempdir", str(long))

    with kernels.preloaded(1) as booted:
        assert answer(next(booted)) == "42\n"
    assert list(long.iterdir()) == []


def test_ports_that_jupyter_chooses_serve_as_well(folder: Path, tcp: None) -> None:
    with kernels.preloaded(1) as booted:
        kernel = next(booted)

        assert kernel.transport == "tcp"
        assert answer(kernel) == "42\n"


def test_a_kernel_whose_port_is_taken_is_started_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        places = [{"shell_port": taken.getsockname()[1]}, {}]
        monkeypatch.setattr(private_sockets, "made", lambda: places.pop(0))

        with kernels.preloaded(1) as booted:
            kernel = next(booted)

            assert kernel.shell_port != taken.getsockname()[1]
            assert answer(kernel) == "42\n"


def test_a_kernel_that_dies_at_its_start_is_started_again(
    folder: Path, at_start: Path
) -> None:
    died = folder / "died"
    at_start.write_text(
        "import os, pathlib\n"
        f"died = pathlib.Path({str(died)!r})\n"
        "died.exists() or (died.touch(), os._exit(1))\n"
    )

    with kernels.preloaded(2) as booted:
        assert answer(next(booted)) == "42\n"
        assert answer(next(booted)) == "42\n"
    assert died.exists()


def test_a_kernel_that_dies_while_it_waits_is_started_again(folder: Path) -> None:
    with kernels.preloaded(2) as booted:
        first = next(booted)
        (waiting,) = children_like(first)
        waiting.kill()
        waiting.wait(timeout=30)

        assert answer(next(booted)) == "42\n"


@pytest.mark.skipif(not forked.AVAILABLE, reason="nothing is forked here")
def test_one_kernel_waits_behind_the_first_and_two_behind_the_next(
    folder: Path,
) -> None:
    with kernels.preloaded(5) as booted:
        first = next(booted)
        assert wait_for_waiting(first, 1)
        second = next(booted)
        assert wait_for_waiting(second, 2)


def wait_for_waiting(kernel: AsyncKernelManager, number: int) -> bool:
    """Whether as many wait, in the end, behind *kernel*, which is the newest given."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if len([c for c in children_like(kernel) if c.is_running()]) == number:
            time.sleep(0.5)  # and no more of them
            return len(children_like(kernel)) == number
        time.sleep(0.05)
    return False


def children_like(kernel: AsyncKernelManager) -> list[psutil.Process]:
    """Kernels that have the parent of *kernel*, once there are some."""
    pid = kernel.provisioner.pid
    parent = psutil.Process(pid).parent()
    assert parent is not None
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        if others := [child for child in parent.children() if child.pid != pid]:
            return others
        time.sleep(0.05)
    return []


def test_a_kernel_that_never_comes_up_is_one_clear_line(at_start: Path) -> None:
    at_start.write_text(DIES)

    with (
        kernels.preloaded(1) as booted,
        pytest.raises(PhaseFailed, match="ended before its first cell, 3 times") as end,
    ):
        next(booted)
    assert "reimport run --resume" in end.value.hint


@pytest.mark.skipif(not forked.AVAILABLE, reason="nothing is forked here")
def test_a_fork_server_that_ended_is_replaced(folder: Path) -> None:
    forked.server().process.kill()
    forked.server().process.wait()

    with kernels.preloaded(1) as booted:
        started = time.monotonic()
        assert answer(next(booted)) == "42\n"
    assert time.monotonic() - started < kernels.START_SECONDS


@pytest.mark.skipif(not forked.AVAILABLE, reason="nothing is forked here")
@pytest.mark.parametrize("from_here", [True, False])
def test_a_server_forked_from_a_command_has_what_that_has_imported(
    folder: Path, at_start: Path, *, from_here: bool
) -> None:
    said = folder / "said"
    at_start.write_text(SAYS.format(str(said)))

    subprocess.run([sys.executable, "-c", STARTS.format(from_here)], check=True)

    assert said.read_text() == str(from_here)


def test_no_kernel_has_a_context_that_is_collected_before_the_process_ends() -> None:
    """The collection of one waits for its sockets, in whatever thread it happens."""
    manager = kernels.boot(Path.cwd())
    try:
        client = manager.client()

        assert manager.context is zmq.asyncio.Context.instance()
        assert client.context is manager.context
    finally:
        kernels._stop(manager)


def test_what_comes_late_for_one_client_ends_no_cell_of_the_next() -> None:
    """Both number their messages from nought; the end of a cell is told by that."""
    manager = kernels.boot(Path.cwd())
    try:
        ids = {manager.client().session.msg_id for _ in range(3)}

        assert len(ids) == 3
    finally:
        kernels._stop(manager)


def test_folders_of_kernels_whose_process_was_killed_are_removed(
    tmp_path: Path,
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, ours = (
        tmp_path / f"kernel-{pid}-12345678" for pid in (ended.pid, os.getpid())
    )
    for folder in (left, ours, tmp_path / "kernel-of-others"):
        folder.mkdir()

    private_sockets._remove_left(tmp_path)

    assert not left.exists()
    assert {path.name for path in tmp_path.iterdir()} == {
        ours.name,
        "kernel-of-others",
    }


@pytest.mark.skipif(not forked.AVAILABLE, reason="kernels are forked on Linux")
def test_a_kernel_begins_with_what_it_is_told(tmp_path: Path) -> None:
    begins = [("os:mkdir", str(tmp_path / name)) for name in ("first", "second")]

    with kernels.preloaded(2, begins) as booted:
        next(booted)
        next(booted)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]
