"""The switches of a running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_demo.filemaker.contents import open_database
from reimport_demo.filemaker.faults import Faults
from reimport_demo.filemaker.server import application
from reimport_demo.filemaker.service import Options, make_service
from reimport_lib.errors import UsageError
from tests.demo.filemaker.asking import CLINIC, code, data_api

PATH = "/layouts/API_Clinic_Name/records"


def test_faults_are_switched_on_and_off_while_it_runs() -> None:
    with data_api() as (session, _):
        client = session.client
        on = client.patch("/_control/faults", json={"bad_gateway_every": 1})
        broken = session.get(PATH).status_code
        off = client.delete("/_control/faults")
        whole = session.get(PATH).status_code

    assert on.json()["faults"]["bad_gateway_every"] == 1
    assert off.json()["faults"]["bad_gateway_every"] == 0
    assert (broken, whole) == (502, 200)


def test_it_counts_requests_and_sessions() -> None:
    with data_api() as (session, _):
        session.get(PATH)
        shown = session.client.get("/_control").json()

    assert shown["sessions"] == {"open": 1, "opened": 1}
    assert shown["counts"]["requests"] == 2


def test_all_sessions_can_be_ended() -> None:
    with data_api() as (session, _):
        session.client.delete("/_control/sessions")
        answer = session.get(PATH)

    assert code(answer) == (401, "952")


@pytest.mark.parametrize(("edit", "left"), [("delete", 10), ("insert", 12)])
def test_records_can_be_edited(edit: str, left: int) -> None:
    with data_api() as (session, _):
        body = {"table": "Clinic_Name", "edit": edit}
        answer = session.client.post("/_control/edits", json=body)
        records = session.records("API_Clinic_Name")

    assert answer.json()["records"] == len(records) == left


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_control/faults", {"nope": 1}),
        ("/_control/faults", []),
        ("/_control/edits", {"table": "Nowhere", "edit": "delete"}),
        ("/_control/edits", {"table": "Clinic_Name", "edit": "explode"}),
    ],
)
def test_what_is_not_understood_is_said(path: str, body: object) -> None:
    verb = "PATCH" if path.endswith("faults") else "POST"
    with data_api() as (session, _):
        answer = session.client.request(verb, path, json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_callers_from_elsewhere_find_nothing() -> None:
    service = make_service(
        open_database(CLINIC, name="Clinic"), options=Options(), faults=Faults()
    )
    tester = application(service).test_client()
    here = tester.get("/_control", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    elsewhere = tester.get("/_control", environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert (here.status_code, elsewhere.status_code) == (200, 404)


def test_a_folder_without_a_clinic_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        open_database(tmp_path, name="Clinic")
