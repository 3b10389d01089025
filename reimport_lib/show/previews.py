"""Tables of a plan and of its source, for the notebooks and the cover.

Imports planning's types, masking, words and html. Every function returns something
that Jupyter shows as HTML and as text; nothing is printed, every value is masked first
and escaped last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from reimport_lib.plan.codes import Outcome
from reimport_lib.show.badges import outcome_badge
from reimport_lib.show.html import Cell, Fold, Grid, Sentence, Stack
from reimport_lib.show.masking import Mask, is_named, source_fields
from reimport_lib.show.words import (
    OUTCOME_SENTENCES,
    code_meaning,
    count,
    equation,
    note_meaning,
    noun,
    percent,
    sentence_case,
    several,
    share,
    size,
)
from reimport_lib.tables import registry

if TYPE_CHECKING:
    from reimport_lib.plan.plan import Plan
    from reimport_lib.read.manifest import SnapshotManifest, TableManifest

_NOT_IN = (Outcome.SKIPPED, Outcome.REJECTED)
# Beyond this many rows a record is a line instead of a column.
_RECORDS_SIDE_BY_SIDE = 6


def source_table(manifest: SnapshotManifest, *tables: str) -> Stack:
    """What FileMaker gave: files, rows, and how full the columns of *tables* are."""
    found = [(name, manifest.tables[name]) for name in tables]
    rows = tuple(
        (
            noun(name),
            table.file,
            f"{table.way} {table.charset}".strip(),
            size(table.file_bytes) if table.file_bytes else "",
            count(table.rows),
            count(table.blank_rows),
            "could not count"
            if table.distinct_keys is None
            else count(table.distinct_keys),
            count(len(table.columns)),
            table.declared_order or "as set",
        )
        for name, table in found
    )
    numbers = ("size", "rows", "blank rows", "distinct keys", "columns")
    total = sum(table.rows for _, table in found)
    overview = Grid(
        f"{several(total, 'row')} in {several(len(found), 'table')}",
        ("table", "file", "way in", *numbers, "text dates"),
        rows,
        right=frozenset(numbers),
    )
    return Stack((overview, *(_filled(name, table) for name, table in found)))


def _filled(name: str, table: TableManifest) -> Fold:
    columns = Grid(
        "Filled cells by column",
        ("column", "filled"),
        tuple(
            (column, share(table.filled.get(column, 0), table.rows))
            for column in table.columns
        ),
        right=frozenset({"filled"}),
    )
    number = several(len(table.columns), "column")
    return Fold(
        f"{sentence_case(noun(name))}: how many rows fill each of the {number}", columns
    )


def mapping_table(mapping: pd.DataFrame, table: str = "") -> Grid:
    """
    The mapping as ``plan.mapping.describe`` gives it, one line per column.

    Columns that the mapping knows and this source does not have are named below.
    """
    heads = ("source column", "target field", "conversion", "filled", "verdict")
    lines = mapping.to_dict("records")
    absent = [line for line in lines if line["verdict"] == "not in source"]
    rows = tuple(
        (
            str(line["source column"]),
            str(line["target field"]),
            ", ".join(_conversion(line)),
            count(int(line["filled"])),
            str(line["verdict"]),
        )
        for line in lines
        if line["verdict"] != "not in source"
    )
    names = ", ".join(str(line["source column"]) for line in absent)
    title = f"{sentence_case(noun(table))}: " if table else ""
    return Grid(
        f"{title}{several(len(rows), 'column')}, and where each one goes",
        heads,
        rows,
        right=frozenset({"filled"}),
        foot=f"Known and not in this source: {names}." if absent else "",
    )


def _conversion(line: Mapping[Any, Any]) -> Iterator[str]:
    if line["conversion"]:
        yield str(line["conversion"])
    if line["required"]:
        yield "required"
    if line["width"]:
        yield f"width {line['width']}"


def sample_table(
    frame: pd.DataFrame, mask: Mask, *, table: str, rows: int = 5, caption: str = ""
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
    left = len(frame.columns) - len(fields)
    foot = f"{several(left, 'other column')}: not shown." if left else ""
    things = sentence_case(noun(table))
    title = caption or f"{things}: {len(picked)} of {several(len(frame), 'record')}"
    title += "" if mask.reveal else ", masked"
    records = [
        tuple(
            mask.value(table, named[name], value)
            for name, value in zip(fields, line, strict=True)
        )
        for line in picked.itertuples(index=False, name=None)
    ]
    numbers = [str(row) for row in picked.index]
    if len(records) > _RECORDS_SIDE_BY_SIDE:
        lines = [
            (number, *record) for number, record in zip(numbers, records, strict=True)
        ]
        return Grid(title, ("row", *fields), tuple(lines), foot=foot)
    heads = tuple(f"row {number}" for number in numbers)
    turned = [
        (name, *(record[place] for record in records))
        for place, name in enumerate(fields)
    ]
    filled = tuple(line for line in turned if any(line[1:]))
    blank = ", ".join(line[0] for line in turned if not any(line[1:]))
    foot = " ".join(
        filter(None, (f"Blank in all of these: {blank}." if blank else "", foot))
    )
    return Grid(title, ("field", *heads), filled, foot=foot)


def matches_stack(made: str, found: pd.DataFrame, mask: Mask) -> Stack:
    """
    Which texts were taken for one of the rows *made*, those of several texts first.

    Args:
        found: as ``plan.made.spellings`` gives them.
    """
    how = registry.made(made)
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
    told = f"{things}, made of {several(len(found), 'spelling')}"
    of = noun(how.of)
    return Stack(
        (
            Sentence(
                f"{sentence_case(told)} in {count(int(found['rows'].sum()))} {of}; "
                f"{count(several_texts)} of them are spelled in more than one way."
            ),
            Fold(
                f"Which spellings were taken for one of the {noun(made)}",
                Grid(
                    sentence_case(things),
                    ("key", f"spellings ({of})", of),
                    tuple((key, texts, count(rows)) for key, texts, _, rows in lines),
                    right=frozenset({of}),
                    whole=frozenset({f"spellings ({of})"}),
                ),
            ),
        )
    )


def outcomes_stack(plan: Plan) -> Stack:
    """Every source row in exactly one outcome: the equation and its terms."""
    counts: dict[str, int] = {str(name): n for name, n in plan.counts.items()}
    total = sum(counts.values())
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            outcome_badge(outcome),
            count(counts.get(outcome, 0)),
            percent(counts.get(outcome, 0), total),
            OUTCOME_SENTENCES[outcome],
        )
        for outcome in counts
    )
    rows += (("all rows", count(total), percent(total, total), ""),)
    things = sentence_case(noun(plan.table))
    foot = f"{several(plan.blank_rows, 'blank row')} left out before counting."
    return Stack(
        (
            Sentence(f"{things}: {equation(counts, total)}", strong=True),
            Grid(
                f"What becomes of the {noun(plan.table)}",
                ("outcome", "rows", "share", "meaning"),
                rows,
                right=frozenset({"rows", "share"}),
                foot=foot if plan.blank_rows else "",
            ),
        )
    )


def reasons_table(plan: Plan, mask: Mask, examples: int = 3) -> Grid:
    """Why rows are skipped or rejected: the largest groups first, with row numbers."""
    left = plan.rows[plan.rows["outcome"].isin([str(name) for name in _NOT_IN])]
    groups = sorted(
        left.groupby(["outcome", "reason"], sort=True),
        key=lambda group: (group[0][0] != Outcome.REJECTED, -len(group[1]), group[0]),
    )
    rows = tuple(
        (
            str(reason),
            outcome_badge(str(outcome)),
            count(len(group)),
            *code_meaning(str(reason)),
            _examples(group, mask, examples),
        )
        for (outcome, reason), group in groups
    )
    return Grid(
        f"{sentence_case(noun(plan.table))}: "
        f"{several(len(left), 'row')} of {count(len(plan.rows))} "
        f"{'does' if len(left) == 1 else 'do'} not come in",
        ("reason", "outcome", "rows", "what it means", "what to do", "for example"),
        rows,
        right=frozenset({"rows"}),
        empty="no row stays out.",
        whole=frozenset({"for example"}),
    )


def notes_table(plan: Plan) -> Grid:
    """Values changed or doubted on the way in, by code, the most frequent first."""
    coming = len(plan.rows) - int(
        plan.rows["outcome"].isin([str(name) for name in _NOT_IN]).sum()
    )
    counted = sorted(plan.note_counts.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple(
        (str(code), share(number, coming), *note_meaning(str(code)))
        for code, number in counted
    )
    return Grid(
        f"{sentence_case(noun(plan.table))}: values changed or doubted on the way in",
        ("note", "rows", "what it means", "what to do"),
        rows,
        right=frozenset({"rows"}),
        empty="none.",
    )


def _spread(length: int, wanted: int) -> list[int]:
    """*wanted* positions in 0..length-1: the first, the last, and evenly between."""
    if wanted >= length:
        return list(range(length))
    if wanted < 2:
        return list(range(wanted))
    return [place * (length - 1) // (wanted - 1) for place in range(wanted)]


def _examples(group: pd.DataFrame, mask: Mask, wanted: int) -> str:
    first = group.head(wanted)
    shown = [
        f"{f'row {row}' if row else ''} {mask.key(str(key))}".strip()
        for row, key in zip(first["row"], first["key"].fillna(""), strict=True)
    ]
    return ",\n".join(shown) + (",\n…" if len(group) > wanted else "")
