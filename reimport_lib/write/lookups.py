"""Who looked a pseudonym up, entered into the ledger; never what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps

from reimport_lib.write import fence
from reimport_lib.write.bind import DEFAULT

PSEUDONYM, KEY = "pseudonym", "key"


def enter(pseudonym: str, *, asked: str, by: str, at: datetime) -> None:
    """
    Enter that *by* looked *pseudonym* up, at *at*.

    Args:
        asked: PSEUDONYM: whose it is; KEY: what that of a FileMaker key is.

    Raises:
        Refused: this process has not taken the fence.
    """
    with fence.writing():
        _model().objects.using(DEFAULT).create(
            pseudonym=pseudonym, asked=asked, by=by, at=at
        )


def _model() -> Any:
    return apps.get_model("ledger", "PseudonymLookup")
