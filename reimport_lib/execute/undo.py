"""A run taken back row by row, and what was saved since left alone.

A plan like any other: it is shown, confirmed by a word that names it, and applied as it
was shown, by a run of its own, which can be undone too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from reimport_lib.execute import restore, signals, undo_csv
from reimport_lib.execute.approve import TYPED, Ask, confirmation, require_yes
from reimport_lib.phases import fencing, recording, sealing
from reimport_lib.plan.undo import UndoPlan
from reimport_lib.private_files import remove_unfinished
from reimport_lib.record import lock, runs
from reimport_lib.record.manifest import DamagedRecord, Database, Staying
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.record.versions import opening_details
from reimport_lib.tables import registry
from reimport_lib.write import bind, identity, ledger, models
from reimport_lib.write import undo as writing
from reimport_lib.write.peoples_images import Reader
from reimport_lib.write.putting_back import PHASE
from reimport_lib.write.remaining import Remaining, of_all
from reimport_lib.write.touched import BESIDE, Narrowing

LEAST = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Undo:
    """
    What undoing a run would do, as it is shown before anybody says yes.

    Attributes:
        database: what tells the real one apart.
        unknown_rows: rows that the run created before the ledger kept which.
        read: gives what is put back, where that is people's work.
    """

    settings: Settings
    run_id: str
    narrowing: Narrowing
    plan: UndoPlan
    database: Mapping[str, str]
    unknown_rows: int = 0
    mode: Mode = Mode.UNDO
    read: Reader | None = None

    @property
    def command(self) -> str:
        """What a person types for it."""
        if self.mode is Mode.PUT_BACK:
            return f"reimport restore {self.run_id} --put-back"
        return f"reimport undo {self.run_id}"

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


def plan(
    settings: Settings, run_id: str, narrowing: Narrowing, *, ours: str = ""
) -> Undo:
    """
    What undoing *run_id* would do now; nothing is written.

    Args:
        ours: the run that this process is executing.

    Raises:
        UsageError: there is no such run, table or field.
        Refused: it is not in the ledger of the database, touched nothing that is
            meant, or a run is being executed.
        TargetError: the database cannot be reached, or is not migrated.
    """
    bind.bind_real(settings)
    _require_words(narrowing)
    database = identity.database_identity()
    restore.require_idle(settings, but=ours)
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


def plan_of(settings: Settings, run_id: str, read: Reader) -> Undo:
    """
    What putting back the people's work that *read* gives would do now.

    Raises:
        Refused: a run is being executed.
        TargetError: the database cannot be reached, or is not migrated.
    """
    bind.bind_real(settings)
    database = identity.database_identity()
    restore.require_idle(settings)
    decided = writing.plan_of(run_id, read)
    return Undo(
        settings,
        run_id,
        Narrowing(),
        decided,
        database,
        mode=Mode.PUT_BACK,
        read=read,
    )


def remaining(settings: Settings) -> dict[str, Remaining]:
    """
    Run id -> how much of it can still be undone, by what the ledger holds.

    Raises:
        TargetError: the database cannot be reached, or is not migrated.
    """
    try:
        bind.bind_real(settings)
        identity.database_identity()
        return of_all()
    finally:
        bind.close()


def carry_out(
    undo: Undo,
    *,
    ask: Ask | None,
    yes: bool = False,
    least: float = LEAST,
    report: Callable[[Run], object] | None = None,
    by: str = "",
) -> Run:
    """
    Undo what the plan says, once confirmed; the run that did it.

    Args:
        least: share of the rows that must go back, 0..1, or nothing is written.
        by: who typed the word, where that is not the account.
        report: writes what the run leaves to read, however it ended; raises nothing.

    Raises:
        GateFailed: fewer go back.
        Refused: nothing goes back, nobody confirmed, or rows changed meanwhile.
        PhaseFailed: the database refused it; nothing was written.
    """
    _complete_killed(undo)
    _require_enough(undo, least)
    if not yes:
        require_yes(undo.word, ask, what="Undoing", again=undo.command)
    run = open_undo(undo, how="--yes" if yes else TYPED, by=by)
    try:
        write(undo, run)
    finally:
        if report:
            report(run)
    return run


def _complete_killed(undo: Undo) -> None:
    """End the undos of the same run that were stopped, as the ledger says."""
    for run in runs.readable(undo.settings):
        if run.manifest().get("undo", {}).get("of") != undo.run_id:
            continue
        remove_unfinished(run.folder)
        if run.status is Status.RUNNING or ledger.phase_done(run.run_id, PHASE):
            complete(run)


def open_undo(undo: Undo, *, how: str, by: str = "") -> Run:
    """The run that undoes, with all that it will do; *how* it was confirmed."""
    database: Database = {**undo.database}  # type: ignore[typeddict-item]
    run = runs.create(
        undo.settings,
        undo.mode,
        phases=(),
        details={
            **opening_details(undo.settings),
            "database": database,
            "confirmed": confirmation(undo.word, how=how, by=by),
            "undo": {
                "of": undo.run_id,
                "digest": undo.plan.digest,
                "narrowed": undo.narrowed,
                "counts": undo.plan.counts,
                "stays": _staying(undo.plan),
            },
        },
    )
    undo_csv.keep(run.folder, undo.plan)
    return run


def write(undo: Undo, run: Run) -> None:
    """
    Undo what the plan says, as *run*, and enter it in the record of the run undone.

    Raises:
        ReimportError: see ``carry_out``.
    """
    again = undo.command
    with lock.executing(run), signals.interrupting(), fencing.kept(run):
        run.begin()
        with _recorded(run, again):
            bind.bind_real(undo.settings, writable=True)
            fencing.take(run)
            as_of = datetime.fromisoformat(run.manifest()["created_at"])
            root = sealing.checkpoint(run, PHASE, {undo.run_id: undo.plan.digest})
            writing.apply(
                run.run_id,
                undo.plan,
                undo.narrowing,
                as_of=as_of,
                mode=str(undo.mode),
                read=undo.read,
                evidence_root=root,
            )
    _tell_undone(run)


def complete(run: Run) -> bool:
    """
    End the undo *run*, whose process was killed, as the ledger says that it ended.

    Returns:
        Whether it was committed; else nothing of it was written.
    """
    bind.bind_real(run.settings)
    done = ledger.phase_done(run.run_id, PHASE) is not None
    if run.status in (Status.OPEN, Status.RUNNING, Status.INTERRUPTED):
        run.begin()
        run.end(Status.SUCCEEDED if done else Status.INTERRUPTED, seconds=0)
    if done:
        bind.bind_real(run.settings, writable=True)
        recording.tell_ledger(run, Status.SUCCEEDED)
        _tell_undone(run)
    return done


def _tell_undone(run: Run) -> None:
    """Enter *run* in the record of the run that it undid or put back after, once."""
    record = run.manifest()["undo"]
    rows: Counter[str] = Counter()
    for counts in record["counts"].values():
        rows.update(counts)
    with suppress(UsageError, DamagedRecord):  # it may be of another runs folder
        undone = runs.load(run.settings, record["of"])
        puts_back, manifest = run.mode is Mode.PUT_BACK, undone.manifest()
        undoings, puttings = manifest.get("undone", []), manifest.get("put_back", [])
        told = puttings if puts_back else undoings
        if all(run.run_id != one["by"] for one in told):
            tell = undone.record_putting_back if puts_back else undone.record_undoing
            tell(run.run_id, rows)
            sealing.close(undone)


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


def noun_of(model: str) -> str:
    """As reports call its rows; the model's own name, where no table is made of it."""
    table = models.tables_of_models().get(model)
    return registry.named(table).noun if table else model


def nouns_of(models_shown: Iterable[str]) -> dict[str, str]:
    """
    Model -> what reports call its rows.

    Not of what the ledger holds beside rows: it shares their lot, and is not told.
    """
    return {label: noun_of(label) for label in models_shown if label != BESIDE}


def _staying(plan: UndoPlan) -> list[Staying]:
    return [
        {
            "model": model,
            "outcome": str(verdict.outcome),
            "why": str(verdict.why),
            "what": verdict.what,
            "rows": rows,
        }
        for (model, verdict), rows in plan.staying.items()
        if model != BESIDE
    ]


def _require_enough(undo: Undo, least: float) -> None:
    rows = undo.plan.totals
    back, every = rows["reversed"], sum(rows.values()) - rows["absent"]
    if not undo.plan.writes:
        raise Refused(
            f"{undo.run_id}: nothing of it can go back: {rows['kept']:,} kept,"
            f" {rows['blocked']:,} blocked, {rows['absent']:,} absent.",
            hint=f"{undo.command} --plan says why",
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
