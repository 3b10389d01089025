"""The machine's clock; what a plan may know of time is the ``as_of`` of its run."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def now() -> datetime:
    """This second, aware UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def boot() -> str:
    """What names the time since this machine was started; "" where none is told."""
    with suppress(OSError):
        return _BOOT.read_text(encoding="ascii").strip()
    return ""
