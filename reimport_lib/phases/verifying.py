"""Whether what a run left is what was sealed, by its folder and by its ledger.

``record.verify`` holds the folder against its own seals; here comes what no folder can
rewrite: the roots in the ledger, and what the ledger says of the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import Error

from reimport_lib.config import Settings
from reimport_lib.errors import Refused, ReimportError, UsageError
from reimport_lib.phases.binding import bind_run, require_same_database
from reimport_lib.record import evidence, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import AT_WORK, Mode, Status
from reimport_lib.record.verify.checking import check
from reimport_lib.record.verify.differing import differences
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings, NoEvidence
from reimport_lib.record.verify.leaves import LOG, PLANS
from reimport_lib.record.verify.statements import closing, public_key
from reimport_lib.write import bind, ledger

_BACKUP_FILES = "backup/database."


def verified(
    settings: Settings, run_id: str, *, root: str = "", key: Path | None = None
) -> Findings:
    """
    What the run *run_id* left, held against its seals, its ledger and its signature.

    Args:
        root: hex, as somebody kept it elsewhere; "": none is known.
        key: the file of the public key that must have signed; None: any may.

    Raises:
        UsageError: there is no such run, or *key* is no public key.
        Refused: nothing of the run was sealed.
    """
    run = runs.load(settings, run_id)
    known = [("--root", root.lower())] if root else []
    said: list[str] = []
    could_not: list[str] = []
    _ask_ledger(run, known, said, could_not)
    public = _public_key(key)
    broken = _broken_seal(run)
    kept = "" if broken else run.manifest().get("evidence_root", "")
    found = _checked(run, roots=known, kept_root=kept, key=public)
    found.altered += [*said, *broken]
    found.unchecked += could_not
    return found


def _broken_seal(run: Run) -> list[str]:
    """That somebody else has written the record, where somebody has."""
    try:
        run.require_seal()
    except Refused as error:
        return [error.message.rstrip(".")]
    return []


def require_intact(run: Run) -> Findings:
    """
    Nothing that a reviewer of *run* has seen was changed since; what was found.

    The backup is proven where it is used, the seal of the record before this.

    Raises:
        Refused: something was, or nothing was sealed.
    """
    kept = run.manifest().get("evidence_root", "")
    found = _checked(run, kept_root=kept, skip=(_BACKUP_FILES,))
    if found.altered:
        others = len(found.altered) - 1
        more = f", and {others:,} more" if others else ""
        raise Refused(
            f"{run.run_id} is not what was reviewed: {found.altered[0]}{more}.",
            hint=f"reimport verify {run.run_id}, or rehearse and review again: "
            "reimport run --full",
            id="R373",
        )
    return found


def _checked(
    run: Run,
    *,
    roots: list[tuple[str, str]] | None = None,
    kept_root: str,
    key: bytes = b"",
    skip: tuple[str, ...] = (),
) -> Findings:
    beside = run.manifest().get("backup", {}).get("run", run.run_id)
    elsewhere = {str(beside): Files(str(run.folder.parent / str(beside)))}
    try:
        return check(
            Files(str(run.folder)),
            roots=roots or (),
            kept_root=kept_root,
            key=key,
            skip=skip,
            elsewhere=elsewhere,
        )
    except NoEvidence:
        raise Refused(
            f"Nothing that {run.run_id} left was sealed: it is of a version that did"
            f" not do so, or its {LOG} is gone.",
            hint="reimport run --dry-run",
            id="R374",
        ) from None


def _ask_ledger(
    run: Run, known: list[tuple[str, str]], said: list[str], could_not: list[str]
) -> None:
    """The roots that the ledger has, what it says otherwise, or why nothing."""
    try:
        bind_run(run, writable=False)
        require_same_database(run)
        known += _roots(run).items()
        said += _differences(run, could_not)
    except ReimportError as error:
        could_not.append(f"the ledger: {error.message}")
    except Error as error:
        could_not.append(f"the ledger: the database fails ({type(error).__name__})")
    finally:
        bind.close()


def _roots(run: Run) -> dict[str, str]:
    """Of the run; of a rehearsal also those that were kept where it was approved."""
    found = ledger.roots(run.run_id, alias=bind.REAL)
    if run.mode is Mode.REHEARSAL:
        with _of_a_copy():
            of_copy = ledger.roots(run.run_id)
            found |= {f"{where} of its copy": root for where, root in of_copy.items()}
    return found


def _differences(run: Run, could_not: list[str]) -> Iterator[str]:
    """What the ledger says otherwise than it did when the run was closed."""
    if run.status in AT_WORK:
        return
    if not evidence.holds_name(run.folder, PLANS):
        return  # it wrote nothing, and is in no ledger
    if not evidence.is_closed(run.folder):
        could_not.append("the ledger: its process was killed as it closed the run")
        return
    sealed = closing(Files(str(run.folder))).get("ledger")
    now = None
    with _of_a_copy():
        now = ledger.entries(run.run_id)
    if now is not None:
        for difference in differences(now, sealed) if sealed else ():
            yield f"the ledger: {difference}"
    elif run.status is Status.ROLLED_BACK or run.mode is Mode.REHEARSAL:
        could_not.append("the ledger: the database was put back, or its copy is gone")
    elif sealed:
        yield f"the ledger: it no longer holds {run.run_id}"


@contextmanager
def _of_a_copy() -> Iterator[None]:
    """A rehearsal's copy may be gone, or be the copy of a later one."""
    try:
        yield
    except (Error, ReimportError):
        return


def _public_key(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        key = public_key(path.read_bytes())
    except OSError:
        key = b""
    if not key:
        raise UsageError(
            f"{path} is no public key (ed25519, PEM).",
            hint="openssl pkey -in KEY.pem -pubout",
            id="R375",
        )
    return key
