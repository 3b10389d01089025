"""The pages of runs: who is let in, and what no address breaks."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve
from run_pages import ID, OPERATE, PRIVATE, VIEW, Browser, Executed, asked

from reimport_lib.dashboard import urls
from reimport_lib.dashboard.forms import WORDS

ADDRESSES = (
    *("/runs/", "/runs/live/", f"/runs/{ID}/", f"/runs/{ID}/live/"),
    *(f"/runs/{ID}/events/", f"/runs/{ID}/files/report.html", "/runs/metrics"),
)
ORDERS = (
    "/runs/rehearse/",
    *(f"/runs/{ID}/orders/{name}/" for name in (*WORDS, "nothing")),
)
ODD = (
    *("/runs/..%2f..%2fetc/", "/runs/20260302%00/", "/runs/%ff/", "/runs/20260302/"),
    *(f"/runs/{ID}/orders/..%2f/", "/runs/?page=%00", "/runs/?page=-1"),
    *("/runs/?page=" + "9" * 400, f"/runs/{'2' * 5_000}/", f"/runs/{ID}/live/?was=%00"),
    *(f"/runs/{ID}/../{ID}/", f"/runs/{ID}.json/", "/runs/20260302T09..0000Z-x/"),
)
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")


def test_every_route_is_walked() -> None:
    """A route that is added stands in the lists above, or this fails."""
    walked = {resolve(address).url_name for address in (*ADDRESSES, *ORDERS)}

    assert walked == {route.name for route in urls.urlpatterns}


def test_nobody_is_let_in_without_the_permission(
    browser: Browser, executed: Executed, client: Client
) -> None:
    executed()
    others = {
        "nobody": client,
        "staff": browser(),
        "who may do all else": browser(OPERATE, PRIVATE),
    }
    for who, visitor in others.items():
        for address in (*ADDRESSES, *ORDERS):
            for method in METHODS:
                answer = getattr(visitor, method)(address)
                away = answer.status_code in (401, 403, 404, 405) or (
                    answer.status_code == 302 and "/login/" in answer["Location"]
                )
                assert away, (who, method, address, answer.status_code)
                assert ID.encode() not in getattr(answer, "content", b""), address
    fragment = client.get("/runs/live/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Refresh"]) == (403, "true")
    seer = browser(VIEW)
    assert {asked(seer, address) for address in ADDRESSES} == {200}
    assert {seer.post(address).status_code for address in ORDERS} == {403}


def test_who_may_no_longer_see_a_run_is_told_nothing_of_it_at_once(
    browser: Browser, executed: Executed
) -> None:
    executed()
    live = f"/runs/{ID}/live/"
    seer, leaver = browser(VIEW, name="a"), browser(VIEW, name="b")
    known = {"If-None-Match": seer.get(live)["ETag"]}
    for client in (seer, leaver):
        assert client.get(live, headers=known).status_code == 304

    User.objects.get(username="a").user_permissions.clear()
    leaver.logout()

    for client in (seer, leaver):
        answer = client.get(live, headers={**known, "HX-Request": "true"})
        assert answer.status_code == 403
        assert ID.encode() not in answer.content
        assert "ETag" not in answer


def test_no_method_and_no_address_breaks_anything(
    browser: Browser, executed: Executed
) -> None:
    executed()
    client = browser(VIEW, PRIVATE)
    client.raise_request_exception = False

    found = {
        (method, address): asked(client, address, method)
        for address in (*ADDRESSES, *ORDERS, *ODD)
        for method in METHODS
    }

    assert {what: code for what, code in found.items() if code >= 500} == {}
    assert {code for (m, a), code in found.items() if m == "put"} <= {403, 404, 405}


def test_every_answer_forbids_what_is_not_needed(
    browser: Browser, executed: Executed
) -> None:
    executed()
    client = browser(VIEW, OPERATE)
    for address in ("/runs/", f"/runs/{ID}/", f"/runs/{ID}/events/"):
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        page = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(
            r"\son\w+=|\sstyle=|(?:src|href)=[\"']?(?:https?:)?//", page
        )
