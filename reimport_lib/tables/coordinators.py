"""Support coordinators: one row per name that patients' records give to one.

Pure. The authority is the paragraph "Support coordinators" of ``docs/rules.md``. Names
are one where nothing but case, blanks and forms of Unicode sets them apart; no name is
taken apart, and none is guessed to be another's.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from reimport_lib.frames import Column
from reimport_lib.plan.cells import each, either, texts
from reimport_lib.plan.context import Context
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.text import fold_words
from reimport_lib.tables.coordinator_proof import check_coordinators
from reimport_lib.tables.declare import Made, Table

_DASH = re.compile(r"\s[-\u2013\u2014]\s")
_NO_NAME = re.compile(r"@|\d{6}")
"""What a part of a name holds that is an address or a number."""


def coordinator_keys(patients: Staged) -> Column:
    """(n,) a digest of each coordinator's folded name; "" where none is named."""
    return each(texts(patients.frame["coordinator_name"]), _key)


def _key(name: str) -> str:
    folded = fold_words(name)
    return hashlib.sha256(folded.encode()).hexdigest()[:32] if folded else ""


def make_coordinators(patients: Staged, _: Context) -> dict[str, Sequence[object]]:
    """The coordinators of *patients*: all that their records say of each."""
    said = pd.DataFrame(
        {
            "key": patients.frame["key"],
            "name": patients.frame["coordinator_name"],
            "phone": _in_full(patients, "coordinator_phone"),
            "email": _in_full(patients, "coordinator_email"),
        }
    )
    rows = [rows for _, rows in said.groupby("key", sort=False)]
    names = [_preferred(each["name"]) for each in rows]
    return {
        "name": names,
        "organisation": [organisation_in(name) for name in names],
        "spellings": [_distinct(each["name"]) for each in rows],
        "phones": [_distinct(each["phone"]) for each in rows],
        "emails": [_distinct(each["email"]) for each in rows],
    }


def organisation_in(name: str) -> str:
    """What stands behind the only dash between blanks; "" where that is no name."""
    parts = _DASH.split(name)
    if len(parts) != 2 or not all(any(map(str.isalpha, part)) for part in parts):
        return ""
    return "" if _NO_NAME.search(name.replace(" ", "")) else parts[1]


def _in_full(patients: Staged, column: str) -> Column:
    """The values of *column*; where one does not say all of its text, that text."""
    values = texts(patients.frame[column])
    lost = patients.dropped.get(column)
    if lost is None:
        return values
    lost = lost.loc[values.index]
    return either(lost != "", lost, values)


def _preferred(names: Iterable[str]) -> str:
    """The spelling that most records have; of equals the first in order."""
    times = Counter(names)
    return min(times, key=lambda name: (-times[name], name))


def _distinct(said: Iterable[str]) -> list[str]:
    return sorted({text for text in said if text})


COORDINATORS = Table(
    name="coordinators",
    noun="support coordinators",
    phase="patients",
    model="patients.Coordinator",
    made=Made(
        "patients",
        coordinator_keys,
        make_coordinators,
        "coordinator_name",
        said={"name": "coordinator_name"},
    ),
    managed=(
        "name",
        "organisation",
        "spellings",
        "phones",
        "emails",
        "filemaker_metadata",
    ),
    shown={
        "name": "initials",
        "organisation": "text",
        **dict.fromkeys(("spellings", "phones", "emails"), "hidden"),
    },
    checks=check_coordinators,
)
