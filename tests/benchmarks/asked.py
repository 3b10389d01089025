"""The words that every section of the benchmarks takes."""

from __future__ import annotations

import argparse
import os

from tools import postgres


def words(about: str | None) -> argparse.Namespace:
    """``scale`` and ``rounds``, as the command was given them."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def engine() -> str:
    """What DATABASE_URL leads to, as people call it."""
    url = os.environ.get("DATABASE_URL", "")
    return "PostgreSQL" if postgres.is_postgres(url) else "SQLite"
