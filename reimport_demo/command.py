"""``reimport demo``: the main job from end to end, on a clinic that can be thrown away.

Makes (or takes) exports, a fresh database and a bucket of its own behind a local S3
server; where asked, puts a FileMaker server before the exports. Rehearses, applies, and
leaves the database and the run folders.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reimport_demo import s3, ways
from reimport_demo.clinic.build import Clinic, build
from reimport_demo.clinic.tables import require_scale
from reimport_lib.cli.progress import execute
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import Refused, TargetError, UsageError
from reimport_lib.execute import approve
from reimport_lib.home import CHECKOUT
from reimport_lib.printing import say
from reimport_lib.record import runs
from reimport_lib.record.status import Status
from reimport_lib.write import bind, configuration, identity, models
from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file

NEEDED = ("notebooks", "backend/manage.py")
WORKSPACE = CHECKOUT / ".demo"
CLINIC = WORKSPACE / "clinic"
POSTCODE_WIDTH = "5"  # of other people's synthetic sets; ours is Australian


def run(
    *, exports: Path | None, database_url: str, scale: float, source: str = ""
) -> Status:
    """
    Import a clinic into a fresh database: the dry run, then the full run.

    Args:
        exports: a folder of exports with ``clinics.json`` and ``s3_listing.json``;
            None: the synthetic clinic, made now at *scale* times its real size.
        database_url: an empty database; "": a file in the demo's own folder, made anew.
        source: ``data-api`` or ``odata``: over a local FileMaker server that holds the
            clinic; "": by the export files.

    Raises:
        UsageError: the folder is not there, or *source* is another word.
        Refused: the database holds patients already; there is no checkout.
    """
    _require_checkout()
    ways.require(source)
    require_scale(scale)
    WORKSPACE.mkdir(mode=0o700, exist_ok=True)
    held: Clinic | Path
    if exports is None:
        held = _make_clinic(scale, excel=not source)
        exports, config_file = held.exports, held.config
    else:
        held, config_file = exports, _given(exports)
    with (
        s3.serve_s3(*s3.read_listing(exports / "s3_listing.json")) as bucket,
        ways.way_in(held, exports, source) as way,
    ):
        served = {**bucket.environment(), **way}
        os.environ.update(_environment(exports, database_url, served))
        settings = load_settings()
        _prepare_database(settings, own=not database_url)
        configuration.load(settings, config_file)
        if exports.parent == CLINIC:
            _load_existing(settings)
        return _rehearse_and_apply(settings)


def _require_checkout() -> None:
    """
    Refuse where only wheels are installed: they hold neither notebooks nor backend.

    Raises:
        Refused: the message says what is missing.
    """
    missing = [name for name in NEEDED if not (CHECKOUT / name).exists()]
    if missing:
        raise Refused(
            f"reimport demo needs {' and '.join(missing)}, which no wheel holds.",
            hint="make demo, in a checkout; serve-filemaker runs without one",
            id="R267",
        )


def _rehearse_and_apply(settings: Settings) -> Status:
    rehearsal = approve.open_rehearsal(settings, gates={})
    status = execute(rehearsal)
    if status is not Status.SUCCEEDED:
        return status
    full = approve.open_full(settings, rehearsal, ask=None, yes=True)
    status = execute(full)
    say()
    say(f"Dry run: {rehearsal.run_id}")
    say(f"Full run: {full.run_id}")
    say(f"Report: {full.folder / 'report.html'}")
    return status


def _make_clinic(scale: float, *, excel: bool) -> Clinic:
    """The synthetic clinic on disk; without Excel in half the time."""
    if CLINIC.exists():
        shutil.rmtree(CLINIC)
    say(f"Making the synthetic clinic in {CLINIC}")
    return build(CLINIC, scale=scale, excel=excel)


def _given(exports: Path) -> Path:
    """The clinics that belong to a folder of exports."""
    try:
        found = exports.is_dir()
    except OSError:  # a name that is too long
        found = False
    if not found:
        near = ways.nearest(exports.name) or configuration.nearest(exports)
        raise UsageError(
            f"{exports} is not a folder.{near}",
            hint="reimport demo --exports FOLDER, or --source data-api or odata",
            id="R268",
        )
    for name in ("clinics.json", "s3_listing.json"):
        if not (exports / name).is_file():
            raise UsageError(
                f"{exports} holds no {name}.",
                hint="clinics.json: key -> name; s3_listing.json: a list of Key, Size",
                id="R269",
            )
    return exports / "clinics.json"


def _environment(
    exports: Path, database_url: str, served: Mapping[str, str]
) -> dict[str, str]:
    """What the settings of this process and its kernels are read from."""
    own = WORKSPACE / "clinic.sqlite3"
    given = os.environ.get("REIMPORT_POSTCODE_WIDTH", POSTCODE_WIDTH)
    width = "4" if exports.parent == CLINIC else given
    return {
        "DATABASE_URL": database_url or f"sqlite:///{quote(str(own))}",
        "REIMPORT_POSTCODE_WIDTH": width,
        **served,
    }


def _prepare_database(settings: Settings, *, own: bool) -> None:
    """
    Migrate the database; the demo's own file is made anew.

    Raises:
        Refused: a database of somebody else's that holds patients.
        TargetError: it cannot be migrated.
    """
    url = settings.database_url.reveal()
    if own:
        for ending in ("", "-wal", "-shm"):
            Path(f"{sqlite_file(url)}{ending}").unlink(missing_ok=True)
    if is_sqlite(url):
        sqlite_file(url).parent.mkdir(parents=True, exist_ok=True)
        sqlite_file(url).touch(mode=0o600)
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "backend" / "manage.py"), "migrate", "-v0"],
        check=False,
        capture_output=True,
        env={**os.environ, "DJANGO_DEBUG": "1"},
    )
    if done.returncode:
        raise TargetError(
            f"The database {database_name(url)} cannot be reached and migrated.",
            hint="name an empty database that this role may write to: --database-url",
            id="R270",
        )
    bind.bind_real(settings)
    patients: Any = models.model_of("patients")._base_manager
    held = patients.using(bind.REAL).count()
    if not held:
        _part_from_earlier_runs(settings)
    bind.close()
    if held:
        raise Refused(
            f"The database holds {held:,} patients; the demo wants an empty one.",
            hint="name another with --database-url",
            id="R271",
        )


def _part_from_earlier_runs(settings: Settings) -> None:
    """Runs of a database that lay in the same place say nothing of this one."""
    database = identity.database_identity(bind.REAL)
    for run in runs.readable(settings):
        if run.manifest().get("database") == database:
            run.part_from_database("by a demo's")


def _load_existing(settings: Settings) -> None:
    """Rows that were there before: the first system's, and some made by people."""
    from reimport_demo.clinic import existing

    bind.bind_real(settings, writable=True)
    existing.load_existing(CLINIC)
    bind.close()
