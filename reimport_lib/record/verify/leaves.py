"""The leaves that a run's evidence is made of, and their tree (RFC 6962, SHA-256)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Python 3.8 knows no such names when it runs
    Leaf = dict[str, Any]

FOLDER = "evidence/"
LOG = "evidence/leaves.jsonl"
ROWS = "evidence/rows/"
RECORD, EVENTS, REPORT = "run.json", "events.jsonl", "report.html"
PLANS, CLOSING = "plans/", "closing"
AT_WORK = ("open", "running")
ROW_BYTES = 16  # of the sha256 of a row: they find the row, the file's own proves it


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a log; one that a crash cut off is a line too."""
    lines = data.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def leaf_hash(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def tree_root(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, 2.1, over the hashes of its leaves."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\1" + level[at] + level[at + 1]).digest()
            for at in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


def canonical(value: object) -> bytes:
    """*value* as JSON that has one form only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def row_hashes(data: bytes) -> bytes:
    """Over every line of a file, its head too, ``ROW_BYTES`` of its sha256."""
    digests = (hashlib.sha256(line).digest() for line in lines_of(data))
    return b"".join(digest[:ROW_BYTES] for digest in digests)


def object_of(line: bytes) -> Leaf:
    """A line as it was written; of one that was cut off, nothing."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def last_of(leaves: list[Leaf]) -> dict[str, Leaf]:
    """Name -> the last that was sealed of it."""
    return {leaf["name"]: leaf for leaf in leaves if "name" in leaf}


def value_of(leaves: list[Leaf], name: str) -> dict[str, Any] | None:
    """The value that was sealed last under *name*."""
    found = last_of(leaves).get(name, {}).get("value")
    return found if isinstance(found, dict) else None


def is_file(leaf: Leaf) -> bool:
    """Whether a leaf is of a file that was there."""
    return bool(leaf.get("sha256"))


def is_of(leaf: Leaf, name: str) -> bool:
    return leaf.get("name") == name


def at(value: Any, *path: str) -> Any:
    """What lies at *path* in objects; None where it leads nowhere."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
