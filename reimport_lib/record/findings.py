"""What a run has to say of rows that stay out, and of values that were doubted.

A private file per phase in the run's folder, with values as the frozen source has them.
What is made of it to read is ``show.worklist``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from reimport_lib.errors import Refused
from reimport_lib.private_files import sha256_of, write_private
from reimport_lib.record import evidence

PRIVATE = "private"
"""The folder of a run whose files hold persons' data, to be worked with."""
FOLDER = "findings"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """
    One row and one code: why the row stays out, or what of it is doubted.

    Attributes:
        row: its number in the export, or in the listing; 0 for none.
        key: canonical FileMaker key, of a stored file its name; "" for none.
        filemaker_id: the key as it was typed.
        columns: headers of the cells that are meant, joined; holds: what is in them.
        find_by: by what else a person finds the record, a line for each column.
        twins: numbers of the rows that share its key, joined.
        digest: of what FileMaker says there; a decision counts as long as it does.
        known: what somebody said of it, and still counts: *expected* or *fix*.
        known_by, known_until, remark: of that, or of what counts no more.
        lapsed: why what was said counts no more; "" where it does.
    """

    table: str
    row: int
    outcome: str
    code: str
    key: str
    filemaker_id: str = ""
    columns: str = ""
    holds: str = ""
    find_by: str = ""
    twins: str = ""
    digest: str = ""
    known: str = ""
    known_by: str = ""
    known_until: str = ""
    remark: str = ""
    lapsed: str = ""

    @property
    def line(self) -> str:
        """What names it in a worklist, whichever run made that: 16 hex digits."""
        parts = (self.table, self.key, self.code, self.digest)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def keep(run_folder: Path, phase: str, found: Iterable[WorkItem]) -> None:
    """Write what *phase* found, sealed."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    names = [each.name for each in fields(WorkItem)]
    lines = [encode({name: getattr(each, name) for name in names}) for each in found]
    path = run_folder / PRIVATE / FOLDER / f"{phase}.jsonl"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.parent.chmod(0o700)
    write_private(path, "".join(f"{line}\n" for line in lines))
    evidence.seal_file(run_folder, path)


def is_kept(run_folder: Path) -> bool:
    """Whether the run has findings that were not pruned."""
    return any((run_folder / PRIVATE / FOLDER).glob("*.jsonl"))


def digests(run_folder: Path) -> dict[str, str]:
    """Name -> sha256 of each file of findings."""
    paths = sorted((run_folder / PRIVATE / FOLDER).glob("*.jsonl"))
    return {path.name: sha256_of(path) for path in paths}


def read(run_folder: Path) -> list[WorkItem]:
    """
    All that the run in *run_folder* found, phase by phase.

    Raises:
        Refused: a file of it cannot be read.
    """
    found = []
    for path in sorted((run_folder / PRIVATE / FOLDER).glob("*.jsonl")):
        try:
            with path.open(encoding="utf-8") as file:
                found += [WorkItem(**json.loads(line)) for line in file]
        except (OSError, ValueError, TypeError):
            raise Refused(
                f"{path.name} of {run_folder.name} cannot be read.",
                hint="reimport run --dry-run, which makes a worklist anew",
                id="R402",
            ) from None
    return found
