"""No word of the synthetic clinic vanishes on its way in, whatever is odd about it."""

from __future__ import annotations

from pathlib import Path

from reimport_demo.clinic.build import Clinic
from reimport_lib.plan.stage import stage
from reimport_lib.tables import registry
from tests.demo.imported import decisions, frozen
from tests.plan.reading import left_out


def test_every_word_is_in_a_field_or_in_the_metadata(
    small: Clinic, tmp_path: Path
) -> None:
    snapshot, _ = frozen(small, tmp_path / "texts")
    decided, context = decisions(small, tmp_path / "decided")

    missing = [
        words
        for table, rule in registry.sources().items()
        for frame in [snapshot.table(table)]
        for words in left_out(
            stage(rule, frame, context), decided[table], frame, context
        )
    ]

    assert missing == []
