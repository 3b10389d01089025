"""A backup is said to be restored by the run that restored it."""

from __future__ import annotations

from dataclasses import replace

from reimport_lib.show.backup_words import Proof, caption

OWN = Proof("database.dump", 2_000_000, "PostgreSQL 17", empty_tables=1)


def test_a_backup_of_the_runs_own_was_restored_now() -> None:
    assert caption(OWN) == (
        "database.dump, 2.0 MB, PostgreSQL 17: restored and compared;"
        " 1 further table is empty"
    )


def test_one_that_was_taken_over_was_restored_by_its_rehearsal() -> None:
    taken = replace(OWN, taken_from="20261121T101500Z-rehearsal", empty_tables=0)

    assert caption(taken) == (
        "database.dump, 2.0 MB, PostgreSQL 17: restored and compared by"
        " 20261121T101500Z-rehearsal; now compared with the real database;"
        " 0 further tables are empty"
    )
