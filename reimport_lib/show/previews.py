"""What a source holds and where its columns go, for the notebooks.

Imports masking, words and html. Every function returns something that Jupyter shows as
HTML and as text; nothing is printed, every value is masked first and escaped last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reimport_lib.show.figured import figure
from reimport_lib.show.html import Fold, Grid, Sentence, Stack
from reimport_lib.show.masking import Masking, is_named, source_fields
from reimport_lib.show.words import (
    count,
    noun,
    sentence_case,
    several,
    share,
    size,
)
from reimport_lib.tables import registry
from reimport_lib.tables.headers import shared_names

if TYPE_CHECKING:
    from reimport_lib.read.manifest import SnapshotManifest, TableManifest

# Beyond this many rows a record is a line instead of a column.
_RECORDS_SIDE_BY_SIDE = 6


def source_table(manifest: SnapshotManifest, tables: Sequence[str]) -> Stack:
    """What FileMaker gave: files, rows, and how full the columns of *tables* are."""
    found = [(n, manifest.tables[n]) for n in tables if n in manifest.tables]
    numbers = ("size", "rows", "blank rows", "distinct keys", "columns")
    total = sum(table.rows for _, table in found)
    overview = Grid(
        f"{several(total, 'row')} in {several(len(found), 'table')}",
        ("table", "file", "way in", *numbers, "text dates"),
        [
            (
                noun(name),
                table.file,
                f"{table.way} {table.charset}".strip(),
                size(table.file_bytes) if table.file_bytes else "",
                figure(table.rows, "source", name, "rows"),
                figure(table.blank_rows, name, "blank_rows"),
                "could not count"
                if table.distinct_keys is None
                else count(table.distinct_keys),
                count(len(table.columns)),
                table.declared_order or "as set",
            )
            for name, table in found
        ],
        right=numbers,
    )
    return Stack([overview, *(_filled(name, table) for name, table in found)])


def _filled(name: str, table: TableManifest) -> Fold:
    said = shared_names(registry.named(name), table.columns, table.filled)
    rows = [
        (said[column], share(table.filled.get(column, 0), table.rows))
        for column in table.columns
    ]
    columns = Grid("Filled cells by column", ("column", "filled"), rows, ("filled",))
    number = several(len(table.columns), "column")
    things = sentence_case(noun(name))
    return Fold(f"{things}: how many rows fill each of the {number}", columns)


def mapping_table(table: str, mapping: pd.DataFrame) -> Grid:
    """
    The mapping as ``plan.mapping.describe`` gives it, one line per column.

    Columns that the mapping knows and this source does not have are named below.
    """
    is_absent = mapping["verdict"] == "not in source"
    absent = ", ".join(mapping.loc[is_absent, "source column"])
    rows = [
        (
            str(line["source column"]),
            str(line["target field"]),
            ", ".join(_conversion(line)),
            count(int(line["filled"])),
            str(line["verdict"]),
        )
        for line in mapping[~is_absent].to_dict("records")
    ]
    columns = several(len(rows), "column")
    return Grid(
        f"{sentence_case(noun(table))}: {columns}, and where each one goes",
        ("source column", "target field", "conversion", "filled", "verdict"),
        rows,
        right=("filled",),
        foot=f"Known and not in this source: {absent}." if absent else "",
    )


def mapping_fold(table: str, mapping: pd.DataFrame) -> Fold:
    """The *mapping* of *table* behind a line that counts its verdicts."""
    shown = mapping_table(table, mapping)
    verdicts = Counter(str(row[-1]).partition(":")[0] for row in shown.rows)
    words = ", ".join(f"{count(n)} {verdict}" for verdict, n in verdicts.items())
    return Fold(f"{sentence_case(noun(table))}: {words}", shown)


def _conversion(line: Mapping[Hashable, object]) -> Iterator[str]:
    if line["conversion"]:
        yield str(line["conversion"])
    if line["required"]:
        yield "required"
    if line["width"]:
        yield f"width {line['width']}"


def samples(frames: Mapping[str, pd.DataFrame], mask: Masking, rows: int) -> Stack:
    """A few records of each table, as ``sample_table`` shows them."""
    return Stack(
        [
            sample_table(frame, mask, table=table, rows=rows)
            for table, frame in frames.items()
        ]
    )


def sample_table(
    frame: pd.DataFrame, mask: Masking, *, table: str, rows: int = 5, caption: str = ""
) -> Grid:
    """
    *rows* records of *frame*, masked, spread evenly from first to last.

    Up to six records stand side by side, field by field; more are one line each.

    Args:
        frame: typed columns named as the target's fields, or texts under the headers
            of the source; index = row in the source.
        table: decides how each field is masked.
    """
    sources = source_fields(table)
    named = {str(name): sources.get(str(name), str(name)) for name in frame.columns}
    fields = [name for name, field in named.items() if is_named(table, field)]
    picked = frame.iloc[_spread(len(frame), rows)][fields]
    things = sentence_case(noun(table))
    title = caption or f"{things}: {len(picked)} of {several(len(frame), 'record')}"
    title += "" if mask.reveal else ", masked"
    left = len(frame.columns) - len(fields)
    foot = f"{several(left, 'other column')}: not shown." if left else ""
    shown = pd.DataFrame(
        {
            name: [mask.value(table, named[name], value) for value in picked[name]]
            for name in fields
        },
        index=picked.index,
    )
    if len(shown) > _RECORDS_SIDE_BY_SIDE:
        lines = [tuple(map(str, line)) for line in shown.itertuples(name=None)]
        return Grid(title, ("row", *fields), lines, foot=foot)
    blank = ", ".join(name for name in fields if not any(shown[name]))
    lines = [(name, *shown[name]) for name in fields if any(shown[name])]
    told = f"Blank in all of these: {blank}." if blank else ""
    heads = ("field", *(f"row {row}" for row in shown.index))
    return Grid(title, heads, lines, foot=f"{told} {foot}".strip())


def matches_stack(made: str, found: pd.DataFrame, mask: Masking) -> Stack:
    """
    Which texts were taken for one of the rows *made*, those of several texts first.

    Args:
        found: as ``plan.made.spellings`` gives them.
    """
    how = registry.made(made)
    of = noun(how.of)
    lines = [
        (
            mask.key(str(key)),
            ",\n".join(
                f"{mask.value(how.of, how.spelled, text)} ({count(rows)})"
                for text, rows in zip(each["text"], each["rows"], strict=True)
            ),
            len(each),
            int(each["rows"].sum()),
        )
        for key, each in found.groupby("key")
    ]
    lines.sort(key=lambda line: (-line[2], -line[3], line[0]))
    several_texts = sum(texts > 1 for _, _, texts, _ in lines)
    things = f"{count(len(lines))} {noun(made)}"
    told = (
        f"{things}, made of {several(len(found), 'spelling')} in "
        f"{count(int(found['rows'].sum()))} {of}; "
        f"{count(several_texts)} of them are spelled in more than one way."
    )
    spelled = f"spellings ({of})"
    table = Grid(
        sentence_case(things),
        (mask.key_head, spelled, of),
        [(key, texts, count(rows)) for key, texts, _, rows in lines],
        right=(of,),
        whole=(spelled,),
    )
    folded = Fold(f"Which spellings were taken for one of the {noun(made)}", table)
    return Stack([Sentence(sentence_case(told)), folded])


def _spread(length: int, wanted: int) -> list[int]:
    """*wanted* positions in 0..length-1: the first, the last, and evenly between."""
    if wanted >= length:
        return list(range(length))
    if wanted < 2:
        return list(range(wanted))
    return [place * (length - 1) // (wanted - 1) for place in range(wanted)]
