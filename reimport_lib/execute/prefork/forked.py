"""Kernels forked from a process that has imported everything already.

Importing what the notebooks use takes a kernel more time than most phases do; the
process of ``server`` does it once. The command forks that one too, as soon as it has
imported what both need. Every kernel is still a process of its own, with nothing in it
that another has made. Only where forking is safe, on Linux; elsewhere kernels are
started as Jupyter starts them.
"""

from __future__ import annotations

import asyncio
import atexit
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn, Protocol

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from reimport_lib.private_files import is_alive

AVAILABLE = sys.platform == "linux"
SERVER = "reimport_lib.execute.prefork.server"
_LOOKED_AFTER_SECONDS = 0.01
_ARGUMENTS_AT = 3  # of the command: python -m ipykernel_launcher ARGUMENTS


@dataclass(slots=True)
class _Ours:
    """What this process has started."""

    server: ForkServer | None = None


_ours = _Ours()  # before ``end``, which Ctrl-C may ask for while this is imported


def let_fork(manager: KernelManager, begins: Sequence[str] = ()) -> None:
    """
    Have *manager* start its kernel by a fork; its kind stays as it is.

    Args:
        begins: a function, named ``module:name``, and words for it: what the kernel's
            process calls before it is a kernel.
    """
    provisioner = _Provisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
    )
    if begins:
        provisioner.first = {"call": begins[0], "words": list(begins[1:])}
    manager.provisioner = provisioner


def server(*, from_here: bool = False) -> ForkServer:
    """
    The one server of this process, started by the first who asks.

    Args:
        from_here: it begins with all that this process has imported, which has no
            other thread yet; else it is a program of its own, and imports all anew.
    """
    if _ours.server is None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = _fork(ours, theirs) if from_here else _start(theirs)
        _ours.server = ForkServer(process, ours, Lock())
        atexit.register(_ours.server.close)
    return _ours.server


def call(function: str, *words: str) -> Called:
    """
    Call *function*, named ``module:name``, with *words* in a process of its own.

    It has all imported that kernels begin with, and ends with this one at the latest.

    Raises:
        OSError: there is nothing to fork from, or no room for another process.
    """
    if not AVAILABLE:
        raise OSError(errno.ENOSYS, "Nothing can be forked here.")
    ours = server()
    request = {"call": function, "words": words}
    return Called(ours.fork(request, Path.cwd()), ours)


def end() -> None:
    """End the server of this process, where it has been started."""
    if _ours.server is not None:
        _ours.server.close()


def renew() -> None:
    """Let the next kernel be forked from a new server, where the one there ended."""
    if _ours.server is not None and _ours.server.process.poll() is not None:
        _ours.server = None


def _start(theirs: socket.socket) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", SERVER, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C is for this process alone to answer
    )


def _fork(ours: socket.socket, theirs: socket.socket) -> Process:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid = os.fork()
        if pid == 0:
            _be_server(ours, theirs)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    with suppress(OSError):  # it has done so itself, or has ended
        os.setpgid(pid, pid)
    return _Child(pid)


def _be_server(ours: socket.socket, theirs: socket.socket) -> NoReturn:
    """What the forked process does, and nothing that its parent has begun."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the command to answer
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.setpgid(0, 0)
        ours.close()
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        import_module(SERVER).serve(theirs)
    except Exception:  # the last frame of this process: say what it was
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


class Process(Protocol):
    """What is asked of a server's process, in the words of ``subprocess.Popen``."""

    def poll(self) -> int | None: ...

    def wait(self) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class _Child:
    """A forked child of this process in those words."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._ended(os.WNOHANG)

    def wait(self) -> int:
        code = self._ended(0)
        return 0 if code is None else code

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self._pid, number)

    def _ended(self, options: int) -> int | None:
        if self._code is None:
            try:
                pid, status = os.waitpid(self._pid, options)
            except ChildProcessError:  # somebody else has waited for it
                pid, status = self._pid, 0
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code


@dataclass(frozen=True, slots=True)
class ForkServer:
    """A running ``forkserver``; it ends with this process at the latest."""

    process: Process
    channel: socket.socket
    lock: Lock

    def fork(self, what: Mapping[str, Any], folder: Path) -> int:
        """
        A new process with this one's environment; its pid leads a process group.

        Args:
            what: ``arguments`` of a kernel; what to ``call``, with which ``words``; or
                both, of a kernel that calls it first.

        Raises:
            ChildProcessError: the server has ended.
        """
        request = {**what, "environ": dict(os.environ), "folder": str(folder)}
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


@dataclass(frozen=True, slots=True)
class Called:
    """A function at work in a process of its own."""

    pid: int
    server: ForkServer

    def is_at_work(self) -> bool:
        """Whether its process is there; it ends with the one that it is forked from."""
        if self.server.process.poll() is not None:
            return False
        return is_alive(self.pid)

    def end(self) -> None:
        """End it, wherever it is, and wait until it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        while self.is_at_work():
            time.sleep(_LOOKED_AFTER_SECONDS)


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
    first: Mapping[str, Any] = {}

    async def launch_kernel(self, cmd: list[str], **words: Any) -> Any:
        folder = Path(words.get("cwd") or Path.cwd())
        what = {"arguments": cmd[_ARGUMENTS_AT:], **self.first}
        pid = server().fork(what, folder)
        self.process = _Forked(pid)
        self.pid = self.pgid = pid
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end of the process; the base class looks ten times a second."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        self.process = None
        return 0
