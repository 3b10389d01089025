"""Before a run is closed: what may be shared of it is scanned, and what fails withheld.

A page or a notebook with a person's value in it moves into ``private/withheld/``, and a
page that says so takes its place; both are sealed as any file. What programs read,
``run.json`` and the files of rows, stays where it is and is named, and no dossier is
made of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from reimport_lib.checks import Check, Verdict, could_not_check
from reimport_lib.phases import binding, database_values, recording
from reimport_lib.phases.database_values import until_it_fails
from reimport_lib.privacy import values
from reimport_lib.privacy.files import WITHHELD
from reimport_lib.privacy.scan import Leak, ReadFiles, Scanned, scan
from reimport_lib.private_files import sha256_of, write_private
from reimport_lib.record import evidence, runs
from reimport_lib.record.events import SharedFilesScanned
from reimport_lib.record.leaks import Leaked, Privacy
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode
from reimport_lib.show import withheld
from reimport_lib.write import bind

NAME = "files that may be shared, without a value of a person"
_MOVED = (".html", ".ipynb")
_HINT = (
    "look at what private/withheld/ holds, say how those fields are shown where their"
    " table is declared, then rehearse again: reimport run --dry-run"
)


def check(run: Run, written: Mapping[str, str], begun: ReadFiles | None = None) -> None:
    """
    Scan all that may be shared of *run*, withhold what fails, and record that.

    Nothing that goes wrong here ends it: that is what it records.

    Args:
        written: name -> text of pages that are written once this is known.
        begun: what was read of it before.

    Raises:
        ReimportError: the folder cannot be written.
    """
    started = time.monotonic()
    unread: list[str] = []
    try:
        scanned = _scanned(run, written, unread, begun)
    except Exception as error:  # recorded, and told without its text
        unread = [recording.unexpected(run, "scan", error).message]
        record_scan(run, Scanned(0, 0, (), ()), unread, written, started)
    else:
        record_scan(run, scanned, unread, written, started)
    finally:
        bind.close()


def record_scan(
    run: Run,
    scanned: Scanned,
    unread: list[str],
    written: Mapping[str, str],
    started: float,
) -> None:
    """Withhold what leaks by what was *scanned*, and record all of it."""
    before = run.manifest().get("privacy")
    leaked = [
        *_still_withheld(run, before),
        *(_withheld(run, leak, written) for leak in scanned.leaks),
    ]
    record: Privacy = {
        "files": scanned.files,
        "values": scanned.values,
        "seconds": 0.0,
        "leaked": leaked,
        "check": _check(scanned, leaked, unread).as_json(),
    }
    if before is None or record != {**before, "seconds": 0.0}:
        record["seconds"] = round(time.monotonic() - started, 2)
        with evidence.changed_record(run.folder, run.settings.runs) as manifest:
            manifest["privacy"] = record
        verdict = record["check"]["verdict"]
        run.tell(SharedFilesScanned(verdict, len(leaked)))


def write(run: Run, name: str, page: str) -> None:
    """Write the *page* of *run*, or what says that it is withheld, and seal it."""
    if is_withheld(run, name):
        page = in_place_of(run, name, page)
    write_private(run.folder / name, page)
    evidence.seal_file(run.folder, run.folder / name)


def is_withheld(run: Run, name: str) -> bool:
    """Whether the newest scan of *run* has found persons' values in that page."""
    return any(leak["file"] == name for leak in _leaks(run.manifest()))


def in_place_of(run: Run, name: str, page: str) -> str:
    """Keep the *page* where only its owner reads it; the page in its place."""
    _keep(run, name, page)
    manifest = run.manifest()
    leak = next(each for each in _leaks(manifest) if each["file"] == name)
    return withheld.page(manifest, leak)


def _leaks(manifest: Manifest) -> list[Leaked]:
    return manifest["privacy"]["leaked"] if "privacy" in manifest else []


def _scanned(
    run: Run,
    written: Mapping[str, str],
    unread: list[str],
    begun: ReadFiles | None = None,
) -> Scanned:
    snapshot = run.snapshot_folder
    if undo := run.manifest().get("undo"):
        snapshot = runs.load(run.settings, undo["of"]).snapshot_folder
    if not any(snapshot.glob("*.parquet")):
        unread.append("there is no snapshot")
    binding.bind_run(run, writable=False)
    lists = until_it_fails(
        "the lists of the project", database_values.of_lookups(), unread
    )
    known = [*_known(run), *values.declared_words(), *lists]
    streams = [
        ("the snapshot", values.of_snapshot(snapshot)),
        ("the database", database_values.of_columns()),
    ]
    if run.mode is not Mode.REHEARSAL:  # what it changed is still in the real one
        streams.append(("the ledger", database_values.of_images(run.run_id)))
    found = (
        each
        for what, stream in streams
        for each in until_it_fails(what, stream, unread)
    )
    return scan(run.folder, found, written=written, known=known, begun=begun)


def _known(run: Run) -> Iterator[str]:
    """What the record of *run* says of itself: who confirmed it, where it was."""
    manifest = run.manifest()
    if "confirmed" in manifest:
        yield manifest["confirmed"]["by"]
    if "database" in manifest:
        yield manifest["database"]["name"]
    for signed in manifest.get("signoffs", ()):
        yield signed["by"]
    yield manifest.get("source", {}).get("place", "")
    yield from map(str, manifest.get("settings", {}).values())


def _withheld(run: Run, leak: Leak, written: Mapping[str, str]) -> Leaked:
    """Withhold the file of *leak*, where it is one that is only read by people."""
    is_moved = leak.name.endswith(_MOVED)
    leaked: Leaked = {
        "file": leak.name,
        "kinds": dict(leak.kinds),
        "places": list(leak.places),
        "withheld": is_moved,
        "placeholder": "",
    }
    if is_moved and leak.name not in written:
        path = run.folder / leak.name
        _keep(run, leak.name, path.read_text(encoding="utf-8"))
        is_page = leak.name.endswith(".html")
        text = (
            withheld.page(run.manifest(), leaked)
            if is_page
            else withheld.notebook(leaked)
        )
        write_private(path, text)
        leaked["placeholder"] = sha256_of(path)
        evidence.seal_file(run.folder, path)
        for entry in run.manifest()["phases"]:
            if entry.get("notebook") == leak.name:
                run.record_notebook(entry["name"], leak.name, leaked["placeholder"])
    return leaked


def _keep(run: Run, name: str, text: str) -> None:
    """Keep what is withheld where only its owner reads it."""
    kept = run.folder / WITHHELD / name
    for folder in (run.folder / WITHHELD, kept.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(kept, text)
    evidence.seal_file(run.folder, kept)


def _still_withheld(run: Run, before: Privacy | None) -> Iterator[Leaked]:
    """What an earlier scan has withheld, and nobody has written anew."""
    for leaked in before["leaked"] if before else ():
        path = run.folder / leaked["file"]
        if (
            leaked["placeholder"]
            and path.is_file()
            and sha256_of(path) == leaked["placeholder"]
        ):
            yield leaked


def _check(scanned: Scanned, leaked: list[Leaked], unread: list[str]) -> Check:
    if leaked:
        found = sum(sum(each["kinds"].values()) for each in leaked)
        names = ", ".join(each["file"] for each in leaked)
        actual = f"{scanned.files - len(leaked):,} ({found:,} found in {names})"
        return Check(NAME, f"{scanned.files:,}", actual, Verdict.WARN, _HINT, id="C111")
    if scanned.blind:
        overlooked = f"the scan overlooked its own canary: {', '.join(scanned.blind)}"
        return could_not_check(NAME, overlooked, id="C112")
    if unread:
        return could_not_check(NAME, "; ".join(unread), id="C113")
    files = f"{scanned.files:,}"
    return Check(NAME, files, files, Verdict.PASS, id="C114")
