"""The one import of a notebook: its phase, opened in a run."""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.phases import backup, delete, validation, validation_post
from reimport_lib.phases.opening import open_run
from reimport_lib.phases.questions.backup import BackupNotebook
from reimport_lib.phases.questions.data import DataNotebook
from reimport_lib.phases.questions.delete import DeleteNotebook
from reimport_lib.phases.questions.shared import PhaseNotebook
from reimport_lib.phases.questions.validation import ValidationNotebook
from reimport_lib.phases.questions.validation_post import ValidationPostNotebook
from reimport_lib.record import runs
from reimport_lib.record.events import ValuesRevealed
from reimport_lib.show.masking import Masking

KINDS: Mapping[str, type[PhaseNotebook]] = {
    validation.NAME: ValidationNotebook,
    backup.NAME: BackupNotebook,
    delete.NAME: DeleteNotebook,
    validation_post.NAME: ValidationPostNotebook,
}
"""Phase -> what its notebook asks; the others are data phases."""


def open_phase(
    name: str,
    *,
    run_id: str = "",
    sample_rows: int = 5,
    reveal: int = 0,
    gates: Mapping[str, float] | None = None,
) -> PhaseNotebook:
    """
    The phase called *name* in the run of this notebook, marked as running.

    Args:
        run_id, gates: as ``opening.open_run`` takes them.
        sample_rows: records that a sample shows, of each table.
        reveal: 1 shows values unmasked, and records that it did.

    Raises:
        UsageError: no such run; a parameter that the notebook does not declare.
        Refused: the run does not hold this phase, or an earlier one is not done.
    """
    run = open_run(name, run_id=run_id, gates=gates)
    if reveal:
        run.tell(ValuesRevealed())
    mask = Masking(runs.pseudonym_key(run.settings), reveal=bool(reveal))
    return KINDS.get(name, DataNotebook)(run, name, mask, sample_rows)
