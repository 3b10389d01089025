"""The process that kernels are forked from.

The command forks it from itself; for others it is started as
``python -m reimport_lib.execute.prefork.server FD``.

It imports what the notebooks use, then reads one request a line from its socket:
arguments of the kernel, or a function to be called and its words, with environment and
folder. Each is answered by the pid of a new process. It ends when the other end of the
socket is closed, and what was forked, which looks for its parent, ends with it.

The standard library has a fork server too; that one runs the main module of its caller
again in every process, which here is most of what a fork is to save.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from reimport_lib import workers
from reimport_lib.config import load_settings
from reimport_lib.errors import ReimportError

PRELOAD = "reimport_lib.execute.prefork.preload"


def serve(channel: socket.socket) -> None:
    """Fork a process for each request, until the other end of *channel* is closed."""
    gc.disable()
    preload = import_module(PRELOAD)
    with suppress(Exception):  # every kernel will meet it, and record it
        preload.load()
    import_module("reimport_lib.phases.notebook")
    gc.freeze()  # what has been imported stays; no kernel need look through it again
    gc.enable()
    gc.set_threshold(100_000, 50, 100)  # nor, time and again, through the rows it reads
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run to handle
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a kernel ended
    with channel.makefile("rb") as requests:
        for line in requests:
            pid = os.fork()
            if pid == 0:
                request = json.loads(line)
                (_be_kernel if "arguments" in request else _call)(channel, request)
            # before its pid is known: who signals its group must not mean this one
            os.setpgid(pid, pid)
            channel.sendall(f"{pid}\n".encode())
            preload.forget_held()
            with suppress(Exception):
                preload.load_rest()  # beside the first kernel; once only


def _be_kernel(channel: socket.socket, request: dict[str, Any]) -> NoReturn:
    """Serve as a kernel in the forked process, until it is shut down."""
    try:
        _begin(channel, request)
        with suppress(ReimportError):  # its phase will meet it
            workers.fork(load_settings().executor)
            if "call" in request:  # what it is to begin with while it waits
                _called(request)

        from ipykernel.kernelapp import IPKernelApp

        parent = f"--IPKernelApp.parent_handle={os.getppid()}"
        IPKernelApp.launch_instance([*request["arguments"], parent])
    except Exception:  # the last frame of this process: say what it was
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _call(channel: socket.socket, request: dict[str, Any]) -> NoReturn:
    """Call a function, named ``module:name``, in the forked process, and end."""
    try:
        _begin(channel, request)

        from ipykernel.parentpoller import ParentPollerUnix

        ParentPollerUnix(os.getppid()).start()  # type: ignore[no-untyped-call]
        _called(request)
    except Exception:  # the last frame of this process: say what it was
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _called(request: Mapping[str, Any]) -> None:
    module, _, name = request["call"].partition(":")
    getattr(import_module(module), name)(*request["words"])


def _begin(channel: socket.socket, request: dict[str, Any]) -> None:
    """What every forked process begins with: signals, environment and folder."""
    channel.detach()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["environ"])
    os.chdir(request["folder"])


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
