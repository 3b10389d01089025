"""A run taken back row by row, and what was saved since left alone.

A plan like any other: it is shown, confirmed by a word that names it, and applied as it
was shown, by a run of its own, which can be undone too.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import (
    GateFailed,
    Interrupted,
    Refused,
    ReimportError,
    UsageError,
    did_you_mean,
)
from reimport_lib.execute import restore, signals
from reimport_lib.execute.approve import Ask, confirmation, require_yes
from reimport_lib.phases import recording
from reimport_lib.plan.undo import UndoPlan
from reimport_lib.private_files import write_private
from reimport_lib.record import lock, runs
from reimport_lib.record.manifest import DamagedRecord, Database
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.record.versions import opening_details
from reimport_lib.tables import registry
from reimport_lib.write import bind, identity, models
from reimport_lib.write import undo as writing
from reimport_lib.write.touched import Narrowing

FILE = "undo.csv"
LEAST = 0.5
HEAD = ("model", "key", "field", "action", "outcome", "why", "what")


@dataclass(frozen=True, slots=True, eq=False)
class Undo:
    """
    What undoing a run would do, as it is shown before anybody says yes.

    Attributes:
        database: what tells the real one apart.
        unknown_rows: rows that the run created before the ledger kept which.
    """

    settings: Settings
    run_id: str
    narrowing: Narrowing
    plan: UndoPlan
    database: Mapping[str, str]
    unknown_rows: int

    @property
    def word(self) -> str:
        """What a person types to say yes: the database's name and eight digits."""
        return f"{self.database['name']} {self.plan.digest[:8]}"

    @property
    def narrowed(self) -> dict[str, str]:
        """What of the run is meant; empty: all of it."""
        given = {n: getattr(self.narrowing, n) for n in ("table", "key", "field")}
        # whose row it is stays out of what is kept
        return {n: "(one row)" if n == "key" else v for n, v in given.items() if v}


def plan(settings: Settings, run_id: str, narrowing: Narrowing) -> Undo:
    """
    What undoing *run_id* would do now; nothing is written.

    Raises:
        UsageError: there is no such run, table or field.
        Refused: it is not in the ledger of the database, touched nothing that is
            meant, or a run is being executed.
        TargetError: the database cannot be reached, or is not migrated.
    """
    bind.bind_real(settings)
    _require_words(narrowing)
    database = identity.database_identity()
    restore.require_idle(settings)
    try:
        reach = writing.reach(run_id)
    except Refused:
        runs.load(settings, run_id)  # no such run at all: says which is near
        raise
    decided = writing.plan(run_id, narrowing)
    if not decided.rows:
        raise Refused(
            f"{run_id}: the ledger holds no row that it touched and that is meant.",
            hint="reimport restore goes back without the ledger"
            if reach.unknown_rows
            else f"reimport show {run_id}",
            id="R312",
        )
    return Undo(settings, run_id, narrowing, decided, database, reach.unknown_rows)


def carry_out(
    undo: Undo, *, ask: Ask | None, yes: bool = False, least: float = LEAST
) -> Run:
    """
    Undo what the plan says, once confirmed; the run that did it.

    Args:
        least: share of the rows that must go back, 0..1, or nothing is written.

    Raises:
        GateFailed: fewer go back.
        Refused: nothing goes back, nobody confirmed, or rows changed meanwhile.
        PhaseFailed: the database refused it; nothing was written.
    """
    _require_enough(undo, least)
    again = f"reimport undo {undo.run_id}"
    if not yes:
        require_yes(undo.word, ask, what="Undoing", again=again)
    run = _open(undo, typed=not yes)
    with lock.executing(run), signals.interrupting():
        run.begin()
        with _recorded(run, again):
            bind.bind_real(undo.settings, writable=True)
            as_of = datetime.fromisoformat(run.manifest()["created_at"])
            writing.apply(run.run_id, undo.plan, undo.narrowing, as_of=as_of)
    with suppress(UsageError, DamagedRecord):  # it may be of another runs folder
        undone = runs.load(undo.settings, undo.run_id)
        undone.record_undoing(run.run_id, undo.plan.totals)
    return run


def _open(undo: Undo, *, typed: bool) -> Run:
    database: Database = {**undo.database}  # type: ignore[typeddict-item]
    run = runs.create(
        undo.settings,
        Mode.UNDO,
        phases=(),
        details={
            **opening_details(undo.settings),
            "database": database,
            "confirmed": confirmation(undo.word, typed=typed),
            "undo": {
                "of": undo.run_id,
                "digest": undo.plan.digest,
                "narrowed": undo.narrowed,
                "counts": undo.plan.counts,
            },
        },
    )
    write_private(run.folder / FILE, _lines(undo.plan))
    return run


@contextmanager
def _recorded(run: Run, again: str) -> Iterator[None]:
    """
    How it ended, into the record and the ledger, whatever happens.

    Raises:
        ReimportError: as it was; what else goes wrong, told without its text.
    """
    started = time.monotonic()
    try:
        yield
    except ReimportError as error:
        _end(run, started, _of_an_undo(error, again))
        raise
    except KeyboardInterrupt:
        stopped = Interrupted("Stopped: nothing was undone.", hint=again, id="R313")
        _end(run, started, stopped)
        raise stopped from None
    except Exception as error:  # recorded, and told without its text
        failure = _of_an_undo(recording.unexpected(run, "undo", error), again)
        _end(run, started, failure)
        raise failure from None
    _end(run, started)


def _end(run: Run, started: float, failure: ReimportError | None = None) -> None:
    status = recording.status_of(failure) if failure else Status.SUCCEEDED
    said = str(failure) if failure else ""
    run.end(status, seconds=time.monotonic() - started, error=said)
    recording.tell_ledger(run, status)


def _of_an_undo(error: ReimportError, again: str) -> ReimportError:
    """*error*, whose hint speaks of an import, with the next step of an undo."""
    if "reimport run" in error.hint:
        error.hint = f"{again} --plan"
    return error


def _require_enough(undo: Undo, least: float) -> None:
    rows = undo.plan.totals
    back, every = rows["reversed"], sum(rows.values()) - rows["absent"]
    if not undo.plan.writes:
        raise Refused(
            f"{undo.run_id}: nothing of it can go back: {rows['kept']:,} kept,"
            f" {rows['blocked']:,} blocked, {rows['absent']:,} absent.",
            hint=f"reimport undo {undo.run_id} --plan says why",
            id="R314",
        )
    if back < least * every:
        raise GateFailed(
            f"{undo.run_id}: {back:,} of {several(every, 'row')} would go back"
            f" (needs {least:.0%}).",
            hint=f"look at them, then reimport undo {undo.run_id} --min-reversed 0",
            id="R315",
        )


def _require_words(narrowing: Narrowing) -> None:
    tables = {table.name: table for table in registry.all_tables() if table.model}
    if narrowing.table and narrowing.table not in tables:
        raise UsageError(
            f"There is no table {narrowing.table!r} of rows."
            + did_you_mean(narrowing.table, tables),
            hint="reimport undo RUN --plan lists the tables of a run",
            id="R316",
        )
    named = [narrowing.table] if narrowing.table else list(tables)
    fields = {
        name for table in named for name in models.fields_of(models.model_of(table))
    }
    if narrowing.field and narrowing.field not in fields:
        raise UsageError(
            f"There is no field {narrowing.field!r} in"
            f" {narrowing.table or 'any table'}."
            + did_you_mean(narrowing.field, fields),
            hint="fields are named as the columns of the database are in the models",
            id="R317",
        )


def _lines(plan: UndoPlan) -> str:
    """Every part with its outcome, as CSV; keys are those of the database."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for part, (outcome, why, what) in sorted(plan.parts.items()):
        action = plan.actions[part.row]
        writer.writerow([*part.row, part.field, action, outcome, why, what])
    return out.getvalue()
