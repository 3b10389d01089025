"""What pages show and ask for again, made once for all who ask.

It is made anew where a file that it tells of was written, a process took or left a run,
or ``FRESH_SECONDS`` have gone by: durations tick.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.execute import errands
from reimport_lib.record import events, lock
from reimport_lib.record.manifest import MANIFEST

FRESH_SECONDS = 2.0
_MOST = 50
_TOLD_OF = (MANIFEST, events.EVENTS)

PagePart = dict[str, Any]
FileStamps = tuple[object, ...]
_kept: dict[tuple[object, ...], tuple[FileStamps, PagePart]] = {}
_one_at_a_time = threading.Lock()


def part(
    settings: Settings,
    key: tuple[object, ...],
    run_ids: Iterable[str],
    make: Callable[[], PagePart],
) -> PagePart:
    """
    What *make* gives, made anew only where it may be another.

    Args:
        key: tells this part from others; it is the same for all who may see it.
        run_ids: of the runs that it tells of.
    """
    place = (settings.runs, *key)
    with _one_at_a_time:
        stamp = (
            time.monotonic() // FRESH_SECONDS,
            *(each for run_id in run_ids for each in _stamps(settings, run_id)),
            _of_orders(settings),
        )
        found = _kept.get(place)
        if found is not None and found[0] == stamp:
            return found[1]
        if len(_kept) >= _MOST:
            _kept.clear()
        made = make()
        _kept[place] = stamp, made
        return made


def _stamps(settings: Settings, run_id: str) -> Iterator[object]:
    folder = settings.runs / run_id
    yield run_id
    yield lock.is_held(folder)
    for name in _TOLD_OF:
        yield _stamp(folder / name)


def _of_orders(settings: Settings) -> FileStamps:
    """Of what was ordered, and whether it is being done."""
    found = sorted((settings.runs / errands.FOLDER).glob("*.json"))
    return tuple((path.name, _stamp(path), errands.is_held(path)) for path in found)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_ino, found.st_size)
