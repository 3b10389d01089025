"""Whether what a run left is what was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reimport_lib.record.verify.contents import check_files, note_others
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings, NoEvidence
from reimport_lib.record.verify.leaves import (
    AT_WORK,
    LOG,
    RECORD,
    leaf_hash,
    lines_of,
    object_of,
    tree_root,
    value_of,
)
from reimport_lib.record.verify.records import check_events, check_record
from reimport_lib.record.verify.roots import check_later, check_roots, check_statement

if TYPE_CHECKING:
    from reimport_lib.record.verify.roots import Roots


def check(
    files: Files,
    *,
    roots: Roots = (),
    kept_root: str = "",
    key: bytes = b"",
    skip: tuple[str, ...] = (),
    elsewhere: dict[str, Files] | None = None,
) -> Findings:
    """
    Hold every file of a run against what was sealed.

    Args:
        roots: (where it stands, root in hex) of those that are known from outside.
        kept_root: the root in the record, where nobody has changed that.
        key: the public key that must have signed, 32 bytes; empty: any.
        skip: beginnings of names that are not read, as of a large backup.
        elsewhere: run id -> files of a run whose backup this one shares.

    Raises:
        NoEvidence: nothing was sealed.
    """
    lines = lines_of(files.read(LOG) or b"")
    if not lines:
        raise NoEvidence(f"{files.place} holds no {LOG}: nothing was sealed")
    found = Findings()
    hashes = [leaf_hash(line) for line in lines]
    found.root, found.size = tree_root(hashes).hex(), len(lines)
    leaves = [object_of(line) for line in lines]
    sizes = {tree_root(hashes[:n]).hex(): n for n in range(1, len(hashes) + 1)}
    anchored = check_roots(roots, sizes, found)
    anchored = max(anchored, check_statement(files, leaves, sizes, key, found))
    record = value_of(leaves, RECORD)
    kept = str(record.get("evidence_root", "")) if record else ""
    if kept and kept not in sizes:
        found.altered.append(f"{LOG}: not what the root in {RECORD} was made of")
    is_at_work = object_of(files.read(RECORD) or b"").get("status") in AT_WORK
    below = sizes.get(kept_root, 0)
    check_later(leaves, anchored, below, found, is_at_work=is_at_work)
    check_files(files, leaves, skip, elsewhere or {}, found)
    check_events(files, leaves, found)
    check_record(files, leaves, found)
    note_others(files, leaves, found)
    return found
