"""What the backend must hold before an import: clinics, clinicians, types, funding.

Pure. Keys depend on the seed alone: exports, configuration and answer key agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reimport_demo.clinic.model import Place
from reimport_demo.clinic.schedule import key_of

CLINIC_NAMES = (
    "Banksia Street",
    "Coral Reach",
    "Darter Lagoon",
    "Huonmere",
    "Ironbark Hill",
    "Port Banksia",
    "Quokka Sound",
    "Redgum Plains",
    "Upper Creekdale",
    "Wattle Flat",
    "Home Visits",
)
FOREIGN_CALENDARS = ("Meeting Room", "Workshop")
CLINICIANS = (
    "Dr Ottoline Selbourne",
    "Kestrel Ravenholme",
    "Juno Wexdale",
    "Pia Tarnby",
)
APPOINTMENT_TYPES = ("Initial", "Review", "Fitting", "Cast", "Telehealth", "Home Visit")
FUNDING = (
    ("National Disability Insurance Scheme", "NDIS"),
    ("Medicare Enhanced Primary Care", "EPC"),
    ("Department of Veterans' Affairs", "DVA"),
    ("Private Health", "PH"),
    ("Self Funded", "SELF"),
)


@dataclass(frozen=True, slots=True)
class Directory:
    """
    The clinic's own lists.

    Attributes:
        clinics: the 11 clinics.
        calendars: the 10 calendars that events may name; the first 8 are clinics.
        clinicians, appointment_types: key and name.
        funding: (name, code) pairs.
    """

    clinics: tuple[Place, ...]
    calendars: tuple[Place, ...]
    clinicians: tuple[Place, ...]
    appointment_types: tuple[Place, ...]
    funding: tuple[tuple[str, str], ...]

    @property
    def foreign_calendars(self) -> tuple[Place, ...]:
        """Calendars that are no clinic: meeting room, workshop."""
        return self.calendars[-len(FOREIGN_CALENDARS) :]

    @property
    def clinic_calendars(self) -> tuple[Place, ...]:
        return self.calendars[: -len(FOREIGN_CALENDARS)]

    def clinic_names(self) -> dict[str, str]:
        """Key -> name, as in ``clinics.json``."""
        return {clinic.key: clinic.name for clinic in self.clinics}

    def config(self) -> dict[str, list[dict[str, Any]]]:
        """The file for ``reimport load-config``."""
        return {
            "clinics": [{"filemaker_id": c.key, "name": c.name} for c in self.clinics],
            "clinicians": [
                {"filemaker_id": c.key, "full_name": c.name, "clinic": clinic.key}
                for c, clinic in zip(self.clinicians, self.clinics, strict=False)
            ],
            "appointment_types": [
                {"filemaker_id": t.key, "name": t.name} for t in self.appointment_types
            ],
            "funding_sources": [{"name": n, "code": c} for n, c in self.funding],
        }


def make_directory(seed: int) -> Directory:
    """The lists of the clinic with *seed*."""

    def places(kind: str, names: tuple[str, ...]) -> tuple[Place, ...]:
        return tuple(Place(key_of(seed, kind, n), name) for n, name in enumerate(names))

    clinics = places("clinic", CLINIC_NAMES)
    return Directory(
        clinics=clinics,
        calendars=(*clinics[:8], *places("calendar", FOREIGN_CALENDARS)),
        clinicians=places("clinician", CLINICIANS),
        appointment_types=places("appointment_type", APPOINTMENT_TYPES),
        funding=FUNDING,
    )
