"""What came over from FileMaker, in words: the ledger, and the folders of runs.

The ledger says what was done to this database. A rehearsal was done to a copy, so that
only its folder tells of it; that is read as it stands, and needs no database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from csp.decorators import csp_replace
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator

from pages.access import Page, may_view, note_opening
from pages.models import What
from reimport_lib.config import Settings, load_settings
from reimport_lib.dashboard.signals import file_opened
from reimport_lib.errors import ReimportError
from reimport_lib.ledger.models import LedgerRun
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.tables import registry

MOST = 200
REPORT = "report.html"
_PAGE = re.compile(r"(?:report|undo|\d\d_[a-z_]{1,40})\.html")

DID = {
    Mode.FULL: "Brought records over from FileMaker",
    Mode.REHEARSAL: "Rehearsed on a copy; nothing here changed",
    Mode.UNDO: "Took an earlier import back",
}
ENDED = {
    Status.SUCCEEDED: "done",
    Status.OPEN: "not begun",
    Status.RUNNING: "at work, or it was cut off",
    Status.REFUSED: "stopped: a condition was not met",
    Status.FAILED: "stopped by an error",
    Status.VALIDATION_FAILED: "done, and a check afterwards did not hold",
    Status.ROLLED_BACK: "taken back",
    Status.INTERRUPTED: "interrupted; it can go on",
}
_WELL = frozenset({Status.SUCCEEDED})
_UNWELL = frozenset({Status.REFUSED, Status.FAILED, Status.VALIDATION_FAILED})
WORDS = {
    "created": "new",
    "updated": "changed",
    "deleted": "removed",
    "unchanged": "as before",
    "rejected": "could not come in",
    "skipped": "left out by a rule",
}


@dataclass(frozen=True, slots=True)
class Told:
    """
    One run, as people who never heard of it read it.

    Attributes:
        what, how: what it did and how it ended, in words.
        state: well, unwell, or neither of them: open.
        counts: (rows, word), of all of its tables together; none that is 0.
        tables: (name, counts as above) of each of its tables.
        has_report: its page can be opened.
    """

    run_id: str
    at: datetime
    what: str
    how: str
    state: str
    counts: tuple[tuple[int, str], ...] = ()
    tables: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = ()
    has_report: bool = False


class Imports(Page):
    """Every import, rehearsal and undoing, newest first."""

    permission_required = ("ledger.view_ledgerrun",)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "pages/imports.html", {"runs": told_runs()})


class ImportPage(Page):
    """One of them, table by table."""

    permission_required = ("ledger.view_ledgerrun",)

    def get(self, request: HttpRequest, run_id: str) -> HttpResponse:
        found = next((run for run in told_runs() if run.run_id == run_id), None)
        if found is None:
            raise Http404
        pages = [name for name in _pages(run_id) if name != REPORT]
        return render(request, "pages/import.html", {"run": found, "pages": pages})


@method_decorator(
    csp_replace(
        {
            "default-src": ["'none'"],
            "img-src": ["data:"],
            "style-src": ["'unsafe-inline'"],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
            "frame-ancestors": ["'none'"],
            "sandbox": ["allow-top-navigation-by-user-activation"],
        }
    ),
    name="dispatch",
)
class ReportPage(Page):
    """A page of a run's folder as it was written; no script of it is run."""

    permission_required = ("ledger.view_ledgerrun",)

    def get(self, request: HttpRequest, run_id: str, page: str) -> HttpResponse:
        if page not in _pages(run_id):
            raise Http404
        note_opening(request, What.REPORT, f"{run_id}/{page}")
        return HttpResponse((_folder(run_id) / page).read_bytes())


@receiver(file_opened)
def note_file(request: HttpRequest, run_id: str, name: str, **_: object) -> None:
    """A file of a run that is opened from the pages of runs is noted too."""
    note_opening(request, What.REPORT, f"{run_id}/{name}"[:100])


def told_runs() -> list[Told]:
    """The newest runs of the ledger and of the runs folder, each once."""
    ledger = LedgerRun.objects.order_by("-started_at").prefetch_related("phases")
    told = {run.run_id: _of_ledger(run) for run in ledger[:MOST]}
    for run in _runs():
        if run.mode is Mode.REHEARSAL:
            told[run.run_id] = _of_folder(run)
        if run.run_id in told and (seen := _by_eye(run)):
            found = told[run.run_id]
            state = "open" if found.state == "well" else found.state
            told[run.run_id] = replace(found, how=f"{found.how}; {seen}", state=state)
    return sorted(told.values(), key=lambda run: run.at, reverse=True)[:MOST]


def _by_eye(run: Run) -> str:
    """What people who compared records of *run* have come to, where it is not well."""
    found = run.manifest().get("samples", [])
    if any(each["not_ok"] > each["allowed"] or each["others_not_ok"] for each in found):
        return "people who compared records found wrong ones"
    if any(each["looked_at"] < each["size"] for each in found):
        return "people have not compared all records that they are to"
    return ""


def last_import(request: HttpRequest) -> Told | None:
    """The newest full run of the ledger, for those who may view it."""
    if not may_view(request, LedgerRun):
        return None
    newest = LedgerRun.objects.filter(mode=Mode.FULL).order_by("-started_at")
    found = newest.prefetch_related("phases").first()
    return _of_ledger(found) if found else None


def _of_ledger(run: LedgerRun) -> Told:
    tables: dict[str, Counter[str]] = {}
    for phase in run.phases.all():
        for table, counts in phase.counts.items():
            tables.setdefault(table, Counter()).update(counts)
    return _told(run.run_id, run.started_at, run.mode, run.status, tables)


def _of_folder(run: Run) -> Told:
    manifest = run.manifest()
    tables: dict[str, Counter[str]] = {}
    for phase in manifest["phases"]:
        for table, counts in phase["tables"].items():
            found = {word: counts.get(word, 0) for word in WORDS}
            tables.setdefault(table, Counter()).update(found)
    began = datetime.fromisoformat(manifest["created_at"])
    return _told(run.run_id, began, run.mode, manifest["status"], tables)


def _told(
    run_id: str,
    at: datetime,
    mode: str,
    status: str,
    tables: dict[str, Counter[str]],
) -> Told:
    total: Counter[str] = Counter()
    for counts in tables.values():
        total.update(counts)
    return Told(
        run_id,
        at,
        DID.get(Mode(mode), mode),
        ENDED.get(Status(status), status),
        "well" if status in _WELL else "unwell" if status in _UNWELL else "open",
        _worded(total),
        tuple((_noun(name), _worded(counts)) for name, counts in tables.items()),
        REPORT in _pages(run_id),
    )


def _worded(counts: Counter[str]) -> tuple[tuple[int, str], ...]:
    return tuple((counts[name], word) for name, word in WORDS.items() if counts[name])


def _noun(table: str) -> str:
    names = {one.name: one.noun for one in registry.all_tables()}
    return names.get(table, table.replace("_", " "))


def _settings() -> Settings | None:
    """Those of the import; None where they cannot be read: the ledger still can."""
    try:
        return load_settings()
    except ReimportError:
        return None


def _runs() -> Iterable[Run]:
    settings = _settings()
    try:
        return runs.readable(settings) if settings else ()
    except ReimportError:
        return ()


def _folder(run_id: str) -> Path:
    """
    The folder of a run.

    Raises:
        Http404: there is none of this name.
    """
    settings = _settings()
    try:
        if settings is None:
            raise Http404
        return runs.load(settings, run_id).folder
    except ReimportError:
        raise Http404 from None


def _pages(run_id: str) -> list[str]:
    """Names of the pages in its folder: of files that a run writes, and no links."""
    try:
        folder = _folder(run_id)
    except Http404:
        return []
    return sorted(
        path.name
        for path in folder.glob("*.html")
        if _PAGE.fullmatch(path.name) and not path.is_symlink()
    )
