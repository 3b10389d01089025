"""Which files are wanted: records against what the bucket holds, before any is fetched.

The bucket's own listing says what is stored, by the rules that the import finds its
objects by; no stamp in FileMaker and no earlier run does. Imports no Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pandas as pd

from reimport_lib.errors import SourceError
from reimport_lib.files.ledger import FileOutcome, Ledger, Line
from reimport_lib.files.progress import TransferProgress
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.object_names import Naming, read_names
from reimport_lib.plan.stored_objects import claims
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.read.server import data_api
from reimport_lib.read.server.data_api import Paging
from reimport_lib.read.server.http import Session
from reimport_lib.read.server.layouts import Layout
from reimport_lib.read.server.records import Record
from reimport_lib.tables.registry import key_names

MOST_NAME_BYTES = 1_024
"""Of the name of an object, by S3's own limit."""

HOLLOW = "an object without a byte lies in its place: remove it"
SEVERAL = "it is not clear which stored object is its file: leave one, named by its key"
NO_NAME = "its key cannot be the name of an object"
NOT_ONLY_ITS_NAME = "the name that its file would have is the key of another record"
LONGEST_ENDING = "x" * 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """A record whose file is not in the bucket."""

    number: int
    key: str


@dataclass(slots=True, repr=False)
class Work:
    """One table while it is worked on."""

    table: str
    session: Session
    layout: Layout
    container: str
    names: Naming
    files: httpx.Client
    s3: Any
    bucket: str
    progress: TransferProgress
    keys: frozenset[str] = frozenset()
    """Canonical keys of all records."""


def sort_out(work: Work, listing: pd.DataFrame, book: Ledger) -> list[Wanted]:
    """
    The records whose file is wanted; all others go into the ledger at once.

    Those that failed before come last, so that they are in nobody's way.
    """
    failed_before = {
        line.number
        for line in book.lines(work.table)
        if line.outcome is FileOutcome.FAILED
    }
    paging = Paging(
        work.session.server.page_rows,
        data_api.key_of(work.table, work.layout.fields),
        containers=True,
    )
    swept = data_api.sweep(work.session, work.layout, paging)
    records = [swept[number] for number in sorted(swept)]
    keys = _keys(work, records)
    canonical = list(_canonical(work, keys))
    work.keys = frozenset(canonical) - {""}
    stored = _stored(work, listing)
    wanted: list[Wanted] = []
    lines: list[Line] = []
    taken: set[str] = set()
    for record, raw, key in zip(records, keys, canonical, strict=True):
        line = (
            replace(_failed(record), why="another record has the same key")
            if key in taken and record.values.get(work.container)
            else _without_fetching(work, record, raw, key, stored)
        )
        if line is None:
            wanted.append(Wanted(record.number, raw))
        else:
            lines.append(line)
            work.progress.count(line)
        if line is None or line.outcome is FileOutcome.THERE:
            taken.add(key)
    book.write(work.table, *lines)
    return sorted(wanted, key=lambda each: each.number in failed_before)


def _without_fetching(
    work: Work,
    record: Record,
    raw: str,
    key: str,
    stored: Mapping[str, tuple[str, str]],
) -> Line | None:
    """What can be said of *record* at once; None: its file is wanted."""
    value = record.values.get(work.container, "")
    failed = _failed(record)
    if not value:
        return replace(failed, outcome=FileOutcome.EMPTY)
    if not key:
        return replace(failed, why="the record has no key")
    if key in stored:
        name, why = stored[key]
        if why:
            return replace(failed, why=why, object_key=name)
        return replace(failed, outcome=FileOutcome.THERE, object_key=name)
    if not value.startswith(("https://", "http://")):
        return replace(failed, why="the container only refers to a file elsewhere")
    if not _is_name(name_of(work, raw, LONGEST_ENDING), key, work):
        return replace(failed, why=NO_NAME)
    return None


def _stored(work: Work, listing: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Key -> the stored object that an import would find, and why it takes none."""
    claimed = claims(listing, work.names, work.keys).assign(key=listing["key"])
    found: dict[str, tuple[str, str]] = {}
    for verdict, why in (
        (Reason.EMPTY_OBJECT.value, HOLLOW),
        ("", ""),
        (Reason.DUPLICATE_KEY.value, SEVERAL),
        (Reason.AMBIGUOUS_OBJECT.value, SEVERAL),
    ):
        for owner, rival, name in claimed.loc[
            claimed["verdict"] == verdict, ["owner", "rival", "key"]
        ].itertuples(index=False):
            found |= {key: (name, why) for key in (owner, rival) if key}
    return found


def _failed(record: Record) -> Line:
    return Line(record.number, FileOutcome.FAILED)


def _keys(work: Work, records: Iterable[Record]) -> list[str]:
    there = {field.name for field in work.layout.fields}
    column = next((name for name in key_names(work.table) if name in there), None)
    if column is None:
        raise SourceError(
            f"{work.layout.name}: holds none of {', '.join(key_names(work.table))}.",
            hint="put the key field onto the layout",
            id="R085",
        )
    return [record.values.get(column, "") for record in records]


def _canonical(work: Work, keys: Sequence[str]) -> Any:
    return canonical_key(pd.Series(keys, dtype=object), number=work.names.number)


def name_of(work: Work, raw: str, ending: str) -> str:
    """The key of the object: the prefix, FileMaker's own key, the ending."""
    stem = raw.strip().strip("{}").strip()
    if work.names.number:
        stem = canonical_key(pd.Series([raw], dtype=object), number=True).iloc[0]
    return f"{work.names.prefix}{stem}.{ending}"


def is_key_of_another(work: Work, name: str) -> bool:
    """Whether an import would hold object *name* for another record's, too."""
    found = read_names(pd.DataFrame({"key": [name]}), work.names).iloc[0]
    return found["whole"] != found["stem"] and found["whole"] in work.keys


def _is_name(name: str, key: str, work: Work) -> bool:
    """Whether S3 takes *name*, and an import finds it for the row of *key*."""
    found = read_names(pd.DataFrame({"key": [name]}), work.names).iloc[0]
    fits = len(name.encode()) <= MOST_NAME_BYTES and not _CONTROL.search(name)
    folders = name.removeprefix(work.names.prefix).split("/")
    is_path = not {"", ".", ".."} & {*folders}  # what a server may read as another
    return fits and is_path and found["stem"] == key
