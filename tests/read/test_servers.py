"""The account and the address: named where they are missing, and shown nowhere."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reimport_demo.filemaker.server import Served, serving
from reimport_lib.config import load_settings
from reimport_lib.errors import ReimportError, SettingsError
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.server.odata_service import path_of

from .servers import ACCOUNT, CLINIC, faulty, read, settings

WAYS = ("data-api", "odata")


@pytest.fixture(scope="module")
def secure() -> Iterator[Served]:
    with serving(CLINIC, https=True) as running:
        yield running


def test_a_table_of_any_name_is_asked_for() -> None:
    assert path_of("@Contacts 2/A", "$top=0") == "/%40Contacts%202%2FA?$top=0"


def test_settings_that_are_missing_are_all_named() -> None:
    made = load_settings({"FILEMAKER_HOST": "127.0.0.1"})

    with pytest.raises(SettingsError) as caught:
        server_of(made)

    assert "FILEMAKER_DATABASE, FILEMAKER_USERNAME, FILEMAKER_PASSWORD" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("fm.example.org", "https://fm.example.org"),
        ("https://fm.example.org:8443/", "https://fm.example.org:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_address_is_a_host(host: str, url: str) -> None:
    assert server_of(load_settings({"FILEMAKER_HOST": host, **ACCOUNT})).url == url


@pytest.mark.parametrize(
    "host",
    [
        "http://fm.example.org",
        f"https://canary:{ACCOUNT['FILEMAKER_PASSWORD']}@fm.example.org",
        "https://fm.example.org/fmi/data",
        "ftp://fm.example.org",
        "fm.example.org:port",
        "https://",
    ],
)
def test_an_address_that_is_more_or_in_the_open_is_refused(host: str) -> None:
    with pytest.raises(SettingsError) as caught:
        server_of(load_settings({"FILEMAKER_HOST": host, **ACCOUNT}))

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "environ",
    [
        {"FILEMAKER_CA_FILE": "/nowhere.pem"},
        {"FILEMAKER_PAGE_ROWS": "0"},
        {"FILEMAKER_TIMESTAMPS": "local"},
        {"FILEMAKER_PAUSE_SECONDS": "-1"},
    ],
    ids=lambda environ: next(iter(environ)),
)
def test_a_setting_that_cannot_be_read_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        server_of(load_settings({"FILEMAKER_HOST": "h", **ACCOUNT, **environ}))

    assert str(caught.value).startswith(next(iter(environ)))


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_of_a_private_authority_is_taken_if_it_is_named(
    secure: Served, way: str
) -> None:
    assert read(settings(secure, way))["sms_replies"].data.num_rows


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_that_nobody_vouches_for_is_refused(
    secure: Served, way: str
) -> None:
    made = settings(secure, way, FILEMAKER_CA_FILE="")

    with pytest.raises(ReimportError) as caught:
        read(made)

    assert "not trusted" in str(caught.value)
    assert "FILEMAKER_CA_FILE" in caught.value.hint


def test_a_file_without_a_certificate_is_named(secure: Served, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    made = settings(secure, FILEMAKER_CA_FILE=str(tmp_path / "ca.pem"))

    with pytest.raises(SettingsError) as caught:
        read(made)

    assert "FILEMAKER_CA_FILE" in str(caught.value)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("trouble", ["account", "gateway", "nobody", "database"])
def test_the_account_is_in_no_error_and_no_log(
    secure: Served, way: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    environ = dict(ACCOUNT)
    if trouble == "nobody":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            environ["FILEMAKER_HOST"] = f"https://127.0.0.1:{free.getsockname()[1]}"
    if trouble == "database":
        environ = {"FILEMAKER_DATABASE": "canary-database"}
    faults = {"bad_gateway_every": 1} if trouble == "gateway" else {}

    with faulty(secure, faults), pytest.raises(ReimportError) as caught:
        read(settings(secure, way, **environ))

    shown = f"{caught.value!r} {caught.value} {caplog.text}"
    assert "canary" not in shown
    assert "Basic " not in shown
    assert caught.value.hint


def test_a_session_of_which_everything_is_logged_shows_no_token(
    secure: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens: list[str] = []
    login = secure.service.sessions.open

    def remember(database: str) -> str:
        tokens.append(login(database))
        return tokens[-1]

    monkeypatch.setattr(secure.service.sessions, "open", remember)
    found = read(settings(secure))

    told = f"{caplog.text} {found!r} {server_of(settings(secure))!r}"
    assert tokens
    assert not [token for token in tokens if token in told]
    assert "sessions/" not in told
