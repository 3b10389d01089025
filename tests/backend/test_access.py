"""Nothing of the backend answers anybody who has not signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from builders import LISTS, ledger_run, patient
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

LOGIN = "/admin/login/"
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
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a != LOGIN])
def test_an_anonymous_visitor_is_turned_away(client: Client, address: str) -> None:
    answer = client.get(address, follow=True)

    to_login = answer.redirect_chain and answer.redirect_chain[-1][0].startswith(LOGIN)
    assert to_login or answer.status_code in (401, 403), answer.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(LISTS))
def test_a_row_is_as_closed_as_its_list(client: Client, address: str) -> None:
    row = LISTS[address]()

    assert client.get(f"{address}{row.pk}/").status_code == 403


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
    client: Client, reader: Any
) -> None:
    client.force_login(reader)
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
