"""Settings from the environment, ``.env`` and ``.env.filemaker``: read once, typed.

Nothing is read at import time. The environment wins over both files, which lie in the
home; a blank variable counts as not set. Every value is tried here, in
``setting_values`` (those of the FileMaker server in ``read.server.connection``).
Secrets have a type that never prints.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from reimport_lib import channels, home, project, windows, workers
from reimport_lib import setting_values as read
from reimport_lib.errors import SettingsError, did_you_mean
from reimport_lib.row_settings import RowSettings as RowSettings
from reimport_lib.secret import Secret as Secret
from reimport_lib.setting_values import RateAndRisk
from reimport_lib.tables import registry
from reimport_lib.windows import Window

T = TypeVar("T")

_OURS = (
    "REIMPORT_ACCEPTANCE_DATA REIMPORT_CHARSET REIMPORT_COLUMNS REIMPORT_COPIES "
    "REIMPORT_DATE_ORDER REIMPORT_EXECUTOR REIMPORT_MERGE REIMPORT_METRICS_TOKEN "
    "REIMPORT_OPTIONAL_TABLES REIMPORT_PG_BIN REIMPORT_READER_URL "
    "REIMPORT_REHEARSAL_URL REIMPORT_REVIEW_HOURS REIMPORT_RUNS "
    "REIMPORT_SAMPLE_ACCEPTABLE REIMPORT_SAMPLE_REJECTABLE REIMPORT_SIGNING_KEY "
    "REIMPORT_SILENT_SECONDS REIMPORT_SOURCE REIMPORT_SYSTEM REIMPORT_TABLES "
    "REIMPORT_TEST_POSTGRES REIMPORT_TIME_ZONE REIMPORT_TWO_PEOPLE REIMPORT_UNDO_DAYS "
    "REIMPORT_WINDOW"
).split()
_NAMES = frozenset({home.SETTING, *channels.NAMES, *_OURS})
"""Every setting of ours that anything here reads, tests included; not the tables'."""

NEVER_BLANK = ("DATABASE_URL", "REIMPORT_RUNS", "REIMPORT_SYSTEM")
"""Taken for not set, a blank one would mean another clinic's data than was meant."""

_FILEMAKER = (
    "CA_FILE DATABASE HOST PAGE_ROWS PASSWORD PAUSE_SECONDS TIMESTAMPS USERNAME"
).split()


def names() -> frozenset[str]:
    """Every setting of ours, those of the tables too."""
    return _NAMES | {name for name in _of_tables() if name.startswith("REIMPORT_")}


def beside() -> frozenset[str]:
    """Settings whose names begin as those of other programs may."""
    layouts = [f"LAYOUT_{name.upper()}" for name in registry.sources()]
    return frozenset(
        {
            *("DATABASE_URL", "S3_BUCKET", "S3_ENDPOINT_URL", "S3_BACKUP"),
            *("S3_CONNECT_SECONDS", "S3_ANSWER_SECONDS", "S3_TRIES"),
            *(name for name in _of_tables() if not name.startswith("REIMPORT_")),
            *registry.containers(),
            *(f"FILEMAKER_{name}" for name in (*_FILEMAKER, *layouts)),
        }
    )


def _of_tables() -> list[str]:
    return [setting.variable for setting in registry.settings().values()]


AWS_ACCOUNT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
)
AWS_REGION = "AWS_DEFAULT_REGION"
AWS_IN_FILES = frozenset({*AWS_ACCOUNT, AWS_REGION})
"""Names of AWS that are read from ``.env`` too; all others from the environment."""

_S3_WAITS = (
    ("S3_CONNECT_SECONDS", "10", 600),
    ("S3_ANSWER_SECONDS", "60", 3_600),
    ("S3_TRIES", "6", 100),
)
"""Setting, default, most; in the order of ``S3Waits``."""

_AS_TYPED = frozenset({"FILEMAKER_PASSWORD", "FILEMAKER_USERNAME"})


@dataclass(frozen=True, slots=True)
class S3Waits:
    """
    How long S3 is waited for.

    Attributes:
        connect_seconds: to be reached.
        answer_seconds: for each part of an answer.
        tries: of each request, the first among them.
    """

    connect_seconds: int = 10
    answer_seconds: int = 60
    tries: int = 6


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
        s3_backup: bucket and prefix of the copies of stored objects; both "": nowhere.
        filemaker: every ``FILEMAKER_`` setting; ``read.server.connection`` reads them.
        aws: those of AWS that stand in a file; what the environment says of an account
            or a region wins, and is read by AWS's own library.
        undo_days: for how many days prune leaves what a run can be undone by.
        review_hours: how long a rehearsal may be applied after it ended.
        rehearsal_copies: of rehearsals that succeeded, how many copies stay.
        database_from: what names the database: DATABASE_URL, or a file of settings.
        signing_key: the file of the key that signs what a run leaves; None: unsigned.
        silent_seconds: without a sign of life, until a run counts as ended.
        notify: settings of who is told, as text; ``channels`` reads them.
        reader_url: the real database by a role that may only read; may be empty.
        sample_rates: shares of wrong rows with which a sample is to pass and to fail.
        window: the hours in which an import may write; None: any.
        two_people: who rehearsed may not approve.
        metrics_token: by which figures of runs are read; empty: by a login alone.
        executor: processes that a phase may use; empty: one for each processor.
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
    s3_backup: tuple[str, str] = ("", "")
    s3_waits: S3Waits = S3Waits()
    filemaker: Mapping[str, str | Secret] = field(default_factory=dict)
    aws: Mapping[str, Secret] = field(default_factory=dict)
    review_hours: int = read.REVIEW_HOURS
    rehearsal_copies: int = 1
    undo_days: int = 90
    database_from: str = "DATABASE_URL"
    signing_key: Path | None = None
    silent_seconds: int = 30
    notify: Mapping[str, Secret] = field(default_factory=dict)
    reader_url: Secret = field(default_factory=lambda: Secret(""))
    sample_rates: tuple[RateAndRisk, RateAndRisk] = (read.ACCEPTABLE, read.REJECTABLE)
    window: Window | None = None
    two_people: bool = False
    metrics_token: Secret = field(default_factory=lambda: Secret(""))
    executor: str = ""

    @property
    def reading_url(self) -> Secret:
        """By which the real database is read, by a role that may do no more."""
        return self.reader_url or self.database_url


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """
    Read the settings; *environ* stands in for the process environment in tests.

    Raises:
        SettingsError: a value that cannot be read, or a name that means nothing; the
            message names the variable.
    """
    values, root = _layers(environ), home.folder()

    def text(name: str, default: str = "") -> str:
        return values.get(name, default)

    def of(name: str, reader: Callable[[str, str], T], default: str = "") -> T:
        return reader(name, text(name, default))

    def key_file(name: str, given: str) -> Path | None:
        return read.folder(name, given, root=root) if given else None

    zone = text("REIMPORT_TIME_ZONE")
    rows = RowSettings(
        system=of("REIMPORT_SYSTEM", read.system, "filemaker"),
        time_zone=read.time_zone("REIMPORT_TIME_ZONE", zone or project.time_zone()),
        date_order=of("REIMPORT_DATE_ORDER", read.date_order, "DMY"),
        s3_bucket=of("S3_BUCKET", read.bucket),
        optional_tables=of("REIMPORT_OPTIONAL_TABLES", read.optional_tables),
        own={
            name: of(setting.variable, setting.read, setting.default)
            for name, setting in registry.settings().items()
        },
        merging=of("REIMPORT_MERGE", read.merging),
    )
    backup = of("S3_BACKUP", read.place)
    _keep_apart(rows, backup)
    given = of("DATABASE_URL", read.database)
    return Settings(
        database_url=Secret(given or project.database_url()),
        database_from="DATABASE_URL" if given else project.settings_file(),
        rehearsal_url=Secret(of("REIMPORT_REHEARSAL_URL", read.database)),
        reader_url=Secret(of("REIMPORT_READER_URL", read.database)),
        source=read.source("REIMPORT_SOURCE", text("REIMPORT_SOURCE"), root=root),
        runs=read.folder("REIMPORT_RUNS", text("REIMPORT_RUNS", "runs"), root=root),
        rows=rows,
        charset=of("REIMPORT_CHARSET", read.charset),
        columns=of("REIMPORT_COLUMNS", read.columns),
        review_hours=of("REIMPORT_REVIEW_HOURS", read.review_hours),
        undo_days=read.number(
            "REIMPORT_UNDO_DAYS", text("REIMPORT_UNDO_DAYS", "90"), least=1, most=36_500
        ),
        window=of("REIMPORT_WINDOW", windows.read),
        silent_seconds=of("REIMPORT_SILENT_SECONDS", read.silent_seconds, "30"),
        notify={n: Secret(values[n]) for n in channels.NAMES if n in values},
        s3_bucket=rows.s3_bucket,
        s3_endpoint_url=of("S3_ENDPOINT_URL", read.endpoint),
        s3_backup=backup,
        s3_waits=S3Waits(
            *(
                read.number(name, text(name, default), least=1, most=most)
                for name, default, most in _S3_WAITS
            )
        ),
        filemaker=_filemaker(values),
        rehearsal_copies=read.number(
            "REIMPORT_COPIES", text("REIMPORT_COPIES", "1"), least=0, most=1_000
        ),
        aws={} if environ is not None else _aws(),
        signing_key=of("REIMPORT_SIGNING_KEY", key_file),
        sample_rates=(
            of("REIMPORT_SAMPLE_ACCEPTABLE", read.rate_and_risk, "0.02% 5%"),
            of("REIMPORT_SAMPLE_REJECTABLE", read.rate_and_risk, "2% 5%"),
        ),
        two_people=bool(
            read.number(
                "REIMPORT_TWO_PEOPLE", text("REIMPORT_TWO_PEOPLE", "0"), least=0, most=1
            )
        ),
        metrics_token=Secret(text("REIMPORT_METRICS_TOKEN")),
        executor=of("REIMPORT_EXECUTOR", workers.read),
    )


def pg_bin() -> Path | None:
    """The folder that REIMPORT_PG_BIN names; None where it is not set."""
    text = _layers(None).get("REIMPORT_PG_BIN", "")
    return read.folder("REIMPORT_PG_BIN", text, root=home.folder()) if text else None


def aws_settings(
    files: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, Secret]:
    """
    What *files* say of the account of the bucket, where *environ* says nothing of it.

    An account is taken whole from one of them: a key of one and a token of the other
    would be nobody's.

    Raises:
        SettingsError: a name of AWS that is not read from a file, or half an account.
    """
    given = {name: value for name, value in files.items() if name.startswith("AWS_")}
    for name in given:
        if name not in AWS_IN_FILES:
            raise SettingsError(
                f"{name} is not read from .env.",
                hint=f"export it in the environment; from .env: {' '.join(AWS_ACCOUNT)}"
                f" {AWS_REGION}",
                id="R037",
            )
    key, secret = AWS_ACCOUNT[:2]
    if bool(given.get(key)) != bool(given.get(secret)):
        raise SettingsError(
            f"{key} and {secret} belong together, and .env has one of them.",
            hint="set both, or neither",
            id="R038",
        )
    hidden = set()
    if any(environ.get(name) for name in AWS_ACCOUNT):
        hidden |= set(AWS_ACCOUNT)
    if environ.get(AWS_REGION):
        hidden.add(AWS_REGION)
    return {n: Secret(v) for n, v in given.items() if v and n not in hidden}


def _aws() -> dict[str, Secret]:
    """The account of the bucket; whose tables have no objects, AWS is no matter of."""
    if not registry.stored():
        return {}
    return aws_settings(home.settings_in_files(), os.environ)


def _layers(environ: Mapping[str, str] | None) -> dict[str, str]:
    """The files first, then the environment; blank values left out."""
    layers = {} if environ is not None else home.settings_in_files()
    environ = os.environ if environ is None else environ
    layers.update(environ)
    for name in NEVER_BLANK:
        if name in environ and not environ[name].strip():
            raise SettingsError(
                f"{name} is set in the environment, and blank.",
                hint=f"give it a value, or unset {name}",
                id="R040",
            )
    values, known = {}, names() | beside()
    for name, value in layers.items():
        if name not in known:
            _refuse_unknown(name)
        ours = name in known and name not in _AS_TYPED
        values[name] = read.printable(name, value) if ours else value
    return {name: value for name, value in values.items() if value}


def _refuse_unknown(name: str) -> None:
    """A name of ours that means nothing, or one beside ours that is nearly one."""
    near = ""
    if name.startswith("REIMPORT_"):
        near = did_you_mean(name, names())
    elif name.startswith(("FILEMAKER_", "S3_")):
        near = did_you_mean(name, beside(), cutoff=0.9)
        if not near:  # it is for another program
            return
    else:
        return
    raise SettingsError(
        f"There is no setting {name}.{near}",
        hint="the settings are in docs/settings.md and .env.example",
        id="R041",
    )


def _keep_apart(rows: RowSettings, backup: tuple[str, str]) -> None:
    """The stored objects of two tables lie in two places, their copies in a third."""
    prefixes = registry.prefixes()
    places: dict[str, str] = {}
    for table, setting in prefixes.items():
        other = places.setdefault(rows.of(setting), table)
        if other != table:
            raise SettingsError(
                f"{prefixes[other].variable} and {setting.variable} name the same"
                " place.",
                hint=f"keep {registry.noun(other)} and {registry.noun(table)} apart",
                id="R036",
            )
    bucket, prefix = backup
    for place, table in places.items() if bucket == rows.s3_bucket else ():
        if bucket and (place.startswith(prefix) or prefix.startswith(place)):
            raise SettingsError(
                f"S3_BACKUP: copies would lie among the {registry.noun(table)}.",
                hint=f"S3_BACKUP=ANOTHER-BUCKET, or S3_BACKUP={bucket}/backup/",
                id="R343",
            )


def _filemaker(values: Mapping[str, str]) -> dict[str, str | Secret]:
    return {
        name: Secret(value) if name == "FILEMAKER_PASSWORD" else value
        for name, value in values.items()
        if name.startswith("FILEMAKER_")
    }
