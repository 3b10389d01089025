"""``_x000D_`` by every way in, through all phases: a workbook alone can say it is text.

A workbook escapes a return so, and a text that looks like one once more. Elsewhere
nothing escapes: it is what an earlier conversion out of a workbook left in the source.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reimport_demo import ways
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.small_clinic import Raw, SmallClinic, small_clinic
from tests.phases.test_odd_cells import NO_LIMITS, not_held
from tests.phases.test_odd_clinics import ask, site_of
from tests.read import spelled

TYPED = {
    1: "See_x000D_letter_x000B_A",
    2: "See_x000D_\nletter",
    3: "See_x005F_x000D_letter",
    4: "See\rletter",
    5: "See_x0041_ _x001D_letter_x001D__x001D_",
    6: "_x000D_",
}
"""Number of the person -> what a person sees in the cell of an appointment's notes."""

LITERAL = [*TYPED.values()]
LITERAL[3] = "See\nletter"
LINES = [
    "See\nletter\nA",
    "See\nletter",
    "See_x005F\nletter",
    "See\nletter",
    "See_x0041_ \nletter",
    "",
]
NOTES = "SELECT notes FROM appointments_appointment ORDER BY filemaker_id"
SEXES = "SELECT sex FROM patients_patient ORDER BY filemaker_id"
CODED = len(TYPED) + 1
"""The person whose coded words have an escape between them."""

WORKBOOK = "xlsx"
WAYS = (WORKBOOK, "csv", "tab", "xml", *ways.WAYS)

ESCAPED = Raw("str", "See_x005F_x005F_x005F_x000D_letter")
"""How Excel writes the text of person 3; the library for workbooks does it wrong."""


def clinic() -> SmallClinic:
    made = small_clinic(people=CODED)
    for number, text in TYPED.items():
        made.row("Appointments", number)["notes"] = text
    made.row("Contacts", CODED)["gender"] = "F_x000D_Female"
    made.row("Coms", CODED)["type"] = "Home_x001D_Mobile_x001D_"
    made.row("Appointments", CODED)["Status"] = "Completed_x000D_Attended"
    made.row("SMS", CODED)["Direction"] = "in_x000d_Incoming"
    return made


def write(folder: Path, word: str) -> Path:
    made = clinic()
    if word == WORKBOOK:
        made.row("Appointments", 3)["notes"] = ESCAPED
        return made.write(folder)
    made.write(folder, kind="csv")
    if word in ways.WAYS:
        return folder
    for path in list(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[c.replace("\r", "\n") for c in row] for row in csv.reader(file)]
        path.unlink()
        spelled.WAYS[word](path.with_suffix(""), rows)
    return folder


@pytest.fixture(scope="module", params=WAYS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Site]]:
    """The clinic by one way in, before an empty database."""
    word = request.param
    folder = tmp_path_factory.mktemp(word)
    exports = write(folder / "exports", word)
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'db.sqlite3'}"
        own = stack.enter_context(site_of(exports, url, folder))
        if word in ways.WAYS:
            settings = stack.enter_context(ways.way_in(exports, exports, word))
            own = own.with_settings(**settings)
        yield word, own


def test_it_is_text_in_a_workbook_and_a_return_elsewhere(
    site: tuple[str, Site],
) -> None:
    word, own = site

    run = own.rehearse(gates=NO_LIMITS)
    held = own.rehearsed(run)

    in_workbook = word == WORKBOOK
    texts = LITERAL if in_workbook else LINES
    assert (sites.error(run), sites.status(run)) == ("", Status.SUCCEEDED)
    assert not_held(run) == []
    assert column(held, NOTES)[: len(TYPED)] == texts
    assert [last(run, table) for table in ("appointments", "sms")] == [
        "rejected unknown_value" if in_workbook else "created "
    ] * 2
    kind = "rejected unknown_type" if in_workbook else "created "
    assert last(run, "contact_details") == kind
    sex = "U" if in_workbook else "F"
    assert column(held, SEXES)[-1] == sex


def column(site: Site, statement: str) -> list[object]:
    return [value for (value,) in ask(site, statement)]


def last(run: Run, table: str) -> str:
    """What became of the last row of *table*, and why."""
    line = sites.outcome_lines(run, table)[-1]
    return f"{line['outcome']} {line['reason']}"
