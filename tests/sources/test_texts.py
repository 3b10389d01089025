"""How much text a sheet shows, by codes: the same as an expression would find."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.sources import texts

VALUE = re.compile(rb"<(?:[^\s<>/:=]+:)?v(?:\s[^>]*)?>\s*(\d{1,18})")
STRING = re.compile(rb"<(?:[^\s<>/:=]+:)?si[\s/>]")
PIECES = st.sampled_from(
    [
        *(b"<v>", b"<v >", b"<x:v>", b"<v t='a'>", b"<v/>", b"<vx>", b"</v>", b"<v"),
        *(b"<si>", b"<si/>", b"<si\n", b"<x:si>", b"<six>", b"<sst>", b"</si>"),
        *(b"0", b"7", b"12", b"-1.5", b"3.25", b"9" * 20, b"0" * 20 + b"1", b" ", b"a"),
    ]
)
SHEETS = st.lists(PIECES, max_size=16).map(b"".join)


@given(sheet=SHEETS, size=st.integers(1, 40))
def test_every_value_that_begins_with_a_number_counts(sheet: bytes, size: int) -> None:
    strings = np.arange(1, 21, dtype=np.int64)
    numbers = [int(found) for found in VALUE.findall(sheet)]
    expected = sum(int(strings[n]) for n in numbers if n < len(strings))

    assert texts.shown(_cut(sheet, size), strings) == expected


@given(part=SHEETS, size=st.integers(65, 90))
def test_a_string_reaches_to_the_next_one(part: bytes, size: int) -> None:
    starts = [found.start() for found in STRING.finditer(part)]
    ends = [*starts[1:], len(part)]
    expected = [end - start for start, end in zip(starts, ends, strict=False)]

    assert texts.lengths(_cut(part, size)).tolist() == expected


def _cut(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]
