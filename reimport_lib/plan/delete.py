"""What of the target goes: a pure decision over rows, their links and the source.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Rows that were
imported before" of ``docs/rules.md``. Links are read from the database by
``write.dependents``; only those onto rows that may go are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

import pandas as pd

from reimport_lib.errors import ReimportError
from reimport_lib.frames import Mask
from reimport_lib.plan.codes import Kept, Outcome
from reimport_lib.plan.values.canonical import canonical, digest_of, line_of

DELETED, KEPT = Outcome.DELETED.value, Outcome.KEPT.value
ROWS = ("target_id", "key", "outcome", "reason")
_REASONS = frozenset(reason.value for reason in Kept)

Keys = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class TargetTable:
    """
    The rows of one table of the snapshot, as the target holds them.

    Attributes:
        rows: target_id, key (canonical; "" in a row that people made).
    """

    table: str
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """
    Which rows hang on which.

    Attributes:
        child: table, or the model's label where it is none of the import's.
        parent: table.
        clears: the child is not taken along, its link is emptied (SET NULL).
        generic: no database guards the link.
        pairs: child_id, parent_id, local (bool: people made the child).
    """

    child: str
    parent: str
    pairs: pd.DataFrame
    clears: bool = False
    generic: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DeletionPlan:
    """
    What becomes of the target rows of one table that the delete phase looked at.

    Attributes:
        rows: target_id, key, outcome (deleted, kept), reason (only kept); sorted.
        edited: primary keys of those to be deleted that people changed.
        stood: primary key -> sha256 of a row to be deleted, as it was looked at.
        ruled: those of them that go by a ruling, or a policy.
        imported_rows: rows of the table that came from FileMaker, before.

    Raises:
        ReimportError: an outcome or reason that does not exist, or a row twice.
    """

    table: str
    rows: pd.DataFrame
    imported_rows: int
    edited: frozenset[object] = frozenset()
    stood: Mapping[object, str] = field(default_factory=dict)
    ruled: frozenset[object] = frozenset()

    def __post_init__(self) -> None:
        rows = self.rows
        if rows.empty:
            return
        kept = rows["outcome"] == KEPT
        wrong = (
            ~rows["outcome"].isin([DELETED, KEPT])
            | (kept & ~rows["reason"].isin(_REASONS))
            | (~kept & (rows["reason"] != ""))
            | rows["target_id"].duplicated()
        )
        if wrong.any():
            raise ReimportError(
                f"{self.table}: the plan of deletions does not account for"
                f" {int(wrong.sum()):,} rows.",
                hint="a fault of the program; nothing of this phase was written",
                id="R108",
            )

    def __repr__(self) -> str:
        return f"DeletionPlan({self.table}, {self.counts})"

    @property
    def counts(self) -> dict[str, int]:
        """Rows per outcome, both."""
        outcomes = self.rows["outcome"].tolist()
        return {outcome: outcomes.count(outcome) for outcome in (DELETED, KEPT)}

    @property
    def reasons(self) -> dict[str, int]:
        """Kept rows per reason."""
        reasons = self.rows.loc[self.rows["outcome"] == KEPT, "reason"]
        return {str(code): int(n) for code, n in reasons.value_counts().items()}

    @property
    def deleted_ids(self) -> list[object]:
        """Primary keys of the rows that go, sorted."""
        return list(self.rows.loc[self.rows["outcome"] == DELETED, "target_id"])

    @property
    def judged(self) -> pd.DataFrame:
        """``rows`` without those that people made: no run has a say in them."""
        if self.rows.empty:
            return self.rows
        return self.rows[self.rows["reason"] != Kept.LOCAL.value]

    @property
    def digest(self) -> str:
        """
        sha256 over what the plan says; people may go on making rows of their own.

        What they changed and is to go all the same, goes as it was looked at.
        """
        judged = self.judged
        cells = [[canonical(cell) for cell in judged[name]] for name in ROWS]
        lines = sorted(line_of(row) for row in zip(*cells, strict=True))
        edited = sorted(
            f"{canonical(row)} {self.stood.get(row, '')}" for row in self.edited
        )
        return digest_of([self.table, str(self.imported_rows), *lines, *edited])


def may_go(
    tables: Iterable[TargetTable],
    snapshot_keys: Keys,
    not_coming: Keys,
    *,
    clean_slate: bool,
) -> dict[str, frozenset[object]]:
    """Table -> primary keys of the rows that go unless something hangs on them."""
    return {
        target.table: frozenset(
            target.rows.loc[
                _gone(target, snapshot_keys) | (_out(target, not_coming) & clean_slate),
                "target_id",
            ]
            if len(target.rows)
            else ()
        )
        for target in tables
    }


def plan_deletions(
    tables: Sequence[TargetTable],
    references: Sequence[Reference],
    snapshot_keys: Keys,
    not_coming: Keys,
    *,
    edited: Mapping[str, frozenset[object]],
    stood: Mapping[str, Mapping[object, str]],
    ruled: Mapping[str, frozenset[object]] | None = None,
    clean_slate: bool,
) -> tuple[DeletionPlan, ...]:
    """
    Decide about every row the source no longer has, or that does not come in today.

    A row that the source still has and that comes in is in no plan. A row goes with
    all that hangs on it, or not at all: what stays keeps what it hangs on. What people
    made stays, and so does what they changed, but for a clean slate.

    Args:
        tables: those that the snapshot holds; others are never deleted from.
        references: at least all links onto rows of ``may_go``.
        snapshot_keys: table -> every canonical key the snapshot holds.
        not_coming: table -> those of which no row comes in today.
        edited: table -> primary keys of rows of ``may_go`` that people changed.
        stood: table -> primary key -> sha256 of each row of ``may_go``.
        ruled: table -> those of them that are to go all the same.
        clean_slate: what earlier imports left of rows that do not come in goes too, and
            what people changed.

    Returns:
        One plan per table, children before those they hang on.
    """
    going = may_go(tables, snapshot_keys, not_coming, clean_slate=clean_slate)
    ruled = ruled or {}
    stays = {
        table: ids - ruled.get(table, frozenset())
        for table, ids in ({} if clean_slate else edited).items()
    }
    remaining = _without_held(
        {table: ids - stays.get(table, frozenset()) for table, ids in going.items()},
        references,
    )
    by_name = {target.table: target for target in tables}
    reasons = {
        table: {
            Kept.HAS_CHILDREN: ids,
            Kept.HAS_LOCAL_ROWS: _with_local_rows(table, references) & ids,
            Kept.LOCAL_CHANGES: stays.get(table, frozenset()) & ids,
        }
        for table, ids in going.items()
    }
    return tuple(
        _plan(
            by_name[table],
            reasons[table],
            remaining[table],
            not_coming,
            edited.get(table, frozenset()),
            stood.get(table, {}),
            ruled.get(table, frozenset()),
        )
        for table in _children_first(list(by_name), references)
    )


def _without_held(
    going: Mapping[str, frozenset[object]], references: Sequence[Reference]
) -> dict[str, frozenset[object]]:
    """*going* without what holds a row that stays, and so on up to the last parent."""
    remaining = dict(going)
    before: dict[str, frozenset[object]] = {}
    while remaining != before:
        before = dict(remaining)
        for reference in references:
            if not remaining[reference.parent]:
                continue
            pairs = reference.pairs
            stays = ~pairs["child_id"].isin(remaining.get(reference.child, frozenset()))
            if reference.clears:  # a link of people's own is not emptied
                stays &= pairs["local"]
            holds = pairs.loc[stays, "parent_id"]
            remaining[reference.parent] -= frozenset(holds)
    return remaining


def _with_local_rows(table: str, references: Iterable[Reference]) -> frozenset[object]:
    """Primary keys of rows of *table* on which rows that people made hang."""
    onto = (one.pairs for one in references if one.parent == table)
    return frozenset(
        parent for pairs in onto for parent in pairs.loc[pairs["local"], "parent_id"]
    )


def _plan(
    target: TargetTable,
    stays: Mapping[Kept, frozenset[object]],
    deleted: frozenset[object],
    not_coming: Keys,
    edited: frozenset[object],
    stood: Mapping[object, str],
    ruled: frozenset[object],
) -> DeletionPlan:
    """
    The plan of one table.

    Args:
        stays: why rows of the table stay, the weightiest last.
        deleted: those that go all the same.
    """
    if target.rows.empty:
        return DeletionPlan(target.table, _nothing(ROWS), imported_rows=0)
    rows = target.rows.copy()
    ids = rows["target_id"]
    local = rows["key"] == ""
    reason = pd.Series("", index=rows.index, dtype=object)
    reason[_out(target, not_coming)] = Kept.REJECTED_NOW.value
    for code, those in stays.items():
        reason[ids.isin(those)] = code.value
    reason[ids.isin(deleted)] = ""
    reason[local] = Kept.LOCAL.value
    rows["outcome"] = [KEPT if code else DELETED for code in reason]
    rows["reason"] = reason
    listed = rows[ids.isin(deleted) | (reason != "")]
    listed = listed.sort_values("target_id", key=lambda column: column.map(str))
    return DeletionPlan(
        target.table,
        listed[list(ROWS)].reset_index(drop=True),
        imported_rows=int((~local).sum()),
        edited=edited & deleted,
        stood={row: sha for row, sha in stood.items() if row in deleted},
        ruled=ruled & edited & deleted,
    )


def _nothing(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns), dtype=object)


def _gone(target: TargetTable, snapshot_keys: Keys) -> Mask:
    keys = target.rows["key"]
    return (keys != "") & ~keys.isin(snapshot_keys[target.table])


def _out(target: TargetTable, not_coming: Keys) -> Mask:
    keys = target.rows["key"]
    return (keys != "") & keys.isin(not_coming.get(target.table, frozenset()))


def _children_first(
    tables: Sequence[str], references: Iterable[Reference]
) -> list[str]:
    """
    *tables* so that none comes before one that hangs on it.

    Generic links can go round in a circle; where they do, they do not count: no
    database minds in which order their ends go.
    """
    within = [
        (reference.parent, reference.child, reference.generic)
        for reference in references
        if reference.child in tables
        and reference.child != reference.parent
        and not (reference.generic and reference.pairs.empty)
    ]
    try:
        return _sorted(tables, [(parent, child) for parent, child, _ in within])
    except CycleError:
        return _sorted(
            tables,
            [(parent, child) for parent, child, generic in within if not generic],
        )


def _sorted(tables: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(tables, ()))
    for parent, child in edges:
        sorter.add(parent, child)
    return list(sorter.static_order())
