"""A kept row is told as a dictionary is, in half of its room."""

from __future__ import annotations

import pickle
import tracemalloc

import pytest

from reimport_lib.write.kept_row import NOT_THERE, KeptRow

PLACES = {"id": 0, "name": 1, "notes": 2}
ROW = KeptRow(PLACES, (7, "Zoe", None))


def test_it_equals_the_dictionary_of_its_values() -> None:
    assert ROW == {"id": 7, "name": "Zoe", "notes": None}
    assert list(ROW) == ["id", "name", "notes"]
    assert ROW.of(["notes", "id"]) == [None, 7]
    assert {**ROW, "name": "Ann"} == {"id": 7, "name": "Ann", "notes": None}
    assert (ROW.get("name"), ROW.get("gone")) == ("Zoe", None)
    assert "gone" not in ROW


def test_one_that_is_not_there_is_empty() -> None:
    assert not NOT_THERE
    assert ROW


def test_an_attribute_that_it_has_not_is_no_none() -> None:
    with pytest.raises(KeyError, match="gone"):
        ROW["gone"]
    with pytest.raises(KeyError, match="gone"):
        ROW.of(["gone"])


def test_no_value_of_a_person_is_in_its_words() -> None:
    assert repr(ROW) == "KeptRow(id, name, notes)"


def test_it_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(ROW)) == ROW  # noqa: S301 - our own


def test_it_takes_less_than_half_of_a_dictionary() -> None:
    names = [f"column_{n}" for n in range(36)]
    places = {name: place for place, name in enumerate(names)}
    cells = tuple(range(36))

    def taken(made: object) -> int:
        return tracemalloc.get_traced_memory()[0] if made else 0

    tracemalloc.start()
    try:
        before = taken(places)
        kept = [KeptRow(places, (*cells,)) for _ in range(1_000)]
        of_kept = taken(kept) - before
        dictionaries = [dict(zip(names, cells, strict=True)) for _ in range(1_000)]
        of_dictionaries = taken(dictionaries) - before - of_kept
    finally:
        tracemalloc.stop()

    assert of_kept < of_dictionaries / 2
