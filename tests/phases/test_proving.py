"""What workers answer of an imported clinic is what its own process finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from reimport_lib.home import CHECKOUT
from reimport_lib.phases.proving import ask_tables
from reimport_lib.tables import registry
from tests.phases.checking import Case, case
from tests.phases.conftest import Whole

__all__ = ["case"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked")

ASKED = """
import json, sys
from reimport_lib import workers
from reimport_lib.config import load_settings
from reimport_lib.execute.prefork import preload
preload.load()
workers.fork("3")
from reimport_lib.phases import frozen, proving
from reimport_lib.phases.binding import bind_run
from reimport_lib.prove.evidence import gather
from reimport_lib.record import runs
from reimport_lib.tables import registry
run = runs.load(load_settings(), sys.argv[1])
bind_run(run, writable=False)
evidence = gather(run, frozen.snapshot_of(run))
proving.ask_tables(evidence)
answers = {
    table.name: {
        question: [check.as_json() for check in checks]
        for question, checks in evidence.answers(table.name).items()
    }
    for table in registry.all_tables()
}
print(json.dumps([answers, sorted(evidence._held)]))
"""


def by_workers(whole: Whole) -> Any:
    """The answers of a process with two workers, and the tables that it read itself."""
    run = whole.full
    done = subprocess.run(
        [sys.executable, "-c", ASKED, run.run_id],
        cwd=CHECKOUT,
        env={
            **os.environ,
            **whole.site.environ,
            "DATABASE_URL": run.settings.database_url.reveal(),
            "REIMPORT_RUNS": str(run.settings.runs),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_check_is_the_same(whole: Whole, case: Case) -> None:
    evidence = case.evidence()
    ask_tables(evidence)

    answers, read_there = by_workers(whole)

    checks = 0
    for table in registry.all_tables():
        for question, expected in evidence.answers(table.name).items():
            shown = [json.loads(json.dumps(check.as_json())) for check in expected]
            assert answers[table.name][question] == shown
            checks += len(shown)
    assert checks > 200
    assert len(read_there) < len(evidence._held)
