"""Support coordinators in phase 8: each against the texts of its patients' records.

Shares no code with the import: texts are folded, and told apart, by the renderings.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reimport_lib.frames import Column
from reimport_lib.prove.render import rendering
from reimport_lib.prove.render.comparison import Comparison, Matched, Render, field_of
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.made import check_made
from reimport_lib.prove.render.rendering import Pair

if TYPE_CHECKING:
    from reimport_lib.checks import Check
    from reimport_lib.prove.evidence import Evidence
    from reimport_lib.prove.reference_data import ReferenceData

TABLE, PATIENTS = "coordinators", "patients"
NAME: Aliases = ("NDIS Coordinator Name",)
PHONE: Aliases = ("NDIS Coordinator Phone",)
EMAIL: Aliases = ("NDIS Coordinator Email",)

_DASHES = ("-", "\u2013", "\u2014")

SaidOfOne = tuple[str, str, str]
"""Name, phone and e-mail of a coordinator, as one record says them."""


def patients(m: Matched) -> list[Comparison]:
    """The link of each patient, followed to the key of the coordinator."""
    held = [m.reference.key(TABLE, pk) for pk in m.links("coordinator_id")]
    return [field_of(m, "coordinator_id", _link, NAME, values=held)]


def _link(value: str, said: str) -> Pair:
    return _key(said), value


def _key(said: str) -> str:
    folded = rendering.folded(said)
    return hashlib.sha256(folded.encode()).hexdigest()[:32] if folded else ""


def check_coordinators(evidence: Evidence, _: ReferenceData) -> list[Check]:
    """Every coordinator says what the records of its patients say, and no more."""
    said = _said(evidence)

    def facts(held: Column) -> dict[str, bool]:
        records = said.get(held["filemaker_id"], [])
        names = Counter(_name(name) for name, _, _ in records)
        phones, emails = ({each[n] for each in records} for n in (1, 2))
        name = _seen(held["name"])
        preferred = sorted(names, key=lambda each: (-names[each], each))[:1]
        return {
            "filemaker_id": bool(records),
            "name": [name] == preferred,
            "organisation": held["organisation"] == _organisation(name),
            "spellings": sorted(map(_seen, held["spellings"])) == sorted(names),
            "phones": _says(held["phones"], phones, rendering.phone),
            "emails": _says(held["emails"], emails, rendering.email),
            "filemaker_metadata": held["filemaker_metadata"] == {},
        }

    return check_made(evidence, TABLE, facts)


def _said(evidence: Evidence) -> Mapping[str, list[SaidOfOne]]:
    """Key of a coordinator -> what the records say that came in, or would have."""
    found: dict[str, list[SaidOfOne]] = defaultdict(list)
    rows = evidence.outcomes(PATIENTS)
    if rows is None:
        return found
    targets = rows["target_id"] != ""
    frame = evidence.source(PATIENTS).loc[list(rows.loc[targets, "row"])]
    cells = (column(frame, aliases) for aliases in (NAME, PHONE, EMAIL))
    for name, phone, email in zip(*cells, strict=True):
        found[_key(name)].append((name, phone, email))
    return found


def _name(said: str) -> str:
    return rendering.name(None, said)[0]


def _seen(held: str) -> str:
    return rendering.name(held, "")[1]


def _organisation(name: str) -> str:
    """The words behind a dash that stands alone, if there is one and both are words."""
    words = name.split(" ")
    dashes = [place for place, word in enumerate(words) if word in _DASHES]
    if len(dashes) != 1 or "@" in name or re.search(r"\d{6}", name.replace(" ", "")):
        return ""
    before, behind = words[: dashes[0]], words[dashes[0] + 1 :]
    are_words = all(re.search(r"[^\W\d_]", " ".join(part)) for part in (before, behind))
    return " ".join(behind) if are_words else ""


def _says(held: Sequence[str], said: set[str], render: Render) -> bool:
    """Each of *held* is one of the texts *said*, and none of these is missing."""
    texts = {text for text in said if rendering.plain(text)}
    meant = {text: {one for one in held if _is(one, text, render)} for text in texts}
    return all(meant.values()) and set().union(*meant.values()) == set(held)


def _is(held: str, said: str, render: Render) -> bool:
    """*held* is the value that *said* gives, or the text itself."""
    spoken, shown = render(held, said)
    return spoken == shown or held == rendering.plain(said)
