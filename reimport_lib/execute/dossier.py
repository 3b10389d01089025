"""All that a run left, and the means to check it, as one file to give away.

What holds persons' data stays out unless somebody asks for it; the digests of it are
among the evidence all the same. The same run gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.config import Settings
from reimport_lib.errors import Refused, UsageError
from reimport_lib.phases import verifying
from reimport_lib.private_files import unwritable, written_whole
from reimport_lib.record import findings, runs
from reimport_lib.record.events import DossierMade
from reimport_lib.record.run import Run
from reimport_lib.record.status import AT_WORK
from reimport_lib.record.verify import program
from reimport_lib.record.verify.contents import DOSSIER, PRIVATE, is_revealed
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.leaves import EVENTS, RECORD
from reimport_lib.record.verify.statements import PLAIN, PUBLIC_KEY, SIGNED

_OLDEST = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_SHOWS = (".ipynb", ".html")
_TOLD = ("snapshot/manifest.json", "backup/manifest.json")

_README = """\
What the import {run} left, and the means to check it.

  report.html        begin here; it needs a browser and nothing else
  NN_*.html          what each phase did; the .ipynb beside it is what was executed
  outcomes/          what became of every row; people are named by pseudonyms
  run.json           counts, checks, versions; events.jsonl: what happened, in order
  evidence/          digests of all of this, sealed when it was written
{private}
To see whether anything was altered since:

  python3 verify.py

It needs Python 3.8 or newer, no network, and nothing else. It names the first file, row
or number that is not as it was sealed. What it cannot see is that somebody who held the
machine, the database and the key has written everything anew. Against that helps the
root, as it was given to you by another way, on paper or in a mail of that day:

  python3 verify.py --root HEX
"""
_LEFT_OUT = """
The frozen exports, the backup of the database, what people were asked about and the
worklist are not in here: they hold persons' data. The digests of what they were made of
are among the evidence.
"""
_ALL = """
What is in snapshot/, backup/, conflicts/ and private/ holds persons' data: keep this
file as safely as the database itself.
"""


@dataclass(frozen=True, slots=True)
class Dossier:
    """
    Attributes:
        root: over all that was sealed of the run; to be kept out of reach.
        left_out: names of files with persons' data that are not in it.
    """

    path: Path
    root: str
    left_out: tuple[str, ...]


def export(
    settings: Settings, run_id: str, path: Path, *, private: bool = False
) -> Dossier:
    """
    Write what *run_id* left into the zip file at *path*.

    Args:
        private: with what holds persons' data, and notebooks that show values.

    Raises:
        UsageError: there is no such run, or something lies at *path* already.
        Refused: the run is not done, not sealed, or was altered, or persons' values
            stand in what is not private.
        ReimportError: the file cannot be written.
    """
    run = runs.load(settings, run_id)
    if run.status in AT_WORK:
        raise Refused(
            f"{run_id} is {run.status}: what it leaves is not all there yet.",
            hint=f"reimport run --resume {run_id}",
            id="R371",
        )
    if path.exists():
        raise UsageError(
            f"{path} is there already, and is not written over.",
            hint="give another name, or move it away",
            id="R372",
        )
    if not private:
        _require_shareable(run)
    found = verifying.require_intact(run)
    run.tell(DossierMade(private))
    sealed = dict(_sealed(run))
    out = () if private else tuple(name for name in sealed if _is_private(run, name))
    try:
        with written_whole(path) as stream, zipfile.ZipFile(stream, "w") as archive:
            for name, text in _written(run, out).items():
                _add(archive, f"{run_id}/{name}", text.encode())
            for name in sorted(sealed.keys() - {*out}):
                _add(archive, f"{run_id}/{name}", sealed[name])
    except OSError as error:
        raise unwritable(path, error) from None
    return Dossier(path, found.root, out)


def _require_shareable(run: Run) -> None:
    """
    No file of *run* that goes into every dossier holds a person's value.

    Raises:
        Refused: one does, as the scan of the run found.
    """
    manifest = run.manifest()
    leaked = manifest["privacy"]["leaked"] if "privacy" in manifest else []
    stay = [each["file"] for each in leaked if not each["withheld"]]
    if stay:
        raise Refused(
            f"Persons' values stand in {len(stay):,} of the files that may be shared of"
            f" {run.run_id}: {', '.join(stay)}.",
            hint="mend what shows them and rehearse again, or `reimport export"
            " --private` to whoever may see all of it",
            id="R435",
        )


def _sealed(run: Run) -> Iterator[tuple[str, Path]]:
    """Name -> place of all that is held against the evidence, and of the evidence."""
    files = Files(str(run.folder))
    there = {*files.names()}
    kept = [n for n in (RECORD, EVENTS, PLAIN, SIGNED, PUBLIC_KEY) if n in there]
    for name in (*kept, *(n for n in there if n.startswith("evidence/"))):
        yield name, run.folder / name
    for name, of in files.sealed().items():
        path = run.folder.parent / (of or run.run_id) / name
        if path.is_file():
            yield name, path
    # what people fill in and mend is not sealed
    for name in there:
        if name.startswith(f"{findings.PRIVATE}/"):
            yield name, run.folder / name


def _is_private(run: Run, name: str) -> bool:
    if name in _TOLD:
        return False
    revealed = name.endswith(_SHOWS) and is_revealed(Files(str(run.folder)))
    return name.startswith(PRIVATE) or revealed


def _written(run: Run, out: tuple[str, ...]) -> dict[str, str]:
    """What is of the dossier and not of the run."""
    private = _LEFT_OUT if out else _ALL
    said = json.dumps({"run": run.run_id, "left_out": sorted(out)}, indent=1)
    return {
        "README.txt": _README.format(run=run.run_id, private=private),
        DOSSIER: f"{said}\n",
        "verify.py": program(),
    }


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    """Add a file, private and of no date: nothing of this machine is in it."""
    info = zipfile.ZipInfo(name, _OLDEST)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    info.create_system = 3
    if isinstance(content, bytes):
        archive.writestr(info, content)
        return
    with (
        content.open("rb") as source,
        archive.open(info, mode="w", force_zip64=True) as target,
    ):
        shutil.copyfileobj(source, target, 1 << 20)
