"""What the row rules may know: the clock, the settings, and what there is to link to.

Pure data; imports only config. ``write.read`` fills Known from the database, and the
phases fill the rest from the snapshot; nothing else enters a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from reimport_lib.config import RowSettings


@dataclass(frozen=True, slots=True)
class Owner:
    """A patient the target holds: what a row that names it may be compared with."""

    pk: UUID
    clinic_pk: UUID | None = None
    first_name: str = ""
    last_name: str = ""
    dob: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the source has them."""

    first_name: str
    last_name: str
    dob: date | None


@dataclass(frozen=True, slots=True)
class Directory:
    """A list that must be there before an import (clinics, clinicians, ...).

    Attributes:
        by_key: canonical FileMaker key -> primary key in the target.
        by_name: case-folded name, code or abbreviation -> primary key.

    An empty directory means that nobody has loaded one: links to it are then "could
    not check" and give no note per row.
    """

    by_key: Mapping[str, UUID] = field(default_factory=dict)
    by_name: Mapping[str, UUID] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_key or self.by_name)


@dataclass(frozen=True, slots=True)
class Known:
    """What rows can be linked to.

    Attributes:
        source_patients: canonical keys of every patient row in the snapshot, also of
            those that were not imported.
        patients: canonical key -> the imported patient in the target.
        in_source: gives canonical key -> name and birth date that the source has; asked
            only where a row contradicts what the target has, which people may change.
        appointments: canonical key -> primary key (for SMS).
        clinics, clinicians, appointment_types, funding_sources: directories.
    """

    source_patients: frozenset[str] = frozenset()
    patients: Mapping[str, Owner] = field(default_factory=dict)
    appointments: Mapping[str, UUID] = field(default_factory=dict)
    in_source: Callable[[], Mapping[str, Person]] = dict
    clinics: Directory = field(default_factory=Directory)
    clinicians: Directory = field(default_factory=Directory)
    appointment_types: Directory = field(default_factory=Directory)
    funding_sources: Directory = field(default_factory=Directory)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything beside the frame itself that a table's rules may read.

    Attributes:
        as_of: the run's clock, aware UTC; the only time there is.
        settings: what the environment decides about rows.
        known: what rows can be linked to.
        declared_order: table -> order of text dates that the source itself declares
            (FMPXMLRESULT, Data API, image metadata); absent: only our setting.
    """

    as_of: datetime
    settings: RowSettings
    known: Known = field(default_factory=Known)
    declared_order: Mapping[str, str] = field(default_factory=dict)
