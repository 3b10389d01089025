"""Finds: requests, omissions, operators, and their errors."""

from __future__ import annotations

from datetime import date

import pytest

from reimport_demo.filemaker.criteria import test_for as criterion
from reimport_demo.filemaker.model import Kind, Value
from tests.demo.filemaker.asking import DataApi, code


def holds(text: str, value: Value, kind: Kind = Kind.TEXT, **options: object) -> bool:
    """Whether a criterion takes a value."""
    return criterion(
        text,
        kind,
        dates=int(str(options.get("dates", 0))),
        today=date(2026, 3, 2),
        values=[value, value, "once"],
    )(value)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("smi", "John Smith", True),
        ("mit", "John Smith", False),
        ("smi jo", "John Smith", True),
        ("=smi", "John Smith", False),
        ("=smith", "John Smith", True),
        ("==smith", "John Smith", False),
        ("==john smith", "John Smith", True),
        ("=", "", True),
        ("=", "x", False),
        ("==", "", True),
        ("*", "x", True),
        ("*", "", False),
        ("s*h", "Smith", True),
        ("sm@th", "Smith", True),
        ("##", "42", True),
        ("##", "ab", False),
        ('"John S"', "John Smith", True),
        ('"hn S"', "John Smith", False),
        (r"a\@b", "a@b.example", True),
        (r"a\@b", "axb.org", False),
        ("!", "twice", True),
        ("!", "once", True),
        ("a...c", "bee", True),
        ("a...c", "dee", False),
        (">b", "c", True),
        (">b", "", False),
        ("=FB577832-6BE9", "FB577832-6BE9", True),
    ],
)
def test_text_is_found_by_its_words(text: str, value: str, expected: bool) -> None:
    assert holds(text, value) is expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("42", 42, True),
        ("42", 42.0, True),
        ("42", "42 mg", False),
        ("<42", 41.5, True),
        ("≥42", 42, True),
        ("<=41", 42, False),
        ("40…50", 42, True),
        ("?", "42 mg", True),
        ("?", 42, False),
        ("=", 0, False),
    ],
)
def test_numbers_are_found_by_their_size(
    text: str, value: Value, expected: bool
) -> None:
    assert holds(text, value, Kind.NUMBER) is expected


@pytest.mark.parametrize(
    ("text", "dates", "expected"),
    [
        ("03/02/2026", 0, True),
        ("02/03/2026", 0, False),
        ("02/03/2026", 1, True),
        ("2026-03-02", 2, True),
        ("//", 0, True),
        (">=03/01/2026", 0, True),
        ("03/01/2026...03/31/2026", 0, True),
        ("<2026", 0, False),
    ],
)
def test_dates_are_read_in_the_asked_order(
    text: str, dates: int, expected: bool
) -> None:
    assert holds(text, date(2026, 3, 2), Kind.DATE, dates=dates) is expected


def test_requests_add_up_and_omissions_take_away(api: DataApi) -> None:
    every = api.found("API_Contacts", {"id": "*"})
    male = api.found("API_Contacts", {"gender": "=M"})
    female = api.found("API_Contacts", {"gender": "=F"})
    both = api.found("API_Contacts", {"gender": "=M"}, {"gender": "=F"})
    not_male = api.found("API_Contacts", {"gender": "=M", "omit": "true"})
    male_with_title = api.found("API_Contacts", {"gender": "=M", "title": "Mr"})
    male_without = api.found(
        "API_Contacts", {"gender": "=M"}, {"title": "Mr", "omit": "true"}
    )

    total = len(api.records("API_Contacts", _limit=1000))
    assert both == male + female
    assert not_male == total - male
    assert male_without == male - male_with_title
    assert every < total == every + api.found("API_Contacts", {"id": "="})


def test_a_find_is_sorted_and_paged_with_parameters_of_its_body(api: DataApi) -> None:
    found = api.find(
        "API_Contacts",
        {"nameLast": "*"},
        sort=[{"fieldName": "nameLast", "sortOrder": "ascend"}],
        limit="3",
        offset="2",
        dateformats=2,
    ).json()["response"]
    names = [record["fieldData"]["nameLast"].casefold() for record in found["data"]]

    assert found["dataInfo"]["returnedCount"] == len(names) == 3
    assert names == sorted(names)


def test_a_related_field_is_a_criterion_too(api: DataApi) -> None:
    with_mail = api.found("Contacts", {"Coms::type": "Email"})

    assert 0 < with_mail < api.found("Contacts", {"id": "*"})


def test_portal_ranges_stand_in_the_body_or_in_the_address(api: DataApi) -> None:
    path = "/fmi/data/v2/databases/Clinic/layouts/Contacts/_find"
    body = {"query": [{"id": "*"}], "limit": "1", "portal": ["portal_coms"]}
    ranges = {"_limit.portal_coms": "1"}
    in_address = api.client.post(path, json=body, params=ranges, headers=api.headers)
    in_body = api.find("Contacts", {"id": "*"}, **body, **{"limit.portal_coms": "1"})

    for answer in (in_address, in_body):
        [record] = answer.json()["response"]["data"]
        assert len(record["portalData"]["portal_coms"]) == 1


def test_to_find_nothing_is_an_error(api: DataApi) -> None:
    answer = api.find("API_Contacts", {"nameLast": "no-such-name"})

    assert code(answer) == (500, "401")
    assert answer.json()["messages"][0]["message"] == "No records match the request"


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ([], {}, (400, "400")),
        ([{}], {}, (400, "400")),
        ([{"id": ""}], {}, (400, "400")),
        ([{"nope": "x"}], {}, (500, "102")),
        ([{"Coms::nope": "x"}], {}, (500, "102")),
        ([{"DOB": "13/45/2020"}], {}, (500, "500")),
        ([{"CYS_ID": ">x"}], {}, (500, "502")),
        ([{"id": "*"}], {"_limit.portal_coms": "1"}, (400, "960")),
        ([{"id": "*"}], {"_limit": "1"}, (400, "960")),
        ([{"id": "*"}], {"limit": None}, (400, "1708")),
        ([{"id": "*"}], {"limit": 0}, (400, "1708")),
        ([{"id": "*"}], {"offset": 100_000}, (500, "101")),
        ("text", {}, (400, "1708")),
    ],
)
def test_finds_are_refused_with_the_servers_codes(
    api: DataApi, query: object, body: dict[str, object], expected: tuple[int, str]
) -> None:
    answer = api.client.post(
        "/fmi/data/v2/databases/Clinic/layouts/Contacts/_find",
        json={"query": query, **body},
        headers=api.headers,
    )

    assert code(answer) == expected


def test_a_find_without_query_or_with_broken_json_is_refused(api: DataApi) -> None:
    path = "/fmi/data/v2/databases/Clinic/layouts/Contacts/_find"
    answers = [
        api.client.post(path, content=content, headers=api.headers)
        for content in (b"{}", b"{", b"[]")
    ]

    assert [code(answer) for answer in answers] == [
        (400, "960"),
        (400, "1710"),
        (400, "1710"),
    ]
