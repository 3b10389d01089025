"""What this program itself asks of other machines and programs.

A process that is sealed (``write.sealed``) lets that through and holds back the rest.
Imports nothing of this package: whoever reads a server or starts a program uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_ours: ContextVar[bool] = ContextVar("ours", default=False)


@contextmanager
def ours(*, really: bool = True) -> Iterator[None]:
    """
    In this block, and this thread, what is asked is asked by this program.

    Args:
        really: False: by code of the project that this program has called.
    """
    before = _ours.set(really)
    try:
        yield
    finally:
        _ours.reset(before)


def as_ours(call: Callable[P, T]) -> Callable[P, T]:
    """*call*, all of which is asked by this program."""

    @wraps(call)
    def called(*arguments: P.args, **named: P.kwargs) -> T:
        with ours():
            return call(*arguments, **named)

    return called


def are_ours() -> bool:
    """Whether this thread is at such a block."""
    return _ours.get()
