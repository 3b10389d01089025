"""Sockets in a private folder, by which kernels are spoken to."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from reimport_lib.private_files import is_alive

_LONGEST_SOCKET = 100  # bytes of its path; systems take 103 or more
_SOCKETS = "kernel-4194304-12345678/s-5"


def made() -> dict[str, str]:
    """
    Where a kernel is spoken to: in a folder of mode 0700 made for it.

    Nothing where there is no place whose path a socket may have, as on Windows: then on
    the TCP ports that Jupyter chooses.
    """
    for place in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  mkdtemp's
        long = len(os.fsencode(Path(place) / _SOCKETS)) > _LONGEST_SOCKET
        if os.name != "posix" or long or not os.access(place, os.W_OK | os.X_OK):
            continue
        _remove_left(Path(place))
        folder = tempfile.mkdtemp(prefix=f"kernel-{os.getpid()}-", dir=place)
        return {
            "transport": "ipc",
            "ip": f"{folder}/s",
            "connection_file": f"{folder}/kernel.json",
        }
    return {}


def _remove_left(place: Path) -> None:
    """Remove the folders in *place* of processes of ours that were killed."""
    for folder in place.glob("kernel-*-*"):
        pid = folder.name.split("-")[1]
        with suppress(OSError):
            is_ours = folder.stat().st_uid == os.getuid()
            if is_ours and pid.isdigit() and not is_alive(int(pid)):
                shutil.rmtree(folder)
