"""A rehearsal says where its copy lies; older copies go when a newer one succeeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reimport_lib.execute import rehearsal_copies
from reimport_lib.execute.rehearsal_copies import RehearsalCopy
from reimport_lib.phases.binding import place_of_copy
from reimport_lib.record import lock
from reimport_lib.record.run import Run
from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file
from tests.phases.sites import Site, rewritten


@pytest.fixture
def ready(ready: Site) -> Iterator[Site]:
    yield ready
    ready.drop_copies()


def settled(run: Run, keep: int) -> list[str]:
    """Which copies went when *run* ended."""
    kept = replace(run, settings=replace(run.settings, rehearsal_copies=keep))
    gone = list(rehearsal_copies.remove_older(kept))
    assert all(isinstance(each, RehearsalCopy) for each in gone), gone
    return [each.run_id for each in gone if isinstance(each, RehearsalCopy)]


def has_copy(run: Run) -> bool:
    return rehearsal_copies.of(run) is not None


def test_the_newest_copies_stay_and_none_that_somebody_needs_goes(ready: Site) -> None:
    stopped, busy, old, last = [ready.rehearse("validation") for _ in range(4)]
    with rewritten(stopped) as manifest:
        manifest["status"] = "interrupted"
    copy = rehearsal_copies.of(last)
    assert copy is not None
    assert copy.bytes > 10_000
    url = place_of_copy(last).url
    assert copy.name == (
        str(sqlite_file(url)) if is_sqlite(url) else database_name(url)
    )

    with lock.executing(busy):
        assert settled(last, keep=3) == []
        assert settled(last, keep=1) == [old.run_id]
        assert settled(stopped, keep=0) == []  # it has not succeeded
    assert [has_copy(run) for run in (stopped, busy, old, last)] == [
        *(True, True),
        *(False, True),
    ]
    assert settled(last, keep=0) == [last.run_id, busy.run_id]
    assert settled(last, keep=0) == []
    # what a rehearsal is applied by is there without its copy
    full = ready.apply(last)
    assert full.manifest()["status"] == "succeeded"


def test_the_copy_of_a_rehearsal_goes_once_that_is_applied(ready: Site) -> None:
    other, applied = [ready.rehearse("validation") for _ in range(2)]
    full = ready.apply(applied)

    assert settled(full, keep=1) == [applied.run_id]
    assert [has_copy(run) for run in (other, applied)] == [True, False]
