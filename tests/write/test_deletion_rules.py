"""The decision about deletions as a pure function, on invented graphs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.errors import ReimportError
from reimport_lib.plan.delete import (
    DeletionPlan,
    Reference,
    TargetTable,
    plan_deletions,
)

TABLES = ("patients", "image_batches", "images")
Links = Mapping[int, int]


def table(name: str, keys: list[int]) -> TargetTable:
    rows = pd.DataFrame({"target_id": keys, "key": [str(key) for key in keys]})
    return TargetTable(name, rows.astype(object))


def reference(child: str, parent: str, links: Links) -> Reference:
    pairs = pd.DataFrame(
        [(one, other, False) for one, other in links.items()],
        columns=["child_id", "parent_id", "local"],
    )
    return Reference(child, parent, pairs.astype({"local": bool}))


numbers = st.integers(0, 5)
of_each_table = st.fixed_dictionaries({name: st.frozensets(numbers) for name in TABLES})
graphs = st.dictionaries(numbers, numbers)


@given(
    graphs,
    graphs,
    of_each_table,
    of_each_table,
)
def test_what_stays_never_hangs_on_what_goes(
    batches: dict[int, int],
    images: dict[int, int],
    held: dict[str, frozenset[int]],
    edited: dict[str, frozenset[int]],
) -> None:
    tables = [table(name, list(range(6))) for name in TABLES]
    links = {
        ("image_batches", "patients"): batches,
        ("images", "image_batches"): images,
    }
    plans = plan_deletions(
        tables,
        [reference(*names, graph) for names, graph in links.items()],
        {name: frozenset(str(key) for key in held[name]) for name in TABLES},
        {},
        edited=edited,
        stood={},
        clean_slate=False,
    )

    gone = {plan.table: set(plan.deleted_ids) for plan in plans}
    for (child, parent), graph in links.items():
        for one, other in graph.items():
            assert one in gone[child] or other not in gone[parent]
    for name in TABLES:
        assert not gone[name] & (held[name] | edited[name])
        listed = {plan.table: set(plan.rows["target_id"]) for plan in plans}[name]
        assert listed == set(range(6)) - held[name]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("created", ""), ("kept", ""), ("kept", "because"), ("deleted", "local")],
)
def test_a_plan_that_does_not_account_for_a_row_cannot_be_made(
    outcome: str, reason: str
) -> None:
    row = {"target_id": 1, "key": "k", "outcome": outcome, "reason": reason}

    with pytest.raises(ReimportError, match="does not account for 1 row"):
        DeletionPlan("notes", pd.DataFrame([row]), imported_rows=1)


def test_one_row_cannot_have_two_verdicts() -> None:
    row = {"target_id": 1, "key": "k", "outcome": "deleted", "reason": ""}

    with pytest.raises(ReimportError):
        DeletionPlan("notes", pd.DataFrame([row, row]), imported_rows=2)
