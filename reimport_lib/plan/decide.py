"""The verdict on every row: rules in order, one reason; notes, as many as apply.

Pure; imports neither Django nor pyarrow. The authority is ``docs/rules.md``. A rule is
a mask over the staged rows and a code; the first rule that holds decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from reimport_lib.frames import Array, Column, Mask
from reimport_lib.plan.cells import blank, either, objects
from reimport_lib.plan.codes import SKIPPED, Note, Outcome, Reason
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.canonical import canonical_texts, line_of
from reimport_lib.plan.values.carrying import bare

Ruling = tuple[Mask, Reason | Note]
"""(n,) bool mask over the staged rows, and why those do not come in, or their note."""

_NOTE_CODES = frozenset(note.value for note in Note)


@dataclass(frozen=True, slots=True)
class Link:
    """
    How many of the links that rows name were found.

    Attributes:
        found, named: rows; blank links and excluded rows are in neither.
        checked: False where the directory is empty, so that nothing could be found.
    """

    name: str
    found: int
    named: int
    checked: bool = True

    @property
    def rate(self) -> float:
        """Fraction 0..1, floored at four places; 1.0 when no row names a link."""
        return self.found * 10_000 // self.named / 10_000 if self.named else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """
    The verdict on every row, before the target is looked at.

    Attributes:
        rows: index = row; key, outcome ("" comes in, skipped, rejected), reason,
            notes (sorted, joined with ";").
        values: index = row, only rows that come in: filemaker_id, managed fields.
        create_only: field -> (m,) bool over ``values``: True where the field is decided
            when the row is created and left alone later.
        managed: the fields in digest order.
        mapping_digest: enters the plan's digest.
        derived: the rows are made from rows of another table.
        stand_ins: field -> text of what it holds in place of nothing.
    """

    table: str
    rows: pd.DataFrame
    values: pd.DataFrame
    links: tuple[Link, ...]
    managed: tuple[str, ...]
    create_only: Mapping[str, Mask] = field(default_factory=dict)
    mapping_digest: str = ""
    derived: bool = False
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Decided({self.table}, {len(self.rows)} rows)"


def decide_rows(staged: Staged, rules: Sequence[Ruling]) -> pd.DataFrame:
    """
    Apply *rules* in order; rows that come in have their notes, and the problems.

    Returns:
        index = row; key, outcome, reason, notes.
    """
    index = staged.frame.index
    reason = pd.Series("", index=index, dtype=object)
    for mask, code in rules:
        if isinstance(code, Reason):
            reason.loc[(reason == "") & mask] = code.value
    outcome = pd.Series("", index=index, dtype=object)
    outcome.loc[reason != ""] = Outcome.REJECTED.value
    outcome.loc[reason.isin([code.value for code in SKIPPED])] = Outcome.SKIPPED.value
    notes = either(outcome == "", _joined_notes(staged, rules), "")
    columns = {"key": staged.frame["key"], "outcome": outcome}
    return pd.DataFrame(
        {**columns, "reason": reason, "notes": notes}, index=index, dtype=object
    )


def _joined_notes(staged: Staged, rules: Sequence[Ruling]) -> Column:
    """(n,) codes of notes per row, sorted and joined with ";"."""
    masks: dict[str, Mask | Array] = {}
    for mask, note in rules:
        if isinstance(note, Note):
            masks[note.value] = masks.get(note.value, False) | mask
    only_compared = staged.problems["column"].isin(staged.declared.named_again)
    problems = staged.problems[~only_compared]
    for code in _NOTE_CODES & set(problems["code"]):
        hit = staged.frame.index.isin(problems.loc[problems["code"] == code, "row"])
        masks[code] = masks.get(code, False) | hit
    notes = [""] * len(staged.frame)
    for code in sorted(masks):
        for row in np.flatnonzero(masks[code]):
            notes[row] = f"{notes[row]};{code}" if notes[row] else code
    return objects(notes, staged.frame.index)


def no_key(staged: Staged) -> Ruling:
    return staged.frame["key"] == "", Reason.NO_KEY


def duplicates(staged: Staged) -> tuple[Ruling, Ruling]:
    """
    Rows that share a key: with equal values all but the first, else all of them.

    Values are equal as they are after conversion, in every mapped column; where one
    does not carry the text that was typed, the letters and digits of the texts count.
    """
    frame = staged.frame
    shared = frame["key"].duplicated(keep=False) & (frame["key"] != "")
    some = frame[shared]
    lines = _lines(some, staged.compared, staged.dropped)
    kinds = lines.groupby(some["key"].to_numpy()).transform("nunique")
    alike = kinds.to_numpy() == 1 if len(some) else np.zeros(0, dtype=bool)
    later = some["key"].duplicated().to_numpy(dtype=bool)
    same, other = _blank_mask(frame), _blank_mask(frame)
    same[shared] = alike & later
    other[shared] = ~alike
    return (same, Reason.DUPLICATE_ROW), (other, Reason.DUPLICATE_KEY)


def misfits(staged: Staged) -> tuple[Ruling, Ruling]:
    """Values that the backend cannot hold: too long, or with a NUL."""
    too_long, bad = Reason.VALUE_TOO_LONG, Reason.BAD_CHARACTER
    return (staged.coded(too_long), too_long), (staged.coded(bad), bad)


def empty(staged: Staged, *columns: str) -> Mask:
    """(n,) bool: all of *columns* are blank in the source, not merely unstorable."""
    filled = staged.coded(Reason.BAD_CHARACTER, *columns)
    for name in columns:
        filled |= ~blank(staged.frame[name])
    return ~filled


def counted_rows(rows: pd.DataFrame) -> Mask:
    """(n,) bool: rows that match rates count: not unkeyed, doubled, excluded ones."""
    before = (
        Reason.NO_KEY,
        Reason.DUPLICATE_ROW,
        Reason.DUPLICATE_KEY,
        Reason.EXCLUDED_BY_RULE,
    )
    return ~rows["reason"].isin([code.value for code in before])


def decided(
    staged: Staged,
    rows: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    links: Iterable[Link] = (),
    create_only: Mapping[str, Mask] | None = None,
    stand_ins: Mapping[str, str] | None = None,
) -> Decided:
    """
    Put together what *rows* that come in will hold.

    Args:
        columns: managed field -> (n,) values over all staged rows; the metadata is
            added here. None in a text field becomes "".
    """
    declared = staged.declared
    columns = {**columns, "filemaker_metadata": metadata(staged)}
    values = pd.DataFrame(
        {
            "filemaker_id": staged.frame["key"],
            **{name: columns[name] for name in declared.managed},
        },
        index=staged.frame.index,
        dtype=object,
    )
    comes_in = rows["outcome"] == ""
    masks = {name: mask[comes_in] for name, mask in (create_only or {}).items()}
    return Decided(
        table=staged.table,
        rows=rows,
        values=values[comes_in],
        links=tuple(links),
        managed=declared.managed,
        create_only=masks,
        mapping_digest=declared.digest,
        stand_ins=stand_ins or {},
    )


def metadata(staged: Staged) -> Column:
    """
    ``filemaker_metadata`` per row: every mapped column that says so, blanks left out.

    Values are texts, so that a database gives back what was written.
    """
    named = [
        (column.metadata, canonical_texts(staged.frame[column.name]))
        for column in staged.declared.fields
        if column.metadata and column.name in staged.resolved.headers
    ]
    named += [(name, list(column)) for name, column in staged.originals.items()]
    stored: list[dict[str, str]] = [{} for _ in range(len(staged.frame))]
    for name, cells in named:
        for row, cell in zip(stored, cells, strict=True):
            if cell:
                row[name] = cell
    return objects(stored, staged.frame.index)


def _blank_mask(frame: pd.DataFrame) -> Mask:
    return pd.Series(False, index=frame.index)


def _lines(
    frame: pd.DataFrame, columns: Sequence[str], dropped: Mapping[str, Column]
) -> Column:
    """One text per row: the canonical texts of *columns*, and what they left out."""
    cells = [canonical_texts(frame[name]) for name in ("key", *columns)]
    cells += [[bare(text) for text in texts[frame.index]] for texts in dropped.values()]
    lines = [line_of(row) for row in zip(*cells, strict=True)]
    return pd.Series(lines, index=frame.index, dtype=object)
