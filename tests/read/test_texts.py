"""How much text a sheet shows, by codes: the same as an expression would find."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.read.exports import texts
from reimport_lib.read.exports.extent import measure_sheet

VALUE = re.compile(rb"<v(?:\s[^>]*)?>(\s*)([0-9]{0,18})(?=(<(?![!?]))?)")
STRING = re.compile(rb"<(?:[^\s<>/:=]+:)?si[\s/>]")
PIECES = st.sampled_from(
    [
        *(b"<v>", b"<v >", b"<v t='a'>", b"<v/>", b"<vx>", b"</v>", b"<v", b"<c>"),
        *(b"<si>", b"<si/>", b"<si\n", b"<x:si>", b"<six>", b"<sst>", b"</si>"),
        *(b"0", b"7", b"12", b"-1.5", b"3.25", b"9" * 20, b"0" * 20 + b"1", b" ", b"a"),
        *(b"1234567", b"12345678", b"00000019", b"\xff", b":", b"<!---->", b"<?x?>"),
    ]
)
SHEETS = st.lists(PIECES, max_size=16).map(b"".join)
STRINGS = np.arange(1_000, 1_020, dtype=np.int64)


def in_bytes(sheet: bytes) -> int:
    """A number counts as its string; what is more or longer also as the first."""
    found = VALUE.findall(sheet)
    numbers = [int(digits) for _, digits, _ in found if digits]
    others = sum(b != b"" or not 0 < len(n) < 8 or not end for b, n, end in found)
    named = sum(int(STRINGS[n]) for n in numbers if n < len(STRINGS))
    return named + others * int(STRINGS[0])


@given(sheet=SHEETS)
def test_every_value_counts_as_the_text_that_it_may_show(sheet: bytes) -> None:
    codes = np.frombuffer(sheet + b'"' * 18, dtype=np.uint8)
    tags = np.flatnonzero(codes == ord("<"))

    assert texts.shown(codes, tags, STRINGS) == in_bytes(sheet)


@given(
    numbers=st.lists(st.integers(0, 10**9) | st.integers(0, 19)),
    size=st.integers(1, 90),
)
def test_cells_are_counted_once_wherever_a_piece_ends(
    numbers: list[int], size: int
) -> None:
    sheet = b"".join(b'<c t="s"><v>%d</v></c>' % number for number in numbers)

    extent = measure_sheet(_cut(sheet, size), STRINGS)

    assert (extent.cells, extent.text_bytes) == (len(numbers), in_bytes(sheet))


@given(part=SHEETS, size=st.integers(65, 90))
def test_a_string_reaches_to_the_next_one(part: bytes, size: int) -> None:
    starts = [found.start() for found in STRING.finditer(part)]
    ends = [*starts[1:], len(part)]
    expected = [end - start for start, end in zip(starts, ends, strict=False)]

    assert texts.lengths(_cut(part, size)).tolist() == expected


def _cut(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]
