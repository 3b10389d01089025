"""What FileMaker changed and lost since the first import: rehearsed and applied."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reimport_lib.execute import report
from reimport_lib.record.run import Run
from tests.phases import as_notebooks, sites
from tests.phases.sites import Lines, Site

if TYPE_CHECKING:
    from tests.phases.conftest import States


@dataclass(frozen=True)
class Later:
    """
    The second import of the clinic.

    Attributes:
        before: URL of the database as the first import left it.
        rehearsal: through the cells of the notebooks, and with their pages.
    """

    site: Site
    before: str
    rehearsal: Run
    full: Run


def contacts(lines: Lines) -> Lines:
    """Three have the same middle name by now."""
    for place in (3, 7, 11):
        lines[place]["nameMiddle"] = "Ottoline"
    return lines


def appointments(lines: Lines) -> Lines:
    for line in lines[20:40]:
        line["note"] = f"moved {line['startTime']}"
    typed = [line for line in lines[60:] if line["Type"] == "Initial"]
    typed[0]["Type"] = "Cast"
    return lines


def details(lines: Lines) -> Lines:
    """The primary of two phones stays out: its label is too long."""
    phones = [
        line for line in lines if line["type"] == "Phone" and "(02)" in line["ph"]
    ]
    owners = [line["id.key"] for line in phones]
    owner = next(one for one in owners if owners.count(one) > 1)
    first = min((x for x in phones if x["id.key"] == owner), key=lambda x: x["ph"])
    first["Name"] = "long " * 100
    return lines


def the_second(lines: Lines) -> Lines:
    """Without the second row of each of two owners that have several."""
    owners = [line["id_Contact"] for line in lines]
    many = [one for one in dict.fromkeys(owners) if owners.count(one) > 2][:2]
    places = [[n for n, o in enumerate(owners) if o == one][1] for one in many]
    return [line for place, line in enumerate(lines) if place not in places]


def lost_referrers(exports: Path) -> tuple[str, str]:
    """The key of one whom appointments alone name, and of one with referrals."""

    def keys(stem: str, column: str) -> set[str]:
        _, lines = sites.read_csv(exports / f"{stem}.csv")
        return {line[column] for line in lines}

    others = keys("PatientToReferrer", "id_Perscriber")
    others |= keys("ReferrerToCompanies", "id_Referrer")
    named = keys("Appointments", "id_Referrer") & keys("Referrers", "id")
    return min(named - others), min(keys("PatientToReferrer", "id_Perscriber") - {""})


def import_later(states: States, folder: Path) -> Later:
    """The second import, on a copy of what the first left, with its reports."""
    whole, exports = states.imported, states.clinic.exports
    edits = {
        "Contacts": contacts,
        "Appointments": appointments,
        "Coms": details,
        "Images": the_second,
        "Notes": lambda lines: lines[5:],
        "Referrers": sites.without("id", *lost_referrers(exports)),
    }
    before = states.copy(whole.site, folder)
    url = states.copy(whole.site, folder / "site")
    shutil.copytree(whole.site.settings.runs, folder / "runs")
    own = sites.same_database(whole.site, url, folder / "runs")
    site = own.with_exports(sites.edited(exports, folder / "exports", edits))
    gates = {"notes.max_deleted": 0.5}
    rehearsal = site.rehearse(gates=gates, by=as_notebooks.execute)
    found = Later(site, before, rehearsal, site.apply(rehearsal))
    for run in (rehearsal, found.full):
        report.write(run)
    return found
