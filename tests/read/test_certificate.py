"""What a certificate counts, and what it says where nothing can be counted."""

from __future__ import annotations

import pyarrow as pa

from reimport_lib.checks import Verdict
from reimport_lib.read import certificate
from reimport_lib.read.reading import TEXT


def test_an_image_is_counted_by_its_own_key() -> None:
    columns = {"id": ["a", "a", "a"], "recid": ["1", "2", "2"]}
    data = pa.table({name: pa.array(cells, TEXT) for name, cells in columns.items()})

    assert certificate.distinct_keys("images", data) == 2


def test_a_table_without_a_key_of_its_own_says_so() -> None:
    data = pa.table({"id.key": pa.array(["a"], TEXT)})

    keys = certificate.distinct_keys("contact_details", data)

    [check] = [c for c in certificate.table_checks(1, keys) if "keys" in c.name]
    assert check.verdict is Verdict.COULD_NOT_CHECK


def test_keys_that_several_columns_make_could_not_be_counted() -> None:
    [_, check] = certificate.table_checks(1, None, of_several=True)

    assert check.verdict is Verdict.COULD_NOT_CHECK
    assert check.actual == "could not count: several columns make a key"
