"""Models that have a part of what an import needs, and models that it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.own_project import exports, work
from tests.own_project.work import Ask, Place

TERMS = "30 days"
BESIDE = 'SELECT filemaker_id FROM ledger_importedrow WHERE "table"'
CALLS = """
    SELECT said, supplier.filemaker_id, maker.name FROM workshop_call
    LEFT JOIN workshop_supplier supplier ON supplier.id = supplier_id
    LEFT JOIN workshop_maker maker ON maker.id = maker_id
"""
SUPPLIERS = "SELECT id, filemaker_id, name FROM workshop_supplier"


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """A process for tables and models of these tests."""
    with work.worker({"REIMPORT_TABLES": "tests.own_project.more_tables"}) as asked:
        yield asked


@pytest.fixture
def place(ask: Ask, database_url: str, tmp_path: Path) -> Iterator[Place]:
    if database_url.startswith("sqlite"):
        (tmp_path / "database.sqlite3").touch()
    rows = [
        {"SupplierNo": f"S-{n}", "Name": f"Invented {n}", "Terms": TERMS}
        for n in range(1, 4)
    ]
    makers = [{"MakerNo": key, "Name": f"Invented {key}"} for key in ("M-1", "S-3")]
    calls = [
        {"CallNo": f"L-{n}", "With": key, "Said": f"called {key}"}
        for n, key in enumerate(("s-1", "S-2", "m-1", "S-3", "M-2"), start=1)
    ]
    tables = {"Suppliers": rows, "Makers": makers, "Calls": calls}
    exported = exports.write(tables, tmp_path / "exports")
    own = Place(database_url, exported, tmp_path / "runs")
    ask(work.make_ready, database_url, ())
    yield own
    ask(work.drop_copies, own)


def test_a_model_with_a_key_of_its_own_keeps_the_rows_of_an_earlier_import(
    ask: Ask, place: Place
) -> None:
    old, theirs = ask(work.add_suppliers, place.url, ("S-1", None))
    rehearsal = ask(work.run, place, "", {"suppliers.max_adopted": 1.0})
    full = ask(work.run, place, rehearsal["run_id"])
    again = ask(work.run, place)

    assert (rehearsal["error"], full["error"], again["error"]) == ("", "", "")
    assert full["tables"]["suppliers"]["created"] == 2
    assert full["tables"]["suppliers"]["updated"] == 1
    assert again["tables"]["suppliers"]["unchanged"] == 3
    held = ask(work.query, place.url, SUPPLIERS)
    assert {row[1:] for row in held} == {
        (None, "Left"),
        *((f"s-{n}", f"Invented {n}") for n in range(1, 4)),
    }
    numbers = {key: pk for pk, key, _ in held}
    assert (numbers["s-1"], numbers[None]) == (old, theirs)
    beside = ask(work.query, place.url, f"{BESIDE} = 'suppliers'")
    assert sorted(beside) == [("s-1",), ("s-2",), ("s-3",)]
    assert again["tables"]["calls"]["unchanged"] == 3
    assert again["tables"]["calls"]["reasons"] == {
        "ambiguous_owner": 1,
        "unknown_owner": 1,
    }
    assert sorted(ask(work.query, place.url, CALLS)) == [
        ("called S-2", "s-2", None),
        ("called m-1", None, "Invented M-1"),
        ("called s-1", "s-1", None),
    ]


REFUSED = {
    "workshop.Trailer": (
        "its rows are in several tables (it inherits from workshop.Machine)"
    ),
    "workshop.Regular": "it is a proxy; name workshop.Customer",
    "workshop.Archive": "Django does not manage its table",
    "workshop.Spoke": "its primary key code is no number of the database's, no UUID",
    "workshop.Pair": "its primary key pk is no number of the database's, no UUID",
    "workshop.Sum": "the database computes doubled, which sums writes",
    "workshop.Part": "stock must have a value, and parts writes none",
    "workshop.Visit": "kind_id names a row by another column than its key",
    "workshop.Kind": "it has no field colour, which kinds writes",
    "workshop.Season": "opens is a DateTimeField, and seasons writes a date",
    "workshop.Nowhere": "no such model is installed (nowheres)",
}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_model_that_no_import_can_write_to_is_refused_and_named(
    place: Place,
) -> None:
    with work.worker({"REIMPORT_TABLES": "tests.own_project.unfit_tables"}) as asked:
        found = asked(work.unfit, place.url)
        run = asked(work.run, place)

    assert set(found) == {f"{model}: {why}" for model, why in REFUSED.items()}
    assert run["status"] == "refused"
    assert f"{len(REFUSED)}: workshop.Trailer: its rows are in several" in run["error"]
