"""The runs folder as the web server reads it, or a sentence that says why it cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.http import Http404

from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import ReimportError, UsageError
from reimport_lib.record import runs
from reimport_lib.record.manifest import DamagedRecord, Manifest
from reimport_lib.record.run import Run


class Unreadable(Exception):
    """What lies there cannot be read; the sentence says why, and what to do."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.why, self.hint = why, hint


@dataclass(frozen=True, slots=True)
class Shelved:
    """A run and its record, read once."""

    run: Run
    manifest: Manifest


def settings() -> Settings:
    """
    Those of the import.

    Raises:
        Unreadable: they cannot be read, or the runs folder cannot.
    """
    with told():
        found = load_settings()
        if found.runs.exists() and not os.access(found.runs, os.R_OK | os.X_OK):
            raise Unreadable(
                f"The runs folder {found.runs} cannot be read by the account of this"
                " web server.",
                "serve this page by the account that runs the imports, or by `reimport"
                " dashboard`",
            )
        return found


def one(of: Settings, run_id: str) -> Shelved:
    """
    The run *run_id*.

    Raises:
        Http404: there is none of this name.
        Unreadable: its record cannot be read.
    """
    with told():
        try:
            run = runs.load(of, run_id)
            return Shelved(run, run.manifest())
        except UsageError:
            raise Http404 from None


def newest(of: Settings, ids: list[str]) -> tuple[list[Shelved], list[str]]:
    """Of *ids* those whose record can be read; and the ids of the others."""
    found, damaged = [], []
    for run_id in ids:
        try:
            found.append(one(of, run_id))
        except (Unreadable, Http404):  # or it has just been removed
            damaged.append(run_id)
    return found, damaged


def all_ids(of: Settings) -> list[str]:
    """
    Ids of all runs, newest first.

    Raises:
        Unreadable: see above.
    """
    with told():
        return runs.all_run_ids(of)[::-1]


@contextmanager
def told() -> Iterator[None]:
    """
    What is wrong with the machine or with a record, as a sentence.

    Raises:
        Unreadable: something is.
    """
    try:
        yield
    except DamagedRecord as error:
        raise Unreadable(error.with_id, error.hint) from None
    except UsageError:
        raise
    except ReimportError as error:
        raise Unreadable(error.with_id, error.hint) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Unreadable(
            f"{where}{error.strerror or type(error).__name__}.",
            "let the account of this web server read the runs folder",
        ) from None
