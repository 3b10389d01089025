"""What a run changes, deletes and looks at to delete, row by row and field by field.

Private files in the run's folder, one for each table and phase, with the values as the
database holds them. What is made of them to read is ``show.changes``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from reimport_lib.errors import Refused
from reimport_lib.private_files import unwritable, written_whole
from reimport_lib.record import evidence
from reimport_lib.record.findings import PRIVATE

FOLDER = "changes"
FOLLOWS = "follows"
"""Outcome of a row that is written for another's sake: a link, a mark or a count."""
BACK = "back"
"""Outcome of a row that an undo puts back."""
GONE, NOT_LET_IN = "gone_from_source", "not_let_in"
"""Why a row is deleted: the source lost it, or does not let it in (clean slate)."""
MADE_BY_RUN, DELETED_BY_RUN = "made_by_run", "deleted_by_run"
"""Why an undo deletes a row, or puts one back."""
UNDO = "undo"
"""What stands for a phase where a run is undone."""

FieldChange = tuple[str, str, str]
"""Field, and its canonical texts before and after."""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """
    One row of the target, and what becomes of it.

    Attributes:
        key: canonical FileMaker key; row: its number in the source, 0 for none.
        target_id: what names it in the target.
        outcome: updated, deleted, kept, ``FOLLOWS`` or ``BACK``.
        reason: why it goes or stays; notes: codes of a row that changes.
        fields: what changes; nothing of a row that goes or stays as a whole.
        of, whose: the table of the row that it belongs to, and by what a person finds
            that: (field, text); of itself where it belongs to none.
        place: the entry of the list by which rows are told apart, as a clinic.
        held_by: what hangs on a row that stays, or which of its fields stay.
        entries: of links to lists, (what stands in a field, name of that entry).
    """

    table: str
    key: str
    row: int
    target_id: str
    outcome: str
    reason: str = ""
    notes: str = ""
    fields: Sequence[FieldChange] = ()
    of: str = ""
    whose: Sequence[tuple[str, str]] = ()
    place: str = ""
    held_by: str = ""
    entries: Sequence[tuple[str, str]] = ()


def keep(
    run_folder: Path,
    phase: str,
    table: str,
    rows: Iterable[ListedRow],
    *,
    followed: bool = False,
) -> None:
    """
    Write the *rows* of *table* in *phase*, sealed; none are no file.

    Args:
        followed: they are those that were written for others' sake.

    Raises:
        ReimportError: the folder cannot be written.
    """
    folder = run_folder / PRIVATE / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.parent.chmod(0o700)
    path = folder / _name(phase, table, followed=followed)
    found = iter(rows)
    first = next(found, None)
    if first is None:
        if path.is_file():
            path.unlink()
            evidence.seal_file(run_folder, path, sha256=evidence.GONE)
        return
    try:
        with written_whole(path) as stream:
            for each in chain((first,), found):
                text = json.dumps(asdict(each), ensure_ascii=False)
                stream.write(f"{text}\n".encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise unwritable(path, error) from None
    evidence.seal_file(run_folder, path)


def is_kept(run_folder: Path) -> bool:
    """Whether the run planned something, and what it changes was not pruned."""
    return (run_folder / PRIVATE / FOLDER).is_dir()


def read(run_folder: Path, phases: Sequence[str], table: str) -> Iterator[ListedRow]:
    """
    The rows of *table* in the order of *phases*, or of an undo, one at a time.

    Raises:
        Refused: a file of them cannot be read.
    """
    for phase in (*phases, UNDO):
        for followed in (False, True):
            name = _name(phase, table, followed=followed)
            path = run_folder / PRIVATE / FOLDER / name
            if path.is_file():
                yield from _lines(path, run_folder.name)


def _lines(path: Path, run_id: str) -> Iterator[ListedRow]:
    try:
        with path.open(encoding="utf-8", errors="surrogatepass") as file:
            for line in file:
                held = json.loads(line)
                fields = tuple((n, b, a) for n, b, a in held.pop("fields"))
                whose = tuple((n, text) for n, text in held.pop("whose"))
                entries = tuple((e, name) for e, name in held.pop("entries", ()))
                yield ListedRow(**held, fields=fields, whose=whose, entries=entries)
    except (OSError, ValueError, TypeError, KeyError):
        raise Refused(
            f"{path.name} of {run_id} cannot be read.",
            hint="reimport run --dry-run, which lists anew what changes",
            id="R422",
        ) from None


def _name(phase: str, table: str, *, followed: bool) -> str:
    return f"{table}.{phase}{'.followed' if followed else ''}.jsonl"
