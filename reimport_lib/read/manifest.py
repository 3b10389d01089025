"""What a snapshot says about itself: one manifest, written last, read first.

Imports only errors and checks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from reimport_lib.checks import Check
from reimport_lib.errors import SourceError

FORMAT = 2
"""Counts up when a manifest changes so that an older one cannot be read as it is."""


@dataclass(frozen=True, slots=True)
class TableManifest:
    """One frozen source table.

    Attributes:
        table: its word everywhere, such as ``patients``.
        way: ``excel``, ``delimited``, ``fmpxml``, ``data-api`` or ``odata``.
        file: name of the export, without its folder; the layout or table of a server.
        file_sha256, file_bytes: of the export; empty and 0 for a server.
        charset, delimiter: of text files; else empty.
        rows: source rows; blank_rows are not among them.
        distinct_keys: different canonical keys; None where there is no key column.
        columns: cleaned headers in source order.
        filled: header -> cells that hold something.
        declared_order: of text dates, where the source itself says so; else empty.
        date_system: 1900 or 1904 of a workbook; else None.
        digest: sha256 of the canonical text; see ``digests``.
        checks: the completeness certificate.
        written_at: when the export was last written, ISO; empty for a server.
    """

    table: str
    way: str
    file: str
    file_sha256: str
    file_bytes: int
    charset: str
    delimiter: str
    rows: int
    blank_rows: int
    distinct_keys: int | None
    columns: tuple[str, ...]
    filled: Mapping[str, int]
    declared_order: str
    date_system: int | None
    digest: str
    checks: tuple[Check, ...] = ()
    written_at: str = ""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **values,
                "columns": tuple(values["columns"]),
                "checks": tuple(Check.from_json(check) for check in values["checks"]),
            }
        )


@dataclass(frozen=True, slots=True)
class ObjectsManifest:
    """One frozen listing of stored objects."""

    name: str
    prefix: str
    objects: int
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class SnapshotManifest:
    """Everything that is known about a snapshot without opening its tables.

    Attributes:
        as_of: the run's clock, aware UTC: when the source was frozen.
        place: name of the folder of exports, or the word for the server.
        system, date_order, time_zone: the settings it was frozen under.
        digest: of all tables and listings; equal content has equal digests, whatever
            the files were called and whenever they were read.
    """

    as_of: datetime
    system: str
    date_order: str
    time_zone: str
    tables: Mapping[str, TableManifest] = field(default_factory=dict)
    objects: Mapping[str, ObjectsManifest] = field(default_factory=dict)
    digest: str = ""
    place: str = ""

    def to_json(self) -> str:
        values = asdict(self)
        values["format"] = FORMAT
        values["as_of"] = self.as_of.isoformat()
        return _written({**values, "seal": _seal(values)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """
        Raises:
            SourceError: not a manifest, one of another format, or changed since it was
                written.
        """
        try:
            values = json.loads(text)
            if values["format"] != FORMAT:
                raise SourceError(
                    "manifest.json: the snapshot has another format.",
                    hint="freeze the source again with `reimport run --dry-run`",
                    id="R176",
                )
            if values.pop("seal") != _seal(values):
                raise ValueError
            del values["format"]
            return cls(
                **{
                    **values,
                    "as_of": datetime.fromisoformat(values["as_of"]),
                    "tables": {
                        name: TableManifest.from_json(table)
                        for name, table in values["tables"].items()
                    },
                    "objects": {
                        name: ObjectsManifest(**listing)
                        for name, listing in values["objects"].items()
                    },
                }
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            raise SourceError(
                "manifest.json: cannot be read as that of a snapshot, or is not what "
                "was frozen.",
                hint="freeze the source again with `reimport run --dry-run`",
                id="R177",
            ) from None


def _seal(values: Mapping[str, object]) -> str:
    """sha256 (hex) of all that the manifest says."""
    return hashlib.sha256(_written(values).encode()).hexdigest()


def _written(values: Mapping[str, object]) -> str:
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False)
