"""Small clinics with faults that were seen in the field, through the whole pipe.

Each fault stands for a kind, whose other members the tests of its part look at. The
right answers were written down before the program gave any.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from reimport_demo import s3
from reimport_lib.record.run import Run
from reimport_lib.write import bind, configuration
from reimport_lib.write.databases import conninfo, is_sqlite
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.small_clinic import (
    DOCUMENTS,
    PEOPLE,
    Raw,
    SmallClinic,
    document,
    patient,
    small_clinic,
)
from tools import postgres
from tools.databases import migrate


@contextmanager
def site_of(exports: Path, url: str, folder: Path) -> Iterator[Site]:
    """*exports* before an empty database that knows the clinics."""
    migrate(url)
    bucket = uuid.uuid4().hex
    with s3.serve_s3(sites.stored_keys(exports), bucket=bucket) as served:
        own = sites.site(
            {
                **served.environment(),
                "DATABASE_URL": url,
                "REIMPORT_SOURCE": str(exports),
                "REIMPORT_RUNS": str(folder / "runs"),
            }
        )
        configuration.load(own.settings, exports / "clinics.json")
        yield own
        own.drop_copies()


def ask(site: Site, statement: str) -> list[tuple[object, ...]]:
    """What *statement* answers, on either database."""
    bind.close()
    if is_sqlite(site.url):
        return sites.query(site, statement)
    with psycopg.connect(conninfo(site.url)) as connection:
        return list(connection.execute(statement))  # type: ignore[arg-type]


def outcome(run: Run, table: str, row: int) -> tuple[str, str, str]:
    [line] = [x for x in sites.outcome_lines(run, table) if int(x["row"]) == row]
    return line["outcome"], line["reason"], line["notes"]


def moment(value: object) -> datetime:
    """A moment as either database gives it, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def odd_clinic() -> SmallClinic:
    """One fault a person; what is right of each stands in the tests below."""
    clinic = small_clinic()
    clinic.row("Contacts", 1)["contactType"] = "Patient\nCarer"
    clinic.row("Contacts", 2)["Fee [/hour]"] = "80"
    clinic.row("Contacts", 3)["Fee [/hour]"] = Raw("e", "#SPILL!")
    clinic.row("Coms", 4)["ph"] = "+49 30 123456 (Anna)"
    clinic.row("Coms", 5)["ph"] = "do not call 0412 345 678"
    for number, text in enumerate(("1.00", "1.0", "0.30", "2.00", "12.30"), start=6):
        clinic.row("Appointments", number).update(
            startDate=date(2024, 6, 3), startTime=text, endDate="", endTime=""
        )
    for number, text in ((15, "3/6/2024 9 am"), (16, "3/6/2024 9")):
        clinic.row("Appointments", number).update(
            startDate="", startTime="", endDate="", endTime="", Start=text
        )
    clinic.row("Docs", 11)["id"] = "7001"
    clinic.row("Docs", 12)["id"] = "7001.2"
    # The patient with most documents is the one whom the API is asked about.
    clinic.row("Docs", 14).update(id="a.b.c", id_Contact=patient(12))
    own = {f"{DOCUMENTS}{document(n).lower()}.pdf" for n in (11, 12, 14)}
    clinic.objects = [key for key in clinic.objects if key not in own]
    clinic.objects += [f"{DOCUMENTS}7001.2.pdf", f"{DOCUMENTS}A.B.C.pdf"]
    clinic.row("Notes", 13)["Date"] = datetime(2024, 6, 3, 14, 30)
    clinic.row("Docs", 13)["Date"] = datetime(2024, 6, 3, 23, 59)
    clinic.row("Images", 13)["date"] = "6/13/2024 2:30 PM"
    return clinic


class Imported:
    """The clinic after its import, and a rehearsal of a second one."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.full = site.apply(site.rehearse())
        self.again = site.rehearse()

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        return ask(self.site, statement)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def odd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    folder = tmp_path_factory.mktemp("odd")
    exports = odd_clinic().write(folder / "exports")
    url, server, name = f"sqlite:///{folder / 'clinic.sqlite3'}", "", "odd_clinic"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = postgres.create_database(server, name)
    with site_of(exports, url, folder) as site:
        yield Imported(site)
    if server:
        postgres.drop_database(server, name)


def test_every_run_succeeds_with_every_check(odd: Imported) -> None:
    for run in (odd.full, odd.again):
        assert (sites.error(run), sites.status(run)) == ("", "succeeded")


def test_a_second_import_changes_nothing(odd: Imported) -> None:
    for counts in sites.tables(odd.again).values():
        assert (counts["created"], counts["updated"]) == (0, 0)


def test_a_set_of_checkboxes_with_patient_comes_in_with_all_that_is_hers(
    odd: Imported,
) -> None:
    tables = ("patients", "contact_details", "appointments", "notes", "sms")
    for table in (*tables, "documents", "images"):
        assert outcome(odd.full, table, 2)[0] == "created", table


def test_an_error_cell_and_a_bracket_in_a_header_do_not_stop_a_table(
    odd: Imported,
) -> None:
    assert sites.tables(odd.full)["patients"]["created"] == PEOPLE


@pytest.mark.parametrize(
    ("label", "text"),
    [("P4", "+49 30 123456 (Anna)"), ("P5", "do not call 0412 345 678")],
)
def test_a_number_with_words_stays_as_it_was_typed(
    odd: Imported, label: str, text: str
) -> None:
    held = odd.ask(
        f"SELECT value FROM patients_contactdetail WHERE label = '{label}'"  # noqa: S608
    )

    assert held == [(text,)]
    row = 1 + int(label[1:])
    assert "bad_number" in outcome(odd.full, "contact_details", row)[2]


def test_times_with_a_dot_are_hours_and_minutes_or_none(odd: Imported) -> None:
    held = {
        str(notes): moment(start)
        for notes, start in odd.ask(
            "SELECT notes, start_time FROM appointments_appointment"
        )
    }
    expected = {
        "T6": datetime(2024, 6, 2, 15, 0, tzinfo=UTC),
        "T8": datetime(2024, 6, 2, 14, 30, tzinfo=UTC),
        "T9": datetime(2024, 6, 2, 16, 0, tzinfo=UTC),
        "T10": datetime(2024, 6, 3, 2, 30, tzinfo=UTC),
    }

    assert {name: held[name] for name in expected} == expected
    for row in (7, 9):  # 1.00 and 0.30 may be parts of a day as well
        assert "ambiguous_time" in outcome(odd.full, "appointments", row)[2]
    assert outcome(odd.full, "appointments", 8) == ("rejected", "bad_time", "")


def test_a_moment_without_minutes_is_read_where_it_says_the_half_of_the_day(
    odd: Imported,
) -> None:
    [[start]] = odd.ask(
        "SELECT start_time FROM appointments_appointment WHERE notes = 'T15'"
    )

    assert moment(start) == datetime(2024, 6, 2, 23, 0, tzinfo=UTC)
    assert "ambiguous_date" in outcome(odd.full, "appointments", 16)[2]
    assert outcome(odd.full, "appointments", 17) == ("rejected", "bad_date", "")


def test_a_file_belongs_to_the_record_whose_whole_key_it_carries(odd: Imported) -> None:
    held = odd.ask(
        "SELECT s3_key FROM documents_document WHERE filemaker_id = '7001.2'"
    )

    assert held == [(f"{DOCUMENTS}7001.2.pdf",)]
    assert outcome(odd.full, "documents", 12) == ("rejected", "no_object", "")


@pytest.mark.parametrize(
    ("table", "model", "clock"),
    [
        ("notes", "notes_note", "14:30"),
        ("documents", "documents_document", "23:59"),
        ("images", "images_image", "14:30"),
    ],
)
def test_a_time_of_day_behind_a_date_is_kept(
    odd: Imported, table: str, model: str, clock: str
) -> None:
    held = odd.ask(f"SELECT filemaker_metadata FROM {model}")  # noqa: S608

    assert sum(clock in str(metadata) for (metadata,) in held) == 1
    assert "text_kept" in outcome(odd.full, table, 14)[2]


def test_sixteen_digits_come_in_whole_from_number_cells(tmp_path: Path) -> None:
    first = 2**53
    keys = {number: str(first + number - 1) for number in range(1, PEOPLE + 1)}
    clinic = small_clinic(keys)
    for row in clinic.tables["Appointments"]:
        row["id_Contact"] = Raw("n", row["id_Contact"])
    exports = clinic.write(tmp_path / "exports")
    with site_of(exports, f"sqlite:///{tmp_path / 'db.sqlite3'}", tmp_path) as site:
        run = site.rehearse("patients", "appointments")
        held = ask(
            site.rehearsed(run),
            "SELECT a.notes, p.filemaker_id FROM appointments_appointment a"
            " JOIN patients_patient p ON p.id = a.patient_id",
        )

    assert sites.error(run) == ""
    assert dict(held) == {f"T{number}": key for number, key in keys.items()}


def test_a_character_set_is_right_or_refused(tmp_path: Path) -> None:
    clinic = small_clinic()
    names = ("Zbyněk", "Dvořák"), ("Božena", "Němcová")
    for number, (first, last) in enumerate(names, start=1):
        clinic.row("Contacts", number).update(nameFirst=first, nameLast=last)
    exports = clinic.write(tmp_path / "exports", charsets={"Contacts": "cp1250"})
    with site_of(exports, f"sqlite:///{tmp_path / 'db.sqlite3'}", tmp_path) as site:
        refused = site.rehearse("patients")
        told = site.with_settings(REIMPORT_CHARSET="cp1250")
        copy = told.rehearsed(told.rehearse("patients"))
        held = ask(copy, "SELECT first_name, last_name FROM patients_patient")

    if sites.status(refused) == "refused":
        assert "REIMPORT_CHARSET" in str(refused.manifest())
    else:
        assert sites.error(refused) == ""
    assert set(names) <= set(held)


def test_the_same_records_as_csv_after_xlsx_are_unchanged(tmp_path: Path) -> None:
    clinic = small_clinic()
    clinic.row("Notes", 13)["Date"] = datetime(2024, 6, 3, 14, 30)
    books = clinic.write(tmp_path / "books")
    texts = clinic.write(tmp_path / "texts", kind="csv")
    with site_of(books, f"sqlite:///{tmp_path / 'db.sqlite3'}", tmp_path) as site:
        site.apply(site.rehearse())
        again = site.with_exports(texts).rehearse()

    assert sites.error(again) == ""
    changed = {
        table: (counts["created"], counts["updated"])
        for table, counts in sites.tables(again).items()
        if counts["created"] or counts["updated"]
    }
    assert changed == {}
