"""Records and containers that misbehave: one line each, and the others come."""

from __future__ import annotations

from pathlib import Path

from reimport_lib.files.ledger import Line, Outcome
from reimport_lib.files.transfer import transfer
from tests.files.hostile import file, lines, serving
from tests.sources.servers import QUICK

DOCUMENTS = ("documents",)


def outcomes(found: list[Line]) -> list[Outcome]:
    return [line.outcome for line in found]


def test_the_second_record_of_a_key_fails_in_every_run(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with serving(("X1", file()), ("x1", file()), ("X2", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        for _ in range(2):
            transfer(made, tables=DOCUMENTS, patience=QUICK)

            first, second, third = lines(made)
            assert outcomes([first, third]) == [Outcome.STORED] * 2
            assert second.outcome is Outcome.FAILED
            assert second.why == "another record has the same key"
            assert second.object_key == ""
        assert hostile.asked == {1: 1, 3: 1}
