"""What the last import left of a row: a short digest of each managed field.

Pure. It tells whether FileMaker or a person changed a field since; no value can be read
from it. A text of twelve characters a field: four that name it, eight of its value, so
that fields can come, go and change places.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import blake2b

from reimport_lib.frames import Array

UNKNOWN = "." * 8
"""In place of a digest: nobody recorded what the last import left."""

_IN_ADDRESSES = bytes.maketrans(b"+/", b"-_")
_NAME, _VALUE = 4, len(UNKNOWN)
_BITS = 6  # of a character


def digest(text: str) -> str:
    """Eight characters over the canonical *text* of a field."""
    return _short(text, _VALUE)


def digests(texts: Iterable[str]) -> list[str]:
    """``digest`` of each; texts that recur are read once."""
    known: dict[str, str] = {}
    found = []
    for text in texts:
        if text not in known:
            known[text] = _short(text, _VALUE)
        found.append(known[text])
    return found


def packed(columns: Mapping[str, Sequence[str] | Array]) -> list[str]:
    """One text a row, of field -> (n,) digests."""
    marked = [[_tag(name) + cell for cell in cells] for name, cells in columns.items()]
    return list(map("".join, zip(*marked, strict=True)))


def of_field(left: str, field: str) -> str:
    """The digest that the packed text *left* has of *field*; "" where it has none."""
    return _unpacked(left).get(_tag(field), "")


def with_fields(left: str, changed: Mapping[str, str]) -> str:
    """*left* with the digests of the fields *changed*."""
    found = _unpacked(left)
    found |= {_tag(name): value for name, value in changed.items()}
    return "".join(tag + value for tag, value in found.items())


def _unpacked(left: str) -> dict[str, str]:
    step = _NAME + _VALUE
    return {
        left[at : at + _NAME]: left[at + _NAME : at + step]
        for at in range(0, len(left), step)
    }


@cache
def _tag(field: str) -> str:
    return _short(field, _NAME)


def _short(text: str, length: int) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    small = blake2b(raw, digest_size=length * _BITS // 8).digest()
    return b2a_base64(small, newline=False).translate(_IN_ADDRESSES).decode()
