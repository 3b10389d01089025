"""Who vouches for the root of what was sealed, and what came after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reimport_lib.record.verify.differing import first_difference, flat, shown
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings
from reimport_lib.record.verify.leaves import (
    AT_WORK,
    CLOSING,
    EVENTS,
    LOG,
    RECORD,
    REPORT,
    at,
    canonical,
    is_of,
    last_of,
    object_of,
    value_of,
)
from reimport_lib.record.verify.statements import (
    PLAIN,
    SIGNED,
    read_statement,
    signed_by,
    statement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reimport_lib.record.verify.leaves import Leaf

    Roots = Iterable[tuple[str, str]]


def check_roots(roots: Roots, sizes: dict[str, int], found: Findings) -> int:
    """How many of the entries stand below a root that is known from outside."""
    anchored = 0
    for where, root in roots:
        if root in sizes:
            found.checked += 1
            found.anchors.append(where)
            anchored = max(anchored, sizes[root])
        else:
            found.altered.append(f"{LOG}: not what the root in {where} was made of")
    return anchored


def check_statement(
    files: Files, leaves: list[Leaf], sizes: dict[str, int], key: bytes, found: Findings
) -> int:
    """How many of the entries stand below a signature that holds."""
    closing = value_of(leaves, CLOSING)
    try:
        signed = read_statement(files)
    except ValueError as error:
        found.altered.append(f"{error}: not as it was written")
        return 0
    if signed is None:
        if closing is not None or key:
            found.altered.append(f"{PLAIN} or {SIGNED}: it is gone")
        else:
            found.unchecked.append("there is no statement: the run was not closed")
        return 0
    said = object_of(signed.body)
    root = at(said, "predicate", "tree", "root")
    if root not in sizes:
        found.altered.append(f"{signed.name}: predicate.tree.root is none of {LOG}")
        return 0
    below = leaves[: sizes[root]]
    expected = statement(below, root)
    if signed.body != canonical(expected):
        found.altered.append(f"{signed.name}: {first_difference(said, expected)}")
        return 0
    found.checked += 1
    meant = value_of(below, CLOSING) or {}
    by = signed_by(files, signed, key)
    if by:
        found.anchors.append(f"the signature of key {by[:16]}")
        found.checked += 1
        return sizes[root]
    if signed.keys or meant.get("key") or key:
        found.altered.append(f"{signed.name}: no signature of the key holds")
    return 0


def check_later(
    leaves: list[Leaf], outside: int, kept: int, found: Findings, *, is_at_work: bool
) -> None:
    """
    What was sealed after the last root takes none of it back.

    Args:
        outside: how many entries are below a root that is known from outside.
        kept: how many are below the root in the record, where the record is proven.
        is_at_work: whether the record says that the run is not done.
    """
    if kept and is_at_work:
        found.unchecked.append("the run went on, and was cut off or is at work")
        return
    base = outside or kept
    if base and _went_on(leaves, base):
        found.unchecked.append("the run went on after the last root from outside")
        base = kept
    if not base:
        return
    before = last_of(leaves[:base])
    record = before.get(RECORD, {}).get("value")
    for number, leaf in enumerate(leaves[base:], start=base + 1):
        name = leaf.get("name", "")
        earlier = before.get(name)
        if number == len(leaves) and at(leaf, "value", "status") in AT_WORK:
            continue  # sealed as it went on; killed before that was written
        if name == RECORD and isinstance(record, dict):
            _check_record_later(record, leaf["value"], found)
        elif name == REPORT and earlier and earlier != leaf:
            if number > kept:
                found.unchecked.append(f"{name} was written again after the root")
        elif name not in ("", EVENTS, CLOSING) and earlier and earlier != leaf:
            found.altered.append(f"{name}: sealed anew after the root")


def _went_on(leaves: list[Leaf], base: int) -> bool:
    """Whether the run was at work after its first *base* entries were sealed."""
    later = [leaf for leaf in leaves[base:] if is_of(leaf, RECORD)]
    record = value_of(leaves[:base], RECORD)
    statuses = [at(leaf, "value", "status") for leaf in later]
    return any(status in AT_WORK for status in (at(record, "status"), *statuses))


# Of a record that has ended: what undoing, restoring, pruning and ending it change, and
# what people say of its samples.
MAY_CHANGE = (
    *("status", "pruned", "seal", "evidence_root", "seconds", "finished_at", "error"),
    *("undone", "taken_back", "going_back", "put_back", "samples"),
)


def _check_record_later(
    before: dict[str, Any], after: dict[str, Any], found: Findings
) -> None:
    """A run that has ended is added to: undone, pruned, looked at; no more."""
    old, new = flat(before), flat(after)
    for path, value in old.items():
        may_change = path.split(".")[0].split("[")[0] in MAY_CHANGE
        if new.get(path, "") != value and not may_change and value not in ({}, []):
            now = shown(new[path]) if path in new else "gone"
            said = f"{RECORD}: {path}: {now}, below the root {shown(value)}"
            found.altered.append(said)
    added = {path.split(".")[0].split("[")[0] for path in new.keys() - old.keys()}
    if added:
        found.notes.append(f"{RECORD}: since the root: {', '.join(sorted(added))}")
