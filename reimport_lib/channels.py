"""Who is told of a run, and by which way: what ``REIMPORT_NOTIFY`` names.

    mailto:it@clinic.example failure undone; slack://TOKENS; https://host/in whsec_...

Entries are parted by ``;``. Each is an address, the secrets that sign what goes there
(a webhook's alone), and the occasions it is told of; none named is all of them. Nothing
of an address is quoted anywhere: it may hold a token, or be a person's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from reimport_lib.errors import SettingsError, did_you_mean
from reimport_lib.secret import Secret

NOTIFY = "REIMPORT_NOTIFY"
DEAD_MAN = "REIMPORT_NOTIFY_DEAD_MAN"
LATE_MINUTES = "REIMPORT_NOTIFY_LATE_MINUTES"
LINK = "REIMPORT_NOTIFY_LINK"
NAMES = (NOTIFY, DEAD_MAN, LATE_MINUTES, LINK)

OCCASIONS = (
    *("start", "phase-done", "approval", "conflict", "failure", "undone", "finished"),
    *("paused", "late", "heartbeat-lost", "moved"),
)
OF_DEAD_MAN = frozenset(
    {"start", "approval", "failure", "paused", "undone", "finished", "heartbeat-lost"}
)
_MARK = "whsec_"
_LEAST_SECRET, _MOST_SECRET = 24, 64  # bytes, by the Standard Webhooks specification
_MAIL = re.compile(r"[^@\s,:<>\"]+@[^@\s,:<>\"]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://\S+", re.IGNORECASE)
_HINT = f"{NOTIFY}=mailto:it@clinic.example failure finished"


class Medium(StrEnum):
    """How a channel is spoken to."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APPRISE = "apprise"
    DEAD_MAN = "dead-man"


@dataclass(frozen=True, slots=True)
class Channel:
    """
    One who is told.

    Attributes:
        name: its number among the entries and its kind; may be shown.
        key: tells it apart from others, whatever its number; a digest of its address.
        address: what it is reached by; shown nowhere.
        occasions: that it is told of.
        secrets: that sign what goes there, the newest first.
    """

    name: str
    medium: Medium
    key: str
    address: Secret
    occasions: frozenset[str]
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class Notifying:
    """
    Attributes:
        link: where runs are looked at, ``{run}`` standing for the id; "" for nowhere.
        late_minutes: after which a run is late; None: by what was expected of it.
    """

    channels: tuple[Channel, ...]
    link: str = ""
    late_minutes: int | None = None


def read(values: Mapping[str, Secret]) -> Notifying:
    """
    The settings in *values*, by their names.

    Raises:
        SettingsError: one cannot be read; which entry, and never its address.
    """
    given = {name: secret.reveal() for name, secret in values.items()}
    entries = [e.split() for e in given.get(NOTIFY, "").split(";") if e.strip()]
    found = [_channel(n, words) for n, words in enumerate(entries, start=1)]
    if len({channel.key for channel in found}) < len(found):
        raise _wrong(len(found), "an address stands in two entries")
    if url := given.get(DEAD_MAN, ""):
        _require_url(DEAD_MAN, url)
        found.append(
            Channel(
                "dead-man's switch",
                Medium.DEAD_MAN,
                _key(Medium.DEAD_MAN, url),
                Secret(url),
                OF_DEAD_MAN,
            )
        )
    if link := given.get(LINK, ""):
        _require_url(LINK, link)
    minutes = given.get(LATE_MINUTES, "")
    if minutes and not re.fullmatch("[1-9][0-9]{0,4}", minutes):
        raise SettingsError(
            f"{LATE_MINUTES}: not a whole number from 1 to 99999.",
            hint=f"{LATE_MINUTES}=120",
            id="R436",
        )
    return Notifying(tuple(found), link, int(minutes) if minutes else None)


def _channel(number: int, words: list[str]) -> Channel:
    address, *rest = words
    secrets = [word for word in rest if word.startswith(_MARK)]
    occasions = [word.strip(",") for word in rest if word not in secrets]
    for word in occasions:
        if word not in OCCASIONS:
            near = did_you_mean(word, OCCASIONS)
            raise _wrong(number, f"it names an occasion that there is not.{near}")
    medium, kind = _way(number, address)
    if medium is Medium.WEBHOOK:
        _require_secrets(number, secrets)
    elif secrets:
        raise _wrong(number, "only a webhook is signed by a secret")
    return Channel(
        f"{number} ({kind})",
        medium,
        _key(medium, address),
        Secret(address),
        frozenset(occasions or OCCASIONS),
        tuple(map(Secret, secrets)),
    )


def _way(number: int, address: str) -> tuple[Medium, str]:
    """How *address* is spoken to, and what may be shown of it."""
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto" and not rest.startswith("//"):
        if not _MAIL.fullmatch(rest):
            raise _wrong(number, "behind mailto: stands no address")
        return Medium.MAIL, "mail"
    if scheme.lower() in ("http", "https"):
        if wrong := _fault(address):
            raise _wrong(number, wrong)
        return Medium.WEBHOOK, "webhook"
    if found := _SCHEME.fullmatch(address):
        return Medium.APPRISE, found.group(1).lower()
    raise _wrong(number, "it begins with no address")


def _require_secrets(number: int, secrets: list[str]) -> None:
    if not secrets:
        raise _wrong(number, f"a webhook is signed, and has no secret ({_MARK}...)")
    for secret in secrets:
        try:
            size = len(base64.b64decode(secret.removeprefix(_MARK), validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if not _LEAST_SECRET <= size <= _MOST_SECRET:
            raise _wrong(
                number,
                f"behind {_MARK} stand no {_LEAST_SECRET} to {_MOST_SECRET} bytes in"
                " base64",
            )


def _require_url(name: str, url: str) -> None:
    if wrong := _fault(url):
        raise SettingsError(
            f"{name}: {wrong}.",
            hint=f"{name}=https://HOST/..., with its scheme",
            id="R437",
        )


def _fault(url: str) -> str:
    """Why *url* is none that is called, without a word of it; "" where it is one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "its host or port cannot be read"
    if parts.scheme not in ("http", "https") or not host or parts.fragment:
        return "it is no address of a page"
    if parts.scheme == "http" and not _is_here(host):
        return "http is for this machine only"
    if parts.username or parts.password:
        return "it holds an account"
    return ""


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(medium: Medium, address: str) -> str:
    return hashlib.sha256(f"{medium} {address}".encode()).hexdigest()[:32]


def _wrong(number: int, why: str) -> SettingsError:
    wrong = why.rstrip(".")
    return SettingsError(f"{NOTIFY}: entry {number}: {wrong}.", hint=_HINT, id="R438")
