"""Sealed surroundings: while an import writes, nothing of the project leaves the house.

Rows are written without saving models, so that most receivers never hear of them. What
the project would send all the same is held back and counted: signals, mails, callbacks
after the commit, connections, programs. While rows are written, and while the backend
is loaded, that is for the thread at work and those that it starts: requests that a
server answers meanwhile are none of an import's. A kernel serves one phase and nothing
else, and is sealed as a whole, from the opening of its run to its end.

Triggers belong to the database, which fires them whatever writes.
"""

from __future__ import annotations

import contextvars
import errno
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, wraps
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core import mail, signals
from django.core.mail.backends.base import BaseEmailBackend
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import class_prepared, post_init, pre_init
from django.dispatch import Signal

from reimport_lib.own_calls import are_ours, as_ours, ours

SIGNALS, MAILS, CALLBACKS = "signals", "mails", "callbacks"
CONNECTIONS, PROGRAMS = "connections", "programs"
KINDS = (MAILS, CONNECTIONS, PROGRAMS, SIGNALS, CALLBACKS)

_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})
_STARTS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile"}
)
_TOLD = _CONNECTS | _STARTS  # made once: Python tells of all else, too, all the time
# How Django speaks to itself; it says nothing of rows.
_OF_DJANGO = frozenset(
    id(signal)
    for signal in (
        *(one for one in vars(signals).values() if isinstance(one, Signal)),
        *(connection_created, class_prepared, pre_init, post_init),
    )
)

_sealed: contextvars.ContextVar[bool] = contextvars.ContextVar("sealed", default=False)
_process_is_sealed = False
_guard = threading.Lock()
_held: Counter[str] = Counter()
_opened = 0


@contextmanager
def sealed() -> Iterator[None]:
    """Hold back, in this thread, what the project would send; counted by kind."""
    global _opened
    _install()
    with _guard:
        _opened += 1
    before = _sealed.set(True)
    try:
        yield
    finally:
        _sealed.reset(before)


def seal_process() -> None:
    """
    Hold back what the project would send in any thread, until this process ends.

    What this program asks for itself passes: see ``own_calls``.
    """
    global _process_is_sealed, _opened
    _install()
    with _guard:
        _opened += not _process_is_sealed
        _process_is_sealed = True


def _is_sealed() -> bool:
    return _sealed.get() or _process_is_sealed


def held() -> dict[str, int]:
    """Kind -> how many were held since this was asked last; {}: nothing was sealed."""
    global _opened
    with _guard:
        is_asked = _opened or _process_is_sealed
        found = {kind: _held[kind] for kind in KINDS} if is_asked else {}
        _held.clear()
        _opened = 0
    return found


def _count(kind: str, number: int = 1) -> None:
    with _guard:
        _held[kind] += number


@cache
def _install() -> None:
    """Put the guards in their places, once; they do nothing where nothing is sealed."""
    for name in ("send", "send_robust"):
        setattr(Signal, name, _holding_signals(getattr(Signal, name)))
    mail.get_connection = _holding_mail(mail.get_connection)
    wrapper: Any = BaseDatabaseWrapper
    wrapper.on_commit = _holding_callbacks(wrapper.on_commit)
    thread: Any = threading.Thread
    thread.start = _sealing_threads(thread.start)
    sys.addaudithook(_audit)


def _holding_signals(send: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(send)
    def sent(self: Signal, sender: Any, **named: Any) -> Any:
        if not _is_sealed():
            return send(self, sender, **named)
        if id(self) in _OF_DJANGO or self is _of_test_clients():
            with ours(really=False):  # whoever hears of it is of the project
                return send(self, sender, **named)
        if self.has_listeners(sender):
            _count(SIGNALS)
        return []

    return sent


def _of_test_clients() -> Signal | None:
    """By which a client in this process learns of pages; loading it takes a while."""
    module = sys.modules.get("django.test.signals")
    return getattr(module, "template_rendered", None)


class _HeldMail(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[Any]) -> int:
        _count(MAILS, len(email_messages))
        return 0


def _holding_mail(get_connection: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get_connection)
    def got(*arguments: Any, **named: Any) -> Any:
        return _HeldMail() if _is_sealed() else get_connection(*arguments, **named)

    return got


def _holding_callbacks(on_commit: Callable[..., None]) -> Callable[..., None]:
    @wraps(on_commit)
    def registered(
        self: Any, func: Any, robust: bool = False
    ) -> None:  # as Django has it
        if _is_sealed():
            _count(CALLBACKS)
        else:
            on_commit(self, func, robust)

    return registered


def _sealing_threads(start: Callable[[Any], None]) -> Callable[[Any], None]:
    @wraps(start)
    def started(self: Any) -> None:
        if _sealed.get():
            self.run = _bound_to(contextvars.copy_context(), self.run)
        start(self)

    return started


def _bound_to(
    context: contextvars.Context, run: Callable[[], None]
) -> Callable[[], None]:
    return lambda: context.run(run)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """
    What a sealed thread would connect to or start, told by Python before it happens.

    The drivers of databases are written in C, and are not told of.
    """
    if event not in _TOLD or not _is_sealed() or are_ours():
        return
    if event in _CONNECTS:
        to = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = to[0] if isinstance(to, tuple) else to
        host = host.decode() if isinstance(host, bytes) else host
        if host is None or host in _allowed() or str(host).startswith("/dev/"):
            return
        _count(CONNECTIONS)
        raise ConnectionRefusedError(errno.ECONNREFUSED, "held while an import writes")
    if event in _STARTS:
        _count(PROGRAMS)
        raise PermissionError(errno.EPERM, "held while an import writes")


def _allowed() -> frozenset[str]:
    """What the project may reach: nothing, before it is loaded."""
    return _own_places() if apps.ready else frozenset()


def forget_places() -> None:
    """This process is bound to other databases now."""
    _own_places.cache_clear()


@cache
@as_ours
def _own_places() -> frozenset[str]:
    """The project's own databases and caches: names, addresses, paths."""
    places: list[Any] = [one.get("HOST") for one in settings.DATABASES.values()]
    for one in settings.CACHES.values():
        location = one.get("LOCATION") or ()
        places += [location] if isinstance(location, str) else location
    found = set()
    for place in filter(None, map(str, places)):
        parts = urlsplit(place if "//" in place else f"//{place}")
        name = parts.path if parts.scheme == "unix" else parts.hostname or place
        found.add(name)
        with suppress(OSError):
            found |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    return frozenset(found)
