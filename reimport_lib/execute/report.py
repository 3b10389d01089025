"""What a run leaves to read: notebooks, sealed, their pages, and ``report.html``."""

from __future__ import annotations

from pathlib import Path

from reimport_lib.phases import Phase, named
from reimport_lib.private_files import sha256_of, write_private
from reimport_lib.record.run import REPORT, Run
from reimport_lib.show import cover, export


def write(run: Run) -> None:
    """Seal the notebooks that papermill wrote by hand, and write ``report.html``."""
    for entry in run.manifest()["phases"]:
        phase = named(entry["name"])
        if "notebook_sha256" not in entry:
            seal(run, phase)
        kept = (attempt["notebook"] for attempt in entry.get("attempts", ()))
        for name in filter(None, (phase.notebook, *kept)):
            if not (run.folder / name).with_suffix(".html").is_file():
                write_page(run.folder / name)
    page = cover.render(run.manifest(), run.folder)
    write_private(run.folder / REPORT, page)


def seal(run: Run, phase: Phase) -> None:
    """Record the sha256 of the notebook of *phase*, where it was executed."""
    notebook = run.folder / phase.notebook
    if notebook.is_file():
        run.record_notebook(phase.name, notebook.name, sha256_of(notebook))


def write_page(notebook: Path) -> None:
    """The HTML of *notebook* beside it, where it was executed."""
    if notebook.is_file():
        write_private(notebook.with_suffix(".html"), export.export(notebook))
