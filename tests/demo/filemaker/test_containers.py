"""Container files: the dance with cookie and redirect, and bare values of OData."""

from __future__ import annotations

import re

import httpx
import pytest

from reimport_demo.filemaker.server import Served
from reimport_demo.filemaker.service import Options
from reimport_demo.filemaker.streaming import ContainerFile, address, place_of
from reimport_demo.objects import content_of
from tests.demo.filemaker.asking import IN_CLINIC, DataApi, data_api, http, log_in

ADDRESS = re.compile(
    r"http://127\.0\.0\.1:\d+/Streaming/MainDB/[0-9A-F]{64}(\.\w+)?"
    r"\?RCType=EmbeddedRCFileProcessor"
)
COOKIE = "X-FMS-Session-Key"


def first_image(session: DataApi) -> tuple[str, str]:
    """Address and object key of the first image that has a file."""
    for record in session.records("API_Images", _limit=1000):
        fields = record["fieldData"]
        if fields["image_Full"]:
            return fields["image_Full"], f"filemaker-images/{fields['fileNane']}"
    raise AssertionError("no image has a file")


def test_the_first_answer_is_a_cookie_and_the_way_to_the_bytes(api: DataApi) -> None:
    url, key = first_image(api)
    with httpx.Client(trust_env=False) as fresh:
        first = fresh.get(url)
        second = fresh.get(httpx.URL(url).join(first.headers["Location"]))

    assert ADDRESS.fullmatch(url)
    assert (first.status_code, second.status_code) == (302, 200)
    assert first.headers["Location"].endswith("&Redirect")
    assert COOKIE in first.headers["Set-Cookie"]
    assert second.content == content_of(key)
    assert "filename=" in second.headers["Content-Disposition"]


def test_the_place_it_leads_to_is_closed_without_the_cookie(api: DataApi) -> None:
    url, _ = first_image(api)
    with httpx.Client(trust_env=False) as fresh:
        answer = fresh.get(f"{url}&Redirect")
        wrong = fresh.get(f"{url}&Redirect", headers={"Cookie": f"{COOKIE}=x"})

    assert (answer.status_code, wrong.status_code) == (401, 401)


def test_the_cookie_opens_the_first_address_as_well(api: DataApi) -> None:
    url, key = first_image(api)
    with httpx.Client(trust_env=False) as fresh:
        fresh.get(url)
        again = fresh.get(url, headers=api.headers)

    assert again.content == content_of(key)


def test_a_server_may_stream_without_any_cookie() -> None:
    with data_api(options=Options(authenticated_streams=False)) as (session, _):
        url, key = first_image(session)
        answer = session.client.get(url)

    assert answer.content == content_of(key)


def test_an_address_dies_with_its_session(served: Served) -> None:
    with http(served) as client:
        session = log_in(client)
        url, _ = first_image(session)
        client.get(url)
        client.delete(f"{IN_CLINIC}/sessions/{session.token}")
        after = client.get(url)

    assert after.status_code == 401


def test_a_forged_address_leads_nowhere(api: DataApi) -> None:
    url, _ = first_image(api)
    forged = re.sub("[0-9A-F]{64}", lambda found: found[0][::-1], url)
    no_address = re.sub("[0-9A-F]{64}", "x" * 64, url)

    assert api.client.get(forged).status_code == 404
    assert api.client.get(no_address).status_code == 404


def test_addresses_are_told_from_forged_ones() -> None:
    place = ContainerFile(table=1, field=2, repetition=1, call=3, session=4, record=5)
    digits = address(place, b"secret")

    assert len(digits) == 64
    assert place_of(digits, b"secret") == place
    assert place_of(digits, b"other") is None
    assert place_of(digits[:-2], b"secret") is None


def test_containers_are_full_empty_or_only_a_reference(api: DataApi) -> None:
    held = [
        record["fieldData"]["Doc"] for record in api.records("API_Docs", _limit=1000)
    ]
    references = [text for text in held if text.startswith("file:")]

    assert "" in held
    assert any(ADDRESS.fullmatch(text) for text in held)
    assert all("\rfilewin:/" in text for text in references)
    assert references


def test_a_portal_shows_no_container(api: DataApi) -> None:
    portals = api.records("Contacts", _limit=1)[0]["portalData"]

    assert portals["Docs"]
    assert not any("Docs::Doc" in row for row in portals["Docs"])


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("*/*", "image/png"), ("application/octet-stream", "text/plain")],
)
def test_odata_gives_bytes_unless_bytes_are_asked_for(
    odata_client: httpx.Client, accept: str, kind: str
) -> None:
    answer = odata_client.get(
        "API_Contacts(ROWID=1)/faceImage_Full/$value", headers={"Accept": accept}
    )

    assert answer.headers["Content-Type"].split(";")[0] == kind
    assert (answer.content == content_of("faces/1.png")) == (kind == "image/png")


def test_odata_leaves_containers_out_unless_they_are_named(
    odata_client: httpx.Client,
) -> None:
    rows = odata_client.get("API_Docs?$top=5").json()["value"]
    named = odata_client.get("API_Clinic_Name?$top=1&$select=logo").json()["value"]

    assert all("Doc" not in row for row in rows)
    assert named[0]["logo"]


def test_an_empty_container_has_no_content(odata_client: httpx.Client) -> None:
    answer = odata_client.get("API_Contacts(ROWID=10)/faceImage_Full/$value")

    assert (answer.status_code, answer.content) == (204, b"")
