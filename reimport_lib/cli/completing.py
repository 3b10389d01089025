"""Runs whose process was killed as it ended them: closed by the next command."""

from __future__ import annotations

from collections.abc import Iterable

from reimport_lib import printing
from reimport_lib.errors import ReimportError
from reimport_lib.record import runs
from reimport_lib.record.run import Run


def complete(found: Iterable[Run]) -> None:
    """
    Seal what those of *found* left that were cut off as they ended.

    Where that cannot be written, as on a disk that is read only, it is told and nothing
    else is kept from being done.
    """
    for run in filter(runs.is_cut_off, found):
        from reimport_lib.execute import report  # it takes seconds to import

        try:
            report.complete(run)
        except ReimportError as error:
            printing.complain(f"reimport: {error.with_id}")
