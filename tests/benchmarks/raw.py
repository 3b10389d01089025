"""The rows that an import left, written by nothing but the driver: COPY, executemany.

    python -m tests.benchmarks.raw      DATABASE_URL: an imported database

All of them are read and deleted, then written back in one transaction with everything
that the database checks and keeps of them. Prints JSON: how many rows, seconds of the
wall and of processors (this process's, and the server's).
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from reimport_lib.config import load_settings
from reimport_lib.tables import registry
from reimport_lib.write import bind
from reimport_lib.write.models import model_of, parents_of
from tests.benchmarks.processes import server_of, server_seconds


@dataclass(frozen=True, slots=True)
class Raw:
    """Rows, and seconds that writing them took."""

    rows: int
    wall: float
    processor: float


def write_again() -> Raw:
    """Take the rows of all imported tables out of the bound database and write them."""
    from django.db import connection, transaction

    tables = [_Rows(name) for name in _in_order()]
    rows = sum(len(table.cells) for table in tables)
    with connection.cursor() as cursor:
        with transaction.atomic():
            for table in reversed(tables):
                cursor.execute(f"DELETE FROM {table.name}")  # noqa: S608
        pid = _server(cursor)
        started, processor = time.perf_counter(), time.process_time()
        if pid:
            with server_seconds(server_of(pid)) as of_server:
                _write(tables, cursor)
        else:
            of_server = [0.0]
            _write(tables, cursor)
        wall = time.perf_counter() - started
        used = time.process_time() - processor + of_server[0]
    return Raw(rows, wall, used)


class _Rows:
    """All rows of a table, as the driver takes them."""

    def __init__(self, table: str) -> None:
        from django.db import connection

        model = model_of(table)
        self.name = connection.ops.quote_name(model._meta.db_table)
        fields: list[Any] = list(model._meta.concrete_fields)
        self.columns = ", ".join(connection.ops.quote_name(f.column) for f in fields)
        names = [field.attname for field in fields]
        found = model._base_manager.order_by("pk").values_list(*names)
        self.cells = [
            tuple(
                field.get_db_prep_save(value, connection)
                for field, value in zip(fields, row, strict=True)
            )
            for row in found.iterator()
        ]


def _in_order() -> list[str]:
    """Tables of the import, each behind those that its rows name."""
    left = {table.name for table in registry.all_tables() if table.model}
    assert len({model_of(name) for name in left}) == len(left)
    found: list[str] = []
    while left:
        ready = sorted(name for name in left if not left & set(parents_of(name)))
        found += ready or sorted(left)
        left -= set(found)
    return found


def _write(tables: list[_Rows], cursor: Any) -> None:
    from django.db import connection, transaction

    with transaction.atomic():
        for table in tables:
            if not table.cells:
                continue
            if connection.vendor == "postgresql":
                statement = f"COPY {table.name} ({table.columns}) FROM STDIN"
                with cursor.copy(statement) as copy:
                    for row in table.cells:
                        copy.write_row(row)
                continue
            marks = ", ".join(["%s"] * len(table.cells[0]))
            cursor.executemany(
                f"INSERT INTO {table.name} ({table.columns}) VALUES ({marks})",  # noqa: S608
                table.cells,
            )


def _server(cursor: Any) -> int:
    """The process of the server that serves this connection; 0: there is none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    cursor.execute("SELECT pg_backend_pid()")
    return int(cursor.fetchone()[0])


def main() -> None:
    bind.bind_real(load_settings(), writable=True)
    print(json.dumps(asdict(write_again())))


if __name__ == "__main__":
    main()
