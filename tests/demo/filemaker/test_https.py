"""The private authority, the listener, and the command that serves."""

from __future__ import annotations

import socket
import ssl
import stat
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from reimport_demo.filemaker.certificates import make_authority
from reimport_demo.filemaker.command import client_environment, serve
from reimport_demo.filemaker.server import serving
from reimport_lib.errors import UsageError
from tests.demo.filemaker.asking import CLINIC, DATA, http, log_in
from tests.demo.filemaker.test_containers import first_image


def test_clients_that_trust_the_authority_are_served(tmp_path: Path) -> None:
    with serving(CLINIC, https=True, authority=tmp_path) as served:
        with http(served) as client:
            trusted = client.get(f"{DATA}/productInfo")
            by_name = client.get(
                f"{served.url.replace('127.0.0.1', 'localhost')}{DATA}/productInfo"
            )
            url, _ = first_image(log_in(client))
        with (
            httpx.Client(trust_env=False) as stranger,
            pytest.raises(httpx.ConnectError),
        ):
            stranger.get(f"{served.url}{DATA}/productInfo")
        with http(served) as client:
            after = client.get(f"{DATA}/productInfo")

    assert (trusted.status_code, by_name.status_code, after.status_code) == (200,) * 3
    assert url.startswith(f"{served.url}/Streaming_SSL/MainDB/")
    assert served.environment()["FILEMAKER_CA_FILE"] == str(tmp_path / "ca.pem")


def test_the_authority_is_kept_and_its_key_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    first = make_authority(folder).read_bytes()
    second = make_authority(folder).read_bytes()

    assert first == second
    assert stat.S_IMODE((folder / "ca-key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_authority_of_one_time_leaves_nothing_behind() -> None:
    with serving(CLINIC, https=True) as served:
        assert served.ca_file
        ssl.create_default_context(cafile=served.ca_file)

    assert not served.ca_file.exists()


def test_a_client_that_says_nothing_does_not_stop_the_others() -> None:
    with serving(CLINIC, https=True) as served:
        host, port = served.url.removeprefix("https://").split(":")
        with socket.create_connection((host, int(port))), http(served) as client:
            answer = client.get(f"{DATA}/productInfo", timeout=5)

    assert answer.status_code == 200


def test_a_taken_port_is_a_usage_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)), serving(CLINIC, port=port):
            pass


def test_the_command_serves_both_and_says_how_to_reach_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = Event()
    stop.set()
    serve(
        scale=CLINIC.scale,
        https_port=0,
        http_port=0,
        faults=["slow_seconds=0.5", "edit=delete", "no_access"],
        authority=tmp_path,
        stop=stop,
    )
    shown = capsys.readouterr().out

    assert "Serving at https://127.0.0.1:" in shown
    assert "Serving at http://127.0.0.1:" in shown
    assert "FILEMAKER_DATABASE=Clinic" in shown
    assert "FM_LAYOUT=API_" in shown


def test_the_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    stop = Event()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Thread(
        target=serve,
        kwargs={
            "scale": CLINIC.scale,
            "https_port": -1,
            "http_port": port,
            "authority": tmp_path,
            "stop": stop,
        },
    )
    running.start()
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport) as client:
        answer = client.get(f"http://127.0.0.1:{port}{DATA}/productInfo")
    stop.set()
    running.join()

    assert answer.status_code == 200


def test_a_word_that_names_no_fault_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no_such"):
        serve(faults=["no_such=1"], authority=tmp_path)


def test_a_first_tour_needs_unique_keys() -> None:
    with serving(CLINIC) as served:
        tour = client_environment(served)
        table = served.service.database.tables["Contacts"]
        table.insert(table.records()[3])
        elsewhere = client_environment(served)

    assert (tour["FM_TABLE"], tour["FM_FIND_FIELD"]) == ("API_Contacts", "nameLast")
    assert elsewhere["FM_TABLE"] == "API_Clinic_Name"
