"""Rows that are made of another table's rows: one for every key that those give.

Pure; imports neither Django nor pyarrow. A table says which key a row gives and what
the rows of one key make (``declare.Made``); how they become rows of a plan, and how the
rows that they are made of come to point at them, is the same for every such table.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pandas as pd

from reimport_lib.frames import Column
from reimport_lib.plan.cells import blank
from reimport_lib.plan.codes import SKIPPED, Outcome
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Decided, Link
from reimport_lib.plan.match import mapped
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.stage import Staged
from reimport_lib.tables import registry


def make_rows(name: str, staged: Staged, of: Decided, context: Context) -> Decided:
    """
    The rows of the table *name* that those of *staged* make which come in.

    They have no source rows of their own; the index counts them in the order of keys.
    """
    table = registry.named(name)
    keys = registry.made(name).keys(staged)
    gives = staged.frame.index.isin(of.values.index) & (keys != "")
    frame = staged.frame.assign(key=keys)[gives].sort_values("key", kind="stable")
    rows = registry.made(name).rows(replace(staged, frame=frame), context)
    found = list(dict.fromkeys(frame["key"]))
    index = pd.RangeIndex(1, len(found) + 1, name="row")
    metadata: list[dict[str, str]] = [{} for _ in found]
    columns = {"filemaker_id": found, "filemaker_metadata": metadata, **rows}
    values = pd.DataFrame(
        {name: list(columns[name]) for name in ("filemaker_id", *table.managed)},
        index=index,
        dtype=object,
    )
    blanks = dict.fromkeys(("outcome", "reason", "notes"), "")
    return Decided(
        table=name,
        rows=pd.DataFrame({"key": found, **blanks}, index=index, dtype=object),
        values=values,
        links=(),
        managed=table.managed,
        mapping_digest=of.mapping_digest,
        derived=True,
    )


def pointing_at(made: Plan, staged: Staged, of: Decided) -> Decided:
    """*of* pointing at the rows of *made* as planned: one may have an older key."""
    link = staged.declared.link_to(made.table)
    rows = made.rows[made.rows["target_id"] != ""]
    ids = {
        key: UUID(target_id)
        for key, target_id in zip(rows["key"], rows["target_id"], strict=True)
    }
    keys = registry.made(made.table).keys(staged).loc[of.values.index]
    pks = mapped(keys, ids)
    waiting = made.rows[(made.rows["target_id"] == "") & (made.rows["reason"] != "")]
    reasons = dict(zip(waiting["key"], waiting["reason"], strict=True))
    of = _waiting(of, keys.map(reasons))
    pks = pks.loc[of.values.index]
    keys = keys.loc[of.values.index]
    links = of.links
    if link.to == made.table:
        found, named = int((~blank(pks)).sum()), int((keys != "").sum())
        links += (Link(link.name, found, named),)
    values = of.values.assign(**{link.field: pks})
    return replace(of, values=values, links=links)


def _waiting(of: Decided, reasons: Column) -> Decided:
    """*of* without the rows that point at one which stays out, for its *reasons*."""
    out = list(reasons.index[reasons.notna()])
    if not out:
        return of
    rows = of.rows.copy()
    rows.loc[out, "outcome"] = [
        Outcome.SKIPPED.value if code in SKIPPED else Outcome.REJECTED.value
        for code in reasons.loc[out]
    ]
    rows.loc[out, "reason"] = reasons.loc[out]
    rows.loc[out, "notes"] = ""
    stays = ~of.values.index.isin(out)
    masks = {name: mask[stays] for name, mask in of.create_only.items()}
    return replace(of, rows=rows, values=of.values[stays], create_only=masks)


def spellings(made: Plan, of: Plan, staged: Staged) -> pd.DataFrame:
    """
    Which texts were taken for one row of *made*, in the rows of *of* that come in.

    Returns:
        key, text, rows: one line per text of each key, the most frequent first.
    """
    how = registry.made(made.table)
    comes_in = of.rows.loc[of.rows["target_id"] != "", "row"]
    said = pd.DataFrame(
        {"key": how.keys(staged), "text": staged.frame[how.spelled]}
    ).loc[list(comes_in)]
    counted = said[said["key"] != ""].value_counts().rename("rows").reset_index()
    return counted.sort_values(
        ["key", "rows", "text"], ascending=[True, False, True], ignore_index=True
    )
