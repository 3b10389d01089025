"""What ``undo.ipynb`` asks: the plan of an undo, its gate, and the undo itself.

By itself it plans an undo and carries it out by its word. ``reimport undo`` executes it
into the folder of the run that undoes, to show what that run did: the transaction waits
for no kernel.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property

from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import undo, undo_csv
from reimport_lib.execute.undo import Undo
from reimport_lib.phases import sealing
from reimport_lib.phases.injected import cells_run, refuse_undeclared
from reimport_lib.plan.undo import UndoPlan
from reimport_lib.record import runs
from reimport_lib.record.events import ValuesRevealed
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.show import undo_cover, undo_plans, undo_rows
from reimport_lib.show.drawing import Chart
from reimport_lib.show.html import Grid, Sentence, Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.results import Card
from reimport_lib.write import bind, models
from reimport_lib.write.touched import BESIDE, Narrowing
from reimport_lib.write.undo_values import values_of


@dataclass(eq=False, repr=False)
class UndoNotebook(ABC):
    """
    An undo as the notebook shows it.

    Attributes:
        whole: what becomes of every row.
        mask: how keys and values are shown.
        rows_shown: of each kind.
    """

    whole: UndoPlan
    mask: Masking
    rows_shown: int

    @property
    @abstractmethod
    def undo_id(self) -> str:
        """The run that undoes, once there is one."""

    @abstractmethod
    def card(self) -> Card:
        """Which run is undone, and where."""

    @abstractmethod
    def gate(self) -> Grid:
        """How much must go back, and the word."""

    @abstractmethod
    def carry_out(self) -> Sentence:
        """The undo itself, where it is to be done here; how it ended."""

    def plan(self) -> Grid:
        """What goes back?"""
        return undo_plans.fates_table(self._plan.counts, self._nouns, done=self._done)

    def charts(self) -> tuple[Chart, ...]:
        """How much of each table?"""
        counts = self._plan.counts
        return (undo_plans.fates_chart(counts, self._nouns, done=self._done),)

    def staying(self) -> Grid:
        """What stays, and why?"""
        return undo_plans.staying_table(self._plan.staying, self._nouns)

    def rows(self) -> Stack:
        """The first rows of each kind, with what they hold."""
        shown = undo_rows.first_rows(self._plan, self.rows_shown)
        rows = [row for group in shown.values() for row in group]
        return undo_rows.rows_stack(
            self._plan,
            values_of(self._plan, rows, undo_id=self.undo_id),
            self.mask,
            tables=models.tables_of_models(),
            nouns=self._nouns,
            wanted=self.rows_shown,
            done=self._done,
        )

    @property
    def _done(self) -> bool:
        return bool(self.undo_id)

    @cached_property
    def _plan(self) -> UndoPlan:
        """Without what the ledger holds beside rows: it shares their lot."""
        plan = self.whole
        return replace(
            plan,
            actions={r: a for r, a in plan.actions.items() if r.model != BESIDE},
            rows={r: v for r, v in plan.rows.items() if r.model != BESIDE},
            parts={p: v for p, v in plan.parts.items() if p.row.model != BESIDE},
        )

    @cached_property
    def _nouns(self) -> dict[str, str]:
        named = {row.model for row in self._plan.rows} | {*models.tables_of_models()}
        return undo.nouns_of(named)


@dataclass(eq=False, repr=False)
class PlannedUndo(UndoNotebook):
    """
    The undo of a run, planned when this was made.

    Attributes:
        least: share of the rows that must go back.
        confirm: what was typed for the word.
    """

    undo: Undo
    least: float
    confirm: str

    @property
    def undo_id(self) -> str:
        return ""

    def card(self) -> Card:
        facts = [
            ("Undoes", self.undo.run_id),
            ("Database", self.undo.database["name"]),
            *((name.capitalize(), value) for name, value in self.undo.narrowed.items()),
        ]
        return Card(Mode.UNDO, facts)

    def gate(self) -> Grid:
        return undo_plans.gate_table(
            self.undo.plan,
            least=self.least,
            word=self.undo.word,
            given=self.confirm,
        )

    def carry_out(self) -> Sentence:
        """
        Undo what the plan says, where the word was typed; else say that nothing was.

        Raises:
            Refused: another word was typed, as of an older plan.
            ReimportError: as of ``undo.carry_out``.
        """
        if not self.confirm:
            return Sentence(
                f"Nothing was written. To undo: confirm = {self.undo.word!r}, then run"
                " all cells.",
                strong=True,
            )
        if self.confirm != self.undo.word:
            raise Refused(
                "confirm is not the word of this plan, and nothing was written.",
                hint="look at the plan as it is now; the gate shows its word",
                id="R367",
            )
        run = undo.carry_out(self.undo, ask=lambda _: self.confirm, least=self.least)
        return Sentence(
            f"Undone by {run.run_id}; every row is in {undo_csv.FILE} of its folder."
            f" Back to what it was: reimport undo {run.run_id}.",
            strong=True,
        )


@dataclass(eq=False, repr=False)
class CarriedOut(UndoNotebook):
    """An undo that ended, as its record and the ledger say."""

    run: Run

    @property
    def undo_id(self) -> str:
        return self.run.run_id

    def card(self) -> Card:
        return undo_cover.card(self.run.manifest())

    def gate(self) -> Grid:
        return undo_cover.confirmation_table(self.run.manifest())

    def carry_out(self) -> Sentence:
        return Sentence(undo_cover.ending(self.run.manifest()), strong=True)


def open_undo(
    run_id: str = "",
    *,
    table: str = "",
    key: str = "",
    field: str = "",
    min_reversed: float = undo.LEAST,
    confirm: str = "",
    sample_rows: int = 5,
    reveal: int = 0,
    undo_id: str = "",
) -> UndoNotebook:
    """
    The plan of undoing *run_id*, as it is now; nothing is written.

    Args:
        run_id: empty: the newest import that nobody has taken back.
        table, key, field: which of its rows are meant.
        confirm: the word of this plan, where it is to be carried out.
        reveal: 1 shows keys and values unmasked, and records that it did.
        undo_id: a run that undoes, and has ended: it is shown, and nothing planned.

    Raises:
        UsageError: no such run; a parameter that the notebook does not declare.
        ReimportError: as of ``undo.plan``, ``undo_csv.read``.
    """
    refuse_undeclared(cells_run())
    settings = load_settings()
    mask = Masking(runs.pseudonym_key(settings), reveal=bool(reveal))
    chosen = undo_id or run_id or _newest(settings)
    if reveal:
        shown = runs.load(settings, chosen)
        shown.tell(ValuesRevealed())
        sealing.close(shown)
    if undo_id:
        run = _that_undoes(settings, undo_id)
        bind.bind_real(settings)
        return CarriedOut(undo_csv.read(run), mask, sample_rows, run)
    found = undo.plan(settings, chosen, Narrowing(table, key, field))
    return PlannedUndo(
        found.plan, mask, sample_rows, found, min_reversed, confirm.strip()
    )


def _that_undoes(settings: Settings, undo_id: str) -> Run:
    run = runs.load(settings, undo_id)
    if run.mode is Mode.UNDO and run.status not in (Status.OPEN, Status.RUNNING):
        return run
    raise UsageError(
        f"{undo_id} is no undo that has ended.",
        hint="undo_id names a run that undoes; to undo one: run_id",
        id="R393",
    )


def _newest(settings: Settings) -> str:
    """The newest import that wrote and was not taken back."""
    for run in reversed(runs.readable(settings)):
        manifest = run.manifest()
        is_back = run.status is Status.ROLLED_BACK or manifest.get("undone")
        if run.is_full and not is_back and run.status is not Status.OPEN:
            return run.run_id
    raise UsageError(
        "There is no import that could be undone.",
        hint="reimport runs lists the runs",
        id="R368",
    )
