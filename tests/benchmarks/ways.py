"""Ways of writing rows of one model to a database: how, and what each does not do."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

import pandas as pd
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import UUIDField

from reimport_lib.config import load_settings

TABLE = "appointments_appointment"
PACKAGES = {
    "import_export": "django-import-export",
    "tablib": "django-import-export",
    "sqlalchemy": "SQLAlchemy",
    "dlt": "'dlt[postgres]'",
}
"""Module -> what to install for it: none of them is locked."""
NEEDS = {
    "django-import-export, bulk": "import_export",
    "django-import-export": "import_export",
    "pandas to_sql": "sqlalchemy",
    "dlt, merge": "dlt",
}
"""Way -> the module of ``PACKAGES`` that it begins with."""
BATCH = 1_000

Rows = list[dict[str, Any]]


def model_written() -> Any:
    return apps.get_model("appointments", "Appointment")


def _cells(rows: Rows) -> list[tuple[Any, ...]]:
    """As the driver takes them, prepared before the clock runs."""
    fields = model_written()._meta.concrete_fields
    return [
        tuple(f.get_db_prep_save(row[f.attname], connection) for f in fields)
        for row in rows
    ]


def _names() -> list[str]:
    return [field.column for field in model_written()._meta.concrete_fields]


def raw(rows: Rows) -> Callable[[], None]:
    cells, names = _cells(rows), ", ".join(_names())

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {TABLE} ({names}) FROM STDIN") as copy:
                    for row in cells:
                        copy.write_row(row)
                return
            marks = ", ".join(["%s"] * len(cells[0]))
            statement = f"INSERT INTO {TABLE} ({names}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(statement, cells)

    return write


def bulk_create(rows: Rows) -> Callable[[], None]:
    model = model_written()

    def write() -> None:
        made = [model(**row) for row in rows]
        model._base_manager.bulk_create(made, batch_size=BATCH)

    return write


def update_conflicts(rows: Rows) -> Callable[[], None]:
    model = model_written()
    names = [f.name for f in model._meta.concrete_fields if not f.primary_key]

    def write() -> None:
        model._base_manager.bulk_create(
            [model(**row) for row in rows],
            batch_size=BATCH,
            update_conflicts=True,
            update_fields=names,
            unique_fields=["id"],
        )

    return write


def update_or_create(rows: Rows) -> Callable[[], None]:
    model = model_written()

    def write() -> None:
        with transaction.atomic():
            for row in rows:
                values = {name: value for name, value in row.items() if name != "id"}
                model._base_manager.update_or_create(id=row["id"], defaults=values)

    return write


def loaddata(rows: Rows) -> Callable[[], None]:
    from django.core import serializers

    model = model_written()
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        serializers.serialize("json", [model(**row) for row in rows], stream=file)
    return lambda: call_command("loaddata", file.name, verbosity=0)


def import_export_bulk(rows: Rows) -> Callable[[], None]:
    return _import_export(
        rows, use_bulk=True, batch_size=BATCH, force_init_instance=True
    )


def import_export(rows: Rows) -> Callable[[], None]:
    return _import_export(rows)


def _import_export(rows: Rows, **options: Any) -> Callable[[], None]:
    resources = import_module("import_export.resources")
    tablib = import_module("tablib")
    model = model_written()
    names = {field.attname: field.name for field in model._meta.concrete_fields}
    data = tablib.Dataset(headers=[names[name] for name in rows[0]])
    for row in rows:
        data.append([_text(value) for value in row.values()])
    resource = resources.modelresource_factory(model, meta_options=options)()

    def write() -> None:
        result = resource.import_data(data, raise_errors=True, dry_run=False)
        if result.has_errors() or result.has_validation_errors():
            raise RuntimeError("it did not take every row")

    return write


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def to_sql(rows: Rows) -> Callable[[], None]:
    sqlalchemy = import_module("sqlalchemy")
    url = load_settings().database_url.reveal()
    engine = sqlalchemy.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1)
    )
    frame = pd.DataFrame(rows).rename(columns=dict(zip(rows[0], _names(), strict=True)))
    native = connection.features.has_native_uuid_field
    kinds: dict[str, Any] = {}
    for field in model_written()._meta.concrete_fields:
        if field.get_internal_type() == "JSONField":
            kinds[field.column] = sqlalchemy.JSON
        elif isinstance(field.target_field if field.is_relation else field, UUIDField):
            kinds[field.column] = sqlalchemy.Uuid(native_uuid=native)
            frame[field.column] = frame[field.column].where(
                frame[field.column].notna(), None
            )

    def write() -> None:
        frame.to_sql(TABLE, engine, if_exists="append", index=False, dtype=kinds)

    return write


def dlt(rows: Rows) -> Callable[[], None]:
    loader = import_module("dlt")
    if connection.vendor != "postgresql":
        raise RuntimeError("has no destination of its own for SQLite")
    folder = tempfile.mkdtemp(prefix="dlt-")
    given = [{n: str(v) if v is not None else None for n, v in r.items()} for r in rows]
    pipeline = loader.pipeline(
        "peers",
        pipelines_dir=folder,
        destination=loader.destinations.postgres(
            _with_host(connection.get_connection_params())
        ),
        dataset_name="peers",
    )

    def write() -> None:
        pipeline.run(
            given,
            table_name="appointment",
            write_disposition="merge",
            primary_key="id",
        )

    return write


def _with_host(given: Mapping[str, Any]) -> str:
    """The address as dlt reads it: with a host, which may be a socket's folder."""
    user, host = given.get("user") or "postgres", given.get("host") or "localhost"
    where = f"{quote(host, safe='')}:{given.get('port') or 5432}"
    # without a password it asks its own files for one
    password = quote(given.get("password") or "none", safe="")
    return f"postgresql://{user}:{password}@{where}/{given['dbname']}"


WAYS: dict[str, tuple[Callable[[Rows], Callable[[], None]], bool, bool, str]] = {
    "raw": (raw, False, False, "no keys looked up, no rules, no second time"),
    "bulk_create": (bulk_create, False, False, "no second time, no before-image"),
    "bulk_create, update_conflicts": (
        *(update_conflicts, False, True),
        "overwrites what people edited; writes unchanged rows too",
    ),
    "update_or_create": (
        *(update_or_create, True, True),
        "overwrites what people edited; writes unchanged rows too",
    ),
    "loaddata": (loaddata, True, True, "overwrites what people edited; no plan"),
    "django-import-export, bulk": (
        *(import_export_bulk, False, False),
        "no second time; validates no row",
    ),
    "django-import-export": (
        *(import_export, True, True),
        "a preview and a result by row; no before-image, no undo of updates",
    ),
    "pandas to_sql": (to_sql, False, False, "no second time; knows no model"),
    "dlt, merge": (
        *(dlt, False, True),
        "tables of its own beside Django's, in texts; deletes and inserts again",
    ),
}
"""Name -> how, whether it gets fewer rows, whether it does it again, what it lacks."""


def missing(way: str) -> str:
    """What to install for *way*; "" where nothing is missing."""
    module = NEEDS.get(way, "")
    return PACKAGES[module] if module and find_spec(module) is None else ""
