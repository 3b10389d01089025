"""Support coordinators, as people type them into the columns of a patient.

Pure. Many patients share one; the same name comes in upper case, with other blanks or
with another number; some are a first name only, many stand before an organisation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reimport_demo.clinic import words
from reimport_demo.clinic.model import Cell, Line

PEOPLE = 380
"""As many as there are to choose from at full size; about 183 of them are named."""
_ORGANISATIONS = (
    "Bright Path Support",
    "Harbour Care",
    "Plan Partners of Huonmere",
    "360 Together",
    "Kestrel-Wren Services",
)
_BETWEEN = (" - ", " - ", " - ", " \u2013 ", "-", "- ")
"""The first four part a name from an organisation plainly; the others do not."""

NAME, PHONE, EMAIL = (f"NDIS Coordinator {what}" for what in ("Name", "Phone", "Email"))


@dataclass(frozen=True, slots=True)
class Coordinator:
    """One that patients name: the name as it is mostly typed, numbers, an address."""

    name: str
    phones: tuple[str, ...]
    email: str


def make_coordinators(rng: Random, number: int) -> tuple[Coordinator, ...]:
    return tuple(_coordinator(rng, n) for n in range(number))


def _coordinator(rng: Random, number: int) -> Coordinator:
    first, last = words.first_name(rng), words.last_name(rng)
    name = first if number % 9 == 8 else f"{first} {last}"
    if number % 5 in (1, 3) and name != first:
        name += rng.choice(_BETWEEN) + rng.choice(_ORGANISATIONS)
    phones = [words.landline(rng), words.mobile(rng)][: 1 + (number % 3 == 0)]
    return Coordinator(name, tuple(phones), words.email(first, last, number % 90))


def typed(coordinator: Coordinator, rng: Random) -> dict[str, Cell]:
    """The columns of a patient who names *coordinator*, as somebody typed them."""
    phone = rng.choice(coordinator.phones)
    spelled = (words.spaced(phone), words.international(phone), phone, "")
    return {
        NAME: _spelled(coordinator.name, rng),
        PHONE: rng.choices(spelled, (6, 1, 2, 1))[0],
        EMAIL: coordinator.email if rng.random() < 0.8 else "",
    }


def _spelled(name: str, rng: Random) -> str:
    spellings = (
        name,
        name.upper(),
        name.lower(),
        name.replace(" ", "  ", 1),
        name.replace(" ", "\u00a0", 1),
        f" {name} ",
    )
    return rng.choices(spellings, (30, 2, 1, 1, 1, 1))[0]


@dataclass(slots=True)
class Named:
    """
    The answer key: what the rows that come in say of each coordinator.

    Attributes:
        spellings: folded name -> spelling -> rows; phones, emails: what was typed.
    """

    spellings: dict[str, Counter[str]] = field(default_factory=dict)
    phones: dict[str, set[str]] = field(default_factory=dict)
    emails: dict[str, set[str]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        name = " ".join(str(line.cells.get(NAME, "")).split())
        if line.outcome != "created" or not name:
            return
        key = name.casefold()
        phone, email = (
            str(line.cells.get(each, "")).strip() for each in (PHONE, EMAIL)
        )
        self.spellings.setdefault(key, Counter())[name] += 1
        self.phones.setdefault(key, set()).update(filter(None, [_number(phone)]))
        self.emails.setdefault(key, set()).update(filter(None, [email]))

    def as_json(self) -> list[Mapping[str, Any]]:
        return [
            {
                "spellings": dict(sorted(self.spellings[key].items())),
                "organisation": _organisation(key, self.spellings[key]),
                "phones": sorted(self.phones[key]),
                "emails": sorted(self.emails[key]),
            }
            for key in sorted(self.spellings)
        ]


def _number(text: str) -> str:
    """A number that the generator typed, as an import holds it."""
    digits = "".join(filter(str.isdigit, text))
    if len(digits) == 10:
        return words.international(digits)
    return text


def _organisation(key: str, spellings: Mapping[str, int]) -> str:
    name = min(spellings, key=lambda each: (-spellings[each], each))
    for dash in _BETWEEN[:4]:
        if dash in key:
            return name.partition(dash)[2]
    return ""
