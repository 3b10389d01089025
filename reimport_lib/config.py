"""Settings from the environment, ``.env`` and ``.env.filemaker``: read once, typed.

Imports only errors. Nothing is read at import time. The environment wins over both
files; an empty variable counts as not set. Secrets have a type that never prints.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from reimport_lib.errors import SettingsError, did_you_mean
from reimport_lib.tables import SERVERS, SOURCE_TABLES

ROOT = Path(__file__).resolve().parent.parent

DateOrder = Literal["DMY", "MDY", "YMD"]

NAMES = frozenset(
    {
        "REIMPORT_ACCEPTANCE_DATA",
        "REIMPORT_CHARSET",
        "REIMPORT_COLUMNS",
        "REIMPORT_DATE_ORDER",
        "REIMPORT_HEALTH_NUMBER_WIDTH",
        "REIMPORT_OPTIONAL_TABLES",
        "REIMPORT_PG_BIN",
        "REIMPORT_PHONE_REGION",
        "REIMPORT_POSTCODE_WIDTH",
        "REIMPORT_REHEARSAL_URL",
        "REIMPORT_RUNS",
        "REIMPORT_SOURCE",
        "REIMPORT_SYSTEM",
        "REIMPORT_TEST_POSTGRES",
        "REIMPORT_TIME_ZONE",
    }
)
"""Every setting of ours that anything here reads, tests included."""


class Secret:
    """A text that is shown as stars everywhere; ``reveal()`` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret('**********')"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


@dataclass(frozen=True, slots=True)
class RowSettings:
    """The settings that decide what becomes of a row; part of every plan.

    Attributes:
        system: names the source in every derived key.
        time_zone: the clinic's wall clock, an IANA name.
        date_order: of text dates where the source does not declare its own.
        region: of phone numbers without a country code (ISO 3166).
        postcode_width: digits of a full postcode.
        health_number_width: digits of a full health number.
        s3_bucket: holds the objects of documents and images.
        documents_prefix, images_prefix: where the objects lie in the bucket.
        optional_tables: source tables that may be missing, beside ``sms_replies``.
    """

    system: str = "filemaker"
    time_zone: str = "Australia/Sydney"
    date_order: DateOrder = "DMY"
    region: str = "AU"
    postcode_width: int = 4
    health_number_width: int = 10
    s3_bucket: str = ""
    documents_prefix: str = "filemaker-docs/"
    images_prefix: str = "filemaker-images/"
    optional_tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides.

    Attributes:
        database_url: the real database (may hold a password: shown nowhere).
        rehearsal_url: where a rehearsal on PostgreSQL may put its copy; empty:
            a database of its own beside the real one.
        source: the folder of exports, or ``data-api`` or ``odata``.
        runs: the folder that run folders are made in.
        charset: of delimited exports whose own cannot be told; empty: by evidence.
        columns: file stem (``Images``) -> the columns of an export without a header.
        filemaker: every ``FILEMAKER_`` setting; ``sources.servers`` reads them.
    """

    database_url: Secret
    rehearsal_url: Secret
    source: str
    runs: Path
    rows: RowSettings
    charset: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    s3_bucket: str = ""
    s3_endpoint_url: str = ""
    filemaker: Mapping[str, str | Secret] = field(default_factory=dict)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """
    Read the settings; *environ* stands in for the process environment in tests.

    Raises:
        SettingsError: a value that cannot be read, or a name that means nothing; the
            message names the variable.
    """
    values = _layers(environ)
    rows = RowSettings(
        system=values.get("REIMPORT_SYSTEM", "filemaker"),
        time_zone=_time_zone(values.get("REIMPORT_TIME_ZONE", "Australia/Sydney")),
        date_order=_date_order(values.get("REIMPORT_DATE_ORDER", "DMY")),
        region=values.get("REIMPORT_PHONE_REGION", "AU"),
        postcode_width=_width(values, "REIMPORT_POSTCODE_WIDTH", 4),
        health_number_width=_width(values, "REIMPORT_HEALTH_NUMBER_WIDTH", 10),
        s3_bucket=values.get("S3_BUCKET", ""),
        documents_prefix=values.get("S3_DOCUMENTS_PREFIX", "filemaker-docs/"),
        images_prefix=values.get("S3_IMAGES_PREFIX", "filemaker-images/"),
        optional_tables=_tables(values.get("REIMPORT_OPTIONAL_TABLES", "")),
    )
    default_database = f"sqlite:///{ROOT / 'backend' / 'db.sqlite3'}"
    return Settings(
        database_url=Secret(values.get("DATABASE_URL", default_database)),
        rehearsal_url=Secret(values.get("REIMPORT_REHEARSAL_URL", "")),
        source=_source(values.get("REIMPORT_SOURCE", "")),
        # Relative to the checkout: kernels and commands start in other folders.
        runs=ROOT / Path(values.get("REIMPORT_RUNS", "runs")).expanduser(),
        rows=rows,
        charset=_charset(values.get("REIMPORT_CHARSET", "")),
        columns=_columns(values.get("REIMPORT_COLUMNS", "")),
        s3_bucket=values.get("S3_BUCKET", ""),
        s3_endpoint_url=values.get("S3_ENDPOINT_URL", ""),
        filemaker=_filemaker(values),
    )


def _layers(environ: Mapping[str, str] | None) -> dict[str, str]:
    """The files first, then the environment; empty values left out."""
    layers: dict[str, str | None] = {}
    if environ is None:
        for name in (".env", ".env.filemaker"):
            layers.update(dotenv_values(ROOT / name))
        environ = os.environ
    layers.update(environ)
    for name in layers:
        if name.startswith("REIMPORT_") and name not in NAMES:
            raise SettingsError(
                f"There is no setting {name}.{did_you_mean(name, NAMES)}",
                hint="the settings are in docs/settings.md and .env.example",
            )
    return {name: value for name, value in layers.items() if value}


def _source(word: str) -> str:
    """A folder as an absolute path; a server by its word."""
    is_word = word in ("", *SERVERS)
    return word if is_word else str(ROOT / Path(word).expanduser())


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(
            f"REIMPORT_TIME_ZONE: {name!r} is not a time zone.",
            hint="use an IANA name such as Australia/Sydney",
        ) from None
    return name


def _date_order(order: str) -> DateOrder:
    known: DateOrder
    for known in ("DMY", "MDY", "YMD"):
        if order.upper() == known:
            return known
    raise SettingsError(
        f"REIMPORT_DATE_ORDER: {order!r} is not an order of dates.",
        hint="use DMY, MDY or YMD",
    )


def _charset(name: str) -> str:
    try:
        codecs.lookup(name or "utf-8")
    except (LookupError, ValueError):
        raise SettingsError(
            f"REIMPORT_CHARSET: {name!r} is not a character set.",
            hint="use utf-8, utf-16, windows-1252 or macintosh",
        ) from None
    return name


def _columns(text: str) -> dict[str, tuple[str, ...]]:
    """``Images: recid, date; Docs: id, date`` by file; names hold no ``,`` or ``;``."""
    files = {table.file.casefold(): table.file for table in SOURCE_TABLES}
    found = {}
    for part in filter(str.strip, text.split(";")):
        stem, _, names = part.partition(":")
        file = files.get(stem.strip().casefold())
        columns = tuple(name.strip() for name in names.split(","))
        if file is None or not all(columns):
            near = "" if file else did_you_mean(stem.strip(), files.values())
            raise SettingsError(
                f"REIMPORT_COLUMNS: {part.strip()[:40]!r} names no columns of an "
                f"export.{near}",
                hint="REIMPORT_COLUMNS=Images: recid, date, Type; Docs: id, Date",
            )
        found[file] = columns
    return found


def _width(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 20):
        raise SettingsError(
            f"{name}: not a number of digits between 1 and 20.",
            hint=f"{name}={default}",
        )
    return int(text)


def _tables(text: str) -> tuple[str, ...]:
    known = [table.name for table in SOURCE_TABLES]
    words = tuple(text.replace(",", " ").split())
    for word in words:
        if word not in known:
            raise SettingsError(
                f"REIMPORT_OPTIONAL_TABLES: there is no table {word!r}."
                + did_you_mean(word, known),
                hint=f"the tables are {', '.join(known)}",
            )
    return words


def _filemaker(values: Mapping[str, str]) -> dict[str, str | Secret]:
    secret = {"FILEMAKER_PASSWORD"}
    return {
        name: Secret(value) if name in secret else value
        for name, value in values.items()
        if name.startswith("FILEMAKER_")
    }
