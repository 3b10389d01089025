"""The records of a run that people look at: which, and what stands on each side.

A row is found in the database by its FileMaker key, through a query of its own; what a
run says that became of it is asked only for whether it came in, for notes, and for the
few tables whose key no column says. What it planned is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from reimport_lib.prove import matching, risks
from reimport_lib.prove.card_lines import CardWriter
from reimport_lib.prove.evidence import Account, Evidence
from reimport_lib.prove.made_cards import MadeRecords
from reimport_lib.prove.reference_data import ReferenceData, reference_data
from reimport_lib.prove.render.acceptance import (
    ErrorRates,
    SamplingPlan,
    plan,
    plan_of_size,
)
from reimport_lib.prove.render.cards import Drawn, Pick, RecordCard, ranked
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.prove.render.headers import column
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry

PANEL = 5
"""Records of one table that are looked at every time."""

_OF_PANEL = "panel"


@dataclass(frozen=True, slots=True)
class WantedSample:
    """
    What is drawn.

    Attributes:
        size: of the random sample of each table; 0: as the rates ask.
        panels: table -> keys of its panel, as they were chosen; none where nobody has.
    """

    seed: str
    rates: ErrorRates
    size: int
    panels: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TableSample:
    """
    The records of one table.

    Attributes:
        random: numbers of the rows that the seed drew, in its order; of a table that
            other rows make, their places in its outcomes file, from 1.
        panel: keys of the panel as it is from now on; gone: those that it lost -> the
            keys that take their places, "" where there is none.
    """

    table: str
    plan: SamplingPlan
    random: tuple[int, ...]
    panel: tuple[str, ...]
    gone: Mapping[str, str]
    cards: tuple[RecordCard, ...]


def samples(
    evidence: Evidence, tables: Collection[str], wanted: WantedSample
) -> Iterator[TableSample]:
    """A sample of each of *tables* of which rows came in, in the order of phases."""
    reference = reference_data(evidence)
    for table in registry.sampled():
        account = evidence.account(table.name)
        if table.name not in tables or account is None:
            continue
        if table.made:
            makers = matching.match(evidence, account, table.made.of, reference)
            if makers is not None:
                made = MadeRecords(evidence, table.name, makers, reference)
                yield from _sample_of_made(table.name, made, wanted)
            continue
        by_account = matching.match(evidence, account, table.name, reference)
        if by_account is None or not (by_account.rows or by_account.missing):
            continue
        yield _sample(evidence, account, reference, by_account, wanted)


def _sample(
    evidence: Evidence,
    account: Account,
    reference: ReferenceData,
    by_account: Matched,
    wanted: WantedSample,
) -> TableSample:
    table = by_account.table
    matched, doubts = _by_key(evidence, by_account)
    rows = [*matched.rows, *matched.missing]
    keys = dict(
        zip(matched.rows, map(str, matched.target["filemaker_id"]), strict=True)
    )
    found = risks.picked(matched, evidence, wanted.seed)
    writer = CardWriter(evidence, matched, reference)
    return _drawn(table, rows, keys, found, wanted, writer.card, doubts)


def _sample_of_made(
    table: str, made: MadeRecords, wanted: WantedSample
) -> Iterator[TableSample]:
    keys = {number: key for number, key in made.rows.items() if key}
    found = [pick for pick in made.picks() if pick.row in keys]
    if made.rows:
        yield _drawn(table, list(made.rows), keys, found, wanted, made.card, {})


def _drawn(
    table: str,
    rows: Sequence[int],
    keys: Mapping[int, str],
    found: Sequence[Pick],
    wanted: WantedSample,
    write: Callable[[int], RecordCard],
    doubts: Mapping[int, str],
) -> TableSample:
    """
    The cards of *rows*.

    Args:
        keys: of those that the database has; found: those that are picked by risk.
        write: makes the card of a row; doubts: what is odd about how it was found.
    """
    planned = (
        plan_of_size(len(rows), wanted.size, wanted.rates)
        if wanted.size
        else plan(len(rows), wanted.rates)
    )
    random = ranked(wanted.seed, table, rows)[: planned.size]
    of_key = {key: row for row, key in keys.items()}
    panel, gone = _panel(table, of_key, wanted.panels.get(table, ()))
    picks: dict[int, list[Pick]] = {}
    for pick in found:
        picks.setdefault(pick.row, []).append(pick)
    why: dict[int, list[Drawn]] = {}
    for drawn, some in (
        (Drawn.PANEL, [of_key[key] for key in panel]),
        (Drawn.RANDOM, random),
        (Drawn.RISK, picks),
    ):
        for row in some:
            why.setdefault(row, []).append(drawn)
    came_for = {instead: key for key, instead in gone.items() if instead}
    cards = [
        replace(
            write(row),
            drawn=tuple(drawn),
            picks=tuple(picks.get(row, ())),
            doubt=doubts.get(row, ""),
            replaced=came_for.get(keys.get(row, ""), ""),
        )
        for row, drawn in why.items()
    ]
    return TableSample(table, planned, tuple(random), tuple(panel), gone, tuple(cards))


def _by_key(evidence: Evidence, by_account: Matched) -> tuple[Matched, dict[int, str]]:
    """
    The rows that came in beside those of the database that have their keys.

    Second, what is odd about single rows. Where no column is the key of a table, they
    stay as the account of the run has them.
    """
    table = registry.named(by_account.table)
    if table.key is None:
        return by_account, {}
    number = table.number_key
    held = evidence.database(table.name)
    places: dict[str, list[str]] = {}
    for target_id, key in zip(held.index, held["filemaker_id"], strict=True):
        places.setdefault(key_text(str(key), number=number), []).append(target_id)
    rows = sorted([*by_account.rows, *by_account.missing])
    frame = by_account.frame
    texts = column(frame.loc[rows], table.key.names)
    said = dict(zip(by_account.rows, by_account.target.index, strict=True))
    found: dict[int, str] = {}
    doubts: dict[int, str] = {}
    for row, text in zip(rows, texts, strict=True):
        there = places.get(key_text(text, number=number), [])
        if len(there) > 1:
            doubts[row] = f"{len(there)} records of the database have its key"
        if there:
            found[row] = said[row] if said.get(row) in there else there[0]
        if row in said and said[row] not in there:
            doubts[row] = "the run's own account names another record"
    return _moved(by_account, held, found, rows), doubts


def _moved(
    matched: Matched, held: pd.DataFrame, found: Mapping[int, str], rows: Sequence[int]
) -> Matched:
    """*matched* with the records that were *found* for its rows."""
    records: list[dict[str, Any]] = matched.outcomes.to_dict("records")  # type: ignore[assignment]
    lines = {line["row"]: line for line in records}
    edited = dict(zip(matched.rows, matched.edited, strict=True))
    there = list(found)
    told = [lines[row] for row in there]
    return replace(
        matched,
        rows=there,
        missing=[row for row in rows if row not in found],
        source=matched.frame.loc[there],
        target=held.loc[list(found.values())],
        notes=[line["notes"] for line in told],
        created=[line["outcome"] == "created" for line in told],
        keys=[line["key"] for line in told],
        edited=[edited.get(row, False) for row in there],
    )


def _panel(
    table: str, of_key: Mapping[str, int], before: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """The panel of *table* now, and what became of the members that are gone."""
    others = (key for key in ranked(_OF_PANEL, table, of_key) if key not in set(before))
    if not before:
        return [key for _, key in zip(range(PANEL), others, strict=False)], {}
    gone = {key: next(others, "") for key in before if key not in of_key}
    panel = [key if key in of_key else gone[key] for key in before]
    return [key for key in panel if key], gone
