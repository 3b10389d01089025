"""What proves a backup, in words.

Imports words.
"""

from __future__ import annotations

from dataclasses import dataclass

from reimport_lib.show.words import several, size


@dataclass(frozen=True, slots=True)
class Proof:
    """
    Attributes:
        server: that the backup was made of; empty_tables: tables without a row.
        taken_from: the rehearsal whose backup a full run took over; "" where the run
            has made and restored its own.
    """

    file: str
    bytes: int
    server: str
    empty_tables: int
    taken_from: str = ""


def caption(proof: Proof) -> str:
    """What was compared with what: one that was taken over is not restored again."""
    how = "restored and compared"
    if proof.taken_from:
        how += f" by {proof.taken_from}; now compared with the real database"
    empty = proof.empty_tables
    are = "is" if empty == 1 else "are"
    return (
        f"{proof.file}, {size(proof.bytes)}, {proof.server}: {how}; "
        f"{several(empty, 'further table')} {are} empty"
    )
