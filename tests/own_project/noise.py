"""A backend that makes noise: receivers that mail, post, hand on and run programs."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.request
from typing import Any

from django.core import mail
from django.db import transaction
from django.db.models import signals

HEARD: list[str] = []
_FIRED = tuple(
    getattr(signals, name)
    for name in "pre_save post_save pre_delete post_delete m2m_changed".split()
)
_webhook: list[str] = []


def begin(webhook: str) -> None:
    """Be noisy from now on; *webhook*: where news are posted to."""
    HEARD.clear()
    mail.outbox = []  # type: ignore[attr-defined]  # as the backend for tests makes it
    _webhook[:] = [webhook]
    for signal in _FIRED:
        signal.connect(_on_change)


def end() -> None:
    for signal in _FIRED:
        signal.disconnect(_on_change)


def _on_change(sender: Any, **_: Any) -> None:
    HEARD.append(f"signal of {sender.__name__}")
    make()


def make() -> None:
    """One of each; what is refused is no failure of the program."""
    mail.send_mail("News", "A row was saved.", "a@example.org", ["b@example.org"])
    transaction.on_commit(lambda: HEARD.append("callback"))
    _tried(_post)
    _tried(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    task = threading.Thread(target=_tried, args=(_post,))
    task.start()
    task.join()


def _post() -> None:
    news = urllib.request.Request(_webhook[0], data=b"{}")  # noqa: S310  # a server of the test
    with urllib.request.urlopen(news, timeout=5) as answer:  # noqa: S310
        answer.read()
    HEARD.append("webhook")


def _tried(act: Any) -> None:
    try:
        act()
    except OSError:
        HEARD.append("refused")


def news() -> list[str]:
    """What was heard since the beginning, mails too."""
    mails = [f"mail to {m.to[0]}" for m in getattr(mail, "outbox", ())]
    return [*HEARD, *mails]
