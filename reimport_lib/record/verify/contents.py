"""Whether the files of a run are those that were sealed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings
from reimport_lib.record.verify.leaves import (
    AT_WORK,
    EVENTS,
    LOG,
    RECORD,
    ROW_BYTES,
    ROWS,
    is_file,
    last_of,
    lines_of,
    object_of,
    row_hashes,
    value_of,
)
from reimport_lib.record.verify.statements import PLAIN, PUBLIC_KEY, SIGNED

if TYPE_CHECKING:
    from reimport_lib.record.verify.leaves import Leaf

DOSSIER = "dossier.json"
# What a dossier may leave out, since it holds persons' data, and prune may remove.
PRIVATE = ("snapshot/", "backup/", "conflicts/", "private/")
# Not sealed: working copies, what a restore put aside, what people fill in or mend, on
# what the scan is tried, what a process of its own says, and what goes with this.
_TO_FILL_IN = (
    *("private/README.txt", "private/rejected/", "private/worklist."),
    *("private/signoff/", "private/signoff.", "private/canary."),
)
_SAID = "private/detached.log"
BESIDE = (
    *("before-restore", "copy.", "README.txt", "verify.py", DOSSIER, _SAID),
    *_TO_FILL_IN,
)


def check_files(
    files: Files,
    leaves: list[Leaf],
    skip: tuple[str, ...],
    elsewhere: dict[str, Files],
    found: Findings,
) -> None:
    """Every file is the one that was sealed last under its name."""
    record = value_of(leaves, RECORD) or {}
    at_work = record.get("status", "open") in AT_WORK
    there = files.names()
    left_out = _left_out(files)
    for name, leaf in last_of(leaves).items():
        if not is_file(leaf) or name.startswith(skip or ("\0",)):
            continue
        of = elsewhere.get(leaf.get("of", ""), files)
        is_there = name in (there if of is files else of.names())
        if not is_there and name in left_out:
            found.notes.append(f"{name}: not in this dossier, its digest is sealed")
        elif not is_there and _is_pruned(name, record, there, leaf):
            found.notes.append(f"{name}: pruned {_when(record)}; its digest is sealed")
        elif of.sha256(name) == leaf["sha256"]:
            found.checked += 1
        elif at_work:
            found.unchecked.append(f"{name}: the run is not done, it may be at work")
        elif not is_there:
            found.altered.append(f"{name}: it is gone")
        else:
            found.altered.append(_where(files, name, leaf, leaves))


def _is_pruned(name: str, record: dict[str, Any], there: list[str], leaf: Leaf) -> bool:
    """Prune takes a whole folder, and says so in the record of its run."""
    if not name.startswith(PRIVATE):
        return False
    part = name.split("/")[0] + "/"
    gone = not any(other.startswith(part) for other in there)
    return gone and bool(record.get("pruned") or leaf.get("of"))


def _when(record: dict[str, Any]) -> str:
    return f"on {record['pruned']}" if record.get("pruned") else "with another run"


def _left_out(files: Files) -> list[str]:
    """What a dossier says that it leaves out, as far as it may."""
    said = object_of(files.read(DOSSIER) or b"").get("left_out", [])
    revealed = is_revealed(files)
    shows = (".ipynb", ".html")
    return [
        name
        for name in said
        if name.startswith(PRIVATE) or (revealed and name.endswith(shows))
    ]


def is_revealed(files: Files) -> bool:
    """Whether notebooks of the run show values plainly."""
    return b'"values_revealed"' in (files.read(EVENTS) or b"")


def _where(files: Files, name: str, leaf: Leaf, leaves: list[Leaf]) -> str:
    """The first line of an altered file that is not as it was sealed."""
    rows = ROWS + name.split("/")[-1] + ".sha256"
    sealed = files.read(rows) or b""
    digest = hashlib.sha256(sealed).hexdigest()
    if not sealed or last_of(leaves).get(rows, {}).get("sha256") != digest:
        return f"{name}: not as it was sealed"
    data = files.read(name) or b""
    lines, now = lines_of(data), _chunks(row_hashes(data))
    then = _chunks(sealed)
    at = next(
        (n for n in range(min(len(now), len(then))) if now[n] != then[n]),
        min(len(now), len(then)),
    )
    if now == then:
        return f"{name}: not as it was sealed, in how its lines end"
    if at == len(now) or now[at:] == then[at + 1 :]:
        lost = len(then) - len(now)
        return f"{name}: line {at + 1} is gone ({lost:,} of {len(then):,} lines)"
    line = lines[at].split(b",")
    row = line[1].decode("ascii", "replace") if len(line) > 1 else ""
    of = f" (row {row})" if row.isdigit() else ""
    if now[at + 1 :] == then[at:]:
        return f"{name}: line {at + 1}{of} was added"
    others = sum(1 for each in set(now[at + 1 :]) - set(then))
    more = f", and {others:,} more" if others else ""
    return f"{name}: line {at + 1}{of} is not the one that was sealed{more}"


def _chunks(data: bytes) -> list[bytes]:
    return [data[at : at + ROW_BYTES] for at in range(0, len(data), ROW_BYTES)]


def note_others(files: Files, leaves: list[Leaf], found: Findings) -> None:
    """Files that nobody sealed: nothing that is said of the run rests on them."""
    known = {*last_of(leaves), LOG, PLAIN, SIGNED, PUBLIC_KEY, EVENTS, RECORD}
    for name in files.names():
        is_hidden = any(part.startswith(".") for part in name.split("/"))
        if name not in known and not name.startswith(BESIDE) and not is_hidden:
            found.notes.append(f"{name}: was not sealed")
