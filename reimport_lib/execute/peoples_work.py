"""What people did since a backup: listed, kept in private files, and put back.

Putting back is undoing: of a row that people made, that it is gone; of a field that
they changed, that it holds what they found. So it is a plan like any other, nothing
that was saved since is overwritten, and it can be undone.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reimport_lib.backup import copies
from reimport_lib.backup.backup import Backup
from reimport_lib.backup.digests import DatabaseDigest
from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.phases.binding import place_of_copy
from reimport_lib.plan.undo import RowAt
from reimport_lib.private_files import write_json, write_private
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.write import bind, peoples_images, since
from reimport_lib.write.models import tables_of_models
from reimport_lib.write.peoples_images import Reader
from reimport_lib.write.since import Did, RowWork
from reimport_lib.write.touched import BESIDE

FOLDER, FILE = "people", "work.json"


@dataclass(frozen=True, slots=True, eq=False)
class PeoplesWork:
    """
    What people did since a backup.

    Attributes:
        rows: one each.
        untold: tables that changed and that no model tells the rows of.
    """

    rows: tuple[RowWork, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def has_any(self) -> bool:
        return bool(self.rows or self.untold)

    @property
    def counts(self) -> dict[str, Counter[Did]]:
        """Model -> what was done -> rows; what lies beside a row is not counted."""
        found: dict[str, Counter[Did]] = {}
        for each in self.rows:
            if each.row.model != BESIDE:
                found.setdefault(each.row.model, Counter())[each.did] += 1
        return dict(sorted(found.items()))


def find(run: Run, backup: Backup, held: DatabaseDigest) -> PeoplesWork:
    """
    What people did between *backup* and now.

    Args:
        held: what the database holds now.

    Raises:
        BackupError: the backup cannot be read, as where no copy of it can be made.
    """
    names = {name.split(".")[-1] for name in held.differences(backup.digest)}
    if not names - since.technical_tables():
        return PeoplesWork()
    real = run.settings.database_url.reveal()
    place = place_of_copy(run)
    with copies.opened(backup, place, real_url=real, run_id=run.run_id) as url:
        bind.bind(url, real_database=real, writable=False)
        try:
            models = since.tables(names)
            rows = [each for model in models for each in since.work(model)]
        finally:
            bind.close()
    told = {model._meta.db_table for model in models} | since.technical_tables()
    return PeoplesWork(tuple(rows), tuple(sorted(names - told)))


def export(found: PeoplesWork, run: Run, *, backup: Backup) -> Path:
    """
    Every row with its exact values into a folder of *run*, which nobody else may read.

    A table of each kind of row is for people; ``work.json`` is what is put back from.
    """
    folder = run.folder / _name(len(folders(run)))
    folder.mkdir(mode=0o700)
    by_model: dict[str, list[RowWork]] = {}
    for each in found.rows:
        by_model.setdefault(each.row.model, []).append(each)
    tables = tables_of_models()
    for label, rows in by_model.items():
        if label != BESIDE:
            name = tables.get(label, label.lower().replace(".", "_"))
            write_private(folder / f"{name}.csv", _lines(rows))
    made = {"run": run.run_id, "backup": backup.digest.total, "at": backup.made_at}
    told = [asdict(each) for each in found.rows]
    write_json(folder / FILE, {**made, "untold": list(found.untold), "rows": told})
    return folder


def folders(run: Run) -> list[Path]:
    """Where what people did was kept, whenever *run* was taken back; oldest first."""
    made = [run.folder / _name(number) for number in range(100)]
    return [folder for folder in made if folder.exists()]


def kept(settings: Settings, run_id: str) -> Reader:
    """
    What people did before *run_id* was taken back, as ``undo.plan_of`` takes it.

    Raises:
        UsageError: there is no such run.
        Refused: nothing of theirs was kept, none of it row by row, or it cannot be
            read.
    """
    run = runs.load(settings, run_id)
    found = [folder / FILE for folder in folders(run) if (folder / FILE).is_file()]
    if not found:
        raise Refused(
            f"{run_id}: nothing that people did was kept when it was taken back.",
            hint=f"reimport show {run_id}",
            id="R355",
        )
    work, untold = _read(found[-1])
    if not work:
        raise Refused(
            f"{run_id}: what people did could not be told row by row"
            f" ({', '.join(untold)}), so that none of it can be put back.",
            hint=f"the copy of what the database held has it: reimport show {run_id}",
            id="R397",
        )
    return peoples_images.as_images(work)


def _read(path: Path) -> tuple[list[RowWork], list[str]]:
    """Row by row, and the tables of which that could not be told."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        work = [
            RowWork(
                RowAt(*row["row"]),
                Did(row["did"]),
                dict(row["values"]),
                row["base"],
                row["saved_at"],
            )
            for row in kept["rows"]
        ]
        return work, list(kept.get("untold", ()))
    except (OSError, ValueError, LookupError, TypeError):
        raise Refused(
            f"{path.parent.name}/{path.name} cannot be read, or is damaged.",
            hint="the tables beside it hold the same rows, for people to read",
            id="R356",
        ) from None


def _name(number: int) -> str:
    return FOLDER if not number else f"{FOLDER}-{number + 1}"


def _lines(rows: Sequence[RowWork]) -> str:
    """A line a row: what was done to it, in which fields, when, and how it was left."""
    names = list(dict.fromkeys(name for each in rows for name in each.values))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["key", "did", "fields", "saved_at", *names])
    for each in rows:
        fields = "not known" if each.base is None else " ".join(sorted(each.base))
        told = [each.row.key, each.did, fields, each.saved_at]
        writer.writerow([*told, *(each.values.get(name, "") for name in names)])
    return out.getvalue()
