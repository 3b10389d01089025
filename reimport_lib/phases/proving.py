"""Phase 8's questions to each table, shared out: a worker reads for itself.

What it is told is the run and the table; it opens the run as a notebook does, and
reads snapshot, outcomes files, ledger and database.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from uuid import uuid4

from reimport_lib import workers
from reimport_lib.config import load_settings
from reimport_lib.phases import frozen
from reimport_lib.phases.binding import bind_run
from reimport_lib.prove import by_table
from reimport_lib.prove.evidence import Answers, Evidence, gather
from reimport_lib.record import runs
from reimport_lib.tables import registry
from reimport_lib.write import sealed

_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One table of a run; *occasion* is new whenever all are asked anew."""

    run_id: str
    table: str
    occasion: str


def ask_tables(evidence: Evidence) -> None:
    """Have every table answered in *evidence*, by workers where there are any."""
    workers.use(evidence.run.settings.executor, evidence.run.settings.runs)
    occasion = uuid4().hex
    asked = [
        _Asked(evidence.run.run_id, table.name, occasion)
        for table in registry.all_tables()
    ]
    answered = workers.each(
        _answer,
        asked,
        here=lambda of: by_table.ask(evidence, of.table),
        on_cluster=True,
    )
    for of, answers in zip(asked, answered, strict=True):
        evidence.answers(of.table).update(answers)


def _answer(asked: _Asked) -> Answers:
    with sealed.sealed(), _one_at_a_time:  # a process is bound to one run's database
        return by_table.ask(_evidence(asked.run_id, asked.occasion), asked.table)


@lru_cache(maxsize=1)
def _evidence(run_id: str, _occasion: str) -> Evidence:
    run = runs.load(load_settings(), run_id)
    bind_run(run, writable=False)
    return gather(run, frozen.snapshot_of(run))
