"""What links lead to, and what else a value of the database must be read with.

Reads the database once per table; writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.apps import apps

from reimport_lib.config import RowSettings
from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import (
    Pair,
    folded,
    key_text,
    listed,
    without_point_zero,
)
from reimport_lib.write.models import content_type_ids

PATIENT = "patients.patient"
STRANGER = "a row that FileMaker does not know"
_NAMES = {
    "clinics": ("clinics.Clinic", ("name",)),
    "clinicians": ("clinics.Clinician", ("full_name",)),
    "appointment_types": ("clinics.AppointmentType", ("name",)),
    "funding_sources": ("clinics.FundingSource", ("name", "code")),
}


@dataclass(frozen=True, slots=True)
class Names:
    """
    The entries of one directory, by key and by name.

    A word that two entries answer to names neither.
    """

    keys: Mapping[str, UUID]
    words: Mapping[str, UUID]

    def __bool__(self) -> bool:
        return bool(self.keys or self.words)

    def named(self, text: str) -> UUID | None:
        """The entry that *text* names, or that every line or part of it names."""
        whole = self._entry(text)
        parts = {self._entry(part) for part in listed(text)}
        if whole is None and len(parts) == 1:
            return parts.pop()
        return whole

    def _entry(self, text: str) -> UUID | None:
        key, said = key_text(text), without_point_zero(folded(text))
        return self.keys.get(key) or self.words.get(said) if key else None

    def render(self, value: UUID | None, *said: str) -> Pair:
        """The first of the texts *said* that names an entry, where that is *value*."""
        shown = "" if value is None else "another entry"
        for text in said:
            found = self.named(text)
            if found is not None:
                return folded(text), folded(text) if found == value else shown
        return " ".join(filter(None, map(folded, said))), shown


@dataclass(frozen=True, slots=True)
class Batch:
    """
    Whose images, and of which day.

    Attributes:
        left_alone: a person has changed the batch, and the import did not.
    """

    owner: str
    taken_on: date
    left_alone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """
    Attributes:
        patients, appointments: primary key -> FileMaker key.
        clinics_of_patients: primary key of the patient -> of the clinic.
        batches: primary key -> whose and when.
        owner_types: number of the content type -> ``patients.patient``.
        sizes: table -> key of every object in the frozen listing -> bytes.
    """

    settings: RowSettings
    bucket: str
    patients: Mapping[UUID, str]
    appointments: Mapping[UUID, str]
    clinics_of_patients: Mapping[UUID, UUID | None]
    batches: Mapping[UUID, Batch]
    directories: Mapping[str, Names]
    owner_types: Mapping[int, str]
    sizes: Mapping[str, Mapping[str, int]]

    def zone(self, declared_order: str) -> Zone:
        """The clinic's wall clock, for text dates of *declared_order*, "" for none."""
        order = declared_order or self.settings.date_order
        return Zone(self.settings.time_zone, order)

    def owner(self, patient_id: UUID | None) -> str:
        """The FileMaker key of a patient, "" for none; ``STRANGER``: it has no key."""
        return self.patients.get(patient_id, STRANGER) if patient_id else ""


@lru_cache(maxsize=1)
def look_around(evidence: Evidence) -> World:
    """The world of *evidence*, made once: as it is when first asked for."""
    patients = evidence.database("patients")
    owners = dict(zip(patients["id"], patients["filemaker_id"], strict=True))
    appointments = evidence.database("appointments")
    batches = evidence.database("image_batches")
    left_alone = evidence.left_alone("image_batches")
    return World(
        settings=evidence.run.settings.rows,
        bucket=evidence.run.settings.s3_bucket,
        patients=owners,
        appointments=dict(
            zip(appointments["id"], appointments["filemaker_id"], strict=True)
        ),
        clinics_of_patients=dict(
            zip(patients["id"], patients["clinic_id"], strict=True)
        ),
        batches={
            pk: Batch(owners.get(owner, STRANGER), day, str(pk) in left_alone)
            for pk, owner, day in zip(
                *(batches[name] for name in ("id", "object_id", "taken_on")),
                strict=True,
            )
        },
        directories={
            name: _names(model, fields, evidence.alias)
            for name, (model, fields) in _NAMES.items()
        },
        owner_types={
            number: label for label, number in content_type_ids(evidence.alias).items()
        },
        sizes={
            table: _sizes(evidence, f"{table}_objects")
            for table in ("documents", "images")
        },
    )


def _names(label: str, fields: tuple[str, ...], alias: str) -> Names:
    model: Any = apps.get_model(label)
    rows = list(model.objects.using(alias).values_list("pk", "filemaker_id", *fields))
    answering: dict[str, set[UUID]] = defaultdict(set)
    for pk, _, *texts in rows:
        for text in filter(None, texts):
            answering[folded(text)].add(pk)
    return Names(
        keys={key_text(key): pk for pk, key, *_ in rows if key},
        words={said: min(pks) for said, pks in answering.items() if len(pks) == 1},
    )


def _sizes(evidence: Evidence, name: str) -> dict[str, int]:
    if name not in evidence.snapshot.manifest.objects:
        return {}
    listing = evidence.source(name)
    sizes = (int(size) for size in listing["size"])
    return dict(zip(listing["key"], sizes, strict=True))
