"""Nothing of the backend answers anybody who has not signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from builders import LISTS, ledger_run, patient
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from reading import WORDS
from rest_framework.test import APIClient
from run_pages import wait_for_rehearsal

from reimport_lib.config import load_settings

LOGIN = "/admin/login/"
LOGINS = (LOGIN, "/login/")
OPEN = (*LOGINS, "/logout/")  # which leads to the login
KEY = "6f6b2a86-7b0f-4d38-9c37-0f5f4a9f3f10"


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address of the URL configuration, with an invented key in each gap."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        part = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, part)
        elif isinstance(entry, URLPattern):
            yield filled(part)


def filled(pattern: str) -> str:
    """*pattern* as an address that it matches."""
    text = re.sub(r"<[^>]+>", KEY, re.sub(r"\(\?P<\w+>[^)]*\)", KEY, pattern))
    return re.sub(r"[\^$\\?]|\.\*", "", text)


ADDRESSES = sorted(set(addresses()))


def test_the_walk_finds_what_there_is() -> None:
    assert set(LISTS) <= set(ADDRESSES)
    assert {"/api/", "/api/schema/", "/api/docs/", "/admin/"} <= set(ADDRESSES)
    assert f"/api/patients/{KEY}/" in ADDRESSES
    assert f"/admin/patients/patient/{KEY}/change/" in ADDRESSES


@pytest.mark.django_db
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a not in OPEN])
def test_an_anonymous_visitor_is_turned_away(client: Client, address: str) -> None:
    answer = client.get(address, follow=True)

    to_login = answer.redirect_chain and answer.redirect_chain[-1][0].startswith(LOGINS)
    assert to_login or answer.status_code in (401, 403), answer.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(LISTS))
def test_a_row_is_as_closed_as_its_list(client: Client, address: str) -> None:
    row = LISTS[address]()

    assert client.get(f"{address}{row.pk}/").status_code == 403


@pytest.mark.parametrize("address", sorted(LISTS))
def test_a_list_is_for_those_who_may_view_its_model(
    client: Client, stranger: User, address: str
) -> None:
    row = LISTS[address]()
    client.force_login(stranger)
    pages = (address, f"{address}{row.pk}/")

    assert {client.get(page).status_code for page in pages} == {403}
    assert {client.options(page).status_code for page in pages} == {403}

    name = f"view_{row._meta.model_name}"
    stranger.user_permissions.set(Permission.objects.filter(codename=name))
    assert {client.get(page).status_code for page in pages} == {200}


METHODS = ("get", "options", "post", "delete")
ODD = (
    *("/..%2f..%2fetc%2fpasswd", "/%00", "/%ff%fe", "/a%0d%0aSet-Cookie:x=1"),
    *("/'\"<b>", "/api/patients/../../admin/", "/api/patients/%2e%2e/", "//a.test/"),
    *(f"/api/patients/{word}/" for word in ("0", "%00", "' or 1=1--", "x" * 5_000)),
    *(f"/api/patients/?{name}=%00" for name in ("page", "search", "ordering")),
    *("/api/patients/?page=-1", "/api/patients/?page_size=1e9"),
)


def test_no_method_and_no_address_breaks_anything(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whoever signed in and may do everything is never answered with an error.

    A rehearsal is ordered among it, which is refused: there is no key to sign by.
    """
    monkeypatch.setenv("REIMPORT_SIGNING_KEY", "/nowhere/key.pem")
    office.raise_request_exception = False
    walked = [a for a in ADDRESSES if "logout" not in a] + [*ODD]

    answers = {
        (method, address): getattr(office, method)(address).status_code
        for address in walked
        for method in METHODS
    }

    wait_for_rehearsal(load_settings())
    assert {what: status for what, status in answers.items() if status >= 500} == {}
    assert answers["get", "/api/patients/"] == answers["get", "/admin/"] == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*LOGINS, "/api/patients/", "/nothing/here"])
def test_every_answer_forbids_what_is_not_needed(client: Client, address: str) -> None:
    answer = client.get(address, secure=True)

    policy = dict(
        rule.strip().split(" ", 1)
        for rule in answer["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "max-age" in answer["Strict-Transport-Security"]


def sign_in(client: Client, password: str, address: str = "192.0.2.7") -> int:
    """The status of one try; 302 is in."""
    tried = {"username": "keeper", "password": password}
    return client.post(LOGIN, tried, REMOTE_ADDR=address).status_code


@pytest.mark.django_db
def test_cookies_stay_with_the_browser_and_with_https(
    client: Client,
) -> None:
    User.objects.create_superuser("keeper", password=WORDS)
    assert sign_in(client, WORDS) == 302

    assert {"sessionid", "csrftoken"} <= client.cookies.keys()
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_passwords_cannot_be_guessed_for_long() -> None:
    right = "a long one, of several words"
    User.objects.create_superuser("keeper", password=right)
    statuses = [sign_in(Client(), f"guess {n}") for n in range(6)]

    assert statuses == [200, 200, 200, 200, 429, 429]
    assert sign_in(Client(), right) == 429
    assert sign_in(Client(), right, address="192.0.2.8") == 302, "its owner gets in"

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(Client(), right) == 302


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", sorted(LISTS))
def test_the_api_only_reads(api: APIClient, address: str, method: str) -> None:
    row = LISTS[address]()

    assert getattr(api, method)(address).status_code == 405
    assert getattr(api, method)(f"{address}{row.pk}/").status_code == 405
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("address", ["/api/patients/", "/api/sms/"])
def test_answers_are_not_kept_by_browsers_or_proxies(
    api: APIClient, address: str
) -> None:
    assert "no-store" in api.get(address)["Cache-Control"]


def test_somebody_without_permissions_sees_nothing_in_the_admin(
    client: Client, stranger: User
) -> None:
    client.force_login(stranger)
    row = patient()

    answer = client.get(f"/admin/patients/patient/{row.pk}/change/")

    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)


def test_the_docs_load_nothing_from_other_hosts(api: APIClient) -> None:
    page = api.get("/api/docs/").content.decode()

    assert "/api/images/batches/{id}/" in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)


@pytest.mark.django_db
def test_texts_of_rows_name_nobody() -> None:
    row = patient(first_name="Ignatius", last_name="Quillfeather")

    assert str(row) == f"patient {str(row.pk)[:8]}"
    assert str(ledger_run(run_id="r1")) == "r1"
