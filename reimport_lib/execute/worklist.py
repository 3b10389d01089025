"""The private files of a run to be worked with: the worklist, and the rejected rows."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from reimport_lib.errors import SourceError
from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.plan.codes import Outcome
from reimport_lib.private_files import (
    sha256_of,
    unwritable,
    write_private,
    written_whole,
)
from reimport_lib.record import findings
from reimport_lib.record.findings import PRIVATE, WorkItem
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run
from reimport_lib.show import workbook, worklist
from reimport_lib.tables import registry

WORKBOOK, SHEET = "worklist.xlsx", "worklist.csv"
REJECTED = "rejected"
_README = """\
Private files of {run}: they hold persons' data. None of them is in a
report, nor in what `reimport export` writes unless it is asked for private files.

  worklist.xlsx, worklist.csv
      what somebody has to look at; fill in the last four columns, then
      reimport decisions FILE
  rejected/
      the rejected rows, in the columns of their exports
  changes.csv
      what changes and goes in the backend, field by field, before and after
{mended}"""
_MENDED = """
Rejected rows are best mended in FileMaker: they come in with the next import. Where
that cannot wait, mend them in rejected/, take out the rows and the files that you have
not mended, and import that folder, one phase at a time: {phases}

  REIMPORT_SOURCE={rejected} \\
  REIMPORT_OPTIONAL_TABLES={optional} \\
  reimport run --dry-run --phase PHASE

Never without --phase: a whole run takes every record that is not in these files for
one that FileMaker has lost. Open a CSV file in a spreadsheet with all columns as text,
or it takes zeros off numbers and reads some cells as formulas.
"""


def write(run: Run, *, written_of: str = "") -> str:
    """
    Write what *run* leaves to be worked with, and its figures into the record.

    A file that somebody has filled in since it was written is kept beside the new one.

    Args:
        written_of: what this has returned before: nothing is written where it is made
            of the same again.

    Returns:
        The sha256 of what it is made of; "" where there is nothing.

    Raises:
        ReimportError: the folder cannot be written.
    """
    folder = run.folder / PRIVATE
    if not findings.is_kept(run.folder):
        return ""
    manifest = run.manifest()
    made_of = _made_of(run, manifest)
    if made_of == written_of:
        return made_of
    found = worklist.in_order(findings.read(run.folder))
    names = (WORKBOOK, SHEET) if workbook.is_there() else (SHEET,)
    written = manifest["worklist"]["files"] if "worklist" in manifest else {}
    counted = worklist.counts(found, manifest)
    for name in names:
        _keep_filled_in(folder / name, written.get(f"{PRIVATE}/{name}", ""))
        try:
            with written_whole(folder / name) as stream:
                if name == SHEET:
                    stream.write(worklist.as_csv(found, run.run_id).encode("utf-8-sig"))
                    continue
                workbook.write(
                    *(stream, found, counted),
                    run_id=run.run_id,
                    made=datetime.fromisoformat(manifest["as_of"]),
                    beside=folder,
                )
        except OSError as error:
            raise unwritable(folder / name, error) from None
    _write_rejected(run, found)
    counted["files"] = {f"{PRIVATE}/{n}": sha256_of(folder / n) for n in names}
    run.record_worklist(counted)
    return made_of


def _made_of(run: Run, manifest: Manifest) -> str:
    """The sha256 of what the phases found, and of what they counted."""
    counted = [entry["tables"] for entry in manifest["phases"]]
    said = [manifest["as_of"], counted, findings.digests(run.folder)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _keep_filled_in(path: Path, written: str) -> None:
    """Move a file away that is not as it was *written*, by its sha256."""
    if path.is_file() and sha256_of(path) != written:
        number = sum(1 for _ in path.parent.glob(f"{path.stem}.*{path.suffix}")) + 1
        path.rename(path.with_name(f"{path.stem}.filled-in-{number}{path.suffix}"))


def _write_rejected(run: Run, found: Iterable[WorkItem]) -> None:
    """
    Write the rejected rows of each table, in the columns of its own export.

    A file is named as the export is: once its rows are mended, the folder is a source.
    """
    rows: dict[str, set[int]] = {}
    for each in found:
        if each.outcome == Outcome.REJECTED and each.table in registry.sources():
            rows.setdefault(each.table, set()).add(each.row)
    folder = run.folder / PRIVATE / REJECTED
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    try:
        snapshot = snapshot_of(run)
        frames = {name: snapshot.table(name) for name in rows}
    except SourceError:  # told by the phase that met it
        frames = {}
    for name, frame in frames.items():
        texts = frame[frame.index.isin(rows[name])]
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow(texts.columns)
        writer.writerows(zip(*(texts[n] for n in texts.columns), strict=True))
        path = folder / f"{registry.named(name).file}.csv"
        write_private(path, f"\ufeff{buffer.getvalue()}")
    orders = {n: snapshot.manifest.tables[n].declared_order for n in frames}
    write_private(folder.parent / "README.txt", _readme(run, orders))


def _readme(run: Run, orders: Mapping[str, str]) -> str:
    """
    What the files are, and how mended rows are imported.

    Args:
        orders: table with rejected rows -> the order of dates that its source declared.
    """
    ours = run.settings.rows.date_order
    sources = [table for table in registry.source_tables() if table.name in orders]
    others = [
        f"\nDates in {table.file}.csv are {orders[table.name]}, not {ours}.\n"
        for table in sources
        if orders[table.name] not in ("", ours, table.date_order)
    ]
    mended = _MENDED.format(
        rejected=run.folder / PRIVATE / REJECTED,
        phases=", ".join(dict.fromkeys(table.phase for table in sources)),
        optional=",".join(t.name for t in registry.source_tables() if t.required),
    )
    return _README.format(run=run.run_id, mended=mended if sources else "") + "".join(
        others
    )
