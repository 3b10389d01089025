"""Whose each field is after an import: a model of it in plain dictionaries.

A place is a patient and a field. What FileMaker said a month ago, what people wrote in
the backend since, what FileMaker says today and what somebody decided in a sheet is
told here by hand; what must be there, before and after, follows from nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

from reimport_lib.cli.decisions import decisions
from reimport_lib.record.status import Status
from reimport_lib.write import bind
from tests.faults.people import texts
from tests.phases.sites import Site
from tests.phases.small_clinic import SmallClinic

Place = tuple[int, str]
Values = dict[Place, str]

FIRST, LAST = "first_name", "last_name"
COLUMNS = {FIRST: "nameFirst", LAST: "nameLast"}
PEOPLES: Values = {
    (1, FIRST): "Kept",
    (1, LAST): "Agreed",
    (2, LAST): "Overruled",
    (3, FIRST): "Unasked",
    (3, LAST): "Upheld",
}
TODAY: Values = {
    (1, LAST): "Agreed",
    (2, FIRST): "Corrected",
    (2, LAST): "Renamed",
    (3, FIRST): "Rewritten",
    (3, LAST): "Remarried",
}
DECIDED: Values = {(2, LAST): "take", (3, LAST): "keep"}
_WRITE = (
    "UPDATE patients_patient SET {field} = '{text}' WHERE filemaker_id LIKE '%{key}'"
)
_READ = "SELECT filemaker_id, {field} FROM patients_patient"
ASKED = {(2, LAST), (3, FIRST), (3, LAST)}


def left_by(clinic: SmallClinic) -> Values:
    """What an import of *clinic* leaves where nobody has written anything."""
    return {
        (number, field): str(row[COLUMNS[field]])
        for number, row in enumerate(clinic.tables["Contacts"], start=1)
        for field in COLUMNS
    }


def before(then: Values) -> Values:
    """What is there once people have written, and before FileMaker says anything."""
    return then | PEOPLES


def after(then: Values) -> Values:
    """What is there once FileMaker has said what it says today, too."""
    return {place: _merged(place, then[place]) for place in then}


def _merged(place: Place, then: str) -> str:
    theirs, today = PEOPLES.get(place, then), TODAY.get(place, then)
    if today == then:
        return theirs
    if theirs == then:
        return today
    return today if DECIDED.get(place) == "take" else theirs


def say_today(clinic: SmallClinic) -> None:
    """FileMaker says in *clinic* what it says today."""
    for (number, field), text in TODAY.items():
        clinic.row("Contacts", number)[COLUMNS[field]] = text


def people_write(site: Site) -> None:
    for (number, field), text in PEOPLES.items():
        site.execute_sql(_WRITE.format(field=field, text=text, key=f"{number:012d}"))


def decide(site: Site, sheet: Path) -> None:
    """Somebody rehearses, and fills the sheet of what was asked in; *sheet* is made."""
    asking = site.rehearse("patients")
    bind.close()
    assert asking.status is Status.SUCCEEDED, asking.manifest()["error"]
    _call(site, "export", "--reveal", str(sheet))
    with sheet.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert {_place(line) for line in lines} == ASKED
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        for line in lines:
            word = DECIDED.get(_place(line), "")
            writer.writerow({**line, "decision": word, "by": "Reception"})
    _call(site, "read", str(sheet))


def different(site: Site, expected: Values) -> list[str]:
    """The places of *expected* at which something else is there."""
    found = {
        (_number(key), field): text
        for field in COLUMNS
        for key, text in texts(site.url, _READ.format(field=field))
    }
    return [
        f"{field} of patient {number} is not what the model says"
        for (number, field), text in sorted(expected.items())
        if found.get((number, field)) != text
    ]


def _place(line: Mapping[str, str]) -> Place:
    return _number(line["key"]), line["field"]


def _number(key: str) -> int:
    return int(key[-12:])


def _call(site: Site, *words: str) -> None:
    done = CliRunner().invoke(decisions, list(words), env=dict(site.environ))
    assert done.exit_code == 0, done.output
