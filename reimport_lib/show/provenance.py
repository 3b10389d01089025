"""What a run was made of and with: files, digests, settings, limits, versions.

Imports words and html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reimport_lib.show.html import Cell, Element, Fold, Grid, Stack
from reimport_lib.show.waiting import Json, clock
from reimport_lib.show.words import count, size


def provenance(manifest: Json) -> list[Element]:
    """Everything that would have to be the same to get the same result."""
    made = [_run(manifest), _sources(manifest), _digests(manifest), _backup(manifest)]
    made += [
        _pairs("Settings that decide about rows", manifest.get("settings", {})),
        _pairs("Versions", manifest.get("versions", {})),
    ]
    shown = Stack(tuple(table for table in made if table.rows))
    return [Fold("Files, digests, settings, limits and versions", shown)]


def _run(manifest: Json) -> Grid:
    parameters = manifest.get("parameters", {})
    gates = parameters.get("gates", {})
    facts: dict[str, Any] = {
        "opened": manifest.get("created_at"),
        "ended": manifest.get("finished_at"),
        "clock of every plan": clock(manifest),
        "database": _database(manifest.get("database")),
        "rehearsal that was reviewed": parameters.get("reviewed"),
        "limits set by hand": ", ".join(f"{k}={v:g}" for k, v in gates.items()),
        "clean slate": "yes" if parameters.get("clean_slate") else "",
        "strict": "yes" if parameters.get("strict") else "",
        "confirmed": _confirmed(manifest.get("confirmed")),
        "snapshot": manifest.get("snapshot_digest"),
    }
    return _pairs("The run", facts)


def _confirmed(confirmed: object) -> str:
    """By whom, when and how; the word names what was confirmed."""
    if not isinstance(confirmed, Mapping):
        return str(confirmed or "")
    said = (f"{name} {confirmed[name]}" for name in ("by", "at") if name in confirmed)
    how = [str(confirmed[name]) for name in ("how", "word") if name in confirmed]
    return ", ".join((*said, *how))


def _database(database: object) -> str:
    if not isinstance(database, Mapping):
        return str(database or "")
    shown = (database.get(name) for name in ("engine", "name", "migrations"))
    return ", ".join(str(fact) for fact in shown if fact)


def _sources(manifest: Json) -> Grid:
    source = manifest.get("source", {})
    rows: list[tuple[Cell, ...]] = [
        (
            str(name),
            str(table.get("file", "")),
            str(table.get("way", "")),
            count(int(table.get("rows", 0))),
            size(int(table.get("file_bytes", table.get("bytes", 0)))),
            str(table.get("file_sha256", table.get("sha256", "")))[:16],
        )
        for name, table in source.get("tables", {}).items()
    ]
    rows += [
        (
            str(name),
            str(listing.get("prefix", "")),
            "S3 listing",
            count(int(listing.get("objects", 0))),
            size(int(listing.get("size_bytes", 0))),
            str(listing.get("digest", ""))[:16],
        )
        for name, listing in source.get("objects", {}).items()
    ]
    heads = ("table", "file", "way in", "rows", "size", "sha256 begins")
    right = frozenset({"rows", "size"})
    return Grid("The source, as it was frozen", heads, tuple(rows), right=right)


def _digests(manifest: Json) -> Grid:
    rows = tuple(
        (str(phase["name"]), str(table), str(digest)[:16])
        for phase in manifest.get("phases", ())
        for table, digest in phase.get("plan_digests", {}).items()
    )
    return Grid("The plans", ("phase", "table", "digest begins"), rows)


def _backup(manifest: Json) -> Grid:
    backup = manifest.get("backup", {})
    facts = {
        "made": backup.get("made_at"),
        "in the folder of run": backup.get("run"),
        "file": backup.get("file"),
        "size": size(int(backup["bytes"])) if backup.get("bytes") else "",
        "tables": backup.get("tables"),
        "rows": count(int(backup["rows"])) if backup.get("rows") else "",
        "sha256": backup.get("sha256"),
        "digest of its rows": backup.get("digest"),
    }
    return _pairs("The backup", facts)


def _pairs(caption: str, values: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (str(name).replace("_", " "), str(value))
        for name, value in values.items()
        if value not in (None, "")
    )
    return Grid(caption, ("fact", "is"), rows)
