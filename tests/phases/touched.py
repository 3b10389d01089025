"""Rows that a run wrote, by the images in its ledger, and which others changed since.

A row that the run updated is compared field by field with what the run left; one that
it made is looked for alone.
"""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps

from reimport_lib.record.run import Run

BESIDE = "ledger.ImportedRow"

Rows = set[tuple[str, str]]
"""Model and primary key, as text."""


def rows(run: Run) -> Rows:
    """Those of the database that *run* is bound to, which it wrote."""
    return set(_images(run).values_list("model", "object_pk"))


def changed_since(run: Run) -> Rows:
    """Those of them that are no longer as *run* left them."""
    found: Rows = set()
    wanted = ("model", "object_pk", "after")
    for model, pk, after in _images(run).exclude(after={}).values_list(*wanted):
        managed: Any = apps.get_model(model)._base_manager
        now = managed.filter(pk=pk).values(*after).first() if after else None
        if now and json.loads(json.dumps(now, default=_kept)) != after:
            found.add((model, pk))
    for model in {model for model, _ in rows(run)}:
        managed = apps.get_model(model)._base_manager
        there = {str(pk) for pk in managed.values_list("pk", flat=True)}
        made = _images(run).filter(model=model, action="created")
        gone = set(made.values_list("object_pk", flat=True)) - there
        found |= {(model, pk) for pk in gone}
    return found


def _images(run: Run) -> Any:
    images = apps.get_model("ledger", "BeforeImage").objects
    return images.filter(run_id=run.run_id).exclude(model=BESIDE)


def _kept(value: Any) -> str:
    """A value that JSON has not, as an image of the ledger has it."""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
