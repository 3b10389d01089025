"""Where work is done that can be shared out: in processes beside, or on a cluster.

What is shared out is a function of a module for each of some items, which pickle as
its answers do, and whatever it needs it reads for itself. The answer is the same
wherever it is given, so that what a worker could not do is done here, where its error
is met by whoever asked.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from threading import RLock
from typing import Any, Generic, TypeVar

from reimport_lib import cluster
from reimport_lib.cluster import Cluster
from reimport_lib.errors import SettingsError, place_of
from reimport_lib.own_calls import ours
from reimport_lib.setting_values import number

T = TypeVar("T")
R = TypeVar("R")

MOST, MOST_ASKED = 4, 64  # processes of one phase, where nobody has said; at all
_LOOKED_AFTER_SECONDS = 5.0  # whether a cluster is still there
_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_CLUSTER = re.compile(r"[a-z+]+://(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}")


@dataclass(slots=True)
class _OfProcess:
    """The workers that this process has, how many, and what they do for later."""

    pool: Executor | None = None
    number: int = 0
    begun: dict[object, Future[Any]] = field(default_factory=dict)
    cluster: Cluster | None = None


_of_process = _OfProcess()
_at_work: ContextVar[bool] = ContextVar("at_work", default=False)


def read(name: str, text: str) -> str:
    """
    The setting *name*: a number of processes, "" for one a processor, or a cluster.

    Raises:
        SettingsError: it is neither.
    """
    if _is_cluster(text):
        if _CLUSTER.fullmatch(text):
            return text
        raise SettingsError(
            f"{name}: no address of a Dask cluster.",
            hint=f"{name}=dask://HOST:8786, or dask+tls://HOST:8786",
            id="R501",
        )
    return str(number(name, text, least=1, most=MOST_ASKED)) if text else ""


def _is_cluster(setting: str) -> bool:
    return setting.partition("://")[0] in cluster.SCHEMES


def fork(setting: str) -> None:
    """
    Fork the workers of this process, which has imported all and has no other thread.

    They end with it. Only on Linux, and where more than one process is asked for.

    Args:
        setting: what ``read`` gives.
    """
    if sys.platform != "linux" or _is_cluster(setting):
        return
    processes = int(setting) if setting else min(len(os.sched_getaffinity(0)), MOST)
    if processes < 2:
        return
    pool = ProcessPoolExecutor(processes - 1, get_context("fork"), initializer=_begin)
    pool.submit(_begun)  # all are forked with the first, before its own threads begin
    _of_process.pool, _of_process.number = pool, processes - 1


def use(setting: str, folder: Path) -> None:
    """
    Share work out to the cluster that *setting* names, where it names one.

    Args:
        folder: the folder of runs, which its workers must see.

    Raises:
        Unavailable: it cannot be reached, or has no worker that could do the work.
    """
    if _is_cluster(setting) and _of_process.pool is None and not _at_work.get():
        found = cluster.connect(setting, folder)
        _of_process.cluster = found
        _of_process.pool, _of_process.number = found.pool, found.number


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the kernel to answer
    ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)


def _begun() -> None:
    """What is asked of the first worker."""


def begin(function: Callable[[T], object], item: T) -> None:
    """Have a worker do *function* of *item* while this process waits for its turn."""
    if _of_process.pool is not None:
        future = _of_process.pool.submit(_answered, function, item)
        _of_process.begun[function, item] = future


def begun(function: Callable[[T], R], item: T) -> tuple[R] | tuple[()]:
    """
    What a worker has made of what was begun; nothing where none was, or it failed.

    It is waited for, and given once.
    """
    future = _of_process.begun.pop((function, item), None)
    return () if future is None else _answer_of(future)


def each(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    here: Callable[[T], R],
    on_cluster: bool = False,
) -> Generator[R]:
    """
    What *function* gives for each of *items*, in their order, as soon as it is known.

    Workers begin with the last. This process does *here* what none has begun, from the
    first on, and what a worker has failed to do. When it ends, nobody works on.

    Args:
        here: the same as *function*, by what this process holds already.
        on_cluster: items and answers may leave this machine: they tell of nobody.
    """
    shared = _Shared(function, items, deque(range(len(items))))
    if len(items) > 1 and (on_cluster or _of_process.cluster is None):
        for _ in range(_of_process.number):
            shared.ask_next()
    try:
        for place, item in enumerate(items):
            answer = () if shared.is_mine(place) else shared.answer(place)
            yield answer[0] if answer else here(item)
    finally:
        shared.end()


@dataclass(frozen=True, slots=True, eq=False)
class _Shared(Generic[T, R]):
    """
    Items that workers are asked for one by one, from the last on.

    Nothing waits in the pool's own queue: there it could not be taken back, and a
    future that was cancelled stops the pool's thread when a worker dies.

    Attributes:
        left: places of items that nobody has begun, without a gap.
        asked: place -> the answer to come.
    """

    function: Callable[[T], R]
    items: Sequence[T]
    left: deque[int]
    asked: dict[int, Future[R]] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)

    def ask_next(self, _: object = None) -> None:
        """Ask a worker for the last item that is left; it goes on when it is done."""
        with self.lock:
            pool = _of_process.pool
            if not self.left or pool is None:
                return
            place = self.left[-1]
            try:
                with ours():  # a cluster is spoken to by this program
                    future = pool.submit(_answered, self.function, self.items[place])
            except BrokenProcessPool:  # one was killed, and took the others along
                _of_process.pool, _of_process.number = None, 0
                return
            self.left.pop()
            self.asked[place] = future
        future.add_done_callback(self.ask_next)

    def is_mine(self, place: int) -> bool:
        """Whether nobody has begun *place*, which from now on is done by the caller."""
        with self.lock:
            if place in self.asked:
                return False
            self.left.popleft()
            return True

    def answer(self, place: int) -> tuple[R] | tuple[()]:
        """What a worker gives for *place*; nothing where it failed."""
        return _answer_of(self.asked.pop(place))

    def end(self) -> None:
        """Ask for no more, and wait for what is at work."""
        with self.lock:
            self.left.clear()
        for future in self.asked.values():
            _has_ended(future)


def _answer_of(future: Future[R]) -> tuple[R] | tuple[()]:
    if not _has_ended(future) or future.cancelled() or future.exception():
        return ()
    return (future.result(),)


def _has_ended(future: Future[Any]) -> bool:
    """Wait for *future*; False where nobody is left who could come to its end."""
    while not wait([future], _LOOKED_AFTER_SECONDS).done:
        if _of_process.cluster and not _of_process.cluster.is_there():
            return False
    return True


class _Failed(Exception):
    """The kind of error that a worker met, and where; it pickles as few others do."""


def _answered(function: Callable[[T], R], item: T) -> R:
    _at_work.set(True)  # what it does is shared out to nobody else
    try:
        return function(item)
    except Exception as error:
        raise _Failed(place_of(error)) from None
