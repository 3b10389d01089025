"""Addresses of container files: each good for one session, and told from false ones.

Pure. An address is 64 hexadecimal digits: what it points at, and a seal over that.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass

_PLACE = struct.Struct(">HHHHII")
_HEADS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"%PDF": "application/pdf",
    b"\x00\x00\x00\x18ftyphei": "image/heic",
}
SHOWN_ENDINGS = ("jpg", "jpeg", "png", "pdf")
"""Files of other kinds have no ending in their address."""


@dataclass(frozen=True, slots=True)
class ContainerFile:
    """
    A file in a container.

    Attributes:
        table, field: places in the database's tables and the table's fields.
        call: how many calls its session had made when the address was given out.
        session: the number of that session.
        record: FileMaker's record id.
    """

    table: int
    field: int
    repetition: int
    call: int
    session: int
    record: int


def address(place: ContainerFile, secret: bytes) -> str:
    """The 64 digits of *place*."""
    packed = _PLACE.pack(
        place.table,
        place.field,
        place.repetition,
        place.call & 0xFFFF,
        place.session,
        place.record,
    )
    return (packed + _seal(packed, secret)).hex().upper()


def place_of(digits: str, secret: bytes) -> ContainerFile | None:
    """What an address points at; None where nobody gave it out."""
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return None
    packed, seal = raw[: _PLACE.size], raw[_PLACE.size :]
    if len(raw) != 32 or not hmac.compare_digest(seal, _seal(packed, secret)):
        return None
    return ContainerFile(*_PLACE.unpack(packed))


def kind_of(content: bytes) -> str:
    """The media type that the first bytes tell."""
    for head, kind in _HEADS.items():
        if content.startswith(head):
            return kind
    return "application/octet-stream"


def _seal(packed: bytes, secret: bytes) -> bytes:
    return hashlib.blake2b(packed, key=secret, digest_size=16).digest()
