"""A JupyterLab of one's own, with no settings of anybody and no word to the outside."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120


@dataclass(frozen=True)
class Lab:
    """A running server."""

    base: str
    token: str

    def url(self, notebook: str) -> str:
        """The page of *notebook*, a path below the server's folder."""
        return f"{self.base}/lab/tree/{notebook}?token={self.token}&reset"


@contextmanager
def serving(folder: Path, scratch: Path) -> Iterator[Lab]:
    """Serve *folder*; settings, workspaces and the log go into *scratch*."""
    lab = Lab(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16))
    with (scratch / "lab.log").open("w") as log:
        process = subprocess.Popen(
            _command(lab, folder), env=_environment(scratch), stdout=log, stderr=log
        )
        try:
            _wait(lab, process, scratch / "lab.log")
            yield lab
        finally:
            process.terminate()
            process.wait(30)


def _command(lab: Lab, folder: Path) -> list[str]:
    return [
        sys.executable,
        *("-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={lab.base.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={lab.token}",
        f"--ServerApp.root_dir={folder}",
        "--KernelManager.transport_encryption=required",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def _environment(scratch: Path) -> dict[str, str]:
    settings = scratch / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_DATA_DIR": str(scratch / "data"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
        "IPYTHONDIR": str(scratch / "ipython"),
    }


def _wait(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        try:
            with urllib.request.urlopen(  # noqa: S310  # our own address
                f"{lab.base}/api/status?token={lab.token}", timeout=5
            ):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab does not answer:\n{log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
