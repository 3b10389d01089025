"""Who changed a field since the last import, FileMaker or a person, and whose it is.

Pure; imports neither Django nor pyarrow. What FileMaker says, what the backend has and
what the last import left (``plan.bases``) are held against each other field by field:
what one side changed is taken or kept, what both changed is settled by a ruling, else
by a policy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reimport_lib.frames import Array
from reimport_lib.plan.bases import UNKNOWN, digest, of_field
from reimport_lib.plan.codes import Note
from reimport_lib.tables.merging import DEFAULTS, WHOLE, Policy

if TYPE_CHECKING:
    from reimport_lib.plan.joined import Condition

OF_POLICY = {
    Policy.ASK: Note.CONFLICT,
    Policy.KEEP: Note.KEPT_BY_DECISION,
    Policy.TAKE: Note.TAKEN_BY_DECISION,
}
STAYS = frozenset({Note.KEPT_LOCAL, Note.CONFLICT, Note.KEPT_BY_DECISION})
"""Notes of fields that hold what the backend has, whatever FileMaker says."""


class Ruled(NamedTuple):
    """A person's ruling, and the digest of what FileMaker said then."""

    policy: Policy
    source_digest: str


@dataclass(frozen=True, slots=True, eq=False)
class Merging:
    """
    What a table's rows are merged by.

    Attributes:
        policies: field, kind of ``RowsThat`` or ``*`` -> who has the say.
        rulings: (key, field or kind) -> the newest ruling of a person.
        deleted: keys of rows that people deleted.
        before: an import has left rows of the table, and recorded what it left.
        conditions: what the database asks of several fields of one row.
        overwrite: a clean slate: FileMaker's is taken, whoever changed what.
    """

    policies: Mapping[str, Policy] = field(default_factory=dict)
    rulings: Mapping[tuple[str, str], Ruled] = field(default_factory=dict)
    deleted: Collection[str] = frozenset()
    before: bool = False
    conditions: Sequence[Condition] = ()
    overwrite: bool = False

    def settle(self, key: str, what: str, source_digest: str) -> Policy:
        """Whose *what* of the row *key* is, where both sides did something to it."""
        if self.overwrite:
            return Policy.TAKE
        ruled = self.rulings.get((key, what))
        if ruled and ruled.policy is not Policy.ASK:
            if ruled.source_digest == source_digest:
                return ruled.policy
            return Policy.ASK  # FileMaker says something else since: asked anew
        whole = DEFAULTS.get(what, self.policies.get(WHOLE, DEFAULTS[WHOLE]))
        return self.policies.get(what, whole)

    def settle_together(self, key: str, said: Mapping[str, str]) -> Policy:
        """
        Whose fields of the row *key* are that cannot be one this and one that side's.

        Args:
            said: field -> digest of what FileMaker says.
        """
        ruled: set[Policy] = {
            ruling.policy
            for name, source_digest in said.items()
            if (ruling := self.rulings.get((key, name)))
            and ruling.policy is not Policy.ASK
            and ruling.source_digest == source_digest
        }
        found = ruled or {self.settle(key, *each) for each in said.items()}
        return found.pop() if len(found) == 1 else Policy.ASK


@dataclass(frozen=True, slots=True)
class Sides:
    """
    The three sides of rows that are in the target already and come in.

    Attributes:
        keys: (m,) canonical keys.
        said, held: field -> (m,) canonical texts, of FileMaker and of the backend.
        left: (m,) what the last import left (``plan.bases``), "" where nobody knows.
        as_left: (m,) bool: the whole row is as an import left it, by its import hash.
        stand_ins: field -> text of what it holds in place of nothing.
    """

    keys: Array
    said: Mapping[str, Array]
    held: Mapping[str, Array]
    left: Array
    as_left: Array
    stand_ins: Mapping[str, str] = field(default_factory=dict)


def merge(
    sides: Sides,
    merging: Merging,
    places: Collection[int],
    together: Sequence[Sequence[str]] = (),
) -> dict[str, dict[int, Note]]:
    """
    Why each field that people have a say in is as it will be.

    Args:
        places: of the rows to look at.
        together: fields that mean something only with each other: all of them stay
            where one does.

    Returns:
        field -> place -> note; what FileMaker alone changed, or nobody, has none.
    """
    among = np.array(sorted(places), dtype=np.int64)
    found: dict[str, dict[int, Note]] = {}
    for name, said in sides.said.items():
        held = sides.held[name]
        for place in among[said[among] != held[among]].tolist():
            note = _whose(sides, merging, name, place)
            if note is not None:
                found.setdefault(name, {})[place] = note
    for group in together:
        _bind(found, sides, group)
    return found


def _whose(sides: Sides, merging: Merging, name: str, place: int) -> Note | None:
    said, held = sides.said[name][place], sides.held[name][place]
    left = sides.left[place]
    base = of_field(left, name)
    if base == UNKNOWN or not left:
        by_people, by_source = not sides.as_left[place], True
    elif not base:  # no import managed the field until now
        by_people, by_source = held not in ("", sides.stand_ins.get(name, "")), True
    else:
        by_people, by_source = digest(held) != base, digest(said) != base
    if not by_people:
        return None
    if merging.overwrite:
        return Note.OVERWRITTEN
    if not by_source:
        return Note.KEPT_LOCAL
    return OF_POLICY[merging.settle(sides.keys[place], name, digest(said))]


def _bind(
    found: dict[str, dict[int, Note]], sides: Sides, group: Sequence[str]
) -> None:
    """Let the fields of *group* stay together, for the weightiest reason of any."""
    names = [name for name in group if name in sides.said]
    for place in {place for name in names for place in found.get(name, {})}:
        notes = {found[name][place] for name in names if place in found.get(name, {})}
        stays = [note for note in _BY_WEIGHT if note in notes and note in STAYS]
        for name in names if stays else ():
            if sides.said[name][place] != sides.held[name][place]:
                found.setdefault(name, {})[place] = stays[0]


_BY_WEIGHT = (Note.CONFLICT, Note.KEPT_BY_DECISION, Note.KEPT_LOCAL)
