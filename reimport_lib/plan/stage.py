"""From a frame of text to a frame of values, by a mapping: the verb *stage*.

Pure; imports neither Django nor pyarrow. Every table goes through ``stage_table``; what
is peculiar to one is in ``rules``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.capacity import Capacity
from reimport_lib.plan.cells import (
    array_of,
    constant,
    each,
    either,
    no_codes,
    objects,
)
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.mapping import Resolved, resolve
from reimport_lib.plan.values import one_form
from reimport_lib.plan.values.canonical import canonical_texts
from reimport_lib.plan.values.carrying import carries, is_named
from reimport_lib.plan.values.keys import joined_keys
from reimport_lib.plan.values.text import Cleaned, read_word, whole_number
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field, KeyOf, Table

_SHOWN = ("", Note.AMBIGUOUS_DATE.value)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """
    A table as values.

    Attributes:
        frame: index = row, sorted; ``key`` (canonical, "" for none) and one object
            column per mapped column, None where blank or unreadable.
        problems: row, column, code: one line per value changed or doubted.
        source_rows: rows that are not wholly blank; blank_rows are counted apart.
        declared: the table that it was staged by.
        compared: columns by which two rows with one key are the same.
        originals: key of the metadata -> (n,) texts as they were, "" where the value
            still shows them.
        dropped: column -> (n,) texts that its value does not carry whole, "" where it
            does; of coded columns all. Rows that differ in one are not the same.
    """

    table: str
    frame: pd.DataFrame
    problems: pd.DataFrame
    resolved: Resolved
    source_rows: int
    blank_rows: int
    declared: Table
    compared: tuple[str, ...]
    originals: Mapping[str, Column]
    dropped: Mapping[str, Column]

    def __repr__(self) -> str:
        return f"Staged({self.table}, {self.source_rows} rows)"

    def coded(self, code: str, *columns: str) -> Mask:
        """(n,) bool: rows where one of *columns* (none given: any) has *code*."""
        hits = self.problems["code"] == code
        if columns:
            hits &= self.problems["column"].isin(columns)
        rows = self.problems.loc[hits, "row"]
        return pd.Series(self.frame.index.isin(rows), index=self.frame.index)


def stage(table: Table, frame: pd.DataFrame, context: Context) -> Staged:
    """*frame* (texts, index = row) as *table* says; wholly blank rows are left out."""
    return (table.stage or stage_table)(table, frame, context)


def stage_table(table: Table, frame: pd.DataFrame, context: Context) -> Staged:
    """
    Convert every mapped column of *frame* (texts, index = row).

    Raises:
        SourceError: the headers do not fit the mapping, or a cell is not text.
    """
    resolved = resolve(table, list(frame.columns))
    blank = _wholly_blank(frame)
    frame = frame[~blank].sort_index()
    values: dict[str, Column] = {}
    codes: dict[str, Column] = {}
    originals: dict[str, Column] = {}
    dropped: dict[str, Column] = {}
    capacities = context.capacity(table.name)
    for column in table.all_fields:
        name = "key" if column is table.key else column.name
        texts = texts_of(frame, resolved.headers.get(column.name))
        cleaned = column.convert.read(texts, column, table, context)
        values[name] = cleaned.values
        capacity = capacities.get(column.name, Capacity())
        codes[name], lost = _with_losses(texts, cleaned, column, capacity)
        is_kept = bool(column.original) or column.convert.respelled
        if is_kept and column.name in resolved.headers:
            originals[column.kept_text] = original_texts(texts, cleaned)
        if column.convert.coded:
            dropped[name] = each(texts, lambda text: whole_number(text.strip()))
        elif lost is not None:
            dropped[name] = lost
        if lost is not None:
            kept = originals.get(column.kept_text)
            originals[column.kept_text] = (
                lost if kept is None else either(kept != "", kept, lost)
            )
        if column.convert.dated and column.kept_text in originals:
            order, _ = order_of(table, context)
            originals[column.kept_text] = one_form.in_one_form_of_dates(
                originals[column.kept_text], order
            )
    if table.key_of is not None:
        made = _made_keys(table.key_of, values)
        values["key"], codes["key"] = made.values, made.codes
    return Staged(
        table=table.name,
        frame=pd.DataFrame(values, index=frame.index, dtype=object),
        problems=problems_of(codes),
        resolved=resolved,
        source_rows=len(frame),
        blank_rows=int(blank.sum()),
        declared=table,
        compared=tuple(name for name in values if name != "key"),
        originals=originals,
        dropped=dropped,
    )


def _made_keys(key_of: KeyOf, values: Mapping[str, Column]) -> Cleaned:
    """The key that several columns make, and a code where it is too long."""
    columns = [values[name] for name in key_of.columns]
    keys = joined_keys([objects(canonical_texts(c), c.index) for c in columns])
    fits = keys.str.len() <= key_of.length
    codes = either(fits, no_codes(keys.index), Reason.VALUE_TOO_LONG.value)
    return Cleaned(values=keys, codes=codes)


def stage_keys(table: Table, frame: pd.DataFrame, context: Context) -> Column:
    """The canonical key of every row of *frame*, "" for none, and nothing else."""
    if table.key is None:
        raise ValueError(f"{table.name} has no key column")
    resolved = resolve(table, list(frame.columns))
    texts = texts_of(frame, resolved.headers[table.key.name])
    return table.key.convert.read(texts, table.key, table, context).values


def snapshot_keys(
    table: Table, frame: pd.DataFrame, context: Context
) -> frozenset[str]:
    """
    Every canonical key of *table* in the snapshot, whatever becomes of its row.

    Args:
        frame: texts of *table*, or of the one that its rows are made of.
    """
    if table.made:
        keys = table.made.keys(stage(registry.named(table.made.of), frame, context))
    elif table.key is None:
        keys = stage(table, frame, context).frame["key"]
    else:
        keys = stage_keys(table, frame, context)
    return frozenset(key for key in keys if key)


def with_columns(
    staged: Staged,
    added: Mapping[str, Cleaned],
    *,
    instead_of: tuple[str, ...] = (),
    originals: Mapping[str, Column] | None = None,
) -> Staged:
    """
    *staged* with columns made out of others, and the codes they brought.

    Args:
        instead_of: columns that no longer count when two rows are compared; a text of
            theirs that was dropped still does.
        originals: metadata key -> texts as they were.
    """
    columns = {name: cleaned.values for name, cleaned in added.items()}
    codes = {name: cleaned.codes for name, cleaned in added.items()}
    compared = [*staged.compared, *columns]
    return replace(
        staged,
        frame=staged.frame.assign(**columns),
        problems=pd.concat([staged.problems, problems_of(codes)], ignore_index=True),
        compared=tuple(name for name in compared if name not in instead_of),
        originals={**staged.originals, **(originals or {})},
    )


def with_words(staged: Staged, *columns: str) -> Staged:
    """*staged*, where rows differ that say the same in other words of *columns*."""
    words = {
        name: objects([cell or "" for cell in staged.frame[name]], staged.frame.index)
        for name in columns
    }
    return replace(staged, dropped={**staged.dropped, **words})


def problems_of(codes: Mapping[str, Column]) -> pd.DataFrame:
    """row, column, code for every code in *codes* (column -> codes per row)."""
    rows: list[int] = []
    columns: list[str] = []
    found: list[str] = []
    for name, column in codes.items():
        cells = column.tolist()
        if not any(cells):
            continue
        for row, joined in zip(column.index.tolist(), cells, strict=True):
            for code in joined.split(";") if joined else ():
                rows.append(row)
                columns.append(name)
                found.append(code)
    return pd.DataFrame(
        {
            "row": pd.Series(rows, dtype="int64"),
            "column": pd.Series(columns, dtype=object),
            "code": pd.Series(found, dtype=object),
        }
    )


def texts_of(frame: pd.DataFrame, header: str | None) -> Column:
    """The column *header* of a frame of text; blanks where the file has none."""
    if header is None:
        return constant("", frame.index)
    return frame[header].astype(object)


def original_texts(texts: Column, cleaned: Cleaned) -> Column:
    """*texts* where the value alone no longer shows them, else "".

    A date that fits both orders is shown: the set order was taken.
    """
    cells = zip(texts, cleaned.values, cleaned.codes, strict=True)
    kept = [
        text.strip()
        if code not in _SHOWN
        or (isinstance(value, str) and value != text.strip() and read_word(text)[0])
        else ""
        for text, value, code in cells
    ]
    return objects(kept, texts.index)


def order_of(table: Table, context: Context) -> tuple[str, bool]:
    """The order of text dates, and whether the source itself declares it."""
    declared = context.declared_order.get(table.name) or table.date_order
    return (declared, True) if declared else (context.settings.date_order, False)


def _wholly_blank(frame: pd.DataFrame) -> Mask:
    """(n,) bool; each column looks only at the rows that were blank so far."""
    blank = np.ones(len(frame), dtype=bool)
    for position in range(frame.shape[1]):
        left = np.flatnonzero(blank)
        if not len(left):
            break
        cells = frame.iloc[:, position].to_numpy(dtype=object)[left]
        blank[left] = [not cell.strip() for cell in cells]
    return pd.Series(blank, index=frame.index, dtype=bool)


def _with_losses(
    texts: Column, cleaned: Cleaned, column: Field, capacity: Capacity
) -> tuple[Column, Column | None]:
    """
    The codes, with what else is to be said of each cell, and the texts that are lost.

    Codes are added where the backend could not hold the value, and where the value
    does not carry the text and no code names that (``text_kept``). Lost are the texts
    that the value does not carry, "" elsewhere; None where there is none at all.
    """
    positions, uniques = pd.factorize(texts.to_numpy(dtype=object))
    first = np.zeros(len(uniques), dtype=np.int64)
    first[positions[::-1]] = np.arange(len(positions))[::-1]
    values = cleaned.values.to_numpy(dtype=object)[first]
    before = cleaned.codes.to_numpy(dtype=object)[first]
    after, lost = [], []
    unstorable = _UNSTORABLE.search("\n".join(uniques)) is not None
    for text, value, code in zip(uniques, values, before, strict=True):
        carried = carries(column.convert, text, value, code)
        kept = "" if carried or is_named(code) else Note.TEXT_KEPT.value
        misfit = _misfit(text if unstorable else "", value, column.length, capacity)
        if misfit in ("", code) and not kept:
            after.append(code)
        else:
            added = (misfit if code != misfit else "", kept)
            after.append(";".join(filter(None, (code, *added))))
        lost.append("" if carried else text.strip())
    codes = cleaned.codes
    if after != list(before):
        codes = objects(array_of(after)[positions], texts.index)
    if not any(lost):
        return codes, None
    return codes, objects(array_of(lost)[positions], texts.index)


def _misfit(text: str, value: object, length: int | None, capacity: Capacity) -> str:
    if _UNSTORABLE.search(text):
        return Reason.BAD_CHARACTER.value
    too_long = length is not None and isinstance(value, str) and len(value) > length
    fits = not too_long and capacity.holds(value)
    return "" if fits else Reason.VALUE_TOO_LONG.value
