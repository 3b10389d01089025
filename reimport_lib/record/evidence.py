"""What a run leaves, sealed as it is written: the leaves of one tree, added to only.

``evidence/leaves.jsonl`` gets a line for each file, each plan and each state of
``run.json`` that stays, by whoever wrote it. A later line of a name counts; none is
taken back, so that every root of the tree that was ever given away still is one. How it
is held against the files says ``record.verify``. See ``docs/evidence.md``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reimport_lib.config import Settings
from reimport_lib.errors import SettingsError
from reimport_lib.private_files import (
    lock,
    private_open,
    sha256_of,
    write_json,
    write_private,
    written_whole,
)
from reimport_lib.record import chain, outbox
from reimport_lib.record.manifest import MANIFEST, Manifest, read_manifest
from reimport_lib.record.seal import holds, installation_key, sealed
from reimport_lib.record.status import AT_WORK, Status
from reimport_lib.record.verify import leaves, statements
from reimport_lib.record.verify.files import Files

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

GONE = ""
"""The digest of a file that was moved away or removed."""


def seal_file(folder: Path, path: Path, *, sha256: str | None = None) -> None:
    """
    Seal the file at *path* as it is now, below the run in *folder*.

    Args:
        sha256: of its bytes, where that is known; GONE: it is no longer there.
    """
    digest = sha256_of(path) if sha256 is None else sha256
    _append(folder, {"name": _name(folder, path), "sha256": digest})


def seal_rows(folder: Path, path: Path) -> None:
    """Seal a file of rows so that the first row that is altered can be named."""
    data = path.read_bytes()
    rows = folder / leaves.ROWS / f"{path.name}.sha256"
    rows.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_whole(rows) as file:
        file.write(leaves.row_hashes(data))
    seal_file(folder, rows)
    name, lines = _name(folder, path), data.count(b"\n")
    digest = hashlib.sha256(data).hexdigest()
    _append(folder, {"name": name, "sha256": digest, "lines": lines})


def seal_shared(folder: Path, path: Path, *, of: str) -> None:
    """Seal a file of the run *of*, beside it in the runs folder, that this run uses."""
    name = _name(path.parent.parent, path)
    _append(folder, {"name": name, "sha256": sha256_of(path), "of": of})


def seal_value(folder: Path, name: str, value: Mapping[str, Any]) -> None:
    """Seal *value*, which JSON can hold, under *name*."""
    _append(folder, {"name": name, "value": value})


@contextmanager
def changed_record(folder: Path, runs: Path) -> Iterator[Manifest]:
    """
    ``run.json`` in *folder*, under its lock; written where the block comes to its end.

    What is to be told of the change is written with it.

    Args:
        runs: the runs folder, which has the key.
    """
    with private_open(folder / ".lock", "a") as file:
        lock(file)
        manifest = read_manifest(folder)
        key = installation_key(runs)
        ours = key if holds(manifest, key) else b""
        before = outbox.standing(manifest)
        yield manifest
        outbox.tell(manifest, before, lambda: root(folder))
        _write_record(folder, manifest, before=before.status, key=ours)


def keep_root(folder: Path, runs: Path) -> None:
    """Keep the root over all that is sealed by now in the record."""
    with changed_record(folder, runs):
        pass


def _write_record(
    folder: Path, manifest: Manifest, *, before: Status, key: bytes
) -> None:
    """
    Write *manifest*, and seal each state of a run that is not at work.

    What stands in the file is what was sealed last, or the one before: a process may
    be killed in between.

    Args:
        before: the status that the run had.
        key: of the runs folder; empty where somebody else has changed the record: what
            they did is never sealed by what we do next.
    """
    was_at_work, is_at_work = before in AT_WORK, manifest["status"] in AT_WORK
    if not key:
        write_json(folder / MANIFEST, manifest)
        return
    if was_at_work and is_at_work:
        write_json(folder / MANIFEST, sealed(manifest, key))
        return
    manifest["evidence_root"] = root(folder)
    written = sealed(manifest, key)
    if was_at_work:
        write_json(folder / MANIFEST, written)
    seal_record(folder, written)
    if not was_at_work:
        write_json(folder / MANIFEST, written)


def seal_record(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Seal a state of ``run.json``."""
    seal_value(folder, leaves.RECORD, manifest)


def seal_events(folder: Path) -> None:
    """Seal the events so far, by the last of them."""
    lines = leaves.lines_of(_read(folder / leaves.EVENTS))
    if lines:
        last_two = [hashlib.sha256(line).hexdigest() for line in lines[-2:]]
        leaf = {"name": leaves.EVENTS, "lines": len(lines), "last_two": last_two}
        _append(folder, leaf)


def root(folder: Path) -> str:
    """The root (hex) over all that is sealed; "" where nothing is."""
    lines = _lines(folder)
    return leaves.tree_root(list(map(leaves.leaf_hash, lines))).hex() if lines else ""


def settled_root(folder: Path) -> str:
    """The same, once all that it is made of is on the disk: it is kept elsewhere."""
    with (folder / leaves.LOG).open("rb") as file:
        os.fsync(file.fileno())
    return root(folder)


def holds_name(folder: Path, beginning: str) -> bool:
    """Whether something was sealed whose name has that *beginning*."""
    start = b'"name":' + json.dumps(beginning).encode()[:-1]
    return any(start in line for line in _lines(folder))


def is_closed(folder: Path) -> bool:
    """
    Whether the end of the run in *folder* was sealed, and stated with all the rest.

    A process that was killed as it ended a run leaves one that is not. Of a run that
    sealed nothing, as by earlier versions, there is nothing to close.
    """
    lines = _lines(folder)
    sealed = list(map(leaves.object_of, lines))
    closings = [
        n for n, leaf in enumerate(sealed) if leaves.is_of(leaf, leaves.CLOSING)
    ]
    if not closings:
        return not sealed
    size, now = closings[-1] + 1, read_manifest(folder)
    below = leaves.value_of(sealed[:size], leaves.RECORD) or {}
    if any(below.get(name) != now.get(name) for name in ("status", "finished_at")):
        return False
    try:
        stated = statements.read_statement(Files(str(folder)))
    except ValueError:  # it was altered: not for us to write anew
        return True
    root = leaves.tree_root(list(map(leaves.leaf_hash, lines[:size]))).hex()
    said = leaves.object_of(stated.body) if stated else {}
    return bool(leaves.at(said, "predicate", "tree", "root") == root)


def close(folder: Path, ledger: Mapping[str, Any] | None, settings: Settings) -> str:
    """
    Seal what the *ledger* says of the run, and state all that is sealed.

    Returns:
        The root that the statement is of.

    Raises:
        SettingsError: the key that signs cannot be read.
    """
    key = signing_key(settings)
    public = key.public_key().public_bytes_raw() if key else b""
    seal_events(folder)
    closing = {"ledger": ledger, "key": statements.key_id(public)}
    seal_value(folder, leaves.CLOSING, closing)
    top = settled_root(folder)
    stated = list(map(leaves.object_of, _lines(folder)))
    body = leaves.canonical(statements.statement(stated, top))
    plain, signed = folder / statements.PLAIN, folder / statements.SIGNED
    if key is None:
        write_private(plain, body.decode() + "\n")
        signed.unlink(missing_ok=True)
        return top
    write_private(folder / statements.PUBLIC_KEY, statements.pem_of(public).decode())
    signature = key.sign(statements.preauthenticated(body))
    write_json(signed, statements.envelope(body, public, signature))
    plain.unlink(missing_ok=True)
    return top


def signing_key(settings: Settings) -> Ed25519PrivateKey | None:
    """
    The key that statements are signed with; None where none is set.

    Raises:
        SettingsError: it cannot be read, is no ed25519 key without a password, or the
            package that signs is not installed.
    """
    path = settings.signing_key
    if path is None:
        return None
    if path.resolve().is_relative_to(settings.runs.resolve()):
        raise SettingsError(
            "REIMPORT_SIGNING_KEY names a file in the runs folder: whoever can change"
            " what is signed could sign it.",
            hint="move the key to where only whoever signs can read it",
            id="R376",
        )
    try:  # only where a key is set: it takes a tenth of a second
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ModuleNotFoundError:
        raise SettingsError(
            "REIMPORT_SIGNING_KEY is set, and the package that signs is not installed.",
            hint="install clinic-reimport with its extra `signing`",
            id="R391",
        ) from None

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
    except (ValueError, TypeError):  # an encrypted one is a TypeError
        why = "is no private key in PEM without a password"
    else:
        if isinstance(key, Ed25519PrivateKey):
            return key
        why = "is a key of another kind than ed25519"
    raise SettingsError(
        f"REIMPORT_SIGNING_KEY: the file that it names {why}.",
        hint="openssl genpkey -algorithm ed25519 -out KEY.pem, outside of the runs",
        id="R377",
    )


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _append(folder: Path, leaf: Mapping[str, Any]) -> None:
    log = folder / leaves.LOG
    log.parent.mkdir(mode=0o700, exist_ok=True)
    chain.append(log, lambda _: leaves.canonical(leaf))


def _lines(folder: Path) -> list[bytes]:
    return leaves.lines_of(_read(folder / leaves.LOG))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
