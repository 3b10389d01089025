"""The frozen source of one run: a Parquet file of text per table, and a manifest.

Everything after this reads only the snapshot. The manifest is written last: a folder
without one is no snapshot. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from reimport_lib import workers
from reimport_lib.checks import Check
from reimport_lib.config import Settings
from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.own_calls import as_ours
from reimport_lib.read import certificate, digests, limits, store
from reimport_lib.read.exports import files, kinds
from reimport_lib.read.manifest import ObjectsManifest, SnapshotManifest, TableManifest
from reimport_lib.read.objects import ObjectListings, as_frame, prefixes
from reimport_lib.read.reading import TEXT, Progress, Reading, filled
from reimport_lib.tables import registry

MANIFEST = "manifest.json"
SERVERS = {
    "data-api": "reimport_lib.read.server.data_api",
    "odata": "reimport_lib.read.server.odata",
}
"""Word in ``REIMPORT_SOURCE`` -> the module whose ``read_tables(settings, progress=)``
yields (table, name of the layout or table, Reading), one table at a time."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One frozen source: *folder* holds what *manifest* describes.

    A table is proven against its digest whenever it is read.
    """

    folder: Path
    manifest: SnapshotManifest

    @property
    def digest(self) -> str:
        return self.manifest.digest

    def _held(self) -> set[str]:
        return {*self.manifest.tables, *self.manifest.objects}

    def has(self, name: str) -> bool:
        return name in self._held()

    def table(self, name: str) -> pd.DataFrame:
        """
        The rows of table *name* as text; index ``row`` is the record number.

        Raises:
            SourceError: the snapshot does not hold it, or it is not what was frozen.
        """
        return store.frame(*self._load(name))

    def objects(self, name: str) -> pd.DataFrame:
        """
        Every object of listing *name*: key, size (bytes), etag; index ``row`` from 1.

        Raises:
            SourceError: the snapshot does not hold it, or it is not what was frozen.
        """
        return store.frame(*self._load(name)).astype({"size": "int64"})

    def prove(self) -> None:
        """
        Read every table and listing.

        Raises:
            SourceError: one of them is not what was frozen.
        """
        for name in self._held():
            self._load(name)

    def _load(self, name: str) -> tuple[pa.Table, pa.Array]:
        """The table or listing *name*, proven against its digest."""
        if table := self.manifest.tables.get(name):
            digest, meaning = table.digest, table.declared_order
        elif listing := self.manifest.objects.get(name):
            digest, meaning = listing.digest, listing.prefix
        else:
            raise store.absent(name, self._held())
        data, rows = store.load(self.folder, name)
        if digests.table_digest(name, data, rows, meaning=meaning) != digest:
            raise store.damaged(name)
        return data, rows


def freeze(
    settings: Settings,
    folder: Path,
    *,
    as_of: datetime,
    objects: ObjectListings | Callable[[], ObjectListings] | None,
    progress: Progress | None = None,
) -> Snapshot:
    """
    Read the whole source once and freeze it into *folder*.

    Args:
        folder: made if needed; must not hold a snapshot.
        as_of: the run's clock, aware.
        objects: what the bucket holds, or what lists it, beside the reading; None: no
            listing in this snapshot.
        progress: called with a table's name and its rows when it is frozen.

    Raises:
        SourceError: a table is missing, doubled, damaged or not complete; the disk is
            full. Nothing that looks like a snapshot is left.
        SettingsError: no source is set.
    """
    if (folder / MANIFEST).exists():
        raise SourceError(
            f"{folder.name}: already holds a snapshot.",
            hint="begin a new run: a snapshot is never written twice",
            id="R210",
        )
    tables: dict[str, TableManifest] = {}
    listings: dict[str, ObjectsManifest] = {}
    with (
        store.all_or_nothing(folder),
        _listed_beside(objects) as listed,
        closing(_frozen_tables(settings, folder, progress)) as frozen_tables,
    ):
        for table in frozen_tables:
            tables[table.table] = table
            if progress:
                progress(table.table, table.rows)
            if listed.done():  # what cannot be listed is told as soon as it is known
                listed.result()
        for name, listing in listed.result().items():
            listings[name] = _freeze_objects(
                folder, name, listing, prefixes(settings).get(name, "")
            )
        # of the content alone, not of when or out of which files it came
        frozen: dict[str, TableManifest | ObjectsManifest] = {**tables, **listings}
        manifest = SnapshotManifest(
            as_of=as_of,
            system=settings.rows.system,
            date_order=settings.rows.date_order,
            time_zone=settings.rows.time_zone,
            place=_place(settings.source),
            tables=tables,
            objects=listings,
            digest=digests.combined_digest(
                {name: each.digest for name, each in frozen.items()}
            ),
        )
        with store.written(folder / MANIFEST) as stream:
            stream.write(manifest.to_json().encode())
    return Snapshot(folder, manifest)


@contextmanager
def _listed_beside(
    objects: ObjectListings | Callable[[], ObjectListings] | None,
) -> Iterator[Future[ObjectListings]]:
    with ThreadPoolExecutor(max_workers=1) as beside:
        yield beside.submit(
            as_ours(objects if callable(objects) else lambda: objects or {})
        )


def open_snapshot(folder: Path) -> Snapshot:
    """
    The snapshot in *folder*, its manifest proven; each table is when it is read.

    Raises:
        SourceError: there is none, or its manifest is not the one that was written.
    """
    try:
        manifest = SnapshotManifest.from_json(
            (folder / MANIFEST).read_text(encoding="utf-8")
        )
    except (OSError, UnicodeDecodeError):
        raise SourceError(
            f"{folder.name}: holds no snapshot.",
            hint="freeze the source with `reimport run --dry-run`",
            id="R211",
        ) from None
    return Snapshot(folder, manifest)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a reading came from: a file, or a server's layout (no digest, no size)."""

    name: str
    sha256: str = ""
    size_bytes: int = 0
    checks: tuple[Check, ...] = ()
    written_at: str = ""


def _place(source: str) -> str:
    return source if source in SERVERS else Path(source).expanduser().resolve().name


def _frozen_tables(
    settings: Settings, folder: Path, progress: Progress | None
) -> Generator[TableManifest]:
    if not settings.source:
        raise SettingsError(
            "REIMPORT_SOURCE is not set.",
            hint="name the folder of exports, or data-api or odata",
            id="R212",
        )
    if settings.source in SERVERS:
        return _from_server(settings, folder, progress)
    found = files.find(
        Path(settings.source).expanduser(), optional=settings.rows.optional_tables
    )
    exports = [
        _Export(
            table,
            path,
            folder,
            columns=settings.columns.get(registry.named(table).file, ()),
            charset=settings.charset,
        )
        for table, path in found.items()
    ]
    workers.use(settings.executor, settings.runs)
    freeze = _freeze_export
    return workers.each(freeze, exports, here=freeze, on_cluster=True)


def _from_server(
    settings: Settings, folder: Path, progress: Progress | None
) -> Generator[TableManifest]:
    """One table after the other, so that only one is in memory."""
    server = import_module(SERVERS[settings.source])
    for table, name, reading in server.read_tables(settings, progress=progress):
        yield _freeze_table(folder, table, _Origin(name), reading)


@dataclass(frozen=True, slots=True)
class _Export:
    """The file of one table, how it is read, and the folder that it is frozen into."""

    table: str
    path: Path
    folder: Path
    columns: tuple[str, ...]
    charset: str


def _freeze_export(export: _Export) -> TableManifest:
    before = limits.check_file(export.path)
    digest = certificate.digest(export.path)
    reading = kinds.read(export.path, columns=export.columns, charset=export.charset)
    checks = certificate.file_checks(export.path, before)
    written_at = datetime.fromtimestamp(int(before.st_mtime), UTC).isoformat()
    origin = _Origin(export.path.name, digest, before.st_size, checks, written_at)
    return _freeze_table(export.folder, export.table, origin, reading)


def _freeze_table(
    folder: Path, name: str, origin: _Origin, reading: Reading
) -> TableManifest:
    data = reading.data
    table = registry.named(name)
    order = reading.declared_order or table.date_order
    keys = certificate.distinct_keys(name, data)
    checks = (
        *origin.checks,
        *reading.checks,
        *certificate.table_checks(
            data.num_rows, keys, of_several=table.key_of is not None
        ),
    )
    certificate.require_whole(f"{name} ({origin.name})", checks)
    store.store(folder, name, data, reading.rows)
    return TableManifest(
        table=name,
        way=reading.way,
        file=origin.name,
        file_sha256=origin.sha256,
        file_bytes=origin.size_bytes,
        charset=reading.charset,
        delimiter=reading.delimiter,
        rows=data.num_rows,
        blank_rows=reading.blank_rows,
        distinct_keys=keys,
        columns=tuple(data.column_names),
        filled={column: filled(data.column(column)) for column in data.column_names},
        declared_order=order,
        date_system=reading.date_system,
        digest=digests.table_digest(name, data, reading.rows, meaning=order),
        checks=checks,
        written_at=origin.written_at,
    )


def _freeze_objects(
    folder: Path, name: str, listing: pd.DataFrame, prefix: str
) -> ObjectsManifest:
    listing = as_frame(
        list(zip(listing["key"], listing["size"], listing["etag"], strict=True))
    )
    data = pa.table({name: pa.array(map(str, listing[name]), TEXT) for name in listing})
    rows = pa.array(listing.index.to_numpy(dtype=np.int64))
    store.store(folder, name, data, rows)
    digest = digests.table_digest(name, data, rows, meaning=prefix)
    return ObjectsManifest(
        name, prefix, len(listing), int(listing["size"].sum()), digest
    )
