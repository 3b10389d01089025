"""Conditions on several fields of a row are met, whatever both sides did."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.bases import digest
from reimport_lib.plan.codes import Note
from reimport_lib.plan.joined import Condition, FieldNotes, fit
from reimport_lib.plan.merge import STAYS, Merging, Ruled, Sides
from reimport_lib.tables.merging import Policy

FIELDS = ("a", "b", "c", "d")
HELD, SAID = 0, 1
ASK, KEEP, TAKE = Policy
Mix = tuple[int, ...]


def condition(
    name: str, fields: Sequence[str], bad: Collection[Mix], *, beside: bool = False
) -> Condition:
    """One that rows do not meet whose *fields* are of the sides that *bad* names."""

    def holds(rows: pd.DataFrame) -> list[bool]:
        mixes = rows[list(fields)].itertuples(index=False, name=None)
        return [tuple(mix) not in bad for mix in mixes]

    return Condition(name, tuple(fields), beside, holds)


def fitted(
    notes: FieldNotes, merging: Merging, together: Sequence[Sequence[str]] = ()
) -> tuple[Mix, frozenset[int]]:
    """Of which side each field of one row is that differs in all of them."""

    def rows(places: Sequence[int]) -> pd.DataFrame:
        sides = {n: HELD if notes.get(n, {}).get(0) in STAYS else SAID for n in FIELDS}
        return pd.DataFrame([sides] * len(places))

    texts = {n: np.array([n], dtype=object) for n in FIELDS}
    others = {n: np.array([f"{n} held"], dtype=object) for n in FIELDS}
    key, nothing = np.array(["k"]), np.array([""], dtype=object)
    sides = Sides(key, texts, others, nothing, np.array([False]))
    unfit = fit(notes, sides, merging, [0], rows, together)
    (row,) = rows([0])[list(FIELDS)].itertuples(index=False, name=None)
    return tuple(row), unfit


def ruled(policy: Policy, field: str) -> Merging:
    return Merging(rulings={("k", field): Ruled(policy, digest(field))})


@pytest.mark.parametrize(
    ("merging", "sides", "note"),
    [
        (Merging(), (HELD, HELD), Note.CONFLICT),
        (Merging({"*": KEEP}), (HELD, HELD), Note.KEPT_BY_DECISION),
        (Merging({"*": TAKE}), (SAID, SAID), Note.TAKEN_BY_DECISION),
        (Merging({"a": TAKE, "b": KEEP}), (HELD, HELD), Note.CONFLICT),
        (ruled(TAKE, "b"), (SAID, SAID), Note.TAKEN_BY_DECISION),
        (ruled(KEEP, "a"), (HELD, HELD), Note.KEPT_BY_DECISION),
        (ruled(ASK, "a"), (HELD, HELD), Note.CONFLICT),
    ],
)
def test_the_fields_are_of_one_side_by_ruling_or_policy(
    merging: Merging, sides: Mix, note: Note
) -> None:
    asked = [condition("ab", "ab", {(HELD, SAID)})]
    by = Merging(merging.policies, merging.rulings, conditions=asked)
    notes: FieldNotes = {"a": {0: Note.KEPT_LOCAL}}

    found, unfit = fitted(notes, by)

    assert found == (*sides, SAID, SAID)
    assert unfit == {0}
    assert notes["a"][0] is note


def test_a_mix_that_meets_the_condition_stays_a_mix() -> None:
    notes: FieldNotes = {"a": {0: Note.KEPT_LOCAL}}
    asked = [condition("ab", "ab", {(SAID, HELD)})]

    assert fitted(notes, Merging(conditions=asked)) == ((0, 1, 1, 1), frozenset())
    assert notes == {"a": {0: Note.KEPT_LOCAL}}


def test_what_a_field_of_nobody_forbids_stays_whatever_the_policy() -> None:
    asked = [condition("a and another", "a", {(SAID,)}, beside=True)]
    for policy in Policy:
        notes: FieldNotes = {}

        found, _ = fitted(notes, Merging({"*": policy}, conditions=asked))

        assert found == (HELD, SAID, SAID, SAID)
        by = Note.KEPT_BY_DECISION if policy is KEEP else Note.CONFLICT
        assert notes == {"a": {0: by}}


def test_what_is_taken_and_still_does_not_fit_is_asked() -> None:
    asked = [condition("ab", "ab", {(HELD, SAID), (SAID, SAID)})]

    found, _ = fitted(
        {"a": {0: Note.KEPT_LOCAL}}, Merging({"*": TAKE}, conditions=asked)
    )

    assert found == (HELD, HELD, SAID, SAID)


def test_fields_that_mean_something_only_together_come_along() -> None:
    asked = [condition("ab", "ab", {(HELD, SAID)})]
    merging = Merging(conditions=asked)

    found, _ = fitted({"a": {0: Note.KEPT_LOCAL}}, merging, [("b", "c")])

    assert found == (HELD, HELD, HELD, SAID)


def test_a_clean_slate_fits_nothing() -> None:
    asked = [condition("ab", "ab", {(HELD, SAID)})]
    merging = Merging(conditions=asked, overwrite=True)

    assert fitted({"a": {0: Note.KEPT_LOCAL}}, merging)[1] == frozenset()


@st.composite
def conditions(draw: st.DrawFn) -> list[Condition]:
    """Any that what the backend has does meet, by fields that may overlap."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        fields = draw(st.lists(st.sampled_from(FIELDS), min_size=1, unique=True))
        mixes = st.tuples(*(st.sampled_from((HELD, SAID)) for _ in fields))
        bad = draw(st.sets(mixes.filter(any)))
        beside = draw(st.booleans())
        found.append(condition(str(number), fields, bad, beside=beside))
    return found


@given(
    conditions(),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([*STAYS])),
    st.dictionaries(st.sampled_from((*FIELDS, "*")), st.sampled_from(Policy)),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(Policy)),
)
def test_every_condition_is_met_that_the_source_itself_meets(
    asked: list[Condition],
    noted: dict[str, Note],
    policies: dict[str, Policy],
    rulings: dict[str, Policy],
) -> None:
    ruled = {("k", name): Ruled(by, digest(name)) for name, by in rulings.items()}
    merging = Merging(policies, ruled, conditions=asked)

    found, _ = fitted({name: {0: note} for name, note in noted.items()}, merging)

    row = pd.DataFrame([dict(zip(FIELDS, found, strict=True))])
    for each in asked:
        of_source = all(row.at[0, name] == SAID for name in each.fields)
        assert each.holds(row) == [True] or (of_source and not each.beside)
