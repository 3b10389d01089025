"""Workers of a Dask cluster that is there already: ``dask://HOST:PORT``.

They have this program in the same version, its settings, and see the same files; they
reach the database themselves. The package ``distributed`` is an extra.
"""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from reimport_lib.counting import several
from reimport_lib.errors import Unavailable
from reimport_lib.own_calls import ours

SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
_SECONDS = 20.0  # to be reached
_OWN = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Cluster:
    """
    The workers of a cluster that this process is connected to.

    Attributes:
        pool: has them do something.
        number: how many tasks they do at a time.
    """

    pool: Executor
    number: int
    client: Any

    def is_there(self) -> bool:
        """Whether it can be reached, and has workers left."""
        with ours(), suppress(OSError):
            return bool(self.client.nthreads())
        return False


def connect(address: str, folder: Path) -> Cluster:
    """
    The workers at *address*.

    Args:
        folder: the folder of runs, which each of them must see.

    Raises:
        Unavailable: it cannot be reached, or has no worker that could do the work.
    """
    scheme, _, place = address.partition("://")
    with ours():  # the loop that speaks to it from now on is of this program
        try:
            client = _distributed().Client(
                f"{SCHEMES[scheme]}://{place}", timeout=_SECONDS, set_as_default=False
            )
        except OSError:
            raise _unavailable(address, "cannot be reached") from None
        threads: dict[str, int] = client.nthreads()
        if not threads:
            raise _unavailable(address, "has no workers")
        _require_fit(address, client, folder)
        pool: Executor = client.get_executor(pure=False)
    return Cluster(pool, sum(threads.values()), client)


def _require_fit(address: str, client: Any, folder: Path) -> None:
    """Each worker has this very program, and sees *folder*."""
    seen = folder / f".seen-{uuid4().hex}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen.touch(mode=0o600)
    try:
        found = client.run(told, str(seen), on_error="return").values()
    finally:
        seen.unlink()
    others = sum(each != told(str(folder)) for each in found)
    if others:
        raise _unavailable(
            address,
            f"has {several(len(found), 'worker')}; of {others:,} the version of the"
            f" program or of Python is another, or {folder} is not seen",
        )


def told(file: str) -> tuple[str, str, bool]:
    """What a worker says of itself: Python's version, the program's, it sees *file*."""
    return f"{sys.version_info[:2]}", _digest(), Path(file).exists()


@cache
def _digest() -> str:
    """sha256 over the modules of this program."""
    digest = hashlib.sha256()
    for path in sorted(_OWN.rglob("*.py")):
        digest.update(path.relative_to(_OWN).as_posix().encode() + b"\n")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise Unavailable(
            "REIMPORT_EXECUTOR names a Dask cluster, and distributed is not installed.",
            hint="pip install 'clinic-reimport[cluster]', or unset REIMPORT_EXECUTOR",
            id="R499",
        ) from None


def _unavailable(address: str, why: str) -> Unavailable:
    return Unavailable(
        f"The Dask cluster at {address} {why}.",
        hint="start it with this program, its settings and its folders"
        " (docs/scale.md), or unset REIMPORT_EXECUTOR",
        id="R500",
    )
