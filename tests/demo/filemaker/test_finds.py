"""Finds: requests, omissions, operators, and their errors."""

from __future__ import annotations

import pytest

from reimport_demo.filemaker.criteria import test_for as criterion
from tests.demo.filemaker.asking import DataApi, code


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
        ("s.ith", "Smith", False),
        ("42", 42, True),
    ],
)
def test_values_are_found_by_their_words(
    text: str, value: str | int, expected: bool
) -> None:
    assert criterion(text)(value) is expected


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


def test_a_find_is_paged_by_parameters_of_its_body(api: DataApi) -> None:
    found = api.find(
        "API_Contacts",
        {"nameLast": "*"},
        limit="3",
        offset="2",
        dateformats=2,
    ).json()["response"]
    every = api.find("API_Contacts", {"nameLast": "*"}).json()["response"]

    assert found["dataInfo"]["returnedCount"] == len(found["data"]) == 3
    numbers = [record["recordId"] for record in found["data"]]
    assert numbers == [record["recordId"] for record in every["data"][1:4]]


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
        ([{"Coms::type": "Email"}], {}, (500, "102")),
        ([{"id": "*"}], {"sort": [{"fieldName": "id"}]}, (400, "960")),
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
