"""What a notebook's cells show: one call per question of the reviewer.

Each function takes what the phase made and gives one thing to display, over all tables
of the phase; nothing is printed, every value is masked and escaped below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pandas as pd

from reimport_lib.plan.delete import DELETED, KEPT, DeletionPlan
from reimport_lib.plan.gates import Gates
from reimport_lib.plan.made import spellings
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.stage import Staged
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import runs
from reimport_lib.record.events import ValuesRevealed
from reimport_lib.record.run import Run
from reimport_lib.show import backup_words, charts, deletion_words, previews
from reimport_lib.show.backup_words import Proof
from reimport_lib.show.deletion_words import Deletions
from reimport_lib.show.differences import changes_table
from reimport_lib.show.drawing import Chart
from reimport_lib.show.explorer import Explorer, explore
from reimport_lib.show.html import Element, Fold, Grid, Sentence, Stack
from reimport_lib.show.masking import Mask
from reimport_lib.show.results import (
    Card,
    checks_stack,
    header_card,
    link_floors,
    links_table,
)
from reimport_lib.show.words import count, noun, sentence_case, several
from reimport_lib.tables import registry

if TYPE_CHECKING:
    from reimport_lib.backup.backup import Backup
    from reimport_lib.backup.digests import DatabaseDigest
    from reimport_lib.prove.evidence import Evidence
    from reimport_lib.write.apply import Applied


def mask_for(run: Run, *, reveal: int = 0) -> Mask:
    """
    How values of this run are shown; ``reveal=1`` shows them plainly, and says so.

    That a person looked is recorded among the events of the run.
    """
    if reveal:
        run.tell(ValuesRevealed())
    return Mask(runs.pseudonym_key(run.settings), reveal=bool(reveal))


def card(run: Run) -> Card:
    """Which run this is, and whether it may write to the real database."""
    return header_card(run.manifest())


def sources(snapshot: Snapshot, tables: Sequence[str]) -> Stack:
    """File, kind, rows and fill rate of every table that the snapshot holds."""
    held = [table for table in tables if table in snapshot.manifest.tables]
    return previews.source_table(snapshot.manifest, *held)


def fill_charts(snapshot: Snapshot, tables: Sequence[str]) -> tuple[Chart, ...]:
    """A chart per table: how many rows fill each column."""
    found = snapshot.manifest.tables
    return tuple(
        charts.fill_rates(table, found[table].filled, found[table].rows)
        for table in tables
        if table in found
    )


def samples(staged: Mapping[str, Staged], mask: Mask, *, rows: int) -> Stack:
    """A few records of each table as they were read, masked."""
    return Stack(
        tuple(
            previews.sample_table(each.frame, mask, table=table, rows=rows)
            for table, each in staged.items()
        )
    )


def mappings(described: Mapping[str, pd.DataFrame], *, folded: bool = False) -> Stack:
    """Column by column, where each one goes; *folded*: behind a line per table."""
    shown: list[Element] = []
    for name, frame in described.items():
        table = previews.mapping_table(frame, name)
        verdicts = Counter(str(row[-1]).partition(":")[0] for row in table.rows)
        words = ", ".join(f"{count(n)} {verdict}" for verdict, n in verdicts.items())
        summary = f"{sentence_case(noun(name))}: {words}"
        shown.append(Fold(summary, table) if folded else table)
    return Stack(tuple(shown))


def links(plans: Sequence[Plan]) -> Stack:
    """Found and named, per link."""
    return Stack(tuple(links_table(plan) for plan in plans if plan.links))


def matches(plans: Sequence[Plan], staged: Mapping[str, Staged], mask: Mask) -> Stack:
    """Which spellings were taken for one, of rows that are made of spelled names."""
    by_table = {plan.table: plan for plan in plans}
    found = {
        name: spellings(plan, by_table[how.of], staged[how.of])
        for name, plan in by_table.items()
        if (how := registry.named(name).made) and how.spelled
    }
    return Stack(
        tuple(
            previews.matches_stack(name, texts, mask)
            for name, texts in found.items()
            if len(texts)
        )
    )


def link_charts(plans: Sequence[Plan], gates: Gates) -> tuple[Chart, ...]:
    """A chart per table: match rates with the floor of each gate marked."""
    return tuple(
        charts.match_rates(plan.table, plan.links, link_floors(plan.table, gates))
        for plan in plans
        if plan.links
    )


def equations(plans: Sequence[Plan]) -> Stack:
    """Every source row in exactly one outcome, per table."""
    return Stack(tuple(previews.outcomes_stack(plan) for plan in plans))


def outcome_charts(
    plans: Sequence[Plan], *, applied: bool = False
) -> tuple[Chart, ...]:
    """A chart per table: a bar per outcome."""
    return tuple(
        charts.outcome_bar(plan.table, plan.counts, applied=applied) for plan in plans
    )


def changes(plans: Sequence[Plan], mask: Mask, *, rows: int) -> Stack:
    """Field by field, what updates will change; masked."""
    return Stack(tuple(changes_table(plan, mask, rows) for plan in plans))


def reasons(plans: Sequence[Plan], mask: Mask) -> Stack:
    """What does not come in, why, how many, and what to do about it."""
    return Stack(tuple(previews.reasons_table(plan, mask) for plan in plans))


def notes(plans: Sequence[Plan]) -> Stack:
    """Values that were changed or doubted on the way in."""
    return Stack(tuple(previews.notes_table(plan) for plan in plans))


def explorer(
    plans: Sequence[Plan], staged: Mapping[str, Staged], mask: Mask, *, rows: int
) -> Explorer:
    """Rows by table, outcome and reason; reads without a kernel too."""
    frames = {table: each.frame for table, each in staged.items()}
    return explore(plans, mask, rows=rows, frames=frames)


checks = checks_stack


def control(explorer: Explorer) -> Any:
    """The explorer as a control in JupyterLab; nothing without ipywidgets."""
    if find_spec("ipywidgets") is None:
        return None
    from reimport_lib.show.control import make_control

    return make_control(explorer)


def raw_samples(snapshot: Snapshot, mask: Mask, *, rows: int) -> Stack:
    """A few records of every frozen table as text, masked."""
    return Stack(
        tuple(
            previews.sample_table(snapshot.table(table), mask, table=table, rows=rows)
            for table in snapshot.manifest.tables
        )
    )


def held_records(held: Mapping[str, pd.DataFrame], mask: Mask) -> Stack:
    """The first imported records of each table as the database has them, masked."""
    if not held:
        return Stack((Sentence("The database holds no imported record yet."),))
    return Stack(
        tuple(
            previews.sample_table(
                frame,
                mask,
                table=table,
                rows=len(frame),
                caption=f"{sentence_case(noun(table))} in the database: the first "
                f"{several(len(frame), 'record')} by key",
            )
            for table, frame in held.items()
        )
    )


def deletion_charts(
    plans: Sequence[DeletionPlan], *, clean_slate: bool
) -> tuple[Chart, ...]:
    """What goes and what is kept; no chart where nothing was looked at."""
    looked_at = {
        plan.table: (plan.counts[DELETED], plan.counts[KEPT])
        for plan in plans
        if len(plan.rows)
    }
    kept: Counter[str] = Counter()
    for plan in plans:
        kept.update(plan.reasons)
    gone = sum(deleted for deleted, _ in looked_at.values())
    told = deletion_words.finding(Deletions(gone, kept, clean_slate=clean_slate))
    return (charts.deletion_bars(looked_at, told),) if looked_at else ()


def backup_table(
    made: Backup, held: DatabaseDigest, *, taken_over: bool = False
) -> Grid:
    """
    Table by table: rows in the backup, and in what it was compared with.

    Args:
        held: by the restored copy; where a full run took the backup over, by the real
            database now.
    """
    rows = tuple(
        (
            name,
            count(table.rows),
            count(held.tables[name].rows) if name in held.tables else "",
            "equal" if held.tables.get(name) == table else "different",
        )
        for name, table in sorted(made.digest.tables.items())
        if table.rows
    )
    proof = Proof(
        made.file,
        made.bytes,
        made.server,
        empty_tables=len(made.digest.tables) - len(rows),
        taken_from=made.folder.parent.name if taken_over else "",
    )
    other = "rows now" if taken_over else "restored rows"
    return Grid(
        backup_words.caption(proof),
        ("table", "rows", other, "digest"),
        rows,
        right=frozenset({"rows", other}),
    )


def applied_table(applied: Applied) -> Grid:
    """What the transaction did, table by table."""
    return Grid(
        "Done before; nothing was written now" if applied.repeated else "Done",
        ("table", "outcome", "rows"),
        tuple(
            (noun(table), outcome, count(number))
            for table, counts in applied.counts.items()
            for outcome, number in counts.items()
            if number
        ),
        right=frozenset({"rows"}),
    )


def accounts(evidence: Evidence) -> Grid:
    """Phase by phase: the run that imported it, and the rows its ledger speaks of."""
    own = {evidence.run.run_id: "this one"}
    told = {
        phase: (
            own.get(account.run_id, account.run_id),
            count(sum(map(_total, account.counts.values()))),
        )
        for phase, account in evidence.accounts.items()
    }
    missing = {phase: (gap.actual, "") for phase, gap in evidence.gaps.items()}
    return Grid(
        "What the ledger of this database says was done",
        ("phase", "run", "rows with an outcome"),
        tuple((phase, *cells) for phase, cells in {**told, **missing}.items()),
        right=frozenset({"rows with an outcome"}),
    )


def _total(counts: Mapping[str, int]) -> int:
    return sum(counts.values())
