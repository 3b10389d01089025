"""Persons' values of a run, straight from the files of its snapshot.

Which column holds what is said by the declarations; how a value is shown is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from reimport_lib.tables import registry
from reimport_lib.tables.declare import ShownAs, Table

KINDS: Mapping[ShownAs, str] = {
    "initials": "names",
    "phone": "phone numbers",
    "text": "texts",
    "file": "file names",
    "entries": "kept texts",
    "key": "keys",
    "object": "names of stored objects",
    "hidden": "hidden values",
    "": "hidden values",
    "year": "days of birth",
}
"""What a value is called whose field is shown in that way; of no other is it secret."""
NAMES, DAYS, KEYS = KINDS["initials"], KINDS["year"], KINDS["key"]
HIDDEN = KINDS["hidden"]
WORDS = "words that few rows say"
"""Of columns of codes, into which people type anything else, too."""
OPEN = ""
"""Anybody may see them."""
_BATCH = 20_000
_SPACE = pa.scalar(" ", pa.large_string())


@dataclass(frozen=True, slots=True)
class PersonValues:
    """
    Different values of one column, or a part of them.

    Attributes:
        place: ``table.column``; kind: as in KINDS, "" where anybody may see them.
        texts: with how many rows have each.
    """

    place: str
    kind: str
    texts: Mapping[str, int]


def kind_of(table: Table | None, name: str) -> str:
    """What the values of the field *name* are called; "" for no secret."""
    if table is None:
        return HIDDEN
    named = {
        column
        for link in table.links
        for column in link.columns
        if link.to in registry.lookups() and not registry.lookups()[link.to].private
    }
    coded = {each.name for each in table.all_fields if each.coded or each.words}
    if name in named | coded or table.words_of(name):
        return WORDS
    shown = table.shown_as(name)
    return KINDS.get(shown or "", OPEN)


def declared_words() -> Iterator[str]:
    """Words of coded fields that the declarations let anybody see."""
    for table in registry.all_tables():
        for each in table.all_fields:
            yield from (*each.words, *table.words_of(each.name))


def of_snapshot(folder: Path) -> Iterator[PersonValues]:
    """
    The values of every column of every table that was frozen in *folder*.

    Those that anybody may see come first: what they say tells nothing of anyone.
    """
    yield from _of_columns(folder, secret=False)
    yield from _of_columns(folder, secret=True)


def _of_columns(folder: Path, *, secret: bool) -> Iterator[PersonValues]:
    for path in sorted(folder.glob("*.parquet")):
        table = registry.by_name().get(path.stem)
        fields = {
            header: each.name
            for each in (table.all_fields if table else ())
            for header in each.names
        }
        file = pq.ParquetFile(path)
        kinds = {
            header: _kind(table, fields.get(header, ""), header)
            for header in file.schema_arrow.names
            if not header.startswith("@row")
        }
        kinds = {header: kind for header, kind in kinds.items() if bool(kind) is secret}
        names = [header for header, kind in kinds.items() if kind == NAMES]
        words = {h: Counter[str]() for h, kind in kinds.items() if kind == WORDS}
        for batch in file.iter_batches(_BATCH, columns=list(kinds)):
            for header, kind in kinds.items():
                column = batch.column(header)
                if header in words:
                    words[header].update(counted(column))
                else:
                    place = f"{path.stem}.{fields.get(header) or header}"
                    yield PersonValues(place, kind, counted(column))
            for one, other in permutations(names, 2):
                full = pc.binary_join_element_wise(
                    _named(batch.column(one)), _named(batch.column(other)), _SPACE
                )
                yield PersonValues(f"{path.stem}.{fields[one]}", NAMES, counted(full))
        for header, said in words.items():
            yield PersonValues(f"{path.stem}.{fields[header]}", WORDS, said)


def _kind(table: Table | None, name: str, header: str) -> str:
    """What a column without a field holds nobody has said: it is hidden."""
    if table is not None and not name and table.objects_of:
        return KINDS["object"] if header == "key" else OPEN
    return kind_of(table, name) if name else HIDDEN


def _named(column: pa.Array) -> pa.Array:
    """The names in *column*; nothing where there is none."""
    return pc.if_else(pc.equal(column, ""), None, column).cast(pa.large_string())


def counted(column: pa.Array) -> dict[str, int]:
    """Each text of *column* that is not blank, and its rows."""
    found = column.cast(pa.large_string()).value_counts()
    texts, rows = found.field(0).to_pylist(), found.field(1).to_pylist()
    return {t: n for t, n in zip(texts, rows, strict=True) if t}
