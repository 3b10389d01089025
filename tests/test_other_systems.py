"""The library can be imported where Unix's own modules, or what extras bring, are not.

Other packages have been imported before anything is hidden: they have their own ways.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_ON_WINDOWS = (
    "crypt curses fcntl grp nis ossaudiodev posix pty pwd readline resource spwd syslog"
    " termios tty".split()
)
OF_OS = (
    "fork forkpty getegid geteuid getgid getpgid getuid killpg setpgid setsid".split()
)
OF_SIGNAL = "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2".split()
OF_EXTRAS = (
    "ipywidgets jupyterlab rest_framework django_filters drf_spectacular".split()
)
EVERYTHING = f"""
import os, pkgutil, signal, sys
from importlib import import_module

import reimport_lib

def everything(package):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # a project loads them with its apps
        of_django = ".ledger." in found.name or ".dashboard." in found.name
        of_widgets = ".cockpit." in found.name  # only its notebook loads it
        if not of_django and not of_widgets and not found.name.endswith(
            ("__main__", ".preload", ".control")
        ):
            import_module(found.name)

everything(reimport_lib)
for name in [*sys.modules]:
    if name.startswith("reimport_lib"):
        del sys.modules[name]
for name in {[*NOT_ON_WINDOWS, *OF_EXTRAS]!r}:
    sys.modules[name] = None
for module, names in ((os, {OF_OS!r}), (signal, {OF_SIGNAL!r})):
    for name in names:
        delattr(module, name)
import reimport_lib
everything(reimport_lib)
"""
LOCKING = """
import sys
from pathlib import Path

sys.modules["fcntl"] = None
from reimport_lib.errors import ReimportError
from reimport_lib.private_files import lock

try:
    with Path(sys.argv[1]).open("a") as file:
        lock(file)
except ReimportError as error:
    raise SystemExit(error.message)
"""


def python(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_module_can_be_imported_without_what_only_unix_has() -> None:
    done = python(EVERYTHING)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", ["import fcntl", "import os; os.getuid", "import pwd"])
def test_a_module_that_needs_unix_to_be_imported_is_seen(line: str) -> None:
    program = EVERYTHING.replace(
        "import reimport_lib\neverything", f"{line}\neverything"
    )

    assert python(program).returncode != 0


def test_a_run_that_cannot_be_locked_says_which_systems_are_supported(
    tmp_path: Path,
) -> None:
    done = python(LOCKING, str(tmp_path / "lock"))

    assert done.returncode == 1
    assert "Runs are made on Linux and macOS" in done.stderr
