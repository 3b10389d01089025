"""Phase 0: freeze the source, and check source, target, S3 and settings; refuse early.

A rehearsal freezes; a full run takes the snapshot and the clock of its rehearsal, and
checks that the target is still what the rehearsal saw.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

import pandas as pd

from reimport_lib import workers
from reimport_lib.backup import readiness
from reimport_lib.checks import Check, Verdict
from reimport_lib.config import load_settings
from reimport_lib.errors import Refused, SourceError
from reimport_lib.phases import frozen, recording, since_rehearsal, source_drift
from reimport_lib.phases.binding import require_same_database
from reimport_lib.plan import mapping as mappings
from reimport_lib.plan.context import Context
from reimport_lib.plan.date_orders import (
    clock_checks,
    date_order_checks,
    date_reading_checks,
)
from reimport_lib.plan.directories import directory_checks
from reimport_lib.plan.key_columns import key_checks
from reimport_lib.plan.signoffs import OpenedLimit, in_force
from reimport_lib.read import snapshot as snapshots
from reimport_lib.read.objects import list_objects
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import evidence, expiry, runs
from reimport_lib.record.clock import now
from reimport_lib.record.events import TableFrozen
from reimport_lib.record.manifest import SourceObjects, SourceRecord, SourceTable
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.headers import shared_names
from reimport_lib.write import bind, clocks, identity, read, signoffs

NAME = "validation"


def freeze(run: Run) -> Snapshot:
    """
    The snapshot of *run*: frozen now in a rehearsal, the reviewed one in a full run.

    Its digest, its clock and the fingerprints of its files go into ``run.json``.
    """
    with recording.recording(run, NAME):
        if run.reviewed:
            require_same_database(run)
            rehearsal = runs.load(run.settings, run.reviewed)
            expiry.require_fresh(rehearsal, clocks.latest(bind.REAL))
            snapshot = take_over_snapshot(run)
            _require_approved(run, rehearsal, snapshot)
            clock, fixed_by = _clock_of(rehearsal)
        elif run.again:
            require_same_database(run)
            earlier = runs.load(run.settings, run.again)
            snapshot = _freeze(run) if run.newer_source else take_over_snapshot(run)
            _require_approved(run, earlier, None if run.newer_source else snapshot)
            clock, fixed_by = _clock_of(earlier)
        else:
            snapshot = _freeze(run)
            as_of = snapshot.manifest.as_of.isoformat()
            clock, fixed_by = _inherited_clock(run, snapshot) or (as_of, "")
        for path in sorted(run.snapshot_folder.iterdir()):
            evidence.seal_file(run.folder, path)
        run.record_source(
            _fingerprints(snapshot),
            digest=snapshot.digest,
            as_of=clock,
            as_of_from=fixed_by,
            database=identity.database_identity(bind.REAL),
        )
        run.record_signoffs(_signed(run))
        return snapshot


def _signed(run: Run) -> Sequence[OpenedLimit]:
    """
    The limits that people opened: those in force, or those of the reviewed rehearsal.

    Raises:
        Refused: one that the rehearsal leant on has expired or was withdrawn since.
    """
    today = signoffs.today(run.settings.rows.time_zone, bind.REAL)
    now_open = in_force(signoffs.every(alias=bind.REAL), today)
    if not run.reviewed:
        return now_open
    reviewed = runs.load(run.settings, run.reviewed).manifest()
    leant = {
        each["digest"]: each["place"]
        for entry in reviewed["phases"]
        for each in entry.get("leans_on", [])
    }
    open_ = {each.digest for each in now_open}
    if closed := sorted({leant[digest] for digest in leant.keys() - open_}):
        raise Refused(
            f"{run.reviewed} passed by a sign-off that has expired, or was withdrawn or"
            f" replaced since: {', '.join(closed)}.",
            hint="reimport signoff, which lists them; sign again, then rehearse again:"
            " reimport run --full",
            id="R364",
        )
    return [OpenedLimit.from_json(each) for each in reviewed.get("signoffs", [])]


def _freeze(run: Run) -> Snapshot:
    # of an attempt that was killed; the source may have moved since
    shutil.rmtree(run.snapshot_folder, ignore_errors=True)
    return snapshots.freeze(
        run.settings,
        run.snapshot_folder,
        as_of=now(),
        objects=partial(list_objects, run.settings),
        progress=lambda table, rows: run.tell(TableFrozen(table, rows)),
    )


def take_over_snapshot(run: Run) -> Snapshot:
    """
    The snapshot of the rehearsal that *run* applies, or reviews again.

    They are links where the disk has them.

    It is in its place whole or not at all: a process may be killed in between.
    """
    if not (run.snapshot_folder / snapshots.MANIFEST).is_file():
        source = runs.load(run.settings, run.reviewed or run.again).snapshot_folder
        snapshots.open_snapshot(source)
        partial = run.snapshot_folder.with_name(".snapshot.partial")
        for left in (partial, run.snapshot_folder):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(source, partial, copy_function=_link_or_copy)
        partial.chmod(0o700)
        partial.rename(run.snapshot_folder)
    return snapshots.open_snapshot(run.snapshot_folder)


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _require_approved(run: Run, rehearsal: Run, snapshot: Snapshot | None) -> None:
    """
    Record and *snapshot* of *rehearsal* are those that were approved.

    Raises:
        Refused: one of them has been changed since.
    """
    run.require_seal()
    rehearsal.require_seal()
    if snapshot and snapshot.digest != rehearsal.manifest()["snapshot_digest"]:
        raise Refused(
            f"The snapshot of {rehearsal.run_id} is not the one that was rehearsed.",
            hint="reimport run --full, to rehearse and review again",
            id="R320",
        )


def tables_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The tables that *snapshot* holds, in the order of the phases."""
    return tuple(t.name for t in registry.source_tables() if snapshot.has(t.name))


def mappings_of(snapshot: Snapshot, tables: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Table -> its mapping against the columns that the snapshot holds, or lacks."""
    described = {}
    for table in tables:
        if table in registry.sources() and snapshot.has(table):
            found = snapshot.manifest.tables[table]
            rule = registry.sources()[table]
            resolved = mappings.look_up(rule, found.columns)
            said = shared_names(rule, found.columns, found.filled)
            described[table] = mappings.describe(
                rule, resolved, found.filled, said=said
            )
    return described


def checks(run: Run, snapshot: Snapshot) -> list[Check]:
    """Everything that can be said before the first write."""
    with recording.recording(run, NAME):
        context = frozen.context_of(run, snapshot)
        found = [
            *identity.check_target(bind.REAL),
            *readiness.check_copies(run.settings),
            *_table_checks(snapshot),
            *_column_checks(run, snapshot, context),
            *_directory_checks(snapshot),
            *_object_checks(run, snapshot),
        ]
        if run.reviewed:
            found += since_rehearsal.require_none(run)
        else:
            found += source_drift.checks(run, snapshot)
        return found


def execute(run: Run) -> None:
    """The whole phase, without showing anything."""
    recording.begin(run, NAME)
    recording.finish(run, NAME, checks(run, freeze(run)))


def _inherited_clock(run: Run, snapshot: Snapshot) -> tuple[str, str] | None:
    """The clock of the newest earlier run with an equal snapshot, and who fixed it."""
    for other in reversed(runs.readable(run.settings)):
        manifest = other.manifest()
        equal_digest = manifest.get("snapshot_digest") == snapshot.digest
        if other.run_id != run.run_id and equal_digest and manifest.get("as_of"):
            return _clock_of(other)
    return None


def _clock_of(other: Run) -> tuple[str, str]:
    """The clock of *other*, and the run that fixed it: itself, or one before."""
    manifest = other.manifest()
    return str(manifest["as_of"]), str(manifest.get("as_of_from") or other.run_id)


def _fingerprints(snapshot: Snapshot) -> SourceRecord:
    """What the run was made from, for ``run.json``: counts and digests, no values."""
    tables: dict[str, SourceTable] = {
        name: {
            "file": table.file,
            "way": table.way,
            "sha256": table.file_sha256,
            "bytes": table.file_bytes,
            "rows": table.rows,
            "blank_rows": table.blank_rows,
            "distinct_keys": table.distinct_keys,
            "columns": len(table.columns),
            "digest": table.digest,
            "certificate": [check.as_json() for check in table.checks],
            "written_at": table.written_at,
        }
        for name, table in snapshot.manifest.tables.items()
    }
    objects: dict[str, SourceObjects] = {
        name: {
            "name": listing.name,
            "prefix": listing.prefix,
            "objects": listing.objects,
            "size_bytes": listing.size_bytes,
            "digest": listing.digest,
        }
        for name, listing in snapshot.manifest.objects.items()
    }
    place = snapshot.manifest.place
    return {"tables": tables, "objects": objects, "place": place}


def _table_checks(snapshot: Snapshot) -> list[Check]:
    """The certificate of every table, and no required table without a row."""
    found = [
        replace(check, name=f"{name}: {check.name}")
        for name, table in snapshot.manifest.tables.items()
        for check in table.checks
    ]
    for table in registry.source_tables():
        if table.name not in snapshot.manifest.tables:
            found.append(
                Check(
                    f"{table.name}: the export is there",
                    "a file",
                    "none; the table is left as it is in the backend",
                    Verdict.WARN if not table.required else Verdict.COULD_NOT_CHECK,
                    id="C022",
                )
            )
        elif not snapshot.manifest.tables[table.name].rows:
            raise SourceError(
                f"{table.name}: the export holds no rows. Going on would delete "
                "everything that earlier imports brought.",
                hint="export it again, or name it in REIMPORT_OPTIONAL_TABLES and "
                "take the file away",
                id="R104",
            )
    return found


def _column_checks(run: Run, snapshot: Snapshot, context: Context) -> list[Check]:
    """What the columns of each table are looked at for, by workers where there are."""
    tables = [(run.run_id, name) for name in snapshot.manifest.tables]
    found = workers.each(
        _checks_of_table,
        tables,
        here=lambda of: _checks_of_columns(run, snapshot, context, of[1]),
    )
    return list(chain.from_iterable(found))


def _checks_of_table(of: tuple[str, str]) -> list[Check]:
    """As ``_checks_of_columns``, of a run and a table by their names."""
    run_id, name = of
    run = runs.load(load_settings(), run_id)
    snapshot = frozen.snapshot_of(run)
    return _checks_of_columns(run, snapshot, frozen.context_of(run, snapshot), name)


def _checks_of_columns(
    run: Run, snapshot: Snapshot, context: Context, name: str
) -> list[Check]:
    table, rule = snapshot.manifest.tables[name], registry.sources()[name]
    resolved = mappings.resolve(
        rule, table.columns, strict=run.strict, filled=table.filled
    )
    said = shared_names(rule, table.columns, table.filled)
    frame = snapshot.table(name)
    return [
        *mappings.column_checks(
            rule, resolved, table.filled, rows=table.rows, said=said
        ),
        *key_checks(rule, frame),
        *date_order_checks(rule, frame, context),
        *date_reading_checks(rule, frame, context),
        *clock_checks(rule, frame),
    ]


def _directory_checks(snapshot: Snapshot) -> list[Check]:
    """Clinics, clinicians, types and funding that the target does not know yet."""
    known = read.known(alias=bind.REAL)
    return [
        check
        for name, rule in registry.sources().items()
        if snapshot.has(name)
        for check in directory_checks(rule, snapshot.table(name), known)
    ]


def _object_checks(run: Run, snapshot: Snapshot) -> list[Check]:
    """There is something under each prefix whose table has rows."""
    found = []
    for table, name in registry.stored().items():
        if snapshot.has(table):
            count = len(snapshot.objects(name))
            found.append(
                Check(
                    f"{name}: objects in bucket {run.settings.s3_bucket or 'not set'}",
                    "at least 1",
                    f"{count:,}",
                    Verdict.PASS if count else Verdict.FAIL,
                    ""
                    if count
                    else "check S3_BUCKET and the prefixes: reimport doctor",
                    id="C023",
                )
            )
    return found
