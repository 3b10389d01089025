"""What an export holds, column by column: its key, links, kinds, and what is empty.

The certificate's own count of keys tells the key. A link is told by a header that
another table's link has, or by keys that another export of the folder has.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from reimport_lib.cli.drafts.kinds import FEW_WORDS, SHARE, ValueKind, kind_of
from reimport_lib.config import RowSettings
from reimport_lib.counting import count
from reimport_lib.errors import SourceError, UsageError, did_you_mean
from reimport_lib.plan.codes import Note
from reimport_lib.plan.header_names import clean_header
from reimport_lib.plan.values.keys import key_of
from reimport_lib.read.certificate import different
from reimport_lib.read.reading import Reading, filled
from reimport_lib.tables import registry
from reimport_lib.tables.headers import matches
from reimport_lib.tables.shared import AUDIT

_LOOKS_LIKE_KEY = re.compile(
    r"(?:^|[\W_])(?:id|key|kp|kf|fk|pk)(?:[\W_]|$)|(?:ID|Key)$"
)
_GLOBAL = re.compile(r"^(?:[xz]{0,2}g_|z[vgk]_|g[A-Z]|zz)|global", re.IGNORECASE)
_FEW_ROWS = 20
"""Fewer rows than this tell nothing of whether or how often a text comes again."""

_TAKEN = {
    *"id key filemaker_id filemaker_metadata import_hash created_at updated_at".split(),
    *"pk objects save delete clean check owner_type owner_id content_type".split(),
}
"""Names that every imported model, its rows or its staged frame have already."""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """
    What a column of keys or names leads to.

    Attributes:
        to: a table or a lookup; model: its label.
        is_owner: rows belong to it. note: of a name that is not there.
        evidence: how that was told.
    """

    to: str
    model: str
    evidence: str
    is_owner: bool = False
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """
    One column of an export.

    Attributes:
        header: as the export has it; name: of the field that is made of it.
        filled: cells that are not blank; distinct: their different texts.
        longest: characters of the longest text; decimals: the most behind a point.
        dropped: why it is left out; "" where it comes in.
        is_kept: it goes into the metadata as it is.
        is_coded: it holds one of few words.
        question: what could not be known of it.
    """

    header: str
    name: str
    filled: int
    distinct: int
    longest: int
    decimals: int
    kind: ValueKind
    linked: LinkTarget | None = None
    dropped: str = ""
    is_kept: bool = False
    is_coded: bool = False
    question: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """
    An export.

    Attributes:
        key: its column of keys; columns: all others, without those of every record.
        keys: different keys. has_audit: it says who made and changed each record.
    """

    file: str
    rows: int
    key: ExportColumn
    keys: int
    columns: tuple[ExportColumn, ...]
    has_audit: bool


def survey(
    file: str,
    reading: Reading,
    settings: RowSettings,
    *,
    key: str = "",
    known_keys: Mapping[str, frozenset[str]],
) -> Survey:
    """
    What *reading* holds, of the export with the stem *file*.

    Args:
        key: header of its keys; "": by evidence.
        known_keys: table -> canonical keys, of other exports of the folder.

    Raises:
        UsageError: there is no column *key*.
        SourceError: no rows; no column holds another value in every row; nothing else
            would come in.
    """
    data = reading.data
    if not data.num_rows:
        raise SourceError(
            f"{file}: holds no rows; nothing can be told of its columns.",
            hint="export the table with its records",
            id="R296",
        )
    header = _key_of(file, data, key)
    audit = {name for field in AUDIT for name in field.names}
    names = _names([name for name in data.column_names if name != header])
    owners: list[str] = []
    columns = []
    for name in data.column_names:
        if name == header or clean_header(name) in audit:
            continue
        column = _column(name, names[name], data, settings, known_keys, owners)
        columns.append(column)
        if column.linked and column.linked.is_owner:
            owners.append(column.linked.to)
    has_audit = bool(audit & {clean_header(name) for name in data.column_names})
    if not has_audit and all(column.dropped for column in columns):
        raise SourceError(
            f"{file}: {count(data.num_rows)} rows hold nothing but its key: every "
            "other column is empty or a global field.",
            hint="export the table with the fields that are to come in",
            id="R297",
        )
    return Survey(
        file,
        data.num_rows,
        _column(header, "filemaker_id", data, settings, {}, []),
        different(data.column(header)),
        tuple(columns),
        has_audit,
    )


def _key_of(file: str, data: pa.Table, wanted: str) -> str:
    """The column of keys: another in every row; of several, the one called so."""
    headers: list[str] = data.column_names
    if wanted and wanted not in headers:
        raise UsageError(
            f"{file}: has no column {wanted!r}.{did_you_mean(wanted, headers)}",
            hint="one of " + ", ".join(headers),
            id="R298",
        )
    if wanted:
        return wanted
    known = {n for name in registry.sources() for n in registry.key_names(name)}
    whole = [n for n in headers if different(data.column(n)) == data.num_rows]
    named = [n for n in whole if clean_header(n) in known or _LOOKS_LIKE_KEY.search(n)]
    if named or len(whole) == 1:
        return (named or whole)[0]
    found = f"{len(whole)} columns hold" if whole else "no column holds"
    raise SourceError(
        f"{file}: {found} another value in each of {count(data.num_rows)} rows"
        f"{', and none is called a key' if whole else ''}: which is the key?",
        hint="say it with --key COLUMN",
        id="R299",
    )


def _column(
    header: str,
    name: str,
    data: pa.Table,
    settings: RowSettings,
    known_keys: Mapping[str, frozenset[str]],
    owners: Sequence[str],
) -> ExportColumn:
    cells = data.column(header)
    texts = [text for text in cells.unique().to_pylist() if text.strip()]
    kind = kind_of(clean_header(header), texts, settings)
    held, rows = filled(cells), data.num_rows
    linked = _linked(header, texts, known_keys, owners, share=held / rows)
    is_same = len(texts) == 1 and held == rows > 1
    looks_like_key = bool(_LOOKS_LIKE_KEY.search(header)) and not linked
    dropped, question = "", ""
    if not texts:
        dropped = f"empty in all of {count(rows)} rows when the table was declared"
    elif is_same and _is_global(header):
        dropped = "a global field: one value for the whole file"
    elif is_same and rows >= _FEW_ROWS and not linked:
        question = "Every row has the same: is it a global field, to be dropped?"
    elif looks_like_key and name != "filemaker_id":
        question = "It is called a key: of which table?"
    elif kind.convert == "time_of_day":
        question = "Of which day? Beside its date it may be one moment."
    repeated = rows >= _FEW_ROWS and len(texts) <= min(FEW_WORDS, held / 4)
    return ExportColumn(
        header,
        name,
        held,
        len(texts),
        max(map(len, texts), default=0),
        max((len(text.strip().partition(".")[2]) for text in texts), default=0),
        kind,
        linked=linked,
        dropped=dropped,
        is_kept=bool(question),
        is_coded=kind.convert == "word" and repeated and not linked,
        question=question,
    )


def _is_global(header: str) -> bool:
    """FileMaker's people call it so, or a table that is known drops it as one."""
    dropped = [
        name
        for table in registry.source_tables()
        for each in table.dropped
        for name in each.names
    ]
    bare = clean_header(header)
    return bool(_GLOBAL.search(bare)) or matches(bare, dropped)


def _linked(
    header: str,
    texts: Sequence[str],
    known_keys: Mapping[str, frozenset[str]],
    owners: Sequence[str],
    *,
    share: float,
) -> LinkTarget | None:
    """What the column leads to; rows belong to it where nearly all of them name it."""
    to, note, evidence = _by_header(clean_header(header))
    if not to and _LOOKS_LIKE_KEY.search(header) and texts:
        keys = {key_of(text) for text in texts}
        for table, others in known_keys.items():
            found = len(keys & others)
            if found >= SHARE * len(keys):
                to = table
                evidence = f"{count(found)} of its {count(len(keys))} keys are there"
                break
    if not to:
        return None
    lookups, tables = registry.lookups(), registry.by_name()
    model = lookups[to].model if to in lookups else tables[to].model
    belongs = to in registry.owners() and not owners and share >= SHARE
    return LinkTarget(to, model, evidence, is_owner=belongs, note=note)


def _by_header(header: str) -> tuple[str, Note | None, str]:
    """Table or lookup that links of other tables find by a column called so."""
    for table in registry.source_tables():
        for link in table.links:
            if any(header in table.column(name).names for name in link.columns):
                note = link.note if link.to in registry.lookups() else None
                return link.to, note, f"{table.name} name them by this header"
    return "", None, ""


def _names(headers: Sequence[str]) -> dict[str, str]:
    """Header -> the name of its field, as Python and Django take it, each once."""
    found: dict[str, str] = {}
    for place, header in enumerate(headers, start=1):
        bare = _plain(clean_header(header)) or f"column_{place}"
        name, number = bare, 1
        while name in found.values():
            number += 1
            name = f"{bare}_{number}"
        found[header] = name
    return found


def _plain(header: str) -> str:
    """``Invoice Date`` and ``invoiceDate`` as ``invoice_date``."""
    letters = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", letters)
    name = re.sub(r"[\W_]+", "_", parted).strip("_").lower()
    if name[:1].isdigit():
        name = f"n_{name}"
    return f"{name}_value" if name in _TAKEN or keyword.iskeyword(name) else name
