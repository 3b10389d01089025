"""People who write while an import does: nothing of theirs is lost, on PostgreSQL.

Each acts on a connection of their own, between two given statements of the import.
SQLite lets nobody else write from a phase's first statement to its last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.db import connections

from reimport_lib.errors import Drifted
from reimport_lib.write import bind, dependents
from reimport_lib.write.databases import conninfo
from tests.write.kept import before_images
from tests.write.rows import LATER, Row, apply, pk, plan
from tests.write.statements import query
from tests.write.test_faults import wait_until

ZOE: Row = {"key": "k-1", "first_name": "Zoe", "last_name": "Ninepin"}
MAX: Row = {"key": "k-2", "first_name": "Max", "last_name": "Skittle"}
UPDATE = "CREATE TEMPORARY TABLE"  # by which rows are updated, with their images kept
RECORD = 'INSERT INTO "ledger_outboxmessage"'  # the last statement of a phase
DOCUMENT = (
    "INSERT INTO documents_document (id, content_type_id, object_id, created_at,"
    " updated_at, filemaker_metadata, import_hash, file_name, original_name,"
    " mime_type, s3_bucket, s3_key, category, source_type, description, tags,"
    " is_active) SELECT gen_random_uuid(), id, %(pk)s, now(), now(), '{}', '', '', '',"
    " '', '', '', '', '', '', '[]', true FROM django_content_type"
    " WHERE model = 'patient'"
)
NOTE = (
    "INSERT INTO notes_note (id, patient_id, created_at, updated_at, content, author,"
    " source_type, filemaker_metadata, import_hash) VALUES"
    " (gen_random_uuid(), %(pk)s, now(), now(), '', '', '', '{}', '')"
)

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def person(bound: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that waits for no lock of anybody."""
    with psycopg.connect(conninfo(bound), autocommit=True) as connection:
        connection.execute("SET lock_timeout = 1")
        yield connection


@contextmanager
def between(statement: str, act: Callable[[], None]) -> Iterator[None]:
    """*act* once, just before the import sends the first *statement* of that kind."""
    acted = False

    def send(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal acted
        if not acted and statement in sql:
            acted = True
            act()
        return execute(sql, params, many, context)

    with connections[bind.DEFAULT].execute_wrapper(send):
        yield
    assert acted, "the statement was never sent"


def is_kept_waiting(person: psycopg.Connection[Any], sql: str, pk: UUID) -> None:
    """*sql* about the row *pk* would have to wait for the import."""
    with pytest.raises(psycopg.errors.LockNotAvailable):
        person.execute(sql, {"pk": pk})


def gone(*tables: str) -> tuple[Any, ...]:
    """The plans of deletion of a source that has no row of *tables* any more."""
    return dependents.plan_deletions(dict.fromkeys(tables, frozenset()), {})


@pytest.mark.parametrize(
    "edit",
    ["UPDATE patients_patient SET notes = 'called'", "DELETE FROM patients_patient"],
)
def test_a_row_whose_image_was_kept_is_not_changed_before_it_is_written(
    person: psycopg.Connection[Any], edit: str
) -> None:
    apply(plan("patients", ZOE, MAX))
    changed = plan("patients", {**ZOE, "last_name": "Pin"}, MAX)
    edit += " WHERE id = %(pk)s"
    zoe = pk("patients", "k-1")

    with between(UPDATE, lambda: is_kept_waiting(person, edit, zoe)):
        apply(changed, run_id="second", as_of=LATER)

    assert list(before_images("second"))


def test_an_edit_that_was_under_way_is_waited_for_and_seen(
    bound: str, person: psycopg.Connection[Any]
) -> None:
    apply(plan("patients", ZOE, MAX))
    changed = plan("patients", {**ZOE, "last_name": "Pin"}, MAX)
    person.autocommit = False
    person.execute("UPDATE patients_patient SET last_name = 'Bowl'")

    saved = threading.Thread(target=save_when_waited_for, args=(bound, person))
    saved.start()
    with pytest.raises(Drifted, match="1 row changed by a person"):
        apply(changed, run_id="second", as_of=LATER)
    saved.join()

    names = query(bound, "SELECT DISTINCT last_name FROM patients_patient")
    assert names == [("Bowl",)]


def save_when_waited_for(url: str, person: psycopg.Connection[Any]) -> None:
    with psycopg.connect(conninfo(url), autocommit=True) as other:
        waiting = (
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND transactionid IS NOT NULL"
        )
        wait_until(lambda: other.execute(waiting).fetchone() == (1,))
    person.commit()


def test_a_primary_that_a_person_takes_down_meanwhile_hands_nothing_over(
    person: psycopg.Connection[Any],
) -> None:
    apply(plan("patients", ZOE))
    of = {"patient_id": pk("patients", "k-1"), "kind": "mobile"}
    first, second = ({**of, "key": key, "value": key} for key in ("d-1", "d-2"))
    apply(plan("contact_details", {**first, "is_primary": True}), run_id="rest")
    taking = plan("contact_details", {**second, "is_primary": True})
    edit = "UPDATE patients_contactdetail SET is_primary = false"

    with (
        between("FOR NO KEY UPDATE", lambda: person.execute(edit) and None),
        pytest.raises(Drifted, match="contact_details: 1 row changed") as raised,
    ):
        apply(taking, run_id="third")

    assert raised.value.rows == (str(pk("contact_details", "d-1")),)


def test_nothing_is_hung_on_a_row_that_is_being_deleted(
    person: psycopg.Connection[Any],
) -> None:
    """By a foreign key, and by a generic link, which no database guards."""
    apply(plan("patients", ZOE))
    owner = pk("patients", "k-1")

    def hang() -> None:
        is_kept_waiting(person, DOCUMENT, owner)
        is_kept_waiting(person, NOTE, owner)

    with between(RECORD, hang):
        apply(phase="delete", run_id="deleting", deletions=gone("patients"))
    assert dependents.naming_deleted("deleting") == {}

    # Whoever waited, or looked at the patient before, is asked nothing afterwards.
    person.execute(DOCUMENT, {"pk": owner})
    assert dependents.naming_deleted("deleting") == {"documents.Document": 1}
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        person.execute(NOTE, {"pk": owner})


def test_a_link_that_is_to_be_emptied_is_not_led_elsewhere_first(
    person: psycopg.Connection[Any],
) -> None:
    """The message of a visit that goes: another visit would be taken off it, too."""
    apply(plan("patients", ZOE))
    owner = pk("patients", "k-1")
    visits = [{"key": key, "patient_id": owner} for key in ("a-1", "a-2")]
    first, second = pk("appointments", "a-1"), pk("appointments", "a-2")
    text = {"key": "s-1", "patient_id": owner, "appointment_id": first}
    apply(plan("appointments", *visits), plan("sms", text), run_id="rest")
    keys = {"appointments": frozenset({"a-2"}), "sms": frozenset({"s-1"})}
    going = dependents.plan_deletions(keys, {})
    edit = "UPDATE notes_smsmessage SET appointment_id = %(pk)s"
    image = 'ORDER BY "notes_smsmessage"."id"'

    with between(image, lambda: is_kept_waiting(person, edit, second)):
        apply(phase="delete", run_id="deleting", deletions=going)

    (held,) = person.execute("SELECT appointment_id FROM notes_smsmessage").fetchall()
    assert held == (None,)


def test_what_goes_although_people_changed_it_goes_as_it_was_looked_at() -> None:
    """A second edit is in no plan: neither in the reviewed one nor in today's."""
    apply(plan("patients", ZOE, MAX))
    patients: Any = apps.get_model("patients.Patient").objects
    patients.update(notes="of ours")
    keys = {"patients": frozenset[str]()}
    plans = dependents.plan_deletions(keys, {}, clean_slate=True)
    patients.filter(filemaker_id="k-1").update(notes="and more")

    (again,) = dependents.plan_deletions(keys, {}, clean_slate=True)
    assert plans[0].digest != again.digest
    with pytest.raises(Drifted, match="1 row changed by a person") as raised:
        apply(phase="delete", run_id="deleting", deletions=plans)
    gone = (str(pk("patients", "k-1")),)
    assert (raised.value.table, raised.value.rows) == ("patients", gone)


def test_a_message_of_people_that_came_to_hang_on_a_visit_stops_its_deletion() -> None:
    apply(plan("patients", ZOE))
    owner = pk("patients", "k-1")
    apply(plan("appointments", {"key": "a-1", "patient_id": owner}), run_id="rest")
    going = gone("appointments")
    visit = pk("appointments", "a-1")
    message: Any = apps.get_model("notes.SmsMessage")
    message.objects.create(patient_id=owner, appointment_id=visit, message="late")

    with pytest.raises(Drifted, match="1 row came to hang on rows that go"):
        apply(phase="delete", run_id="deleting", deletions=going)

    assert message.objects.get().appointment_id == visit
