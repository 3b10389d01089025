"""The example report in ``runs/example``: a rehearsal of a small synthetic clinic.

    python -m tools.golden [FOLDER]      renews it; the same again gives the same files

It is what a visitor reads without running anything, and what the notebooks' regression
test compares with. So nothing in it depends on when, where and how fast it was made.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from reimport_demo.clinic.build import LEAST_SCALE
from reimport_lib.config import Settings
from reimport_lib.execute import approve, runner
from reimport_lib.home import CHECKOUT
from reimport_lib.phases import all_phases
from reimport_lib.private_files import write_json
from reimport_lib.read import snapshot
from reimport_lib.read.objects import list_objects
from reimport_lib.record import runs, seal
from reimport_lib.record.manifest import MANIFEST, read_manifest
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status
from reimport_lib.show import changes, cover, export
from tools.clinic import ready_to_import

EXAMPLE = CHECKOUT / "runs" / "example"
AS_OF = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RUN_ID = f"{AS_OF:%Y%m%dT%H%M%SZ}-rehearsal"
EARLIER = "20260301T090000Z-rehearsal"
PSEUDONYMS = hashlib.sha256(b"the example's pseudonyms").hexdigest()
NOT_KEPT = "the backup is not kept with the example"
MODE = 0o644


@contextmanager
def site() -> Iterator[Settings]:
    """The example's clinic, to which nothing has been imported; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="example-") as name:
        folder = Path(name)
        with ready_to_import(folder, scale=LEAST_SCALE, with_existing=True) as settings:
            settings.runs.mkdir(mode=0o700)
            for path in Path(settings.source).iterdir():
                os.utime(path, (AS_OF.timestamp(), AS_OF.timestamp()))
            (settings.runs / seal.KEY_FILE).write_text(PSEUDONYMS)
            _leave_earlier_run(settings, folder / "frozen")
            yield settings


def _leave_earlier_run(settings: Settings, folder: Path) -> None:
    """A run at ``AS_OF`` of the same exports: later runs inherit its clock."""
    frozen = snapshot.freeze(
        settings, folder, as_of=AS_OF, objects=list_objects(settings)
    )
    earlier = _named(approve.open_rehearsal(settings, (), gates={}), EARLIER)
    manifest = earlier.manifest()
    manifest["status"] = Status.SUCCEEDED
    manifest["snapshot_digest"] = frozen.digest
    manifest["as_of"] = AS_OF.isoformat()
    write_json(earlier.folder / MANIFEST, manifest)


def open_example(settings: Settings) -> Run:
    """The rehearsal that the example's notebooks name."""
    return _named(approve.open_rehearsal(settings, gates={}), RUN_ID)


def _named(run: Run, run_id: str) -> Run:
    folder = run.folder.rename(run.folder.with_name(run_id))
    manifest = read_manifest(folder)
    write_json(folder / MANIFEST, {**manifest, "run_id": run_id})
    return runs.load(run.settings, run_id)


def make(folder: Path) -> None:
    """
    Execute the example and put what is to be read of it into *folder*.

    Raises:
        SystemExit: the run did not succeed.
    """
    with site() as settings:
        run = open_example(settings)
        status = runner.execute(run)
        if status is not Status.SUCCEEDED:
            sys.exit(f"The example ended as {status}: {run.manifest()['error']}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copytree(run.outcomes_folder, folder / run.outcomes_folder.name)
        manifest = timeless(run.manifest())
        for phase, entry in zip(all_phases(), manifest["phases"], strict=True):
            notebook = folder / phase.notebook
            write_notebook(run.folder / phase.notebook, notebook)
            entry["notebook_sha256"] = _sha256(notebook)
        write_json(folder / MANIFEST, manifest)
        for phase in all_phases():  # each page names how its phase ended
            notebook = folder / phase.notebook
            notebook.with_suffix(".html").write_text(export.export(notebook))
        for path in (run.folder / changes.FILE, *run.folder.glob("changes*.html")):
            shutil.copyfile(path, folder / path.name)
        (folder / REPORT).write_text(cover.render(read_manifest(folder), folder))
    for path in folder.rglob("*"):
        if path.is_file():
            os.chmod(path, MODE)  # noqa: PTH101


def timeless(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """*manifest* without what was measured, and without this machine's paths."""
    phases = [
        {
            name: value
            for name, value in {**entry, "seconds": 0.0}.items()
            if name not in ("started", "ticks")
        }
        for entry in manifest["phases"]
    ]
    moment = AS_OF.isoformat()
    database = {**manifest["database"], "server": manifest["database"]["name"]}
    measured = {"opened_by", "origin", seal.SEAL}
    return {
        **{name: value for name, value in manifest.items() if name not in measured},
        "created_at": moment,
        "finished_at": moment,
        "seconds": 0.0,
        "phases": phases,
        "database": database,
        "backup": {
            **manifest["backup"],
            "made_at": moment,
            "sha256": NOT_KEPT,  # the times of the migrations are in it
            "digest": NOT_KEPT,
        },
    }


def write_notebook(executed: Path, target: Path) -> None:
    """*executed* without times, paths and the states of widgets, which are random."""
    notebook: Any = nbformat.read(str(executed), as_version=4)  # type: ignore[no-untyped-call]
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.id = "injected"  # papermill makes one up
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if not _is_widget(out)]
    target.write_text(nbformat.writes(notebook) + "\n")  # type: ignore[no-untyped-call]


def _is_widget(output: Any) -> bool:
    return export.WIDGET in output.get("data", ())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)


if __name__ == "__main__":
    main()
