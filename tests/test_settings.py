"""A bad value of any setting is one line: its name, what is wrong, what it may be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from reimport_lib import channels, env_files
from reimport_lib.config import (
    AWS_IN_FILES,
    NEVER_BLANK,
    Settings,
    beside,
    load_settings,
    names,
)
from reimport_lib.errors import SettingsError
from reimport_lib.read.server.connection import server_of
from reimport_lib.tables.convert import PHONE_REGION
from reimport_lib.write.databases import configuration

ROOT = Path(__file__).resolve().parent.parent
NOT_FOR_USERS = {"REIMPORT_ACCEPTANCE_DATA", "REIMPORT_TEST_POSTGRES"}
SIGNED = f"whsec_{'c2VjcmV0' * 4}"
LONG = "x" * 5_000
SERVER = {
    "FILEMAKER_HOST": "filemaker.example.org",
    "FILEMAKER_DATABASE": "Clinic",
    "FILEMAKER_USERNAME": "reader",
    "FILEMAKER_PASSWORD": "not a secret",  # pragma: allowlist secret
}

URLS = [
    "mysql://h/clinic",
    "clinic",
    "postgresql://u:p#q@h/clinic",  # pragma: allowlist secret
    "postgresql://u@h:port/clinic",
    "postgresql://u@h:99999/clinic",
    "postgresql://u@h",
    "sqlite://",
    "http://h/clinic",
    LONG,
]
RATES = ["2%", "2% 0%", "0% 5%", "100% 5%", "2 5", "-2% 5%", "2% 5% 5%", "٢% ٤%", LONG]
PREFIXES = [
    "filemaker-docs",
    "/filemaker-docs/",
    "files//docs/",
    "/",
    "../docs/",
    "s3://bucket/docs/",
    f"{LONG}/",
]
WIDTHS = ["four", "0", "-4", "4.0", "21", "٤", "1e1", "9" * 5_000]
BAD: Mapping[str, list[str]] = {
    "DATABASE_URL": URLS,
    "REIMPORT_READER_URL": URLS,
    "REIMPORT_REHEARSAL_URL": URLS,
    "REIMPORT_CHARSET": ["zlib", "rot13", "idna", "base64", "utf-9", "hex", LONG],
    "REIMPORT_COLUMNS": [
        "Images",
        "Images:",
        "Image: recid, date",
        "Images: recid,, date",
        "Images: a; Images: b",
        "Images: a, a",
        LONG,
    ],
    "REIMPORT_COPIES": ["all", "-1", "1001", "1.5", LONG],
    "REIMPORT_DATE_ORDER": ["YDM", "D/M/Y", "dd.mm.yyyy", LONG],
    "REIMPORT_HEALTH_NUMBER_WIDTH": WIDTHS,
    "REIMPORT_MERGE": [
        "keep",
        "patients=keep",
        "patient.dob=keep",
        "patients.birthday=keep",
        "patients.dob=mine",
        "patients.dob=keep; patients.dob=take",
        LONG,
    ],
    "REIMPORT_NOTIFY": [
        "it@clinic.example",
        "mailto:it",
        "mailto:it@clinic.example, boss@clinic.example",
        "mailto:it@clinic.example failed",
        f"mailto:it@clinic.example {SIGNED}",
        "mailto:it@clinic.example; mailto:it@clinic.example failure",
        "https://hooks.example.org/in",
        "https://hooks.example.org/in whsec_short",
        f"http://hooks.example.org/in {SIGNED}",
        f"https://h:port/in {SIGNED}",
        f"https://u:word@h/in {SIGNED}",  # pragma: allowlist secret
        "failure",
        LONG,
    ],
    "REIMPORT_NOTIFY_DEAD_MAN": ["hc-ping.example", "ftp://h", "http://h/x", LONG],
    "REIMPORT_NOTIFY_LATE_MINUTES": ["soon", "0", "-1", "1.5", LONG],
    "REIMPORT_NOTIFY_LINK": ["clinic.example", "https://[::1", "https://h/#x", LONG],
    "REIMPORT_EXECUTOR": [
        "all",
        "0",
        "-1",
        "1.5",
        "65",
        "tcp://h:1",
        "dask://h",
        "dask://u@h:1",
        LONG,
    ],
    "REIMPORT_OPTIONAL_TABLES": ["unknown", "note", "notes;sms", LONG],
    "REIMPORT_PHONE_REGION": ["XX", "UK", "Australia", "+61", LONG],
    "REIMPORT_POSTCODE_WIDTH": WIDTHS,
    "REIMPORT_REVIEW_HOURS": ["soon", "0", "-1", "1.5", "1e3", LONG],
    "REIMPORT_TWO_PEOPLE": ["yes", "2", "-1", LONG],
    "REIMPORT_UNDO_DAYS": ["soon", "0", "-1", "36501", "1.5", LONG],
    "REIMPORT_SAMPLE_ACCEPTABLE": RATES,
    "REIMPORT_SAMPLE_REJECTABLE": RATES,
    "REIMPORT_RUNS": ["~nobody-of-that-name/runs"],
    "REIMPORT_SOURCE": ["data_api", "Odata", "dataapi", "~nobody-of-that-name/x"],
    "REIMPORT_SILENT_SECONDS": ["soon", "0", "9", "-30", "30.5", "99999", "٤٤"],
    "REIMPORT_SYSTEM": [LONG],
    "REIMPORT_WINDOW": ["22-5", "22:00", "25:00-05:00", "Fr 20:00-06:00", LONG],
    "REIMPORT_TIME_ZONE": [
        "Sydney",
        "Australia/Sidney",
        "Australia",
        "../../etc/passwd",
        "/etc/localtime",
        "+10:00",
        "right/Australia/Sydney",
        "localtime",
        LONG,
    ],
    "S3_ANSWER_SECONDS": ["soon", "0", "-1", "1.5", "3601", "9" * 5_000],
    "S3_BACKUP": ["s3://clinic/copies/", "clinic/copies", "clinic//x/", "x", LONG],
    "S3_CONNECT_SECONDS": ["soon", "0", "-1", "601", LONG],
    "S3_TRIES": ["often", "0", "101", "٤"],
    "S3_BUCKET": ["My bucket", "s3://clinic", "clinic/files", "x", LONG],
    "S3_DOCUMENTS_PREFIX": PREFIXES,
    "S3_IMAGES_PREFIX": PREFIXES,
    "S3_ENDPOINT_URL": [
        "localhost:9000",
        "s3.example.org",
        "ftp://s3.example.org",
        "http://",
        "http://h:port",
        "http://h:99999",
        "http://[::1",
        "http://user:word@h",  # pragma: allowlist secret
        LONG,
    ],
    "FILEMAKER_HOST": [
        "h:port",
        "h:99999",
        "h:0",
        "h:",
        "https://h/fmi/data",
        "http://filemaker.example.org",
        "ftp://h",
        "user:word@h",  # pragma: allowlist secret
        "two words",
        "https://[::1",
        "https://",
    ],
    "FILEMAKER_CA_FILE": ["/nowhere/ca.pem", "/", "~nobody-of-that-name/ca", LONG],
    "FILEMAKER_PAGE_ROWS": ["many", "0", "-1", "1e3", "10001", "9" * 5_000],
    "FILEMAKER_PAUSE_SECONDS": ["soon", "-1", "nan", "inf", "61", LONG],
    "FILEMAKER_TIMESTAMPS": ["UTC+10", "local", LONG],
}
BACKEND = {
    "DJANGO_DEBUG": ["perhaps"],
    "DJANGO_READ_ONLY": ["perhaps"],
    "DJANGO_NOTICE_HOURS": ["soon", "-1", "9" * 5_000],
    "DJANGO_SSL_REDIRECT": ["2"],
    "DJANGO_BEHIND_PROXY": ["https"],
    "DJANGO_HSTS_SECONDS": ["a year", "-1", "9" * 5_000],
    "DJANGO_EMAIL_PORT": ["smtp", "-1", "9" * 5_000],
    "DJANGO_EMAIL_TLS": ["starttls"],
}
ANY_TEXT = {
    # what they name is asked for where it is used; the answer names them
    "REIMPORT_HOME": "tests/test_home.py",
    "REIMPORT_METRICS_TOKEN": "tests/backend/test_runs_orders.py",
    "REIMPORT_PG_BIN": "tests/backup/test_pgclient.py",
    "REIMPORT_SIGNING_KEY": "tests/record/test_evidence.py",
    "REIMPORT_TABLES": "tests/tables/test_registry.py",
    "FILEMAKER_DATABASE": "the server says that there is none",
    "FILEMAKER_USERNAME": "the server refuses the account",
    "FILEMAKER_PASSWORD": "the server refuses it",  # pragma: allowlist secret
    **{name: "the server" for name in beside() if "LAYOUT" in name},
    **{name: "the server" for name in beside() if "CONTAINER" in name},
    **dict.fromkeys(AWS_IN_FILES, "tests/test_aws_settings.py"),
    "DJANGO_SECRET_KEY": "checks of Django",  # pragma: allowlist secret
    "DJANGO_ALLOWED_HOSTS": "checks of Django",
    "DJANGO_CSRF_TRUSTED_ORIGINS": "checks of Django",
    "DJANGO_STATIC_ROOT": "collectstatic",
    "DJANGO_EMAIL_HOST": "reimport notify --test",
    "DJANGO_EMAIL_USER": "the server refuses the account",
    "DJANGO_EMAIL_PASSWORD": "the server refuses it",  # pragma: allowlist secret
    "DJANGO_EMAIL_FROM": "the server refuses the sender",
}
CASES = [(name, value) for name, values in BAD.items() for value in values]


def read(environ: Mapping[str, str]) -> Settings:
    """The settings, and all that is made of their text later."""
    settings = load_settings(environ)
    for url in (settings.database_url, settings.rehearsal_url):
        if url:
            configuration(url.reveal(), read_only=True)
    server_of(settings)
    channels.read(settings.notify)
    return settings


def test_every_setting_has_a_bad_value_here_or_a_reason_why_none() -> None:
    listed = re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M)
    told = {*BAD, *BACKEND, *ANY_TEXT}

    assert set(listed) <= told
    assert told >= (names() | beside()) - NOT_FOR_USERS
    assert not {*BAD, *BACKEND} & set(ANY_TEXT)


@pytest.mark.parametrize(
    ("name", "value"), CASES, ids=[f"{name}-{value[:12]}" for name, value in CASES]
)
def test_a_bad_value_is_refused_by_the_name_of_its_setting(
    name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read({**SERVER, name: value})

    said = f"{refused.value.message} {refused.value.hint}"
    assert name in refused.value.message
    assert refused.value.hint
    assert len(said.splitlines()) == 1
    assert len(said) < 400


@pytest.mark.parametrize("name", sorted((names() | beside()) - NOT_FOR_USERS))
@pytest.mark.parametrize("char", ["\n", "\x1b", "\0", "\u202e", "\udcff"])
def test_no_setting_takes_what_nobody_can_see(name: str, char: str) -> None:
    if name in ("FILEMAKER_PASSWORD", "FILEMAKER_USERNAME"):
        return

    with pytest.raises(SettingsError, match=f"^{name}: its character 3 is "):
        load_settings({name: f"ab{char}c"})


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("REIMPORT_DATE_ORDER", "dmy", "DMY"),
        ("REIMPORT_DATE_ORDER", " MDY ", "MDY"),
        ("REIMPORT_PHONE_REGION", "nz", "NZ"),
        ("REIMPORT_TIME_ZONE", "Australia/Perth\r\n", "Australia/Perth"),
        ("REIMPORT_SYSTEM", "Práxis\u3000\u200d東", "Práxis\u3000\u200d東"),
    ],
)
def test_case_and_blanks_around_a_value_do_not_count(
    name: str, value: str, meant: str
) -> None:
    rows = load_settings({name: value}).rows

    others = (rows.date_order, rows.time_zone, rows.system)
    assert meant in (rows.of(PHONE_REGION), *others)


def test_two_kinds_of_file_have_two_places() -> None:
    with pytest.raises(SettingsError, match="S3_DOCUMENTS_PREFIX and S3_IMAGES_PREFIX"):
        load_settings({"S3_DOCUMENTS_PREFIX": "a/", "S3_IMAGES_PREFIX": "a/"})


@pytest.mark.parametrize("place", ["files", "files/a/copies/", "files/a/"])
def test_copies_do_not_lie_among_what_they_are_copies_of(place: str) -> None:
    told = {"S3_BUCKET": "files", "S3_DOCUMENTS_PREFIX": "a/", "S3_BACKUP": place}

    with pytest.raises(SettingsError, match="S3_BACKUP: copies would lie among"):
        load_settings(told)

    told["S3_BACKUP"] = "files/copies/"
    assert load_settings(told).s3_backup == ("files", "copies/")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("REIMPORT_SORCE", "REIMPORT_SOURCE"),
        ("FILEMAKER_LAYOUT_PATIENT", "FILEMAKER_LAYOUT_PATIENTS"),
        ("S3_DOCUMENT_PREFIX", "S3_DOCUMENTS_PREFIX"),
    ],
)
def test_a_name_that_means_nothing_is_told_with_the_nearest(
    name: str, near: str
) -> None:
    with pytest.raises(SettingsError, match=rf"{name}\. Did you mean {near}\?"):
        load_settings({name: "x"})


def test_a_name_of_another_program_is_its_own_affair() -> None:
    assert load_settings({"S3_ACCESS_KEY": "x", "FILEMAKER_SERVER_HOME": "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in BACKEND.items() for value in values],
    ids=lambda text: text[:20],
)
def test_the_command_names_a_bad_setting_of_the_backend(
    name: str, value: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text("{}")
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}", name: value}

    done = subprocess.run(
        [sys.executable, "-m", "reimport_lib", "load-config", str(config)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert done.returncode == 3, done.stderr
    first, second = done.stderr.splitlines()
    assert first.startswith(f"reimport: {name} must be ")
    assert second.startswith("  next: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"REIMPORT_SYSTEM=caf\xe9\n", r"\.env is not UTF-8"),
        (b"\xff\xfeR\0=\0x\0", r"\.env is not UTF-8"),
        (b"A=1\0\n", r"\.env is not text"),
        (b"A=1\nB='two\nC=3\n", r"\.env: line 2 is no setting"),
        (b"A=1\n\n= 5\n", r"\.env: line 3 is no setting"),
    ],
)
def test_a_file_of_settings_is_refused_by_its_name(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)

    with pytest.raises(SettingsError, match=said) as refused:
        env_files.read(file)
    assert refused.value.hint


def test_a_folder_in_the_place_of_a_file_of_settings_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    with pytest.raises(SettingsError, match=r"\.env cannot be read: Is a directory"):
        env_files.read(tmp_path / ".env")


def test_a_mark_at_the_begin_and_the_lines_of_windows_are_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("\ufeffA=Zoë # who\r\nexport B='x y'\r\nC=\r\nD\r\n".encode())

    assert env_files.read(file) == {"A": "Zoë", "B": "x y", "C": ""}
    assert env_files.read(tmp_path / "none") == {}


@pytest.mark.parametrize("value", ["", " ", "\t"])
@pytest.mark.parametrize("name", NEVER_BLANK)
def test_a_blank_setting_does_not_mean_the_default_database(
    name: str, value: str
) -> None:
    """A script whose variable is not set would import into another one."""
    with pytest.raises(SettingsError, match=f"{name} is set in the environment, and"):
        load_settings({name: value})
