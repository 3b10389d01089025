"""No phase costs a quarter more than was written down: counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.conftest import _postgres_database
from tests.costs import guard
from tests.costs.guard import SIZES
from tests.costs.measure import Costs, Measured


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both_sizes(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[str, Measured, Measured]]:
    engine: str = request.param
    if engine == "sqlite":
        small, large = (guard.measured(scale) for scale in SIZES)
        yield engine, small, large
        return
    server = request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("postgres_template")
    found = []
    for scale in SIZES:
        databases = _postgres_database(server, template)
        found.append(guard.measured(scale, next(databases)))
        next(databases, None)
    yield engine, *found


def test_no_phase_costs_a_quarter_more_than_it_did(
    both_sizes: tuple[str, Measured, Measured],
) -> None:
    engine, small, large = both_sizes
    known = guard.read(engine)
    more = {
        name: list(guard.grown(known[name], guard.rates(small[name], large[name])))
        for name in small
    }
    assert small.keys() == known.keys()
    assert not any(more.values()), f"{more}; where it is meant: python -m tests.costs"


def test_statements_grow_by_chunks_and_requests_not_at_all(
    both_sizes: tuple[str, Measured, Measured],
) -> None:
    _, small, large = both_sizes
    assert {n: guard.not_in_chunks(small[n], large[n]) for n in small} == dict.fromkeys(
        small, 0
    )
    asked = [sum(each.requests for each in size.values()) for size in (small, large)]
    assert asked == [2, 2], "a page of documents and one of images"


SMALL = Costs(rows=1_000, calls=600_000, statements=40, requests=2, bytes=300_000)
LARGE = Costs(rows=3_000, calls=1_400_000, statements=42, requests=2, bytes=700_000)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("calls_a_row", {"calls": LARGE.calls + 250_000}),
        ("bytes_a_row", {"bytes": LARGE.bytes + 120_000}),
    ],
)
def test_a_cost_of_each_row_that_grows_is_told(
    name: str, change: dict[str, int]
) -> None:
    known = guard.rates(SMALL, LARGE)
    assert [*guard.grown(known, known)] == []
    (told,) = guard.grown(known, guard.rates(SMALL, replace(LARGE, **change)))
    assert told.startswith(name)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("calls_at_once", {"calls": 100_000}),
        ("statements", {"statements": 11}),
        ("requests", {"requests": 1}),
    ],
)
def test_a_cost_of_a_phase_that_grows_is_told(
    name: str, change: dict[str, int]
) -> None:
    found = [
        replace(each, **{n: getattr(each, n) + more for n, more in change.items()})
        for each in (SMALL, LARGE)
    ]
    (told,) = guard.grown(guard.rates(SMALL, LARGE), guard.rates(*found))
    assert told.startswith(name)


def test_a_statement_for_each_row_is_told() -> None:
    assert guard.not_in_chunks(SMALL, LARGE) == 0
    by_row = replace(LARGE, statements=SMALL.statements + 2_000)
    assert guard.not_in_chunks(SMALL, by_row) == 1_980
