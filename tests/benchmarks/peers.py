"""This library against other ways of writing the same rows to the same database.

    python -m tests.benchmarks.peers [--scale 1.0] [--rounds 5]    DATABASE_URL: another
    pip install django-import-export SQLAlchemy 'dlt[postgres]'    what is not locked

The appointments of the synthetic clinic, as an import leaves them: first into the empty
table, then once more with nothing changed. Each way runs in a process of its own, whose
peak of memory is what it takes beyond holding the rows. Ways that take long get fewer
rows, and are compared by rows per second. A package that is not there is said to be
missing. This library's figures are those of its phase: with plan, ledger, before-images
and digests, which no other way makes.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import UUIDField

from reimport_lib.config import Settings, load_settings
from reimport_lib.execute import approve
from reimport_lib.phases.binding import bind_run, place_of_copy
from reimport_lib.write import bind
from tools import bench

TABLE = "appointments_appointment"
BATCH = 1_000
SLOW = 1_500  # rows, of ways that ask the database for each

Rows = list[dict[str, Any]]


def _model() -> Any:
    return apps.get_model("appointments", "Appointment")


def _cells(rows: Rows) -> list[tuple[Any, ...]]:
    """As the driver takes them, prepared before the clock runs."""
    fields = _model()._meta.concrete_fields
    return [
        tuple(f.get_db_prep_save(row[f.attname], connection) for f in fields)
        for row in rows
    ]


def _names() -> list[str]:
    return [field.column for field in _model()._meta.concrete_fields]


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
    model = _model()

    def write() -> None:
        made = [model(**row) for row in rows]
        model._base_manager.bulk_create(made, batch_size=BATCH)

    return write


def update_conflicts(rows: Rows) -> Callable[[], None]:
    model = _model()
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
    model = _model()

    def write() -> None:
        with transaction.atomic():
            for row in rows:
                values = {name: value for name, value in row.items() if name != "id"}
                model._base_manager.update_or_create(id=row["id"], defaults=values)

    return write


def loaddata(rows: Rows) -> Callable[[], None]:
    from django.core import serializers

    model = _model()
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
    model = _model()
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
    for field in _model()._meta.concrete_fields:
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
        destination=loader.destinations.postgres(load_settings().database_url.reveal()),
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


def _one(name: str, file: Path) -> None:
    """In a process of its own: seconds of both times, and megabytes."""
    bind.bind_real(load_settings(), writable=True)
    rows: Rows = pickle.loads(file.read_bytes())  # noqa: S301 -- written just before
    make, is_slow, _again, _lacks = WAYS[name]
    rows = rows[:SLOW] if is_slow else rows
    write = make(rows)
    emptying = connection.ops.sql_flush(no_style(), [TABLE], allow_cascade=True)
    connection.ops.execute_sql_flush(emptying)
    before = _peak()
    first = _seconds(write)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
        ((count,),) = cursor.fetchall()
    if name != "dlt, merge" and count != len(rows):
        raise RuntimeError(f"{name}: {count} of {len(rows)} rows are there")
    again = _seconds(write) if _again else None
    print(json.dumps([len(rows), first, again, (_peak() - before) / 1024]))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _imported(settings: Settings) -> Iterator[tuple[Path, dict[str, str]]]:
    """The rows that an import left, and the environment that leads to its copy."""
    rehearsal = approve.open_rehearsal(settings, gates={})
    bench.by_functions(rehearsal)
    full = approve.open_full(settings, rehearsal, ask=None, yes=True)
    first = bench.by_functions(full)["appointments"]
    again = bench.by_functions(approve.open_rehearsal(settings, gates={}))
    bind_run(rehearsal)
    names = [field.attname for field in _model()._meta.concrete_fields]
    rows = list(_model()._base_manager.order_by("pk").values(*names))
    _tell(
        "this library: stage, plan, apply",
        *(len(rows), _steps(first), _steps(again["appointments"]), None),
        "",
    )
    _tell(
        "this library: apply",
        *(len(rows), first["apply"], again["appointments"]["apply"], None),
        "",
    )
    bind.close()
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        file = Path(folder) / "rows"
        file.write_bytes(pickle.dumps(rows))
        yield file, {**os.environ, "DATABASE_URL": place_of_copy(rehearsal).url}


def _steps(seconds: bench.Seconds) -> float:
    return sum(seconds[step] for step in ("stage", "plan", "apply"))


def _tell(
    name: str,
    rows: int,
    first: float,
    again: float | None,
    megabytes: float | None,
    lacks: str,
) -> None:
    told = [f"{rows / first:>9,.0f}", f"{rows / again:>9,.0f}" if again else " " * 9]
    told += [f"{megabytes:>6,.0f}" if megabytes is not None else " " * 6]
    print(f"{name:34} {' '.join(told)}  {lacks}".rstrip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--rows", type=Path)
    asked = parser.parse_args()
    if asked.way:
        _one(asked.way, asked.rows)
        return
    print(f"{'rows per second':34} {'first':>9} {'again':>9} {'MB':>6}")
    with (
        bench.clinic_to_import(asked.scale) as settings,
        _imported(settings) as (file, environ),
    ):
        for name, (*_, lacks) in WAYS.items():
            rounds = []
            for _ in range(asked.rounds):
                command = [sys.executable, "-m", "tests.benchmarks.peers"]
                command += ["--way", name, "--rows", str(file)]
                done = subprocess.run(
                    command, env=environ, capture_output=True, text=True
                )
                if done.returncode:
                    why = (done.stderr.strip().splitlines() or ["no word"])[-1]
                    print(f"{name:34} not measured: {why[:120]}", flush=True)
                    break
                rounds.append(json.loads(done.stdout.splitlines()[-1]))
            else:
                rows, first, again, peak = (
                    None if column[0] is None else median(column)
                    for column in zip(*rounds, strict=True)
                )
                _tell(name, int(rows or 0), first or 0.0, again, peak, lacks)


if __name__ == "__main__":
    main()
