"""The backend's tables, made in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def migrate(url: str) -> None:
    """Run the backend's migrations on the database at *url*."""
    subprocess.run(
        [sys.executable, "backend/manage.py", "migrate", "-v0"],
        cwd=ROOT,
        check=True,
        env={**os.environ, "DATABASE_URL": url},
    )
