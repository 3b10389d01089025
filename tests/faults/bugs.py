"""Bugs planted for as long as a test runs, each one that was made somewhere before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reimport_lib.backup.backup import MANIFEST, Backup, make_backup
from reimport_lib.execute import restore
from reimport_lib.write import changes, decisions, fence, ledger, standing
from tests.faults.story import RESTORE, UNDO

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """
    Attributes:
        steps: of the story, in which seeds look for it.
    """

    plant: Plant
    steps: tuple[str, ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            self.plant(patched)
            yield


def _ledger_in_another_transaction(patched: pytest.MonkeyPatch) -> None:
    record = ledger.record_phase

    def later(*args: Any) -> None:
        from django.db import connections

        after = (set(), lambda: record(*args), False)  # past the seal
        connections["default"].run_on_commit.append(after)

    patched.setattr(ledger, "record_phase", later)


def _every_statement_by_itself(patched: pytest.MonkeyPatch) -> None:
    loose = SimpleNamespace(atomic=lambda **_: nullcontext())
    patched.setattr(fence, "transaction", loose)


def _manifest_first(patched: pytest.MonkeyPatch) -> None:
    def made(url: str, folder: Path, **given: Any) -> Backup:
        beside = folder.with_name(f".{folder.name}")
        whole = make_backup(url, beside, **given)
        folder.mkdir(exist_ok=True)
        for name in (MANIFEST, whole.file):
            shutil.copy(beside / name, folder / name)
        shutil.rmtree(beside)
        return replace(whole, folder=folder)

    patched.setattr(restore, "make_backup", made)


def _link_forgotten(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(standing, "_holds", lambda *_: iter(()))


def _hash_not_compared(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(changes, "_refuse_edited", lambda *_: None)


def _phase_repeated(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(ledger, "phase_done", lambda *_, **__: None)


def _decision_lost(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(decisions, "rulings", lambda *_, **__: {})


def _fence_missing(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(fence, "_require", lambda: None)


BUGS = {
    "ledger-in-another-transaction": Bug(
        _ledger_in_another_transaction, ("appointments", "images")
    ),
    "autocommit-delete": Bug(_every_statement_by_itself, ("delete",)),
    "manifest-first": Bug(_manifest_first, (RESTORE,)),
    "undo-forgets-a-link": Bug(_link_forgotten, (UNDO,)),
    "hash-not-compared": Bug(_hash_not_compared, ("patients",)),
    "missing-fence": Bug(_fence_missing, ("appointments", "images")),
    "lost-decision": Bug(_decision_lost, ("patients",)),
    "resume-repeats-a-phase": Bug(_phase_repeated, ("appointments", "images")),
}
