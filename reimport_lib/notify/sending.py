"""A message by one channel, once: mail by Django, chats by Apprise, signed webhooks.

Whatever goes wrong is a word that quotes nothing: no address, no answer of a server.
"""

from __future__ import annotations

import logging
import smtplib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from importlib.util import find_spec
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings as django_settings
from django.core import mail

from reimport_lib.channels import Channel, Medium
from reimport_lib.config import Settings
from reimport_lib.notify import words
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.write import bind

WAIT_SECONDS = 10.0
DEADLINE_SECONDS = 45.0
"""For one try, whatever a server does; see ``book.CLAIMED``."""

NOT_INSTALLED = "its package is not installed"
UNKNOWN = "no address that Apprise knows"
_FAILED = frozenset({Occasion.FAILURE, Occasion.HEARTBEAT_LOST})
_OF_DJANGO = "django.core.mail.backends."
_THAT_SEND = (f"{_OF_DJANGO}smtp.EmailBackend", f"{_OF_DJANGO}filebased.EmailBackend")
_LOGS = ("httpx", "httpcore", "apprise")
"""Their lines name addresses, and those hold tokens."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: *id* is the same at every try."""

    id: str
    run_id: str
    message: Message
    link: str


@dataclass(frozen=True, slots=True)
class Tried:
    """
    Attributes:
        is_taken: the other side has it.
        said: why not. is_final: and it never will.
    """

    is_taken: bool
    said: str = ""
    is_final: bool = False


TAKEN = Tried(True)


def send(
    channel: Channel,
    letter: Letter,
    settings: Settings,
    *,
    at: datetime,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Tried:
    """
    Try once; back when it is known how that went, or after the deadline.

    Raises nothing: what goes wrong is the answer.
    """
    answers: list[Tried] = []

    def attempt() -> None:
        answers.append(
            _answer(lambda: _BY[channel.medium](channel, letter, settings, at))
        )

    _silence()
    # Timeouts are of each read: a server that drips holds a thread, and nobody else.
    thread = threading.Thread(target=attempt, daemon=True, name="notify")
    thread.start()
    thread.join(deadline_seconds)
    return answers[0] if answers else Tried(False, "no answer in time")


def _silence() -> None:
    for name in _LOGS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _answer(attempt: Callable[[], Tried]) -> Tried:
    try:
        return attempt()
    except Exception as error:
        return record_try(error)


def record_try(error: Exception) -> Tried:
    """What went wrong, by its kind or number: its text may hold an address."""
    match error:
        case ModuleNotFoundError():
            said = NOT_INSTALLED
        case httpx.TimeoutException():
            said = "no answer in time"
        case smtplib.SMTPResponseException():
            said = f"SMTP {error.smtp_code}"
        case smtplib.SMTPRecipientsRefused():
            said = f"SMTP {max((code for code, _ in error.recipients.values()))}"
        case _:
            said = type(error).__name__
    return Tried(False, said)


def _mail(channel: Channel, letter: Letter, settings: Settings, _: datetime) -> Tried:
    bind.bind_real(settings)  # loads the project; nothing is asked of the database
    wait = getattr(django_settings, "EMAIL_TIMEOUT", None) or WAIT_SECONDS
    to = channel.address.reveal().partition(":")[2]
    sender = parseaddr(django_settings.DEFAULT_FROM_EMAIL)[1]
    host = sender.rpartition("@")[2] or socket.gethostname()
    with mail.get_connection(timeout=wait) as connection:
        made = mail.EmailMessage(
            words.head(letter.run_id, letter.message),
            words.text(letter.run_id, letter.message, letter.link),
            to=[to],
            headers={"Message-ID": f"<{letter.id}@{host}>"},
            connection=connection,
        )
        return TAKEN if made.send() else Tried(False, "not taken")


def _webhook(channel: Channel, letter: Letter, _: Settings, at: datetime) -> Tried:
    from standardwebhooks.webhooks import Webhook

    body = words.as_json(letter.run_id, letter.message, letter.link)
    signed = [
        Webhook(secret.reveal()).sign(letter.id, at, body) for secret in channel.secrets
    ]
    return _called(
        "POST",
        channel.address.reveal(),
        content=body.encode(),
        headers={
            "content-type": "application/json",
            "webhook-id": letter.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signed),
        },
    )


def _dead_man(channel: Channel, letter: Letter, _: Settings, __: datetime) -> Tried:
    """By the convention of healthchecks.io: the address, or /start or /fail on it."""
    occasion = letter.message["occasion"]
    end = "/start" if occasion is Occasion.START else ""
    end = "/fail" if occasion in _FAILED else end
    parts = urlsplit(channel.address.reveal())
    url = urlunsplit(parts._replace(path=parts.path.rstrip("/") + end))
    return _called("GET", url, content=b"", headers={})


def _called(method: str, url: str, *, content: bytes, headers: dict[str, str]) -> Tried:
    """What the server at *url* answers; its body is not read."""
    with (
        httpx.Client(timeout=WAIT_SECONDS, follow_redirects=False) as client,
        client.stream(method, url, content=content, headers=headers) as answer,
    ):
        if answer.is_success:
            return TAKEN
        is_gone = answer.status_code == httpx.codes.GONE
        return Tried(False, f"HTTP {answer.status_code}", is_final=is_gone)


def _apprise(channel: Channel, letter: Letter, _: Settings, __: datetime) -> Tried:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="reimport",
        app_desc="",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        storage_mode="memory",
    )
    chats = Apprise(asset=asset)
    if not chats.add(channel.address.reveal()):
        return Tried(False, UNKNOWN)
    is_taken = chats.notify(
        title=words.head(letter.run_id, letter.message),
        body=words.text(letter.run_id, letter.message, letter.link),
    )
    return TAKEN if is_taken else Tried(False, "not taken")


def fault(channel: Channel, settings: Settings) -> str:
    """Why *channel* could never be told, without asking it; "" where it could."""
    if channel.medium is Medium.MAIL:
        bind.bind_real(settings)
        backend = django_settings.EMAIL_BACKEND
        goes_nowhere = backend.startswith(_OF_DJANGO) and backend not in _THAT_SEND
        return f"EMAIL_BACKEND is {backend}" if goes_nowhere else ""
    if channel.medium is Medium.APPRISE:
        if not find_spec("apprise"):
            return NOT_INSTALLED
        from apprise import Apprise

        _silence()
        is_known = Apprise.instantiate(channel.address.reveal())
        return "" if is_known else UNKNOWN
    is_signed = channel.medium is Medium.WEBHOOK
    return NOT_INSTALLED if is_signed and not find_spec("standardwebhooks") else ""


_BY: dict[Medium, Callable[[Channel, Letter, Settings, datetime], Tried]] = {
    Medium.MAIL: _mail,
    Medium.WEBHOOK: _webhook,
    Medium.APPRISE: _apprise,
    Medium.DEAD_MAN: _dead_man,
}
