"""Clients that nobody of this project wrote run to their end against the server.

They are installed elsewhere: FM_CLIENTS names the folder of their scripts, and
FM_CLIENTS_PYTHON an interpreter, FM_NODE_ROOT a folder of npm that hold the packages.
Without these there is nothing to collect here: see conftest.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reimport_demo.filemaker.command import client_environment
from reimport_demo.filemaker.server import Served, serving
from tests.demo.filemaker.asking import CLINIC

FOLDER = Path(os.environ.get("FM_CLIENTS", "."))
PROGRAMS = {".py": os.environ.get("FM_CLIENTS_PYTHON", ""), ".mjs": "node"}
SCRIPTS = sorted(
    path.name
    for path in FOLDER.iterdir()
    if path.suffix in PROGRAMS and path.name.startswith(("dapi_", "odata_"))
)
FMREST_PORT = 3000  # the only one that python-fmrest takes plain http on


@pytest.fixture(scope="module", params=["https", "http"])
def visited(request: pytest.FixtureRequest) -> Iterator[Served]:
    https = request.param == "https"
    with serving(CLINIC, https=https, port=0 if https else FMREST_PORT) as served:
        yield served


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_client_runs_to_its_end(visited: Served, script: str) -> None:
    program = shutil.which(PROGRAMS[Path(script).suffix])
    assert program
    trusted = {
        name: str(visited.ca_file)
        for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
        if visited.ca_file
    }
    made = subprocess.run(
        [program, str(FOLDER / script)],
        env={
            **os.environ,
            **client_environment(visited),
            **trusted,
            "NO_PROXY": "127.0.0.1",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout.splitlines()[-1])["ok"] is True
