"""What a run leaves to read: notebooks, sealed, their pages, and ``report.html``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.execute import changes, shared_files, worklist
from reimport_lib.phases import Phase, named, row_plans, sealing
from reimport_lib.privacy import files
from reimport_lib.privacy.scan import ReadFiles
from reimport_lib.private_files import remove_unfinished, sha256_of, write_private
from reimport_lib.record import evidence, runs
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status
from reimport_lib.show import cover, export, history, last_time

_OF_ROWS = ("outcomes/", f"{row_plans.FOLDER}/")
_LOOKED_AFTER_SECONDS = 0.05


@dataclass(slots=True)
class MadeBeside:
    """
    What of a run's report is made while its phases are at work.

    It holds as long as what it is made of is the same; else it is made anew.

    Attributes:
        reading: notebooks and pages that the scan need not read again.
        worklist: of what the worklist was written; "" where it was not.
    """

    reading: ReadFiles = field(default_factory=ReadFiles)
    worklist: str = ""

    def read(self, notebook: Path) -> None:
        """Read an executed *notebook* for the scan, and its page."""
        made = notebook.with_suffix(".html"), notebook
        names = [path.name for path in made if path.is_file()]
        self.reading.add_rest(notebook.parent, names)

    def read_rows(self, run: Run) -> None:
        """Read for the scan what *run* keeps of each row, so far."""
        names = (name for name in files.names(run.folder) if name.startswith(_OF_ROWS))
        self.reading.add_rest(run.folder, names)

    def draw(self, run: Run) -> None:
        """Draw the charts of the cover of *run*, whose data phases are done."""
        cover.draw(run.manifest())

    def write_worklist(self, run: Run, last: str, is_over: Event) -> None:
        """
        Write the worklist of *run*, when its phases have found all that they will.

        Args:
            last: the phase that is planned last; is_over: set when it has ended.

        Raises:
            ReimportError: the folder cannot be written.
        """
        while not run.phase(last).get("plan_digests"):
            if is_over.wait(_LOOKED_AFTER_SECONDS):
                return
        self.worklist = worklist.write(run, written_of=self.worklist)


def write(run: Run, made: MadeBeside | None = None) -> None:
    """
    Seal the notebooks that papermill wrote by hand, and write ``report.html``, and
    the private files beside it that people work with.

    The run is closed again with it, by whoever can reach its ledger.
    """
    made = made or MadeBeside()
    for entry in run.manifest()["phases"]:
        phase = named(entry["name"])
        if "notebook_sha256" not in entry:
            seal(run, phase)
        kept = (attempt["notebook"] for attempt in entry.get("attempts", ()))
        for name in filter(None, (phase.notebook, *kept)):
            if not (run.folder / name).with_suffix(".html").is_file():
                write_page(run.folder / name)
    _keep_last_time(run)
    worklist.write(run, written_of=made.worklist)
    changes.write(run)
    sections = cover.sections(run.manifest(), run.folder, _sampled_before(run))
    pages = {
        REPORT: cover.page(run.manifest(), sections),
        history.FILE: _history(run.settings),
    }
    shared_files.check(run, pages, made.reading)
    page = cover.page(run.manifest(), sections)  # it says what was found
    remove(run)  # first: what a killed process leaves is then no altered report
    shared_files.write(run, REPORT, page)
    sealing.close(run)
    write_history(run.settings)


def write_history(settings: Settings) -> None:
    """The page of all runs, in their folder, or what says why it is withheld."""
    page = _history(settings)
    for run in reversed(runs.readable(settings)):
        if shared_files.is_withheld(run, history.FILE):
            page = shared_files.in_place_of(run, history.FILE, page)
            break
    write_private(settings.runs / history.FILE, page)


def _history(settings: Settings) -> str:
    """The page of all runs."""
    readable, damaged = runs.found(settings)
    manifests = [run.manifest() for run in readable]
    return history.render(manifests, settings.runs, sorted(damaged))


def _sampled_before(run: Run) -> list[Manifest]:
    """The newest run before *run* of which people looked at samples, if any."""
    manifests = (each.manifest() for each in runs.readable(run.settings))
    found = [m for m in manifests if m.get("samples") and m["run_id"] < run.run_id]
    return found[-1:]


def _keep_last_time(run: Run) -> None:
    """What the run is compared with, from the first report on."""
    if run.status is not Status.SUCCEEDED or (run.folder / last_time.FILE).is_file():
        return
    found = last_time.before(run, runs.readable(run.settings))
    if found is not None:
        kept = last_time.LastTime.of(found).keep(run.folder)
        evidence.seal_file(run.folder, kept)


def remove(run: Run) -> None:
    """The report of an attempt before, which tells of less than has been done since."""
    if (run.folder / REPORT).is_file():
        evidence.seal_file(run.folder, run.folder / REPORT, sha256=evidence.GONE)
        (run.folder / REPORT).unlink()


def complete(run: Run) -> None:
    """
    Close *run* where whoever ended it was killed before it could.

    What they were writing is removed.
    Nothing of a record that somebody else has changed is sealed.

    Raises:
        ReimportError: the folder cannot be written, or the key that signs not read.
    """
    if not runs.is_cut_off(run):
        return
    remove_unfinished(run.folder)
    with suppress(Refused):
        run.require_seal()
        if run.phases:
            write(run)
        else:
            sealing.close(run)


def seal(run: Run, phase: Phase) -> None:
    """Record the sha256 of the notebook of *phase*, where it was executed."""
    notebook = run.folder / phase.notebook
    if notebook.is_file():
        digest = sha256_of(notebook)
        evidence.seal_file(run.folder, notebook, sha256=digest)
        run.record_notebook(phase.name, notebook.name, digest)


def write_page(notebook: Path) -> None:
    """The HTML of *notebook* beside it, where it was executed."""
    if notebook.is_file():
        page = notebook.with_suffix(".html")
        write_private(page, export.export(notebook))
        evidence.seal_file(page.parent, page)
