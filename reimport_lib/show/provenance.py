"""What a run was made of and with: files, digests, settings, limits, versions.

Imports facts, words and html.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.record.manifest import Manifest, SourceRecord
from reimport_lib.show.figured import figure
from reimport_lib.show.html import Element, Fold, Grid, Stack
from reimport_lib.show.run_facts import clock, when
from reimport_lib.show.words import count, size


def provenance(manifest: Manifest) -> list[Element]:
    """Everything that would have to be the same to get the same result."""
    made = [
        _pairs("The run", _run(manifest)),
        _sources(manifest),
        _digests(manifest),
        _pairs("The backup", _backup(manifest)),
        _pairs("Settings that decide about rows", manifest.get("settings", {})),
        _pairs("Versions", manifest.get("versions", {})),
    ]
    shown = Stack([table for table in made if table.rows])
    return [Fold("Files, digests, settings, limits and versions", shown)]


def _run(manifest: Manifest) -> dict[str, object]:
    parameters = manifest["parameters"]
    gates = parameters.get("gates", {})
    database = manifest.get("database", {})
    told = (database.get(name) for name in ("engine", "name", "migrations"))
    return {
        "opened": when(manifest, manifest.get("created_at", "")),
        "ended": when(manifest, manifest.get("finished_at", "")),
        "clock of every plan": clock(manifest),
        "database": ", ".join(str(fact) for fact in told if fact),
        "rehearsal that was reviewed": parameters.get("reviewed"),
        "limits set by hand": ", ".join(f"{k}={v:g}" for k, v in gates.items()),
        "clean slate": "yes" if parameters.get("clean_slate") else "",
        "strict": "yes" if parameters.get("strict") else "",
        "confirmed": _confirmed(manifest),
        "snapshot": manifest.get("snapshot_digest"),
    }


def _confirmed(manifest: Manifest) -> str:
    """By whom, when and how; the word names what was confirmed."""
    if "confirmed" not in manifest:
        return ""
    said = manifest["confirmed"]
    at = when(manifest, said["at"])
    return f"by {said['by']}, {at}, {said['how']}, {said['word']}"


def _sources(manifest: Manifest) -> Grid:
    nothing: SourceRecord = {"tables": {}, "objects": {}}
    source = manifest.get("source", nothing)
    rows = [
        (
            name,
            table["file"],
            table["way"],
            when(manifest, table.get("written_at", "")),
            figure(table["rows"], "source", name, "rows"),
            size(table["bytes"]),
            table["sha256"][:16],
        )
        for name, table in source["tables"].items()
    ]
    rows += [
        (
            name,
            listing["prefix"],
            "S3 listing",
            "",
            figure(listing["objects"], "source", name, "rows"),
            size(listing["size_bytes"]),
            listing["digest"][:16],
        )
        for name, listing in source["objects"].items()
    ]
    heads = ("table", "file", "way in", "written", "rows", "size", "sha256 begins")
    return Grid("The source, as it was frozen", heads, rows, right=("rows", "size"))


def _digests(manifest: Manifest) -> Grid:
    rows = [
        (phase["name"], table, digest[:16])
        for phase in manifest["phases"]
        for table, digest in phase.get("plan_digests", {}).items()
    ]
    return Grid("The plans", ("phase", "table", "digest begins"), rows)


def _backup(manifest: Manifest) -> dict[str, object]:
    if "backup" not in manifest:
        return {}
    backup = manifest["backup"]
    return {
        "made": when(manifest, backup["made_at"]),
        "in the folder of run": backup["run"],
        "file": backup["file"],
        "size": size(backup["bytes"]),
        "tables": backup["tables"],
        "rows": count(backup["rows"]),
        "sha256": backup["sha256"],
        "digest of its rows": backup["digest"],
    }


def _pairs(caption: str, facts: Mapping[str, object]) -> Grid:
    rows = [
        (name.replace("_", " "), str(value))
        for name, value in facts.items()
        if value not in (None, "")
    ]
    return Grid(caption, ("fact", "is"), rows)
