"""Orders whose answer lies on the disk: whoever gave one may be gone when it ends.

One at a time for each run, but that a stop may overtake; the last of each kind is
kept, in ``.orders`` of the runs folder. A process of its own has the command do it, and
holds its file until the answer is there: neither the end of a web server nor of a
browser ends an order.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.execute import detached, orders
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.private_files import lock, private_open, unwritable, write_json
from reimport_lib.record.clock import now
from reimport_lib.record.lock import take
from reimport_lib.record.run import Run

FOLDER = ".orders"
KEPT = timedelta(days=30)
"""For so long pruning leaves what came of an order, and the dossier that it made."""
NO_RUN, REHEARSE = "a-new-run", "rehearse"
STOP = "stop"
"""It may be ordered while another order is being done."""
_sent: list[subprocess.Popen[bytes]] = []
"""Nobody waits for them; what has ended is taken from the system when one is sent."""


@dataclass(frozen=True, slots=True)
class Errand:
    """
    The last order that was given for a run.

    Attributes:
        what: which order; by: who gave it; at: when, ISO text.
        answer: what came of it; None while it is being done, and where it was cut off.
        is_at_work: a process is at it.
    """

    what: str
    by: str
    at: str
    answer: CommandAnswer | None
    is_at_work: bool


def send(run: Run, what: str, words: Sequence[str], *, by: str) -> None:
    """
    Have the command do *words*; this returns at once.

    Raises:
        Refused: another order for *run* is being done.
        ReimportError: the runs folder cannot be written.
    """
    _send(run.settings, run.run_id, what, words, by)


def send_rehearsal(settings: Settings, *, by: str) -> None:
    """
    Have the command begin a rehearsal in a process of its own; this returns at once.

    Raises: as ``send``.
    """
    words = ("run", "--dry-run", "--detach", f"--by={by}")
    _send(settings, NO_RUN, REHEARSE, words, by)


def _send(
    settings: Settings, of: str, what: str, words: Sequence[str], by: str
) -> None:
    path = settings.runs / FOLDER / f"{of}.{what}.json"
    others = [
        each
        for each in _all(settings, of)
        if each.is_at_work and what not in (each.what, STOP)
    ]
    if others:
        raise _busy(of)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with private_open(path, "a") as file:
            try:
                take(file)
            except BlockingIOError:
                raise _busy(of) from None
            token = secrets.token_hex(8)
            said = {"what": what, "by": by, "at": now().isoformat(), "token": token}
            file.truncate(0)
            file.write(json.dumps(said))
            file.flush()
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    __name__,
                    str(path.with_suffix(".answer")),
                    token,
                    *words,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=detached.environ(),
                pass_fds=[file.fileno()],  # with its lock
                start_new_session=True,
            )
            _sent[:] = [*(each for each in _sent if each.poll() is None), process]
    except OSError as error:
        raise unwritable(path, error) from None


def last(run: Run) -> Errand | None:
    """The last order for *run*, and what came of it; None where none was given."""
    return _last(run.settings, run.run_id)


def last_rehearsal(settings: Settings) -> Errand | None:
    """The last order to rehearse; None where none was given."""
    return _last(settings, NO_RUN)


def _last(settings: Settings, of: str) -> Errand | None:
    return max(_all(settings, of), key=lambda errand: errand.at, default=None)


def dossier(run: Run) -> Path:
    """Where a dossier of *run* lies that was ordered."""
    return run.settings.runs / FOLDER / f"{run.run_id}.zip"


def left_over(settings: Settings, named: Collection[str] = ()) -> list[Path]:
    """
    Dossiers and answers of orders that are older than ``KEPT``; none at work.

    Args:
        named: ids of runs; then all of theirs, and no others.
    """
    oldest = (now() - KEPT).timestamp()
    found = []
    for path in sorted((settings.runs / FOLDER).glob("*")):
        with suppress(OSError):
            run_id = path.name.partition(".")[0]
            is_old = path.stat().st_mtime < oldest
            if run_id in named if named else is_old:
                found.append(path)
    orders = (path for path in found if path.suffix == ".json")
    held = {path.name.partition(".")[0] for path in orders if is_held(path)}
    return [path for path in found if path.name.partition(".")[0] not in held]


def is_held(path: Path) -> bool:
    """Whether the order in the file at *path* is being done."""
    try:
        with path.open(encoding="utf-8") as file:
            return _is_held(file)
    except OSError:
        return False


def _busy(of: str) -> Refused:
    return Refused(
        f"Another order for {of} is being done.", hint="wait for it", id="R490"
    )


def _all(settings: Settings, of: str) -> Iterator[Errand]:
    """The last of each kind; one that cannot be read was not given by us."""
    for path in (settings.runs / FOLDER).glob(f"{of}.*.json"):
        with suppress(OSError, ValueError, LookupError, TypeError):
            with path.open(encoding="utf-8") as file:
                is_at_work = _is_held(file)
                said = json.load(file)
            answer = None if is_at_work else _answer(path, said["token"])
            yield Errand(said["what"], said["by"], said["at"], answer, is_at_work)


def _answer(path: Path, token: str) -> CommandAnswer | None:
    """What came of the order at *path*; None where whoever did it was cut off."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        told = json.loads(path.with_suffix(".answer").read_text(encoding="utf-8"))
        if told.pop("token") == token:
            return CommandAnswer(**told)
    return None


def _is_held(file: Any) -> bool:
    try:
        lock(file, wait=False, shared=True)
    except BlockingIOError:
        return True
    return False


def _do(path: Path, token: str, words: Sequence[str]) -> None:
    """Do it, and write what came of it to *path*."""
    answer = orders.give(*words)
    write_json(path, {**asdict(answer), "token": token})


if __name__ == "__main__":
    os.umask(0o077)
    _do(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
