"""What telling people's work from FileMaker's costs an import: a share of its seconds.

    python -m tests.benchmarks.merging [--scale 1.0]    DATABASE_URL: another database

A clinic is imported for the first time and again, after people and FileMaker have both
changed every tenth row. Of both imports the seconds of planning and applying are shown,
and those spent on bases, on comparing by them and on keeping what is asked. On
PostgreSQL the clock on the wall is read: the server's own seconds count there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

from django.db.models import TextField

from reimport_lib.execute import approve
from reimport_lib.phases import asked, planning
from reimport_lib.plan import compare, plan
from reimport_lib.plan.values.canonical import canonical_texts
from reimport_lib.tables import registry
from reimport_lib.write import bases, bind, fence, imported, read
from reimport_lib.write.databases import is_sqlite
from reimport_lib.write.holding import HASH
from reimport_lib.write.models import fields_of, managed, model_of
from reimport_lib.write.rows import update_rows
from tests.benchmarks.clinics import clinic
from tests.benchmarks.functions import by_functions

LIMIT = 0.20
EVERY = 10  # row that people and FileMaker change

BOOKKEEPING: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    "reading bases": ((read, "_left_of"), (planning, "merging_of")),
    "comparing by them": (
        *((compare, name) for name in ("_rows_that", "_as_left", "merge")),
        *((compare, name) for name in ("fit", "_with_peoples")),
        (plan, "_merged"),
    ),
    "digests to leave": ((compare, "_bases"),),
    "writing bases": ((bases, "record"),),
    "what is asked": ((asked, "keep"),),
}
"""Step -> the functions that an import without a three-way merge would not call."""


class Watch:
    """Seconds by step; those of a step that another calls belong to the outer one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.seconds = dict.fromkeys(BOOKKEEPING, 0.0)
        self._is_running = False

    @contextmanager
    def on(self) -> Iterator[None]:
        """Measure every function of ``BOOKKEEPING`` while the block runs."""
        with ExitStack() as stack:
            for step, functions in BOOKKEEPING.items():
                for module, name in functions:
                    timed = self._timed(step, getattr(module, name))
                    stack.enter_context(patch.object(module, name, timed))
            yield

    def _timed(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*words: Any, **named: Any) -> Any:
            if self._is_running:
                return work(*words, **named)
            self._is_running, started = True, self.clock()
            try:
                return work(*words, **named)
            finally:
                self.seconds[step] += self.clock() - started
                self._is_running = False

        return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    scale = parser.parse_args().scale
    with clinic(scale) as emptied, emptied() as settings:
        url = settings.database_url.reveal()
        clock = time.process_time if is_sqlite(url) else time.perf_counter
        rehearsal = approve.open_rehearsal(settings, gates={})
        by_functions(rehearsal)
        first = _measured(
            "first import",
            lambda: approve.open_full(settings, rehearsal, ask=None, yes=True),
            clock,
        )
        bind.bind_real(settings, writable=True)
        with fence.held(fence.Claim("benchmark", "benchmark")), fence.writing():
            changed = sum(_change(t.name) for t in registry.all_tables() if t.model)
        bind.close()
        again = _measured(
            f"import after {changed:,} edits on both sides",
            lambda: approve.open_rehearsal(settings, gates={}),
            clock,
        )
    sys.exit(max(first, again) > LIMIT)


def _measured(
    name: str, opened: Callable[[], Any], clock: Callable[[], float]
) -> float:
    """Import *opened*, tell what it cost; the share of the merge."""
    run, watch = opened(), Watch(clock)
    with watch.on():
        phases = by_functions(run, clock).values()
    of_plan, of_apply = (
        sum(steps.get(step, 0.0) for steps in phases) for step in ("plan", "apply")
    )
    spent = sum(watch.seconds.values())
    share = spent / (of_plan + of_apply)
    print(f"{name}: plan {of_plan:.2f} s, apply {of_apply:.2f} s;", end=" ")
    print(
        f"the merge {spent:.2f} s = {share:.1%} of both (limit {LIMIT:.0%}),", end=" "
    )
    print(f"writing bases {watch.seconds['writing bases'] / of_apply:.1%} of apply")
    for step, seconds in watch.seconds.items():
        print(f"  {step}: {seconds:.2f} s")
    return share


def _change(table: str) -> int:
    """
    Let people and FileMaker change a text of every tenth row of *table*; how many.

    People change one half of them. The other half becomes what an import of another
    text would have left, so that FileMaker's is the new one. One in ten of them is not
    what it left either: a conflict.
    """
    model = model_of(table)
    fields = fields_of(model)
    texts = [n for n in managed(table) if isinstance(fields.get(n), TextField)]
    rows = imported.rows(table, (HASH, *texts)).iloc[::EVERY]
    if not texts or rows.empty:
        return 0
    name, keys = texts[0], list(rows.index)
    before = canonical_texts(rows[name])
    after = [f"{text} (changed)" for text in before]
    update_rows(model, keys, {name: after})
    left = [
        f"{text} (left)" if place % EVERY == 0 else text
        for place, text in enumerate(after[::2])
    ]
    bases.carry(table, keys[::2], name, before[::2], left)
    update_rows(model, keys[::2], {HASH: ["another"] * len(keys[::2])})
    return len(keys)


if __name__ == "__main__":
    main()
