"""How far people have looked at a sample of a run: figures of ``run.json``."""

from __future__ import annotations

from typing import TypedDict


class SampleFigures(TypedDict):
    """
    How far people have looked at the sample of one table, and what they said.

    Attributes:
        lot: rows that came in; size: rows drawn at random; allowed: wrong ones with
            which it passes; wrong, risk: what it proves, see ``ledger.SampleDraw``.
        looked_at, not_ok: of those drawn at random, by the newest marks.
        others, others_looked_at, others_not_ok: of the panel, and picked by risk.
    """

    table: str
    seed: str
    lot: int
    size: int
    allowed: int
    wrong: int
    risk: float
    looked_at: int
    not_ok: int
    others: int
    others_looked_at: int
    others_not_ok: int
    at: str
