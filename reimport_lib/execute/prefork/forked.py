"""Kernels forked from a process that has imported everything already.

Importing what the notebooks use takes a kernel more time than most phases do; the
process of ``forkserver`` does it once. Every kernel is still a process of its own, with
nothing in it that another has made. Only where forking is safe, on Linux; elsewhere
kernels are started as Jupyter starts them.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

AVAILABLE = sys.platform == "linux"
_ARGUMENTS_AT = 3  # of the command: python -m ipykernel_launcher ARGUMENTS


def let_fork(manager: KernelManager) -> None:
    """Have *manager* start its kernel by a fork; its kind stays as it is."""
    manager.provisioner = _Provisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
    )


@cache
def server() -> ForkServer:
    """The one server of this process, started by the first who asks."""
    ours, theirs = socket.socketpair()
    number = str(theirs.fileno())
    process = subprocess.Popen(
        [sys.executable, "-m", "reimport_lib.execute.prefork.server", number],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C is for this process alone to answer
    )
    theirs.close()
    started = ForkServer(process, ours, Lock())
    atexit.register(started.close)
    return started


def end() -> None:
    """End the server of this process, where it has been started."""
    if server.cache_info().currsize:
        server().close()


def renew() -> None:
    """Let the next kernel be forked from a new server, where the one there ended."""
    if server.cache_info().currsize and server().process.poll() is not None:
        server.cache_clear()


@dataclass(frozen=True, slots=True)
class ForkServer:
    """A running ``forkserver``; it ends with this process at the latest."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    lock: Lock

    def fork(self, arguments: list[str], folder: Path) -> int:
        """
        A new kernel with this process's environment; its pid leads a process group.

        Raises:
            ChildProcessError: the server has ended.
        """
        request = {
            "arguments": arguments,
            "environ": dict(os.environ),
            "folder": str(folder),
        }
        with self.lock:
            self.channel.sendall(json.dumps(request).encode() + b"\n")
            answer = self.channel.recv(32)
        if not answer:
            raise ChildProcessError("The process that kernels are forked from ended.")
        return int(answer)

    def close(self) -> None:
        """End the server; kernels that are still there end too."""
        self.channel.close()
        self.process.terminate()  # it may still be importing, for a run that is refused
        self.process.wait()


class _Forked:
    """A forked kernel in the words of ``subprocess.Popen`` that jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs; its exit code is not known."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int | None:
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Nothing where the process has ended, as with ``Popen``."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _Provisioner(LocalProvisioner):
    """Starts the kernel as a fork; all else is as for any local kernel."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **words: Any) -> Any:
        folder = Path(words.get("cwd") or Path.cwd())
        pid = server().fork(cmd[_ARGUMENTS_AT:], folder)
        self.process = _Forked(pid)
        self.pid = self.pgid = pid
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end of the process; the base class looks ten times a second."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        self.process = None
        return 0
