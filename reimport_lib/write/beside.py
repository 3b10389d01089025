"""What the ledger holds beside imported rows whose model lacks a column for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps

from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import HASH, KEY, METADATA, Holding
from reimport_lib.write.rows import in_chunks

IN_LEDGER = {KEY: KEY, HASH: HASH, METADATA: "metadata"}
"""Technical column of an imported row -> attribute of the ledger's row beside it."""


def entry_model() -> Any:
    return apps.get_model("ledger", "ImportedRow")


def entries_of(table: str, alias: str) -> Any:
    """The ledger's rows beside those of *table*."""
    return entry_model().objects.using(alias).filter(table=table)


def all_beside(holding: Holding, alias: str) -> dict[str, dict[str, Any]]:
    """Primary key as text -> identity and technical columns, as the ledger has them."""
    columns = ("identity", *IN_LEDGER.values())
    found = entries_of(holding.table, alias).values_list("object_pk", *columns)
    return {key: dict(zip(("id", *IN_LEDGER), of, strict=True)) for key, *of in found}


def numbers_of(table: str, keys: Sequence[Any]) -> dict[str, int]:
    """Primary key as text -> number of its row in the ledger, of those of *keys*."""
    beside = entries_of(table, DEFAULT)
    return {
        key: number
        for some in in_chunks([str(key) for key in keys])
        for key, number in beside.filter(object_pk__in=some).values_list(
            "object_pk", "pk"
        )
    }
