"""The answer key: what an import must make of every row and every stored object.

Written from what the generator planted; imports nothing of the importer.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

from reimport_demo.clinic.coordinators import Named
from reimport_demo.clinic.model import Line

COLUMNS = ("table", "file", "row", "outcome", "reason", "notes", "values")


@dataclass(slots=True)
class Tally:
    """Counts of one table, filled while its lines go by."""

    source_rows: int = 0
    blank_rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, line: Line) -> None:
        if line.is_blank:
            self.blank_rows += 1
            return
        self.source_rows += 1
        self.outcomes[line.outcome] += 1
        self.notes.update(line.notes)
        if line.reason:
            self.reasons[line.reason] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "source_rows": self.source_rows,
            "outcomes": dict(sorted(self.outcomes.items())),
            "reasons": dict(sorted(self.reasons.items())),
            "notes": dict(sorted(self.notes.items())),
        }


@dataclass(slots=True)
class StoredObjects:
    """The stored objects of one table: key, and why it is skipped ("" if in use)."""

    objects: list[tuple[str, str]] = field(default_factory=list)

    def add(self, line: Line) -> None:
        reason = "" if line.outcome == "created" else "row_not_imported"
        if line.reason == "no_key":
            reason = "no_metadata"
        if line.reason in ("ambiguous_object", "empty_object"):
            reason = line.reason
        self.objects.extend((key, reason) for key in line.objects)

    def extend(self, extras: Iterable[tuple[str, str]]) -> None:
        self.objects.extend(extras)

    def as_json(self) -> dict[str, Any]:
        reasons = Counter(reason for _, reason in self.objects if reason)
        return {
            "stored_objects": len(self.objects),
            "unchanged": len(self.objects) - reasons.total(),
            "skipped": dict(sorted(reasons.items())),
        }


@dataclass(slots=True)
class Batches:
    """One batch per patient and day of imported images."""

    days: set[tuple[str, str]] = field(default_factory=set)

    def add(self, line: Line) -> None:
        if line.outcome == "created":
            self.days.add((str(line.values["contact"]), str(line.values["date"])))

    def as_json(self) -> dict[str, int]:
        return {
            "batches": len(self.days),
            "patients_with_images": len({contact for contact, _ in self.days}),
        }


@dataclass(slots=True)
class Part:
    """The answer key of one table, filled while its lines are written."""

    tally: Tally = field(default_factory=Tally)
    stored: StoredObjects = field(default_factory=StoredObjects)
    batches: Batches = field(default_factory=Batches)
    coordinators: Named = field(default_factory=Named)

    def follow(
        self, lines: Iterator[Line], rows: TextIO, *, table: str, file: str
    ) -> Iterator[Line]:
        """
        Yield *lines* unchanged, and write what is expected of each to *rows*.

        The header of the export is row 1, so the first line is row 2.
        """
        writer = csv.writer(rows, lineterminator="\n")
        for row, line in enumerate(lines, start=2):
            self.tally.add(line)
            self.stored.add(line)
            if table == "images":
                self.batches.add(line)
            if table == "patients":
                self.coordinators.add(line)
            if not line.is_blank:
                writer.writerow(_expected(line, table, file, row))
            yield line


def _expected(line: Line, table: str, file: str, row: int) -> tuple[object, ...]:
    values = json.dumps(line.values, ensure_ascii=False) if line.values else ""
    notes = ";".join(line.notes)
    return (table, file, row, line.outcome, line.reason, notes, values)
