"""The text of one setting as its value, or one line: its name, the fault, the remedy.

Imports only errors, plain and tables. Values are quoted where they are no secrets.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from reimport_lib.errors import SettingsError, did_you_mean
from reimport_lib.plain import shortened, visible
from reimport_lib.tables import registry
from reimport_lib.tables.merging import WHOLE, Policy, RowsThat

SERVERS = ("data-api", "odata")
"""The ways in over a server, beside a folder of exports."""

DateOrder = Literal["DMY", "MDY", "YMD"]

REVIEW_HOURS = 72
"""How long a review holds where nobody says: over a week-end, and no longer."""

RateAndRisk = tuple[Fraction, Fraction]
"""A share of wrong rows, and how often a sample may mislead about it."""

ACCEPTABLE: RateAndRisk = (Fraction(2, 10_000), Fraction(5, 100))
REJECTABLE: RateAndRisk = (Fraction(2, 100), Fraction(5, 100))

_MOST_HOURS = 8_760
_MOST_OF_SYSTEM = 100
_MOST_OF_PREFIX = 500
_PERCENTS = re.compile(
    r"([0-9]{1,2}(?:\.[0-9]{1,4})?)% +([0-9]{1,2}(?:\.[0-9]{1,4})?)%"
)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}|arn:[\w.:/-]+")
_NO_CLOCKS = ("right/", "posix/", "posixrules", "Factory", "localtime")
_DATABASES = frozenset({"sqlite", "postgresql", "postgres", "pgsql"})
# Codecs that are no character set of any export, though they give text.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


def printable(name: str, text: str) -> str:
    """*text* without the blanks around it; what nobody can see in it is refused."""
    stripped = text.strip()
    for place, char in enumerate(stripped, start=1):
        kind = unicodedata.category(char)
        if (kind != "Zs" and visible(char) != char) or char in "\n\t":
            what = "not UTF-8" if kind == "Cs" else "a line break or another control"
            raise SettingsError(
                f"{name}: its character {place} is {what}.",
                hint=f"type the value of {name} again",
                id="R224",
            )
    return stripped


def system(name: str, text: str) -> str:
    if len(text) > _MOST_OF_SYSTEM:
        raise SettingsError(
            f"{name}: longer than {_MOST_OF_SYSTEM} characters.",
            hint=f"{name}=filemaker",
            id="R225",
        )
    return text


def time_zone(name: str, text: str) -> str:
    try:
        ZoneInfo(text)
        # those of "right" count leap seconds: their clock is 27 seconds off
        known = not text.startswith(_NO_CLOCKS)
    except (LookupError, ValueError, OSError):
        known = False
    if not known:
        near = did_you_mean(text, available_timezones())
        raise SettingsError(
            f"{name}: {_quoted(text)} is not a time zone.{near}",
            hint="use an IANA name such as Australia/Sydney",
            id="R226",
        )
    return text


def date_order(name: str, text: str) -> DateOrder:
    known: DateOrder
    for known in ("DMY", "MDY", "YMD"):
        if text.upper() == known:
            return known
    raise SettingsError(
        f"{name}: {_quoted(text)} is not an order of dates.",
        hint="use DMY, MDY or YMD",
        id="R227",
    )


def phone_region(name: str, text: str) -> str:
    import phonenumbers  # it takes a while, and most commands read no number

    region = text.upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise SettingsError(
            f"{name}: {_quoted(text)} is not a region of phone numbers.",
            hint="use two letters of ISO 3166, such as AU, NZ, GB or US",
            id="R228",
        )
    return region


def rate_and_risk(name: str, text: str) -> RateAndRisk:
    """``2% 5%``: a share of wrong rows, and how often a sample may mislead about it."""
    found = _PERCENTS.fullmatch(text)
    rate, risk = (Fraction(part) / 100 for part in found.groups()) if found else (0, 0)
    if not found or not rate or not risk:
        raise SettingsError(
            f"{name}: {_quoted(text)} is not a share and a risk, both above 0% and"
            " below 100%.",
            hint=f"{name}=2% 5%, say: the share of wrong rows, then the risk",
            id="R419",
        )
    return Fraction(rate), Fraction(risk)


def charset(name: str, text: str) -> str:
    try:
        b"a".decode(text or "utf-8")  # LookupError also where it gives no text
        known = codecs.lookup(text or "utf-8").name not in _NO_CHARSETS
    except (LookupError, ValueError):
        known = False
    if not known:
        raise SettingsError(
            f"{name}: {_quoted(text)} is not a character set.",
            hint="use utf-8, utf-16, windows-1252 or macintosh",
            id="R229",
        )
    return text


def width(name: str, text: str, *, default: int) -> int:
    if not (re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 20):
        raise SettingsError(
            f"{name}: not a number of digits between 1 and 20.",
            hint=f"{name}={default}",
            id="R230",
        )
    return int(text)


def review_hours(name: str, text: str) -> int:
    """How many hours a review holds."""
    if not text:
        return REVIEW_HOURS
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_HOURS):
        raise SettingsError(
            f"{name}: {_quoted(text)} is no number of hours from 1 to {_MOST_HOURS:,}.",
            hint=f"{name}={REVIEW_HOURS}",
            id="R334",
        )
    return int(text)


def silent_seconds(name: str, text: str) -> int:
    if not (re.fullmatch(r"[0-9]{1,4}", text) and 10 <= int(text) <= 3600):
        raise SettingsError(
            f"{name}: not a number of seconds between 10 and 3600.",
            hint=f"{name}=30",
            id="R386",
        )
    return int(text)


def columns(name: str, text: str) -> dict[str, tuple[str, ...]]:
    """``Images: recid, date; Docs: id, date`` by file; names hold no ``,`` or ``;``."""
    files = {table.file.casefold(): table.file for table in registry.source_tables()}
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(str.strip, text.split(";")):
        stem, _, names = part.partition(":")
        file = files.get(stem.strip().casefold())
        named = tuple(column.strip() for column in names.split(","))
        wrong = f"{_quoted(part.strip())} names no columns of an export."
        if file is None:
            wrong += did_you_mean(stem.strip(), files.values())
        elif file in found:
            wrong = f"{file} is named twice."
        elif len(set(named)) < len(named):
            wrong = f"a column of {file} is named twice."
        if file is None or not all(named) or file in found or "twice" in wrong:
            raise SettingsError(
                f"{name}: {wrong}",
                hint=f"{name}=Images: recid, date, Type; Docs: id, Date",
                id="R231",
            )
        found[file] = named
    return found


def merging(name: str, text: str) -> dict[tuple[str, str], Policy]:
    """``TABLE.FIELD=keep; TABLE.*=take; *.rows-deleted=ask``."""
    tables = {table.name: table for table in registry.all_tables() if table.model}
    found: dict[tuple[str, str], Policy] = {}
    for part in filter(str.strip, text.split(";")):
        place, _, word = (piece.strip() for piece in part.partition("="))
        table, _, what = place.partition(".")
        meant = [t for t in tables.values() if table in (WHOLE, t.name)]
        fields = sorted({field for each in meant for field in each.managed})
        known = (*(kind.value for kind in RowsThat), WHOLE, *fields)
        wrong = ""
        if table not in (WHOLE, *tables):
            wrong = f"there is no table {_quoted(table)}." + did_you_mean(table, tables)
        elif what not in known:
            wrong = f"{table} has no field {_quoted(what)}." + did_you_mean(what, known)
        elif word not in list(Policy):
            wrong = f"{_quoted(part.strip())} ends with none of ask, keep and take."
        elif (table, what) in found:
            wrong = f"{place} is named twice."
        if wrong:
            raise SettingsError(
                f"{name}: {wrong}",
                hint=f"{name}=*.*=ask; *.rows-deleted=keep",
                id="R337",
            )
        found[table, what] = Policy(word)
    return found


def optional_tables(name: str, text: str) -> tuple[str, ...]:
    known = [table.name for table in registry.source_tables()]
    words = tuple(text.replace(",", " ").split())
    for word in words:
        if word not in known:
            raise SettingsError(
                f"{name}: there is no table {_quoted(word)}."
                + did_you_mean(word, known),
                hint=f"the tables are {', '.join(known)}",
                id="R232",
            )
    return words


def source(name: str, text: str, *, root: Path) -> str:
    """A folder as an absolute path; a server by its word."""
    if text in ("", *SERVERS):
        return text
    path = folder(name, text, root=root)
    near = did_you_mean(text.lower().replace("_", "-"), SERVERS)
    if near and not _exists(path):
        raise SettingsError(
            f"{name}: there is no folder {_quoted(text)}.{near}",
            hint="a folder of exports, or data-api, or odata",
            id="R233",
        )
    return str(path)


def folder(name: str, text: str, *, root: Path) -> Path:
    """A path, relative to the checkout: kernels and commands start elsewhere."""
    try:
        return root / Path(text).expanduser()
    except RuntimeError:
        raise SettingsError(
            f"{name}: there is no such user on this machine.",
            hint="give a whole path",
            id="R234",
        ) from None


def bucket(name: str, text: str) -> str:
    if text and not _BUCKET.fullmatch(text):
        raise SettingsError(
            f"{name}: {_quoted(text)} cannot be the name of a bucket.",
            hint=f"{name}=clinic-files: letters, digits, dots and hyphens",
            id="R235",
        )
    return text


def endpoint(name: str, text: str) -> str:
    wrong = fault_of_url(text) if text else ""
    if wrong:
        raise SettingsError(
            f"{name}: {wrong}.",
            hint=f"{name}=https://s3.example.org, with its scheme",
            id="R236",
        )
    return text


def prefix(name: str, text: str) -> str:
    """Where objects lie: it ends with a slash, and begins with none."""
    wrong = ""
    if text.startswith("/"):
        wrong = "it begins with a slash, which no key of the bucket does"
    elif "//" in text:
        wrong = "it has two slashes, one after the other"
    elif not text.endswith("/"):
        wrong = "it does not end with a slash"
    elif len(text) > _MOST_OF_PREFIX:
        wrong = f"it is longer than {_MOST_OF_PREFIX} characters"
    elif {"..", "."} & set(text.split("/")):
        wrong = "it is no place in a bucket, which knows no . and .."
    elif "://" in text or "\\" in text:
        wrong = "it is more than the place in the bucket"
    if wrong:
        meant = re.sub("/+", "/", text.strip("/")) or "folder"
        raise SettingsError(
            f"{name}: {wrong}.", hint=f"{name}={shortened(meant)}/", id="R237"
        )
    return text


def place(name: str, text: str) -> tuple[str, str]:
    """``BUCKET`` or ``BUCKET/PREFIX/`` as both; of nothing, nothing."""
    named, slash, inside = text.partition("/")
    return bucket(name, named), prefix(name, inside) if slash and inside else ""


def number(name: str, text: str, *, least: int, most: int) -> int:
    if not (re.fullmatch(r"[0-9]{1,6}", text) and least <= int(text) <= most):
        raise SettingsError(
            f"{name}: not a whole number from {least} to {most}.",
            hint=f"{name}={least}",
            id="R345",
        )
    return int(text)


def database(name: str, text: str) -> str:
    """A database URL as it is; it may hold a password, so no part of it is quoted."""
    wrong = ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        wrong = "its host or port cannot be read; in a name or password write # as %23"
    else:
        if parts.scheme not in _DATABASES or not (parts.path.strip("/") or not text):
            wrong = "it names neither a SQLite file nor a PostgreSQL database"
        if parts.fragment or text.endswith("#"):
            wrong = "it has a bare #, which ends an address: write %23"
        elif port == 0:
            wrong = "its port is no number from 1 to 65535"
    if text and wrong:
        raise SettingsError(
            f"{name}: {wrong}.",
            hint=f"{name}=sqlite:///FILE or postgresql://USER@HOST/NAME",
            id="R238",
        )
    return text


def fault_of_url(text: str) -> str:
    """Why *text* is no address of a server, without a word of it; "" where it is."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "its address or port cannot be read"
    if parts.scheme not in ("http", "https"):
        return "it does not begin with https:// or http://"
    if parts.username or parts.password:
        return "it holds an account"
    if not parts.hostname or port == 0 or parts.query or parts.fragment:
        return "it is no address"
    return ""


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long
        return False


def _quoted(text: str) -> str:
    return repr(shortened(text, 40))
