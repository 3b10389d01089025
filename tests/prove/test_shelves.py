"""Whose a stored file is, as phase 8 sees it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.object_names import Naming
from reimport_lib.plan.stored_objects import claims
from reimport_lib.prove.render import shelves
from reimport_lib.prove.render.shelves import ITS_ONLY_FILE, shelf

P = "docs/"


def says(file: str, key: str, *names: str, keys: tuple[str, ...] = ()) -> str:
    """What is said of *file* in a bucket of *names*; a name with ``!`` is empty."""
    sizes = {P + name.rstrip("!"): 0 if name.endswith("!") else 9 for name in names}
    files = shelf("Docs", sizes, number=False)
    return files.says(P + file, key, files.keys((key, *keys)))


@pytest.mark.parametrize(
    ("file", "key", "names"),
    [
        ("7001.pdf", "7001", ("7001.pdf", "7001.2.pdf", "70011.pdf")),
        ("7001.2.pdf", "7001.2", ("7001.pdf", "7001.2.pdf")),
        ("{A b}.PDF", "a B", ("{A b}.PDF",)),
        ("7001.0.pdf", "7001", ("7001.0.pdf",)),
        ("a.jpg", "A", ("a.jpg", "a.pdf!")),
        ("x/y.pdf", "x/y", ("x/y.pdf",)),
        ("zoe\u0308.pdf", "Zo\u00eb", ("zoe\u0308.pdf",)),
        ("70\u200b01.p\u00addf", "7001", ("70\u200b01.p\u00addf",)),
    ],
)
def test_a_file_of_the_whole_key_is_its_file(
    file: str, key: str, names: tuple[str, ...]
) -> None:
    assert says(file, key, *names) == ITS_ONLY_FILE


@pytest.mark.parametrize(
    ("file", "key", "names", "expected"),
    [
        ("7001.2.pdf", "7001", ("7001.2.pdf",), "a file of another key"),
        ("7001.pdf", "7001.2", ("7001.pdf",), "a file of another key"),
        ("7001.pdf", "7001", ("7001.pdf", "7001.jpg"), "one of several files"),
        ("7001.pdf", "7001", ("7001.pdf!",), "an empty file"),
        ("7001.pdf", "7001", (), "not in the listing"),
        ("sub/7001.pdf", "7001", ("sub/7001.pdf",), "a file of another key"),
    ],
)
def test_every_other_file_is_said_to_be_none(
    file: str, key: str, names: tuple[str, ...], expected: str
) -> None:
    assert says(file, key, *names) == expected


def test_a_file_whose_whole_name_is_another_key_is_a_file_of_two() -> None:
    said = says("a.b.ce", "a.b", "a.b.ce", keys=("a.b.ce",))

    assert said == "a file of two keys"


@given(data=st.data())
def test_both_ways_give_each_row_the_same_file(data: st.DataObject) -> None:
    """From the names to the keys, as it is imported; from the keys to the names."""
    number = data.draw(st.booleans())
    part = st.sampled_from(["7", "070", "0", "12"] if number else ["7", "70", "A", "b"])
    key = part if number else st.lists(part, min_size=1, max_size=3).map(".".join)
    ending = st.sampled_from([".pdf", ".JPG", "", ".2", ".ce"])
    name = st.tuples(key, ending).map("".join)
    sizes = {P + each: size for each, size in data.draw(
        st.dictionaries(name, st.sampled_from([0, 5]), max_size=6)
    ).items()}  # fmt: skip
    listing = pd.DataFrame({"key": list(sizes), "size": list(sizes.values())})
    files = shelf(P, sizes, number=number)
    keys = files.keys(data.draw(st.lists(key, min_size=1, max_size=4)))

    claimed = claims(listing, Naming(P, number=number), keys)

    own = claimed[claimed["verdict"] == ""]
    for owner, file in zip(own["owner"], listing.loc[own.index, "key"], strict=True):
        assert files.says(file, owner, keys) == ITS_ONLY_FILE


@given(st.text(alphabet="{}a7.0 \t\x1c\u2003\n", max_size=12))
def test_only_names_that_are_spelled_otherwise_are_written_anew(name: str) -> None:
    """Those that the one pattern does not find are as all three leave them."""
    written = name
    for pattern, meant in shelves._SPELLINGS:
        written = pattern.sub(meant, written)

    assert shelves._SPELLED.search(name) or written == name
