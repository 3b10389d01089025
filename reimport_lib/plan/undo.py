"""What becomes of each row that a run touched, when that run is undone.

Pure; imports neither Django nor pyarrow. A part is what is decided by itself: a row
that was created or deleted, or one field of a row that was changed. What is unchanged
since the run goes back, unless something depends on it that stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from reimport_lib.errors import ReimportError
from reimport_lib.plan.values.canonical import digest_of, line_of


class Fate(StrEnum):
    """What becomes of a row, or of one field of it."""

    REVERSED = "reversed"
    KEPT = "kept"  # a person or a later run changed it since
    BLOCKED = "blocked"  # something depends on it that stays, or it on what went
    ABSENT = "absent"  # gone, or back already


class Why(StrEnum):
    """Why a part is kept or blocked; what it names stands beside it."""

    PEOPLE = "changed by people since"
    LATER_RUN = "changed by a later run"
    MADE_AGAIN = "there again"
    UNKNOWN = "what the run left was not kept"
    HANGS = "rows hang on it"
    GONE = "what it points at is gone"
    TAKEN = "another row has its place"
    TOGETHER = "a field that goes with it stays"
    CONSTRAINT = "what is left of it would break a rule of the database"


CREATED, CHANGED, DELETED = "created", "changed", "deleted"


class RowAt(NamedTuple):
    """A row by its model (``app.Model``) and its primary key as text."""

    model: str
    key: str


class Piece(NamedTuple):
    """A row, or one *field* of a row that was changed."""

    row: RowAt
    field: str = ""


class Finding(NamedTuple):
    """What becomes of a part, and why; *what*: a run, a model, a field, never data."""

    outcome: Fate
    why: str = ""
    what: str = ""


class Hold(NamedTuple):
    """*child* names *parent* in *field*, now; or would again, once it is back."""

    child: RowAt
    field: str
    parent: RowAt


class Slot(NamedTuple):
    """
    A place that one row alone can have: a unique constraint and values.

    Attributes:
        parts: of *row*, that give the slot up or take it when they go back.
    """

    name: str
    row: RowAt
    parts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RowValues:
    """
    A row at three moments: managed column -> value; None: there is no such row.

    Attributes:
        key: of FileMaker, where the row holds one; else its primary key.
        parts: column -> what becomes of it, of a row that the run changed.
        more: changed fields that the import does not write, or that the ledger has.
    """

    row: RowAt
    key: str
    before: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    parts: Mapping[str, Finding]
    more: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """
    All that is decided by; what is not named stays as it is.

    Attributes:
        actions: row -> created, changed or deleted by the run.
        found: part -> how it was found, before what depends on it is looked at.
        holds: links of rows that are there onto created ones.
        needs: links that come back with a part.
        there: rows that *needs* name and that are there now.
        wanted, taken: slots that a part would have once back; who has them now.
        together: fields that go back together or not at all, by model.
        technical: fields that nobody types, by model: they do not count for a row.
    """

    run_id: str
    actions: Mapping[RowAt, str]
    found: Mapping[Piece, Finding]
    holds: Sequence[Hold] = ()
    needs: Sequence[Hold] = ()
    there: Collection[RowAt] = ()
    wanted: Sequence[Slot] = ()
    taken: Sequence[Slot] = ()
    together: Mapping[str, Sequence[frozenset[str]]] | None = None
    technical: Mapping[str, Collection[str]] | None = None


@dataclass(frozen=True, eq=False)
class UndoPlan:
    """
    What undoing a run will do.

    Attributes:
        rows: every row that the run touched -> what becomes of it.
        parts: every part -> what becomes of it.

    Raises:
        ReimportError: a row has no outcome, or one that its parts do not give.
    """

    run_id: str
    actions: Mapping[RowAt, str]
    rows: Mapping[RowAt, Finding]
    parts: Mapping[Piece, Finding]

    def __post_init__(self) -> None:
        wrong = set(self.actions) ^ set(self.rows)
        wrong |= {part.row for part in self.parts} ^ set(self.rows)
        wrong |= {
            row
            for row, verdict in self.rows.items()
            if (verdict.outcome in (Fate.KEPT, Fate.BLOCKED)) != bool(verdict.why)
        }
        if wrong:
            raise ReimportError(
                f"{self.run_id}: the plan of undoing it does not account for"
                f" {len(wrong):,} rows.",
                hint="a fault of the program; nothing was written",
                id="R308",
            )

    def __repr__(self) -> str:
        return f"UndoPlan({self.run_id}, {self.totals})"

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Model -> outcome -> rows, all four."""
        found = Counter((row.model, v.outcome) for row, v in self.rows.items())
        models = sorted({row.model for row in self.rows})
        return {model: {str(o): found[model, o] for o in Fate} for model in models}

    @property
    def totals(self) -> dict[str, int]:
        """Outcome -> rows, all four."""
        found = Counter(verdict.outcome for verdict in self.rows.values())
        return {str(outcome): found[outcome] for outcome in Fate}

    @cached_property
    def digest(self) -> str:
        """sha256 over what becomes of every part."""
        lines = sorted(
            line_of((*part.row, part.field, self.actions[part.row], *verdict))
            for part, verdict in self.parts.items()
        )
        return digest_of([self.run_id, *lines])

    def is_like(self, other: UndoPlan) -> bool:
        """The same becomes of every part; then digests are equal, too."""
        return (self.run_id, self.actions, self.parts) == (
            other.run_id,
            other.actions,
            other.parts,
        )

    def going_back(self, action: str) -> dict[str, list[Piece]]:
        """Model -> the parts of its rows of *action* that go back, in order."""
        return self._going_back.get(action, {})

    @cached_property
    def _going_back(self) -> dict[str, dict[str, list[Piece]]]:
        found: dict[str, dict[str, list[Piece]]] = {}
        for part, verdict in self.parts.items():
            if verdict.outcome is Fate.REVERSED:
                of_action = found.setdefault(self.actions[part.row], {})
                of_action.setdefault(part.row.model, []).append(part)
        for of_action in found.values():
            for parts in of_action.values():
                parts.sort()
        return found

    @property
    def staying(self) -> dict[tuple[str, Finding], int]:
        """(model, verdict) -> rows that stay for it, the commonest reason first."""
        found = Counter((r.model, v) for r, v in self.rows.items() if v.why)
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    @property
    def writes(self) -> bool:
        """Anything goes back."""
        return any(v.outcome is Fate.REVERSED for v in self.parts.values())


def decide(touched: Touched) -> UndoPlan:
    """
    One outcome for every part and row of *touched*.

    Parts are only ever taken from those that go back, so that this comes to an end.
    """
    parts = dict(touched.found)
    while found := {
        **_holding(touched, parts),
        **_lacking(touched, parts),
        **_crowded(touched, parts),
        **_apart(touched, parts),
    }:
        parts |= found
    return of_parts(touched.run_id, touched.actions, parts, touched.technical or {})


def of_parts(
    run_id: str,
    actions: Mapping[RowAt, str],
    parts: Mapping[Piece, Finding],
    technical: Mapping[str, Collection[str]],
) -> UndoPlan:
    """The plan in which that becomes of *parts*; arguments as ``Touched`` has them."""
    return UndoPlan(run_id, actions, _rows(parts, technical), parts)


def _goes_back(parts: Mapping[Piece, Finding], part: Piece) -> bool:
    return part in parts and parts[part].outcome is Fate.REVERSED


def _back(
    touched: Touched, parts: Mapping[Piece, Finding], row: RowAt, to: str
) -> bool:
    """*row* goes back as a whole, and that makes it, or takes it away."""
    return touched.actions.get(row) == to and _goes_back(parts, Piece(row))


def _holding(touched: Touched, parts: Mapping[Piece, Finding]) -> dict[Piece, Finding]:
    """Created rows that must stay, for a row that stays hangs on them."""
    hanging: dict[Piece, Counter[str]] = {}
    for child, field, parent in touched.holds:
        if not _back(touched, parts, parent, CREATED):
            continue
        lets_go = _goes_back(parts, Piece(child, field))
        if not lets_go and not _back(touched, parts, child, CREATED):
            hanging.setdefault(Piece(parent), Counter())[child.model] += 1
    return {
        part: Finding(Fate.BLOCKED, Why.HANGS, ", ".join(sorted(models)))
        for part, models in hanging.items()
    }


def _lacking(touched: Touched, parts: Mapping[Piece, Finding]) -> dict[Piece, Finding]:
    """Parts that would point at what is not there."""
    found: dict[Piece, Finding] = {}
    for child, field, parent in touched.needs:
        part = Piece(child, field) if Piece(child, field) in parts else Piece(child)
        stays = parent in touched.there and not _back(touched, parts, parent, CREATED)
        comes = _back(touched, parts, parent, DELETED)
        if _goes_back(parts, part) and not stays and not comes:
            found[part] = Finding(Fate.BLOCKED, Why.GONE, parent.model)
    return found


def _crowded(touched: Touched, parts: Mapping[Piece, Finding]) -> dict[Piece, Finding]:
    """Parts that would take a place which another row has, and keeps."""
    wanting: dict[str, set[RowAt]] = {}
    for slot in touched.wanted:
        if all(_goes_back(parts, part) for part in slot.parts):
            wanting.setdefault(slot.name, set()).add(slot.row)
    keeping: dict[str, set[RowAt]] = {}
    for slot in touched.taken:
        wants = slot.row in wanting.get(slot.name, ())
        gives_up = not wants and any(_goes_back(parts, part) for part in slot.parts)
        if not gives_up and not _back(touched, parts, slot.row, CREATED):
            keeping.setdefault(slot.name, set()).add(slot.row)
    found: dict[Piece, Finding] = {}
    for slot in touched.wanted:
        others = wanting.get(slot.name, set()) | keeping.get(slot.name, set())
        if slot.row in wanting.get(slot.name, ()) and others != {slot.row}:
            verdict = Finding(Fate.BLOCKED, Why.TAKEN, slot.row.model)
            found |= {part: verdict for part in slot.parts if part in parts}
    return found


def _apart(touched: Touched, parts: Mapping[Piece, Finding]) -> dict[Piece, Finding]:
    """Fields that would go back without one that they belong together with."""
    groups = touched.together or {}
    found: dict[Piece, Finding] = {}
    for part, verdict in parts.items():
        if verdict.outcome is Fate.REVERSED or not part.field:
            continue
        for group in groups.get(part.row.model, ()):
            if part.field in group and verdict.outcome is not Fate.ABSENT:
                others = [Piece(part.row, name) for name in group - {part.field}]
                stays = Finding(verdict.outcome, Why.TOGETHER, part.field)
                found |= {one: stays for one in others if _goes_back(parts, one)}
    return found


def _rows(
    parts: Mapping[Piece, Finding], technical: Mapping[str, Collection[str]]
) -> dict[RowAt, Finding]:
    """Of the verdicts on what people or the source typed, the one that says most."""
    found: dict[RowAt, Finding] = {}
    of_row: dict[RowAt, list[tuple[Piece, Finding]]] = {}
    for part, verdict in parts.items():
        if part.field:
            of_row.setdefault(part.row, []).append((part, verdict))
        else:
            found[part.row] = verdict
    for row, verdicts in of_row.items():
        if row in found:
            verdicts.append((Piece(row), found[row]))
        unsaid = technical.get(row.model, ())
        said = [v for part, v in verdicts if part.field not in unsaid]
        found[row] = _worst(said or [v for _, v in verdicts])
    return found


def _worst(verdicts: Iterable[Finding]) -> Finding:
    order = (
        Fate.BLOCKED,
        Fate.KEPT,
        Fate.REVERSED,
        Fate.ABSENT,
    )
    return min(verdicts, key=lambda verdict: (order.index(verdict.outcome), verdict))
