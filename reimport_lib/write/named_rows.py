"""Rows of the database that a pseudonym, or a FileMaker key, names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.apps import apps
from django.db.models import Model

from reimport_lib.plan.values.canonical import canonical
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write import imported, ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import KEY
from reimport_lib.write.models import label_of, model_of

Meant = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class NamedRow:
    """
    A row that came from FileMaker.

    Attributes:
        key: in FileMaker, canonical.
        target_id: primary key in the backend.
        address: of its page in the admin; "" where it has none.
        deleted_by: the run that deleted it; "" where it is there.
    """

    table: str
    key: str
    target_id: str
    address: str = ""
    deleted_by: str = ""


def rows_meant(meant: Meant) -> list[NamedRow]:
    """
    Every row whose key, identity or stored object is *meant*.

    Those that runs deleted count as well, as long as the ledger keeps them.
    """
    found: list[NamedRow] = []
    for table in registry.all_tables():
        if table.model:
            found += _there(table, meant)
            found += _deleted(table, meant)
    return found


def _there(table: Table, meant: Meant) -> Iterator[NamedRow]:
    stored = (table.stored.key,) if table.stored else ()
    rows = imported.rows(table.name, (KEY, *stored))
    keys = _keys(table, list(rows[KEY]))
    objects = rows[stored[0]] if stored else [""] * len(rows)
    for pk, one, key, stands in zip(rows.index, rows["id"], keys, objects, strict=True):
        if any(meant(text) for text in (key, canonical(one), stands or "") if text):
            address = _address(model_of(table.name), pk)
            yield NamedRow(table.name, key, str(pk), address)


def _deleted(table: Table, meant: Meant) -> Iterator[NamedRow]:
    images: Any = apps.get_model("ledger", "BeforeImage")._base_manager.using(DEFAULT)
    held = images.filter(model=label_of(model_of(table.name)), action=ledger.DELETED)
    rows = list(held.order_by("pk").values_list("object_pk", "run_id", "values"))
    keys = _keys(table, [values.get(KEY) for *_, values in rows])
    for (pk, run_id, _), key in zip(rows, keys, strict=True):
        if any(meant(text) for text in (key, pk.replace("-", "")) if text):
            yield NamedRow(table.name, key, pk, deleted_by=run_id)


def _keys(table: Table, held: list[Any]) -> list[str]:
    """As plans name them."""
    texts = pd.Series([key or "" for key in held], dtype=object)
    return list(canonical_key(texts, number=table.number_key))


def _address(model: type[Model], pk: Any) -> str:
    from django.core.exceptions import ImproperlyConfigured
    from django.urls import NoReverseMatch, reverse

    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    try:
        return reverse(name, args=[pk])
    except (NoReverseMatch, ImproperlyConfigured, ImportError):
        return ""
