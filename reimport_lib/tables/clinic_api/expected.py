"""What the API should answer: from the snapshot, the outcomes files and the database.

The owner of an imported row is the one that its source row names; of rows that people
made or an earlier import left, the one that the database has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry
from reimport_lib.tables.registry import key_names, owner_names
from reimport_lib.write.models import model_of


class Imported(NamedTuple):
    """
    An imported row.

    Attributes:
        pk: its primary key as text.
        said: its FileMaker key as the source has it; number: whether that is a number.
        owner: FileMaker key of its owner in the source, folded.
    """

    row: int
    pk: str
    said: str
    number: bool
    owner: str
    has_notes: bool

    @property
    def key(self) -> str:
        """Its FileMaker key, folded."""
        return key_text(self.said, number=self.number)


def imported_rows(evidence: Evidence, table: str) -> list[Imported]:
    """
    The rows of *table* that came in; none where that cannot be told.

    Rows that a person changed, and images whose batch one did, are as that person has
    them: not in it.
    """
    outcomes = evidence.imported(table)
    if outcomes is None or not evidence.snapshot.has(table):
        return []
    outcomes = outcomes[~outcomes["target_id"].isin(evidence.left_alone(table))]
    if table == "images":
        outcomes = outcomes[~outcomes["target_id"].isin(_moved_images(evidence))]
    source = evidence.source(table).loc[list(outcomes["row"])]
    number = registry.named(table).number_key
    keys = column(source, key_names(table))
    owners = column(source, owner_names(table))
    folded = {owner: key_text(owner) for owner in {*owners}}  # most recur
    return [
        Imported(row, pk, key, number, folded[owner], notes != "")
        for row, pk, notes, key, owner in zip(
            *(outcomes[name] for name in ("row", "target_id", "notes")),
            keys,
            owners,
            strict=True,
        )
    ]


def _moved_images(evidence: Evidence) -> frozenset[str]:
    """Primary keys of images in batches that a person changed."""
    batches = evidence.database("images")["batch_id"]
    changed = evidence.left_alone("image_batches")
    hits = [str(batch) in changed for batch in batches]
    return frozenset(map(str, batches.index[hits]))


def texts(
    evidence: Evidence, table: str, *columns: Aliases, rows: Sequence[int] | None = None
) -> Callable[[int], list[str]]:
    """
    Gives the texts of *columns* in a row of the source, by its record number.

    Args:
        rows: record numbers of the only ones that will be asked for; None: any.
    """
    frame = evidence.source(table)
    frame = frame if rows is None else frame.loc[list(rows)]
    held = [column(frame, aliases) for aliases in columns]
    places = dict(zip(frame.index.tolist(), range(len(frame)), strict=True))
    return lambda row: [cells[places[row]] for cells in held]


def by_owner(rows: list[Imported]) -> Mapping[str, list[Imported]]:
    """Folded key of the patient -> rows; those without one left out."""
    found: dict[str, list[Imported]] = defaultdict(list)
    for row in rows:
        if row.owner:
            found[row.owner].append(row)
    return found


def busiest(rows: list[Imported], among: Mapping[str, Any]) -> str:
    """The key in *among* that most of *rows* name; "" for none, ties by key."""
    counts = Counter(row.owner for row in rows if row.owner in among)
    return min(counts, key=lambda owner: (-counts[owner], owner), default="")


def held(evidence: Evidence, table: str, **conditions: object) -> set[str]:
    """Primary keys of the rows of *table* that the database has, whoever made them."""
    manager: Any = model_of(table)._base_manager
    rows = manager.using(evidence.alias).filter(**conditions)
    return {str(pk) for pk in rows.values_list("pk", flat=True)}
