"""The plan: for every source row exactly one outcome, the changes, a digest.

Pure; imports neither Django nor pyarrow. A plan is a function of what the rules decided
and of the managed rows of the target; it is applied as it stands, or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from reimport_lib.frames import Array, Rows
from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome, Reason
from reimport_lib.plan.compare import RowChanges, compare, match, new_values
from reimport_lib.plan.conservation import WRITES, check_rows, check_writes
from reimport_lib.plan.decide import Decided, Link
from reimport_lib.plan.hashes import managed_hashes
from reimport_lib.plan.values.canonical import (
    canonical,
    canonical_texts,
    digest_of,
    line_of,
)

__all__ = ["Plan", "canonical", "make_plan", "managed_hashes"]

ROWS = ("row", "key", "outcome", "reason", "notes", "target_id")
CHANGES = ("row", "field", "before", "after")


_FIRST = ("filemaker_id", "import_hash", "write")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """
    What will become of the rows of one table.

    Attributes:
        rows: row, key, outcome, reason, notes, target_id (text); sorted by row.
        values: index = row; id (UUID), filemaker_id, import_hash, write (create,
            update, rehash) and the managed fields, only for rows that are written.
        changes: row, field, before, after (texts), one line per field of an update.
        adopted: updates of rows that an earlier system imported, without a hash.
        derived: rows made from another table's; they have no number, ``row`` is 0.

    Raises:
        ReimportError: conservation does not hold.
    """

    table: str
    rows: pd.DataFrame
    values: pd.DataFrame
    changes: pd.DataFrame
    links: tuple[Link, ...]
    adopted: int
    source_rows: int
    blank_rows: int
    digest: str
    derived: bool = False

    def __post_init__(self) -> None:
        check_rows(self)
        check_writes(self)

    def __repr__(self) -> str:
        return f"Plan({self.table}, {self.equation})"

    @property
    def counts(self) -> dict[str, int]:
        """Rows per outcome, all five."""
        found = Counter(self.rows["outcome"])
        return {outcome.value: found[outcome.value] for outcome in SOURCE_OUTCOMES}

    @property
    def reasons(self) -> dict[str, int]:
        """Rows per reason, the most frequent first."""
        return _ranked(reason for reason in self.rows["reason"] if reason)

    @property
    def note_counts(self) -> dict[str, int]:
        """Rows per note, the most frequent first."""
        notes = (notes for notes in self.rows["notes"] if notes)
        return _ranked(code for joined in notes for code in joined.split(";"))

    @property
    def equation(self) -> str:
        """``15,149 = 9,812 created + ...``: every row in one outcome."""
        terms = [f"{count:,} {outcome}" for outcome, count in self.counts.items()]
        return f"{len(self.rows):,} = {' + '.join(terms)}"


def make_plan(
    decided: Decided,
    target: pd.DataFrame,
    *,
    system: str,
    source_rows: int,
    blank_rows: int,
    clean_slate: bool = False,
) -> Plan:
    """
    Compare what *decided* lets in with what the target holds.

    Args:
        target: id (UUID), filemaker_id, import_hash and the managed fields of every
            row that has a filemaker_id.
        system: names the source in derived primary keys.
        clean_slate: every managed field is overwritten, whoever set it.

    Raises:
        ReimportError: two target rows answer to one key, or conservation fails.
    """
    matched = match(decided, target, system)
    new = new_values(decided, target, matched, clean_slate=clean_slate)
    found = compare(decided, new, target, matched, clean_slate=clean_slate)
    new = new.assign(id=matched.ids, import_hash=found.hashes, write=found.write)
    rows = _rows(decided, new, found.edited)
    changes = _changes(new.index, found)
    values = new.loc[found.write != "", ["id", *_FIRST, *decided.managed]]
    return Plan(
        table=decided.table,
        rows=rows.assign(row=0) if decided.derived else rows,
        values=values.sort_index(),
        changes=changes,
        links=decided.links,
        adopted=int(found.adopted.sum()),
        source_rows=source_rows,
        blank_rows=blank_rows,
        digest=_digest(decided, rows, values, found, changes),
        derived=decided.derived,
    )


def plan_of_rows(table: str, rows: pd.DataFrame) -> Plan:
    """A plan that writes nothing: an account of things that are only looked at."""
    cells = [canonical_texts(rows[name]) for name in ROWS]
    return Plan(
        table=table,
        rows=rows,
        values=pd.DataFrame(columns=["id", *_FIRST]),
        changes=pd.DataFrame(columns=list(CHANGES)),
        links=(),
        adopted=0,
        source_rows=len(rows),
        blank_rows=0,
        digest=digest_of([table, *map(line_of, zip(*cells, strict=True))]),
    )


def _changes(index: Rows, found: RowChanges) -> pd.DataFrame:
    """row, field, before, after of every field that an update changes."""
    updated = found.write == "update"
    parts = []
    for name, after in found.after.items():
        before = found.before[name]
        hits = updated & (after != before)
        columns = {"row": index[hits], "field": name}
        texts = {"before": before[hits], "after": after[hits]}
        parts.append(pd.DataFrame({**columns, **texts}, dtype=object))
    changes = pd.concat(parts, ignore_index=True)
    return changes.sort_values(["row", "field"], ignore_index=True)


def _rows(decided: Decided, new: pd.DataFrame, edited: Array) -> pd.DataFrame:
    """Every row with its final outcome; *edited* ones are rejected after all."""
    rows = decided.rows.assign(target_id="")
    writes = new["write"].tolist()
    outcomes = [WRITES.get(write, Outcome.UNCHANGED).value for write in writes]
    rows.loc[new.index, "outcome"] = outcomes
    rows.loc[new.index, "target_id"] = [str(pk) for pk in new["id"]]
    local = new.index[edited]
    rows.loc[local, "outcome"] = Outcome.REJECTED.value
    rows.loc[local, "reason"] = Reason.LOCAL_EDIT.value
    rows.loc[local, "notes"] = ""
    return rows.sort_index().rename_axis("row").reset_index()[list(ROWS)]


def _digest(
    decided: Decided,
    rows: pd.DataFrame,
    values: pd.DataFrame,
    found: RowChanges,
    changes: pd.DataFrame,
) -> str:
    """
    sha256 over what the plan says, whatever the order of the frames it came from.

    The import hash stays out: it follows from the values.
    """
    texts = {name: cells[found.write != ""] for name, cells in found.after.items()}
    head = [
        values.index.map(str),
        *(canonical_texts(values[name]) for name in ("id", "write")),
    ]
    parts = (
        [canonical_texts(rows[name]) for name in rows.columns],
        [*head, *texts.values()],
        [canonical_texts(changes[name]) for name in changes.columns],
    )
    lines = [line_of((decided.table, decided.mapping_digest, *texts))]
    for cells in parts:
        lines += sorted(line_of(row) for row in zip(*cells, strict=True))
        lines.append("")
    return digest_of(lines)


def _ranked(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))
