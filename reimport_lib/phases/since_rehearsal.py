"""What the managed rows were when a rehearsal began, and whether they still are so."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd

from reimport_lib.checks import Check, equal
from reimport_lib.counting import several, verb
from reimport_lib.errors import Drifted, Refused
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.private_files import write_json
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from reimport_lib.write.managed_rows import ManagedDigest, managed_digest

FILE = "managed.json"
SHOWN_ROWS = 5


def record(run: Run) -> None:
    """Keep the digest of every managed row of the fresh copy, for the full run."""
    found = managed_digest(bind.DEFAULT)
    write_json(run.backup_folder / FILE, found.to_json())
    run.record_target(found.by_table)


def require_none(run: Run) -> list[Check]:
    """
    The managed rows of the real database are those that the rehearsal saw.

    Raises:
        Drifted: people have changed rows since; the message names tables, counts and
            the first rows by pseudonym.
        Refused: what the rehearsal saw is gone or damaged.
    """
    rehearsal = runs.load(run.settings, run.reviewed)
    try:
        text = (rehearsal.backup_folder / FILE).read_text(encoding="utf-8")
        before = ManagedDigest.from_json(json.loads(text))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise Refused(
            f"What {run.reviewed} saw of the managed rows cannot be read: "
            f"{rehearsal.backup_folder.name}/{FILE} in its folder.",
            hint="reimport run --full, to rehearse and review again",
            id="R089",
        ) from None
    now = managed_digest(bind.REAL)
    drifted = before.drift(now)
    if len(drifted):
        raise Drifted(
            f"{several(len(drifted), 'managed row')} "
            f"{verb(len(drifted), 'is', 'are')} not what {run.reviewed} saw: "
            f"{_named(run, drifted)}. Nothing was written.",
            hint="reimport run --full, to rehearse and review again",
            id="R090",
        )
    run.record_target(now.by_table)
    return [
        equal(
            "managed rows that changed since the rehearsal",
            expected=0,
            actual=len(drifted),
            id="C020",
        )
    ]


def _named(run: Run, drifted: pd.DataFrame) -> str:
    secret = runs.pseudonym_key(run.settings)
    tables = Counter(zip(drifted["table"], drifted["change"], strict=True))
    counts = ", ".join(
        f"{table} {count:,} {change}" for (table, change), count in tables.items()
    )
    first = drifted["target_id"].head(SHOWN_ROWS)
    return f"{counts} (first: {', '.join(pseudonym(secret, key) for key in first)})"
