"""Columns to fields, as a table that a reviewer can read.

Pure; imports only errors and checks. A mapping says for every source column what
becomes of it: a field, a key of ``filemaker_metadata``, or nothing, with the reason.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import several, verb
from reimport_lib.errors import SourceError
from reimport_lib.plan.header_names import clean_header, nearest, quoted
from reimport_lib.tables.declare import Field, Table
from reimport_lib.tables.headers import matches, shared_names

NEAR = 0.85
"""From this likeness (0..1) on, an unmapped header is a misspelt one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """
    How a mapping meets the headers of one file.

    Attributes:
        headers: staged column -> header as it stands in the frame.
        unmapped: headers that no column and no dropped entry names.
        dropped: header -> the reason for leaving it out.
    """

    headers: Mapping[str, str]
    unmapped: tuple[str, ...] = ()
    dropped: Mapping[str, str] | None = None


def resolve(
    table: Table,
    headers: Sequence[str],
    *,
    strict: bool = False,
    filled: Mapping[str, int] | None = None,
) -> Resolved:
    """
    Find the header of every mapped column.

    Args:
        strict: refuse columns that nobody mapped.
        filled: header -> cells that are not blank; a blank column then passes *strict*.

    Raises:
        SourceError: a required column is missing, a column occurs twice, or a header
            only nearly matches; the message names table, column and suggestion.
    """
    resolved = look_up(table, headers)
    _refuse_near_misses(table, resolved)
    _refuse_missing(table, resolved.headers, resolved.unmapped)
    if strict:
        _refuse_unmapped(table, resolved.unmapped, headers, filled)
    return resolved


def look_up(table: Table, headers: Sequence[str]) -> Resolved:
    """
    Like ``resolve``, whatever is missing or only nearly there: to be looked at.

    Raises:
        SourceError: a column occurs twice.
    """
    by_name = _by_clean_name(table, headers)
    found = {
        column.name: by_name[name]
        for column in table.all_fields
        for name in [next((name for name in column.names if name in by_name), "")]
        if name
    }
    reasons = {
        header: dropped.reason
        for dropped in table.dropped
        for name, header in by_name.items()
        if matches(name, dropped.names) and header not in found.values()
    }
    taken = {*found.values(), *reasons}
    unmapped = tuple(header for header in by_name.values() if header not in taken)
    return Resolved(found, unmapped, reasons)


def _by_clean_name(table: Table, headers: Sequence[str]) -> dict[str, str]:
    cleaned = [clean_header(header) for header in headers]
    twice = sorted(
        name for name, count in Counter(cleaned).items() if name and count > 1
    )
    if twice:
        raise SourceError(
            f"{table.name}: column {quoted(twice)} occurs twice.",
            hint="leave one of them out of the export",
            id="R113",
        )
    return dict(zip(cleaned, headers, strict=True))


def _near_misses(table: Table, resolved: Resolved) -> dict[str, str]:
    """Unmapped header -> the name of a column not found that it nearly is."""
    missing = [
        name
        for column in table.all_fields
        if column.name not in resolved.headers
        for name in column.names
    ]
    near = {name: nearest(clean_header(name), missing) for name in resolved.unmapped}
    return {header: name for header, name in near.items() if name}


def _refuse_near_misses(table: Table, resolved: Resolved) -> None:
    near = _near_misses(table, resolved) if resolved.headers else {}  # else a person
    for header, name in near.items():
        raise SourceError(
            f'{table.name}: column "{header}" is not known.',
            hint=f'did you mean "{name}"? Rename it in the export',
            id="R114",
        )


def _refuse_missing(
    table: Table, found: Mapping[str, str], unmapped: Sequence[str]
) -> None:
    for column in table.all_fields:
        if not _is_missing(column, found):
            continue
        names = unmapped if found else ()
        near = difflib.get_close_matches(column.names[0], names, n=1, cutoff=0.5)
        raise SourceError(
            f"{table.name}: required column {quoted(column.names[:1])} is missing;"
            f" columns found: {len(found)}.",
            hint=f'is it "{near[0]}"? Rename it in the export'
            if near
            else "export the table again with that field",
            id="R115",
        )


def _is_missing(column: Field, found: Mapping[str, str]) -> bool:
    """It is required and not there, nor is what may stand in for it."""
    given = column.name in found or column.unless in found
    return column.required and not given


def _refuse_unmapped(
    table: Table,
    unmapped: Sequence[str],
    headers: Sequence[str],
    filled: Mapping[str, int] | None,
) -> None:
    strangers = [name for name in unmapped if filled is None or filled.get(name)]
    if strangers:
        said = shared_names(table, headers, filled or {})
        raise SourceError(
            f"{table.name}: {several(len(strangers), 'column')} "
            f"{verb(len(strangers), 'is', 'are')} neither mapped nor"
            f" dropped: {quoted([said[name] for name in strangers])}.",
            hint="`reimport doctor` names them: map them, drop them with a reason, or"
            " run without --strict",
            id="R116",
        )


def describe(
    table: Table,
    resolved: Resolved,
    filled: Mapping[str, int],
    *,
    said: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """
    The mapping as the notebook shows it, one line per source column.

    Args:
        said: header -> what may be shared of it, as ``shared_names`` gives it.

    Returns:
        source column, target field, conversion, required, width, filled (cells that
        are not blank), verdict (``mapped``, ``not in source``, ``missing``: required,
        ``dropped: why``, ``not mapped``, ``not known: nearly NAME``).
    """
    lines = [_line(column, resolved, filled) for column in table.all_fields]
    near = _near_misses(table, resolved)
    rest = {
        **{name: f"dropped: {why}" for name, why in (resolved.dropped or {}).items()},
        **dict.fromkeys(resolved.unmapped, "not mapped"),
        **{name: f'not known: nearly "{meant}"' for name, meant in near.items()},
    }
    blank = {"target field": "", "conversion": "", "required": False, "width": ""}
    lines += [
        {
            "source column": said.get(header, header),
            **blank,
            "filled": filled.get(header, 0),
            "verdict": verdict,
        }
        for header, verdict in rest.items()
    ]
    return pd.DataFrame(lines)


def _line(
    column: Field, resolved: Resolved, filled: Mapping[str, int]
) -> dict[str, object]:
    header = resolved.headers.get(column.name)
    target = column.feeds or column.field
    if column.metadata:
        place = f"filemaker_metadata[{column.metadata}]"
        target = f"{target} + {place}" if target else place
    absent = "missing" if _is_missing(column, resolved.headers) else "not in source"
    return {
        "source column": header or " | ".join(column.names),
        "target field": target,
        "conversion": column.convert.name,
        "required": column.required,
        "width": column.width,
        "filled": filled.get(header, 0) if header else 0,
        "verdict": "mapped" if header else absent,
    }


def column_checks(
    table: Table,
    resolved: Resolved,
    filled: Mapping[str, int],
    *,
    rows: int,
    said: Mapping[str, str] = MappingProxyType({}),
) -> list[Check]:
    """
    One check per unmapped column: a warning where it holds something.

    Args:
        said: header -> what may be shared of it, as ``shared_names`` gives it.
    """
    return [
        Check(
            name=f'{table.name}: column "{shown}" is mapped or dropped',
            expected="mapped, or dropped with a reason",
            actual=f"not mapped; {filled.get(header, 0):,} of {rows:,} cells filled",
            verdict=Verdict.WARN if filled.get(header) else Verdict.PASS,
            hint=_hint(shown == header) if filled.get(header) else "",
            id="C031",
        )
        for header in resolved.unmapped
        for shown in (said.get(header, header),)
    ]


def _hint(is_named: bool) -> str:
    return "add it to the mapping" if is_named else "`reimport doctor` names it; map it"
