"""Persons' values of a run that its database holds, for the scan of what is shared.

They come by plain queries of the columns: what reads rows to show them is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import Error, connections, models

from reimport_lib.errors import ReimportError
from reimport_lib.privacy.values import DAYS, KINDS, PersonValues, kind_of
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write.bind import DEFAULT, REAL

T = TypeVar("T")

_BATCH = 20_000
_KEYS = ("", KINDS["key"], KINDS["object"], KINDS["file"])
"""What nobody in the backend changes: the snapshot has all of them."""
_TEXTS = (models.CharField, models.TextField)


def of_columns() -> Iterator[PersonValues]:
    """Every text and day in a column of a table that comes in, as it is now."""
    for table in registry.all_tables():
        if not table.model:
            continue
        model = apps.get_model(table.model)
        for field in model._meta.concrete_fields:
            kind = kind_of(table, field.name)
            is_moment = isinstance(field, models.DateTimeField)
            is_day = isinstance(field, models.DateField) and not is_moment
            if not is_day and (kind in _KEYS or not isinstance(field, _TEXTS)):
                continue
            place = f"{table.name}.{field.name}"
            for texts in _counted(model, field):
                yield PersonValues(
                    place, "" if is_day and kind != DAYS else kind, texts
                )


def _counted(model: Any, field: Any) -> Iterator[dict[str, int]]:
    quote = connections[REAL].ops.quote_name
    column, table = quote(str(field.column)), quote(model._meta.db_table)
    with connections[REAL].cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, COUNT(*) FROM {table}"  # noqa: S608 - names of models
            f" WHERE {column} IS NOT NULL GROUP BY {column}"
        )
        while rows := cursor.fetchmany(_BATCH):
            yield {str(value): count for value, count in rows if value != ""}


def of_images(run_id: str) -> Iterator[PersonValues]:
    """What stood in the rows that the run *run_id* has changed or deleted."""
    images: Any = apps.get_model("ledger", "BeforeImage")
    tables = {t.model: t for t in registry.all_tables() if t.model}
    found = images.objects.using(DEFAULT).filter(run_id=run_id).exclude(values={})
    reading = found.values_list("model", "values").iterator(_BATCH)
    while rows := list(islice(reading, _BATCH)):
        texts: dict[tuple[str, str], Counter[str]] = {}
        for model, values in rows:
            if model in tables:
                for name, said in _leaves(values):
                    texts.setdefault((model, name), Counter())[said] += 1
        for (model, name), counted in texts.items():
            table = tables[model]
            if not _is_identity(model, name):
                kind = kind_of(table, _kept_of(table).get(name, name))
                yield PersonValues(f"{table.name}.{name}", kind, counted)


def _is_identity(model: str, name: str) -> bool:
    """It names a row of the backend, which anybody may: it tells nothing of anyone."""
    meta = apps.get_model(model)._meta
    if name in {getattr(each, "fk_field", "") for each in meta.private_fields}:
        return True
    try:
        field = meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return name == "id"
    return bool(field.is_relation or getattr(field, "primary_key", False))


def _kept_of(table: Table) -> dict[str, str]:
    """Name of what an import keeps beside a row -> the field that it was typed for."""
    return {
        name: each.name
        for each in table.all_fields
        for name in (each.metadata, each.kept_text)
        if name
    }


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """Field -> each text in it; what an import keeps beside a row, by its own name."""
    for name, said in value.items():
        if isinstance(said, str) and said:
            yield name, said
        elif isinstance(said, dict):
            yield from _leaves(said)


def of_lookups() -> Iterator[str]:
    """Names in the lists of the project, but for those of people: anybody sees them."""
    for lookup in registry.lookups().values():
        if lookup.private:
            continue
        rows: Any = apps.get_model(lookup.model)._default_manager.using(REAL)
        for named in rows.values_list(*lookup.names):
            yield from (str(name) for name in named if name)


def until_it_fails(what: str, stream: Iterable[T], unread: list[str]) -> Iterator[T]:
    """All of *stream*; where it ends early, *what* was not read to its end."""
    try:
        yield from stream
    except (ReimportError, Error, OSError, ValueError) as error:
        unread.append(f"{what} could not be read ({type(error).__name__})")
