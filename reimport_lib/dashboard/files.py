"""The files of a run that may be opened: by names out of its record, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from reimport_lib.checks import Verdict
from reimport_lib.dashboard import shelf
from reimport_lib.dashboard.access import NOTHING, RunsView, may, policy
from reimport_lib.dashboard.models import PRIVATE
from reimport_lib.dashboard.shelf import Shelved
from reimport_lib.dashboard.signals import file_opened
from reimport_lib.execute import errands
from reimport_lib.record import lock
from reimport_lib.record.run import REPORT

_PAGE = re.compile(r"[a-z0-9][a-z0-9_-]{0,80}(?:\.attempt-\d{1,4})?\.html")
_ALONE = (
    (REPORT, "report"),
    ("changes.html", "list of changes"),
    ("undo.html", "undo"),
)
_SANDBOX = {
    **NOTHING,
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
    "sandbox": "allow-top-navigation-by-user-activation",
}
"""A page as it was written: nothing in it runs, and it reaches nothing of ours."""


@dataclass(frozen=True, slots=True)
class RunFile:
    """
    Attributes:
        name: as the address has it; title: as a person reads it.
        is_private: it holds persons' data, or nobody has searched it for them yet.
    """

    name: str
    title: str
    path: Path
    is_private: bool


def of(shelved: Shelved) -> list[RunFile]:
    """What there is to open of a run, in the order in which it is shown."""
    return [*_pages(shelved), *_for_few(shelved)]


def _pages(shelved: Shelved) -> Iterator[RunFile]:
    run, manifest = shelved.run, shelved.manifest
    is_scanned = _is_scanned(shelved) and not lock.is_executed(run)
    named = [*_ALONE]
    for entry in manifest["phases"]:
        title = f"{entry['number']} {entry['name']}"
        named.append((entry.get("notebook", ""), title))
        for kept in entry.get("attempts", ()):
            named.append((kept["page"], f"{title}, attempt {kept['number']}"))
    for name, title in named:
        page = name.removesuffix(".ipynb").removesuffix(".html") + ".html"
        path = run.folder / page
        if _PAGE.fullmatch(page) and _lies_in(path, run.folder):
            yield RunFile(page, title, path, not is_scanned)


def _is_scanned(shelved: Shelved) -> bool:
    """Pages that held persons' values were searched for, and withheld."""
    scanned = shelved.manifest.get("privacy")
    if scanned is None:
        return False
    return scanned["check"]["verdict"] != Verdict.COULD_NOT_CHECK


def _for_few(shelved: Shelved) -> Iterator[RunFile]:
    run = shelved.run
    for name in shelved.manifest.get("worklist", {"files": {}})["files"]:
        path = run.folder / name
        if _lies_in(path, run.folder) and path.name.startswith("worklist."):
            yield RunFile(name, f"worklist ({path.suffix[1:]})", path, is_private=True)
    dossier = errands.dossier(run)
    if dossier.is_file():
        yield RunFile(dossier.name, "dossier (zip)", dossier, is_private=True)


def _lies_in(path: Path, folder: Path) -> bool:
    """It is a file of the folder itself, reached by no link."""
    try:
        real = path.resolve(strict=True)
        if not real.is_file():
            return False
    except (OSError, RuntimeError, ValueError):
        return False
    is_below = path.is_relative_to(folder)
    return is_below and real == folder.resolve() / path.relative_to(folder)


class FileOfRun(RunsView):
    """One of them: a page in a sandbox, anything else to be kept."""

    def get(self, request: HttpRequest, run_id: str, name: str) -> HttpResponseBase:
        try:
            found = of(shelf.one(shelf.settings(), run_id))
        except shelf.Unreadable:
            raise Http404 from None
        file = next((each for each in found if each.name == name), None)
        if file is None or (file.is_private and not may(request, PRIVATE)):
            raise Http404
        file_opened.send(type(self), request=request, run_id=run_id, name=name)
        is_page = name.endswith(".html")
        try:
            content = file.path.open("rb")
        except OSError:
            raise Http404 from None
        answer = FileResponse(
            content,
            as_attachment=not is_page,
            filename=f"{run_id}-{Path(name).name}",
            content_type="text/html; charset=utf-8" if is_page else None,
        )
        answer["Content-Security-Policy"] = policy(_SANDBOX)
        return answer
