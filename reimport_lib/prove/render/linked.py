"""A link of every imported row, judged: 100 %, not a sample. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reimport_lib.checks import Check, Verdict, some_rows
from reimport_lib.tables import registry


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """
    Imported rows: their numbers in the source, the source's texts, the target rows.

    Attributes:
        remedy: what to do where a link is wrong.
    """

    rows: Sequence[int]
    owners: Sequence[str]
    keys: Sequence[str]
    target: Any
    remedy: str


def all_rows(
    name: str, linked: Linked, right: Sequence[bool], changed: Sequence[bool] = ()
) -> Check:
    """
    Holds where every row is *right*: 100 %, not a sample.

    Args:
        changed: rows whose link is as a person made it; these are no fault.
    """
    changed = changed or [False] * len(right)
    judged = list(zip(linked.rows, right, changed, strict=True))
    wrong = [row for row, fine, edited in judged if not (fine or edited)]
    edits = sum(edited and not fine for _, fine, edited in judged)
    total = len(linked.rows)
    figure = f"{sum(right):,} of {total:,}"
    if edits:
        figure += f"; {edits:,} as people changed them"
    table = name.partition(":")[0]
    hint = "look at these rows in the backend" if edits else ""
    return Check(
        name,
        f"{total:,} of {total:,}",
        f"{figure}; not {some_rows(wrong)} of {registry.by_name()[table].file}"
        if wrong
        else figure,
        Verdict.FAIL if wrong else Verdict.WARN if edits else Verdict.PASS,
        linked.remedy if wrong else hint,
        id="C056",
    )
