"""Every kind of value in every kind of field: stored as planned, found unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.own_project import exports, work
from tests.own_project.every_kind import FIELDS
from tests.own_project.work import Ask, Place

CELLS = {
    "text": "Two\x0blines, ünïcode",
    "word": "Ash",
    "person": "probe TESTLING",
    "phone": "030 23125007",
    "email": "probe@example.org",
    "code": "0012",
    "flag": "no",
    "whole": "12",
    "share": "3",
    "amount": "1,50",
    "weight": "0.1",
    "day": "12/4/2020",
    "moment": "12/4/2020 16:05:07",
    "clock": "16:05",
}
ODD = {"phone": "ask", "email": "none yet", "flag": "perhaps", "day": "soon"}
ODD |= {"moment": "late", "clock": "noon", "whole": "a few", "amount": "much"}
TOO_MUCH = {"whole": "99999999999999999999", "amount": "1.005", "code": "0" * 99}


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with work.worker({"REIMPORT_TABLES": "tests.own_project.every_kind"}) as asked:
        yield asked


@pytest.fixture
def place(ask: Ask, database_url: str, tmp_path: Path) -> Iterator[Place]:
    if database_url.startswith("sqlite"):
        (tmp_path / "database.sqlite3").touch()
    exported = exports.write({"Samples": _samples()}, tmp_path / "exports")
    own = Place(database_url, exported, tmp_path / "runs")
    ask(work.make_ready, database_url, ())
    yield own
    ask(work.drop_copies, own)


def _samples() -> list[dict[str, str]]:
    given = [CELLS, {}, *_each(ODD), *_each(TOO_MUCH)]
    return [
        {
            "SampleNo": f"{number:04}",
            **_row(cells),
            "Above": f"00{number + 1}",
            "Shelf": f"{{AB-{number}}}",
        }
        for number, cells in enumerate(given, start=1)
    ]


def _each(cells: dict[str, str]) -> list[dict[str, str]]:
    return [{kind: text} for kind, text in cells.items()]


def _row(cells: dict[str, str]) -> dict[str, str]:
    return {name: cells.get(name.partition("_")[0], "") for name in FIELDS}


def test_a_second_import_finds_every_kind_of_value_unchanged(
    ask: Ask, place: Place
) -> None:
    gates = {"samples.max_rejected": 0.5}
    rehearsal = ask(work.run, place, "", gates)
    full = ask(work.run, place, rehearsal["run_id"])
    again = ask(work.run, place, "", gates)

    assert (rehearsal["error"], full["error"], again["error"]) == ("", "", "")
    came_in = 2 + len(ODD)
    assert full["tables"]["samples"]["created"] == came_in
    assert full["tables"]["samples"]["rejected"] == len(TOO_MUCH)
    assert again["tables"]["samples"]["unchanged"] == came_in
    # each is below the next; the next of the last one does not come in
    below = "SELECT count(above_id), count(*) FROM workshop_sample"
    assert ask(work.query, place.url, below) == [(came_in - 1, came_in)]
    (last,) = ask(
        work.query,
        place.url,
        "SELECT metadata FROM ledger_importedrow WHERE object_pk ="
        " (SELECT CAST(id AS varchar(9)) FROM workshop_sample WHERE above_id IS NULL)",
    )
    assert f'"above_text": "{came_in + 1}"' in str(last[0]).replace("'", '"')
    assert not [check for check in full["checks"] if check[1] == "fail"]


def test_a_row_comes_to_name_one_that_comes_in_beside_it(
    ask: Ask, place: Place, tmp_path: Path
) -> None:
    gates = {"samples.max_rejected": 0.5}
    ask(work.run, place, ask(work.run, place, "", gates)["run_id"])
    first, *others = _samples()
    rows = [{**first, "Above": "100"}, *others, {**first, "SampleNo": "0100"}]
    exported = exports.write({"Samples": rows}, tmp_path / "later")

    again = ask(work.run, replace(place, exports=exported), "", gates)

    assert again["error"] == ""
    counts = again["tables"]["samples"]
    assert (counts["created"], counts["updated"]) == (1, 1)
