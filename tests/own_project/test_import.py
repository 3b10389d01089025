"""A bicycle workshop's own models: no base class, no column of ours, numbered keys."""

from __future__ import annotations

from tests.own_project import work
from tests.own_project.conftest import Workshop
from tests.own_project.exports import KINDS, PEOPLE, Rows

TABLES = ("customers", "machines", "jobs")
CHAINS = """
    SELECT c.full_name, m.frame_number, k.name, j.work
      FROM workshop_job j
      JOIN "workshop machines" m ON m.id = j.machine_id
      JOIN workshop_customer c ON c.id = m.customer_id
      JOIN workshop_kind k ON k.id = m.kind_id
"""


def counts(run: dict, outcome: str) -> list[int]:
    return [run["tables"][table][outcome] for table in TABLES]


def test_what_people_enter_after_the_rehearsal_changes_no_plan(ready: Workshop) -> None:
    """They take the numbers that the rehearsal gave to imported rows."""
    rehearsal = ready.run()
    taken = [ready.ask(work.add_customer, ready.place.url, f"Walk {n}") for n in "ab"]
    full = ready.run(rehearsal["run_id"])

    assert (rehearsal["error"], full["error"]) == ("", "")
    assert full["status"] == "succeeded"
    assert full["digests"] == rehearsal["digests"]
    assert full["outcomes"] == rehearsal["outcomes"]
    assert taken == [1, 2]
    assert counts(full, "created") == [PEOPLE] * 3
    assert set(ready.held(CHAINS)) == {
        (f"Probe{chr(96 + n)} Testling", f"FR{n:04d}", KINDS[n % 3], f"Brake {n}")
        for n in range(1, PEOPLE + 1)
    }


def test_what_nobody_imports_has_its_default_and_its_stamp(shop: Workshop) -> None:
    (machine,) = shop.held('SELECT DISTINCT wheels, rack FROM "workshop machines"')
    stamps = shop.held("SELECT DISTINCT entered_on = changed_on FROM workshop_customer")

    assert machine == (2, "none")
    assert [bool(same) for (same,) in stamps] == [True]


def test_the_projects_own_next_row_gets_the_next_number(shop: Workshop) -> None:
    ((newest,),) = shop.held("SELECT max(id) FROM workshop_customer")

    assert shop.ask(work.add_customer, shop.place.url, "Walk-in") == newest + 1


def test_a_second_import_finds_everything_unchanged(shop: Workshop) -> None:
    before = shop.ask(work.digests, shop.place.url)
    again = shop.import_all()

    assert counts(again, "unchanged") == [PEOPLE] * 3
    after = shop.ask(work.digests, shop.place.url)
    assert {name for name in after if after[name] != before[name]} == {
        "ledger_ledgerrun",
        "ledger_ledgerphase",
        "ledger_outboxmessage",
    }


def change_the_source(rows: Rows) -> None:
    """One name, one link, two machines in each other's place; the last of all goes.

    No field holds the hours of one job.
    """
    rows["Customers"][0]["Name"] = "Married Testling"
    rows["Machines"][1]["CustomerNo"] = "C-1"
    one, other = rows["Machines"][4:6]
    for column in ("CustomerNo", "Frame"):
        one[column], other[column] = other[column], one[column]
    rows["Jobs"][2]["Mechanic"] = "Another Hand"
    rows["Jobs"][3]["Hours"] = "1.255"
    for stem in rows:
        rows[stem].pop()


def test_what_changes_in_the_source_changes_here(shop: Workshop) -> None:
    before = dict(shop.held("SELECT full_name, id FROM workshop_customer"))
    shop.export(change_the_source)
    full = shop.import_all()

    assert counts(full, "updated") == [1, 3, 1]
    assert counts(full, "rejected") == [0, 0, 1]
    assert full["deleted"] == dict.fromkeys(TABLES, 1)
    held = dict(shop.held("SELECT full_name, id FROM workshop_customer"))
    assert held["Married Testling"] == before["Probea Testling"]
    assert len(held) == PEOPLE - 1
    moved = shop.held(
        "SELECT customer_id FROM \"workshop machines\" WHERE frame_number = 'FR0002'"
    )
    assert moved == [(held["Married Testling"],)]
    assert len(shop.held("SELECT * FROM ledger_importedrow")) == 3 * (PEOPLE - 1)
    images = dict(shop.ask(work.before_images, shop.place.url, full["run_id"]))
    assert images["workshop.Customer updated"]["full_name"] == "Probea Testling"
    assert images["ledger.ImportedRow deleted"]["filemaker_id"]


def test_what_people_changed_stays_and_is_told(shop: Workshop) -> None:
    shop.ask(work.rename_customer, shop.place.url, "Probeb Testling", "Their Word")
    shop.export(change_the_source)
    full = shop.import_all()

    assert full["tables"]["customers"]["notes"] == {"kept_local": 1}
    assert ("Their Word",) in shop.held("SELECT full_name FROM workshop_customer")


def test_what_people_deleted_stays_deleted_until_somebody_decides(
    shop: Workshop,
) -> None:
    shop.ask(work.delete_job, shop.place.url, "Brake 3")
    full = shop.import_all()

    assert counts(full, "created") == [0, 0, 0]
    assert full["tables"]["jobs"]["reasons"] == {"deleted_by_people": 1}
    assert len(shop.held("SELECT * FROM ledger_rowbase")) == 3 * PEOPLE


def test_a_customer_of_whom_people_note_something_is_not_deleted(
    shop: Workshop,
) -> None:
    """By a foreign key, and by a generic one, which cannot name the job: no number."""
    last = f"Probe{chr(96 + PEOPLE)} Testling"
    shop.ask(work.add_reminder, shop.place.url, last)
    shop.ask(work.label, shop.place.url, "pays late", last)
    shop.export(change_the_source)
    rehearsal = shop.run()

    assert rehearsal["status"] == "succeeded"
    assert rehearsal["deleted"] == {"customers": 0, "machines": 1, "jobs": 1}


def test_a_run_is_taken_back(shop: Workshop) -> None:
    before = shop.ask(work.digests, shop.place.url)
    shop.export(change_the_source)
    full = shop.import_all()
    changed = shop.ask(work.digests, shop.place.url)
    number = shop.ask(work.add_customer, shop.place.url, "Walk-in")
    shop.ask(work.add_reminder, shop.place.url, "Walk-in")
    shop.ask(work.rename_customer, shop.place.url, "Probec Testling", "Theirs")
    shop.ask(work.take_back, shop.place, full["run_id"])

    assert changed != before
    assert shop.ask(work.digests, shop.place.url) == before
    back = shop.ask(work.put_back, shop.place, full["run_id"])
    assert (back["reversed"], back["kept"], back["blocked"]) == (3, 0, 0)
    people = "SELECT id FROM workshop_customer WHERE full_name = '{}'"
    assert shop.held(people.format("Walk-in")) == [(number,)]
    assert len(shop.held(people.format("Theirs"))) == 1
    assert shop.ask(work.add_customer, shop.place.url, "Next") > number
    assert shop.ask(work.undo, shop.place, back["run_id"])["reversed"] == 3


def of_people(digests: dict[str, str]) -> dict[str, str]:
    """Without the record of runs; what the ledger holds beside rows counts."""
    of_runs = ("ledger_ledgerrun", "ledger_ledgerphase", "ledger_beforeimage")
    apart = (
        *of_runs,
        "ledger_outboxmessage",
        "ledger_rowbase",
    )  # whose numbers are new ones: ``bases``
    return {name: held for name, held in digests.items() if name not in apart}


def bases(shop: Workshop) -> list[tuple[object, ...]]:
    """What is held to have been left of each row, without the number of its entry."""
    columns = '"table", object_pk, filemaker_id, "left"'
    return shop.held(f"SELECT {columns} FROM ledger_rowbase ORDER BY 1, 2")  # noqa: S608


def test_a_run_is_undone_with_what_the_ledger_holds_beside_its_rows(
    shop: Workshop,
) -> None:
    before = of_people(shop.ask(work.digests, shop.place.url)), bases(shop)
    shop.export(change_the_source)
    full = shop.import_all()
    after = of_people(shop.ask(work.digests, shop.place.url)), bases(shop)
    undone = shop.ask(work.undo, shop.place, full["run_id"])

    assert after != before
    assert (undone["kept"], undone["blocked"]) == (0, 0)
    held = of_people(shop.ask(work.digests, shop.place.url)), bases(shop)
    assert held == before
    again = shop.ask(work.undo, shop.place, undone["run_id"])
    assert (again["kept"], again["blocked"]) == (0, 0)
    held = of_people(shop.ask(work.digests, shop.place.url)), bases(shop)
    assert held == after


def test_the_first_import_is_undone_but_for_whom_people_note_something(
    shop: Workshop,
) -> None:
    shop.ask(work.add_reminder, shop.place.url, "Probea Testling")
    undone = shop.ask(work.undo, shop.place, shop.imported_by)

    assert undone["blocked"] == 2  # the customer, and what the ledger holds of it
    assert shop.held("SELECT full_name FROM workshop_customer") == [
        ("Probea Testling",)
    ]
    assert len(shop.held("SELECT * FROM ledger_importedrow")) == 1
    assert shop.held("SELECT * FROM workshop_job") == []


def test_what_may_be_shared_holds_no_customer(shop: Workshop) -> None:
    clean = shop.ask(work.scanned, shop.place, shop.imported_by)

    assert (clean["leaked"], clean["check"]["verdict"]) == ([], "pass")
    assert clean["of"] > PEOPLE

    page = "<p>brought by Testling, Probea</p>"
    found = shop.ask(work.scanned_with, shop.place, shop.imported_by, "x.html", page)
    assert [each["file"] for each in found["leaked"]] == ["x.html"]
    assert found["check"]["verdict"] == "warn"
