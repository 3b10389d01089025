"""Room for what libraries keep in a person's home, where that cannot be written.

matplotlib and IPython would warn, and each process would look for fonts anew.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

KEPT_IN_HOME = ("MPLCONFIGDIR", "IPYTHONDIR")


def instead_of_home() -> None:
    """Name a folder for this command and its kernels; it is gone when they end."""
    missing = [name for name in KEPT_IN_HOME if not os.environ.get(name)]
    if not missing or os.access(Path("~").expanduser(), os.W_OK | os.X_OK):
        return
    folder = tempfile.mkdtemp(prefix="reimport-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in missing:
        inner = Path(folder, name.lower())
        inner.mkdir()
        os.environ[name] = str(inner)
