"""A message in the ledger is committed with what it tells of, or not at all."""

from __future__ import annotations

import pytest
from django.db import transaction

from reimport_lib.errors import PhaseFailed
from reimport_lib.record.outbox import Occasion
from reimport_lib.write import apply as writing
from reimport_lib.write import fence, ledger, outbox, undo
from reimport_lib.write.outbox import LedgerMessage
from reimport_lib.write.touched import Narrowing
from tests.write.rows import AS_OF, LATER, RUN, Row, apply, plan, start

pytestmark = pytest.mark.usefixtures("bound")

ZOE: Row = {"key": "k-1", "last_name": "Ninepin"}


def entered(run_id: str = RUN, origin: str = "") -> list[LedgerMessage]:
    return outbox.entered(run_id, origin=origin)


def test_a_phase_and_the_end_of_a_run_are_entered_with_it_once() -> None:
    apply(plan("patients", ZOE), evidence_root="e" * 64)
    apply(plan("patients", ZOE))  # by the ledger it is done
    for _ in range(2):
        with fence.writing():
            ledger.finish_run(RUN, status="succeeded", finished_at=LATER)

    done, finished = entered()
    assert (done.occasion, done.phase) == (Occasion.PHASE_DONE, "patients")
    assert (dict(done.counts), done.digest) == ({"created": 1}, "e" * 64)
    assert (finished.occasion, finished.phase, finished.at) == (
        Occasion.FINISHED,
        "",
        LATER,
    )


def test_what_is_rolled_back_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PhaseFailed("no", hint="", id="R103")

    monkeypatch.setattr(writing.signoffs, "record_uses", refused)  # the last it does
    with pytest.raises(PhaseFailed):
        apply(plan("patients", ZOE))
    assert entered() == []

    start()
    with fence.writing():
        ledger.finish_run(RUN, status="succeeded", finished_at=AS_OF)
        transaction.set_rollback(True)
    assert entered() == []


def test_a_run_that_fails_is_told_of_by_its_record_alone() -> None:
    start()
    with fence.writing():
        ledger.finish_run(RUN, status="failed", finished_at=AS_OF)

    assert entered() == []


def test_an_undo_tells_that_it_is_done_with_what_it_does() -> None:
    apply(plan("patients", ZOE))
    found = undo.plan(RUN, Narrowing())
    undo.apply("back", found, Narrowing(), as_of=LATER)
    with fence.writing():
        ledger.finish_run("back", status="succeeded", finished_at=LATER)

    (told,) = entered("back")
    assert (told.occasion, told.phase) == (Occasion.UNDONE, "")


def test_another_run_of_the_same_id_is_not_meant() -> None:
    apply(plan("patients", ZOE))
    assert len(entered(origin="any: this one has none")) == 1
    ledger.start_run(
        "with-origin",
        mode="full",
        as_of=AS_OF,
        started_at=AS_OF,
        snapshot_digest="d" * 64,
        origin="ours",
    )
    with fence.writing():
        ledger.finish_run("with-origin", status="succeeded", finished_at=AS_OF)

    assert len(entered("with-origin", "ours")) == 1
    assert entered("with-origin", "theirs") == []
