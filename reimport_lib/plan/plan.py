"""The plan: for every source row exactly one outcome, the changes, a digest.

Pure; imports neither Django nor pyarrow. A plan is a function of what the rules decided
and of the managed rows of the target; it is applied as it stands, or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

import numpy as np
import pandas as pd

from reimport_lib.frames import Array, Rows
from reimport_lib.plan.bases import digest
from reimport_lib.plan.codes import SKIPPED, SOURCE_OUTCOMES, Note, Outcome
from reimport_lib.plan.compare import RowChanges, compare, match, row_digest
from reimport_lib.plan.conservation import WRITES, check_rows, check_writes
from reimport_lib.plan.decide import Decided, Link
from reimport_lib.plan.hashes import managed_hashes
from reimport_lib.plan.merge import OF_POLICY, Merging
from reimport_lib.plan.values.canonical import (
    canonical,
    canonical_texts,
    digest_of,
    line_of,
    row_hash,
)
from reimport_lib.tables.merging import RowsThat

__all__ = ["Plan", "canonical", "make_plan", "managed_hashes"]

ROWS = ("row", "key", "outcome", "reason", "notes", "target_id")
CHANGES = ("row", "field", "before", "after")
MERGED = (
    "row",
    "key",
    "field",
    "note",
    "backend",
    "filemaker",
    "source_digest",
    "left",
)


BASES = ("id", "filemaker_id", "left")
_FIRST = ("filemaker_id", "import_hash", "write")
_HEAD = ("id", "write")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """
    What will become of the rows of one table.

    Attributes:
        rows: row, key, outcome, reason, notes, target_id (text); sorted by row.
        values: index = row; id (UUID), filemaker_id, import_hash, write (create,
            update, rehash) and the managed fields, only for rows that are written.
        changes: row, field, before, after (texts), one line per field of an update.
        merged: row, key, field (or a kind of ``RowsThat``), note, backend, filemaker
            (texts), source_digest, left (``plan.bases``): one line for each field, or
            row, that people have a say in.
        bases: index = row; id, filemaker_id, left: what is to be recorded of each row.
        written: FileMaker key -> sha256 of what *values* say of that row.
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
    merged: pd.DataFrame = field(default_factory=lambda: _empty(MERGED))
    bases: pd.DataFrame = field(default_factory=lambda: _empty(BASES))
    written: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_rows(self)
        check_writes(self)

    def __repr__(self) -> str:
        return f"Plan({self.table}, {self.equation})"

    @property
    def counts(self) -> dict[str, int]:
        """Rows per outcome, all five."""
        found = Counter(self.rows["outcome"].tolist())
        return {outcome.value: found[outcome.value] for outcome in SOURCE_OUTCOMES}

    @property
    def reasons(self) -> dict[str, int]:
        """Rows per reason, the most frequent first."""
        return _ranked(reason for reason in self.rows["reason"].tolist() if reason)

    @property
    def note_counts(self) -> dict[str, int]:
        """Rows per note, the most frequent first."""
        notes = filter(None, self.rows["notes"].tolist())
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
    merging: Merging | None = None,
    clean_slate: bool = False,
) -> Plan:
    """
    Compare what *decided* lets in with what the target holds.

    Args:
        target: id (UUID), filemaker_id, import_hash, the managed fields and, where it
            is known, left (``plan.bases``) of every row that has a filemaker_id.
        merging: what people did, and who has the say over it.
        system: names the source in derived primary keys.
        clean_slate: every managed field is overwritten, whoever set it.

    Raises:
        ReimportError: two target rows answer to one key, or conservation fails.
    """
    matched = match(decided, target, system)
    merging = replace(merging or Merging(), overwrite=clean_slate)
    found = compare(decided, target, matched, merging)
    new = found.values.assign(
        id=matched.ids, import_hash=found.hashes, write=found.write, left=found.left
    )
    rows = _rows(decided, new, found)
    changes = _changes(new.index, found)
    merged = _merged(decided, found, new, target, matched.positions)
    values = new.loc[found.write != "", ["id", *_FIRST, *decided.managed]]
    texts = _texts_of(values, found)
    return Plan(
        table=decided.table,
        rows=rows.assign(row=0) if decided.derived else rows,
        values=values.sort_index(),
        changes=changes,
        links=decided.links,
        adopted=int(found.adopted.sum()),
        source_rows=source_rows,
        blank_rows=blank_rows,
        digest=_digest(decided, rows, values, texts, changes, merged),
        derived=decided.derived,
        merged=merged,
        bases=new.loc[found.left != "", list(BASES)],
        written=_written(texts),
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
    parts: list[tuple[object, str, str, str]] = []
    for name, after in found.after.items() if updated.any() else ():
        before = found.before[name]
        hits = updated & (after != before)
        texts = before[hits].tolist(), after[hits].tolist()
        rows = index[hits].tolist()
        parts += zip(rows, repeat(name), *texts, strict=False)
    changes = pd.DataFrame(parts, columns=list(CHANGES), dtype=object)
    return changes.sort_values(["row", "field"], ignore_index=True)


def _rows(decided: Decided, new: pd.DataFrame, found: RowChanges) -> pd.DataFrame:
    """Every row with its final outcome; some stay out for what people did."""
    rows = decided.rows.assign(target_id="")
    outcomes = [WRITES.get(w, Outcome.UNCHANGED).value for w in found.write]
    rows.loc[new.index, "outcome"] = outcomes
    rows.loc[new.index, "target_id"] = [str(pk) for pk in new["id"]]
    rows.loc[new.index, "notes"] = _with_notes(rows.loc[new.index, "notes"], found)
    out = found.out != ""
    stays_out, reasons = new.index[out], found.out[out]
    skipped = np.isin(reasons, [code.value for code in SKIPPED])
    rows.loc[stays_out, "outcome"] = np.where(
        skipped, Outcome.SKIPPED.value, Outcome.REJECTED.value
    )
    rows.loc[stays_out, "reason"] = reasons
    rows.loc[stays_out, "notes"] = ""
    nowhere = [place for place in found.by_row.get(RowsThat.DELETED, {}) if out[place]]
    rows.loc[new.index[nowhere], "target_id"] = ""
    return rows.sort_index().rename_axis("row").reset_index()[list(ROWS)]


def _with_notes(notes: pd.Series[str], found: RowChanges) -> list[str]:
    """*notes* of the rows that come in, and what is to be said of people's fields."""
    joined = notes.tolist()
    of_place: dict[int, set[str]] = {}
    for merged in found.merged.values():
        for place, note in merged.items():
            of_place.setdefault(place, set()).add(note.value)
    for place in found.unfit:
        of_place.setdefault(place, set()).add(Note.UNFIT_TOGETHER.value)
    for settled in found.by_row.values():
        for place in settled:
            of_place.setdefault(place, set()).add(Note.TAKEN_BY_DECISION.value)
    for place, codes in of_place.items():
        joined[place] = ";".join(
            sorted({*filter(None, joined[place].split(";")), *codes})
        )
    return joined


def _merged(
    decided: Decided,
    found: RowChanges,
    new: pd.DataFrame,
    target: pd.DataFrame,
    positions: Array,
) -> pd.DataFrame:
    """One line for each field and row that people have a say in."""
    left = list(target.get("left", [""] * len(target)))
    keys, index = found.said["filemaker_id"], new.index.tolist()
    lines = []
    for name, notes in found.merged.items():
        said, held = found.said[name], found.before[name]
        for place, note in notes.items():
            texts = held[place], said[place], digest(said[place])
            base = left[positions[place]]
            lines.append((index[place], keys[place], name, note.value, *texts, base))
    for kind, settled in found.by_row.items():
        for place, policy in settled.items():
            said_of_row = row_digest(decided, found.said, place)
            code = OF_POLICY[policy].value
            row = (index[place], keys[place], kind.value, code)
            lines.append((*row, "", "", said_of_row, ""))
    frame = pd.DataFrame(lines, columns=list(MERGED), dtype=object)
    return frame.sort_values(["row", "field"], ignore_index=True)


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns), dtype=object)


def _texts_of(
    values: pd.DataFrame, found: RowChanges
) -> dict[str, Sequence[str] | Array]:
    """id, write and each field of the rows that are written, as canonical texts."""
    head = {name: canonical_texts(values[name]) for name in _HEAD}
    written = found.write != ""
    return head | {name: cells[written] for name, cells in found.after.items()}


def _written(texts: Mapping[str, Sequence[str] | Array]) -> dict[str, str]:
    columns = (cells for name, cells in texts.items() if name != "filemaker_id")
    hashes = map(row_hash, zip(*columns, strict=True))
    return dict(zip(texts["filemaker_id"], hashes, strict=True))


def _digest(
    decided: Decided,
    rows: pd.DataFrame,
    values: pd.DataFrame,
    texts: Mapping[str, Sequence[str] | Array],
    changes: pd.DataFrame,
    merged: pd.DataFrame,
) -> str:
    """
    sha256 over what the plan says, whatever the order of the frames it came from.

    The import hash and the bases stay out: they follow from the rest.
    """
    parts = (
        [canonical_texts(rows[name]) for name in rows.columns],
        [list(map(str, values.index.tolist())), *texts.values()],
        [canonical_texts(changes[name]) for name in changes.columns],
        *([[canonical_texts(merged[n]) for n in MERGED]] if len(merged) else ()),
    )
    fields = (name for name in texts if name not in _HEAD)
    lines = [line_of((decided.table, decided.mapping_digest, *fields))]
    for cells in parts:
        lines += sorted(line_of(row) for row in zip(*cells, strict=True))
        lines.append("")
    return digest_of(lines)


def _ranked(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))
