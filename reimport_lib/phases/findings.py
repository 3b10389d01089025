"""What a phase has to say of rows that stay out, and of values that were doubted.

Each row and code has a finding, with what a person needs to find the record and what
somebody said of it before. Nothing that is planned depends on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.plain import shortened
from reimport_lib.plan.codes import LOCAL, WITHOUT_DOUBT, Kept, Reason
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.canonical import digest_of, line_of
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import findings
from reimport_lib.record.changes import ListedRow
from reimport_lib.record.findings import WorkItem
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.tables.merging import Policy, RowsThat
from reimport_lib.write import decisions, row_decisions, signoffs
from reimport_lib.write.row_decisions import SaidOfRow

LONGEST = 300
"""Characters of one cell that are shown; the record itself has all of it."""
_OF_OWNERS = frozenset(
    {
        Reason.UNKNOWN_OWNER,
        Reason.OWNER_NOT_IMPORTED,
        Reason.OWNER_NOT_EXPORTED,
        Reason.NO_OWNER,
        Reason.AMBIGUOUS_OWNER,
        Reason.CONTRADICTS_OWNER,
    }
)


def keep(
    run: Run, phase: str, plans: Sequence[Plan], staged: Mapping[str, Staged]
) -> None:
    """Write what *plans* have to say, and what people said of it before."""
    snapshot = snapshot_of(run)
    today = signoffs.today(run.settings.rows.time_zone)
    found: list[WorkItem] = []
    for plan in plans:
        rows = _rows_of(plan, snapshot, staged.get(plan.table))
        said = row_decisions.newest(plan.table)
        found += with_said(list(_of_plan(plan, rows)), said, today)
    findings.keep(run.folder, phase, found)


def keep_left(run: Run, phase: str, left: Sequence[ListedRow]) -> None:
    """Write which records stay though FileMaker lost them, or lets them in no more."""
    today = signoffs.today(run.settings.rows.time_zone)
    found: list[WorkItem] = []
    for table in dict.fromkeys(row.table for row in left):
        items = [_of_left(row) for row in left if row.table == table]
        said = [*row_decisions.newest(table), *_ruled(table)]
        found += with_said(items, said, today)
    findings.keep(run.folder, phase, found)


def _of_left(row: ListedRow) -> WorkItem:
    lines = [f"{name}: {shortened(text, LONGEST)}" for name, text in row.whose if text]
    return WorkItem(
        *(row.table, 0, row.outcome, row.reason, row.key),
        filemaker_id=row.key,
        holds=f"hangs on it: {row.held_by}" if row.held_by else "",
        find_by="\n".join([*lines, *([f"place: {row.place}"] if row.place else [])]),
        digest=_digest_of_left(row.key, row.reason),
    )


def _digest_of_left(key: str, code: str) -> str:
    """FileMaker says nothing of it: what was decided counts until it does."""
    return digest_of([key, code])


def _ruled(table: str) -> list[SaidOfRow]:
    """Rulings on records of *table* that FileMaker lost and people had changed."""
    code = Kept.LOCAL_CHANGES.value
    return [
        SaidOfRow(
            *(table, one.key, code, _digest_of_left(one.key, code), one.ruling.value),
            *(one.decided_by, one.reason, None, one.decided_at, one.run_id),
        )
        for one in decisions.newest()
        if one.table == table
        and one.field == RowsThat.GONE
        and one.ruling is not Policy.ASK
    ]


@dataclass(frozen=True, slots=True)
class _SourceRows:
    """
    The source rows of a plan, as they were frozen.

    Attributes:
        frame: texts, index = row; None where FileMaker has no such rows: stored files,
            and rows that are made of another table's.
        headers: staged column -> header; doubted: (row, code) -> headers.
    """

    table: Table
    frame: pd.DataFrame | None
    headers: Mapping[str, str]
    doubted: Mapping[tuple[int, str], list[str]]

    def meant(self, row: int, code: str) -> list[str]:
        """The headers of the cells that *code* of *row* is about, where it is known."""
        if found := self.doubted.get((row, code)):
            return found
        return self._headers_of(self._columns_of(code))

    def _columns_of(self, code: str) -> tuple[str, ...]:
        table = self.table
        if code in _OF_OWNERS and table.owner_link:
            again = table.named_again if code == Reason.CONTRADICTS_OWNER else ()
            return (*table.owner_link.columns, *again)
        noted = (
            link.columns
            for link in table.links
            if code in (link.note, link.from_owner and link.from_owner.note)
        )
        return next(noted, ())

    @property
    def found_by(self) -> list[str]:
        """Headers by which a person finds a record, besides its key."""
        of_links = [name for link in self.table.links for name in link.columns]
        return self._headers_of(self.table.find_by or of_links)

    @property
    def key(self) -> str:
        """The header of the key; "" where no column is one."""
        return self.headers.get(self.table.key.name, "") if self.table.key else ""

    def _headers_of(self, columns: Sequence[str]) -> list[str]:
        found = (self.headers[name] for name in columns if name in self.headers)
        return list(dict.fromkeys(found))


def _rows_of(plan: Plan, snapshot: Snapshot, staged: Staged | None) -> _SourceRows:
    table = registry.named(plan.table)
    if staged is None:
        return _SourceRows(table, None, {}, {})
    headers = staged.resolved.headers
    doubted: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row, column, code in staged.problems.itertuples(index=False, name=None):
        name = table.key.name if column == "key" and table.key else column
        if name in headers:
            doubted[row, code].append(headers[name])
    return _SourceRows(table, snapshot.table(plan.table), headers, doubted)


def _of_plan(plan: Plan, source: _SourceRows) -> Iterator[WorkItem]:
    """One finding for each row and code that somebody may have to look at."""
    columns = ("row", "key", "outcome", "reason", "notes")
    rows = zip(*(plan.rows[name].tolist() for name in columns), strict=True)
    told = [
        (int(row), str(key), str(outcome), code)
        for row, key, outcome, reason, notes in rows
        if reason or notes
        for code in filter(None, (reason, *notes.split(";")))
        if code not in WITHOUT_DOUBT
    ]
    twins = _twins(told)
    texts = _texts(source, {row for row, *_ in told})
    for row, key, outcome, code in told:
        found = WorkItem(plan.table, row, outcome, code, key, filemaker_id=key)
        if row in texts:
            others = twins.get(key, ()) if code == Reason.DUPLICATE_KEY else ()
            found = _looked_up(found, source, texts, others)
        else:
            found = replace(found, digest=digest_of([key, code]))
        yield found


def _twins(told: Sequence[tuple[int, str, str, str]]) -> dict[str, tuple[int, ...]]:
    """Key -> the rows that share it and differ."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, key, _, code in told:
        if code == Reason.DUPLICATE_KEY:
            found[key].append(row)
    return {key: tuple(rows) for key, rows in found.items() if len(rows) > 1}


def _texts(source: _SourceRows, rows: set[int]) -> dict[int, dict[str, str]]:
    """Row -> header -> text, of *rows*."""
    if source.frame is None or not rows:
        return {}
    frame = source.frame[source.frame.index.isin(rows)]
    headers = [str(name) for name in frame.columns]
    cells = zip(*(frame[name].tolist() for name in frame.columns), strict=True)
    return {
        int(row): dict(zip(headers, line, strict=True))
        for row, line in zip(frame.index, cells, strict=True)
    }


def _looked_up(
    found: WorkItem,
    source: _SourceRows,
    texts: Mapping[int, Mapping[str, str]],
    twins: Sequence[int],
) -> WorkItem:
    """*found* with what the source says of its row."""
    cells = texts[found.row]
    meant = source.meant(found.row, found.code)
    if twins:
        others = [name for name in cells if name != source.key]
        meant = [n for n in others if len({texts[row][n].strip() for row in twins}) > 1]
        meant = meant or [source.key]  # which is spelt otherwise
    by_cell = found.key and meant and not twins and found.code not in LOCAL
    of = meant if by_cell else list(cells)
    said = [_said(texts[row], of) for row in (found.row, *twins)]
    return replace(
        found,
        filemaker_id=cells.get(source.key, "").strip() if source.key else "",
        columns=", ".join(meant),
        holds=_lines(meant, cells),
        find_by=_lines(source.found_by, cells),
        twins=", ".join(map(str, twins)),
        digest=digest_of(said),
    )


def _said(cells: Mapping[str, str], of: Sequence[str]) -> str:
    return line_of([text for name in of for text in (name, cells[name].strip())])


def _lines(headers: Sequence[str], cells: Mapping[str, str]) -> str:
    """``header: text``, one a line; blank cells left out."""
    said = ((name, " ".join(cells[name].split())) for name in headers)
    return "\n".join(
        f"{name}: {shortened(text, LONGEST)}" for name, text in said if text
    )


def with_said(
    found: Sequence[WorkItem], said: Sequence[SaidOfRow], today: date
) -> list[WorkItem]:
    """
    *found*, each with what somebody said of it, or why that counts no more.

    Args:
        said: the newest on each row and code of one table.
    """
    of_line = {(one.key, one.code, one.source_digest): one for one in said}
    there = {(each.key, each.code, each.digest) for each in found}
    of_row = {
        (one.key, one.code): one
        for one in said
        if one.key and (one.key, one.code, one.source_digest) not in there
    }
    made = []
    for each in found:
        one = of_line.get((each.key, each.code, each.digest))
        if one and not (one.until and one.until < today):
            made.append(replace(_by(each, one), known=one.word))
        elif one:
            made.append(replace(_by(each, one), lapsed=f"its last day was {one.until}"))
        elif one := of_row.get((each.key, each.code)):
            made.append(replace(_by(each, one), lapsed="FileMaker says something else"))
        else:
            made.append(each)
    return made


def _by(found: WorkItem, one: SaidOfRow) -> WorkItem:
    return replace(
        found,
        known_by=one.decided_by,
        known_until=one.until.isoformat() if one.until else "",
        remark=one.remark,
    )
