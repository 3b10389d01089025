"""A run is undone row by row: what nobody touched since goes back, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from reimport_lib.backup.digests import DatabaseDigest, digest_url
from reimport_lib.errors import Drifted
from reimport_lib.plan.undo import Fate, RowAt, UndoPlan, Why
from reimport_lib.write import dependents, undo
from reimport_lib.write.touched import Narrowing
from tests.write.rows import LATER, Row, apply, pk, plan

pytestmark = pytest.mark.usefixtures("bound")

ZOE: Row = {"key": "k-1", "last_name": "Ninepin", "dob": date(1990, 2, 28)}
MAX: Row = {"key": "k-2", "first_name": "Max", "last_name": "Skittle"}
PATIENT = "patients.Patient"


def content(url: str) -> dict[str, str]:
    """Table -> digest, of all that is no record of a run."""
    found: DatabaseDigest = digest_url(url)
    return {
        name: table.sha256
        for name, table in found.tables.items()
        if not name.startswith("ledger_") or name == "ledger_importedrow"
    }


def bases() -> set[tuple[str, ...]]:
    """What the last import left of every row, as the ledger has it."""
    columns = ("table", "object_pk", "filemaker_id", "left")
    return {*of("ledger.RowBase").values_list(*columns)}


def undone(
    run_id: str, by: str = "back", narrowing: Narrowing | None = None
) -> UndoPlan:
    """What became of it."""
    narrowing = narrowing or Narrowing()
    found = undo.plan(run_id, narrowing)
    undo.apply(by, found, narrowing, as_of=LATER)
    return found


def delete(run_id: str, phase: str = "delete", **keys: set[str]) -> None:
    """An export that holds *keys* of every table and no other row."""
    snapshot = {table: frozenset(held) for table, held in keys.items()}
    gone = dependents.plan_deletions(snapshot, dict.fromkeys(snapshot, frozenset()))
    apply(run_id=run_id, phase=phase, deletions=gone, as_of=LATER)


def of(model: str) -> Any:
    from django.apps import apps

    return apps.get_model(model)._base_manager


def at(model: str, table: str, key: str) -> RowAt:
    return RowAt(model, str(pk(table, key)))


def why(found: UndoPlan) -> Mapping[str, tuple[str, str]]:
    """Outcome and reason of every row that does not go back, by its model."""
    return {
        row.model: (str(verdict.outcome), verdict.why)
        for row, verdict in found.rows.items()
        if verdict.outcome in (Fate.KEPT, Fate.BLOCKED)
    }


def test_a_whole_run_goes_back_and_undoing_that_brings_it_again(bound: str) -> None:
    apply(plan("patients", ZOE, MAX, {"key": "k-3"}), run_id="first")
    owner = pk("patients", "k-3")
    apply(plan("notes", {"key": "n-1", "patient_id": owner}), run_id="second")
    before = content(bound), bases()
    delete("third", patients={"k-1", "k-2"}, notes=set())
    changed = {**ZOE, "last_name": "Pin"}, MAX, {"key": "k-4"}
    apply(plan("patients", *changed), run_id="third", as_of=LATER)
    after = content(bound), bases()

    assert before != after
    found = undone("third")
    assert (content(bound), bases()) == before
    assert found.totals == {"reversed": 4, "kept": 0, "blocked": 0, "absent": 0}
    undone("back", by="again")
    assert (content(bound), bases()) == after
    undone("again", by="and again")
    assert (content(bound), bases()) == before


def test_a_base_that_there_was_none_of_before_the_run_comes_and_goes_with_it() -> None:
    """Of a row that was imported before the ledger kept what imports leave."""
    apply(plan("patients", ZOE), run_id="first")
    of("ledger.RowBase").all().delete()
    apply(plan("patients", {**ZOE, "last_name": "Pin"}), run_id="second", as_of=LATER)
    after = bases()

    undone("second")
    assert bases() == set()
    undone("back", by="again")
    assert bases() == after != set()


def test_a_field_that_a_person_changed_is_kept_and_the_others_go_back() -> None:
    apply(plan("patients", ZOE), run_id="first")
    changed = {**ZOE, "last_name": "Pin", "sex": "F"}
    apply(plan("patients", changed), run_id="second", as_of=LATER)
    of(PATIENT).update(last_name="Theirs")

    found = undone("second")

    (zoe,) = of(PATIENT).all()
    assert (zoe.last_name, zoe.sex) == ("Theirs", "U")
    verdict = found.rows[at(PATIENT, "patients", "k-1")]
    assert verdict == (Fate.KEPT, Why.PEOPLE, "last_name")


def test_a_created_row_that_a_person_changed_is_kept_with_what_it_hangs_on() -> None:
    owner = pk("patients", "k-1")
    apply(plan("patients", ZOE, MAX), run_id="first")
    apply(
        plan("notes", {"key": "n-1", "patient_id": owner}),
        run_id="first",
        phase="notes",
    )
    of("notes.Note").update(author="me")

    found = undone("first")

    assert why(found) == {
        "notes.Note": ("kept", Why.PEOPLE),
        PATIENT: ("blocked", Why.HANGS),
    }
    assert [p.pk for p in of(PATIENT).all()] == [owner]


def test_a_created_row_that_people_hung_something_on_is_blocked_and_says_by_what() -> (
    None
):
    apply(plan("patients", ZOE, MAX), run_id="first")
    of("notes.Note").create(patient_id=pk("patients", "k-1"), content="mine")

    found = undone("first")

    assert found.rows[at(PATIENT, "patients", "k-1")] == (
        Fate.BLOCKED,
        Why.HANGS,
        "notes.Note",
    )
    assert of(PATIENT).count() == 1


def test_a_document_that_people_gave_to_a_created_patient_keeps_it() -> None:
    """By a generic link, which no database guards."""
    apply(plan("patients", ZOE, MAX), run_id="first")
    types = of("contenttypes.ContentType").get(app_label="patients", model="patient")
    owner = pk("patients", "k-1")
    of("documents.Document").create(content_type=types, object_id=owner)

    found = undone("first")

    assert why(found) == {PATIENT: ("blocked", Why.HANGS)}


def test_a_later_run_is_named(bound: str) -> None:
    apply(plan("patients", ZOE), run_id="first")
    apply(plan("patients", {**ZOE, "last_name": "Pin"}), run_id="second")
    apply(plan("patients", {**ZOE, "last_name": "Pim"}), run_id="third")
    before = content(bound)

    assert undo.plan("second").rows[at(PATIENT, "patients", "k-1")] == (
        Fate.KEPT,
        Why.LATER_RUN,
        "third",
    )
    undone("third", by="a")
    undone("second", by="b")
    undone("first", by="c")
    assert of(PATIENT).count() == 0
    for each in "cba":
        undone(each, by=f"un{each}")
    assert content(bound) == before


def test_a_deleted_row_whose_owner_has_gone_since_is_blocked() -> None:
    apply(plan("patients", ZOE), run_id="first")
    owner = pk("patients", "k-1")
    note: Row = {"key": "n-1", "patient_id": owner}
    apply(plan("notes", note), run_id="first", phase="notes")
    delete("second", notes=set())
    of(PATIENT).filter(pk=owner).delete()

    assert why(undone("second")) == {"notes.Note": ("blocked", Why.GONE)}


def test_a_deleted_row_whose_key_another_row_has_now_is_blocked() -> None:
    apply(plan("patients", ZOE), run_id="first")
    delete("second", patients=set())
    of(PATIENT).create(filemaker_id="k-1", first_name="Another")

    assert why(undone("second")) == {PATIENT: ("blocked", Why.TAKEN)}


def test_a_deleted_row_that_is_there_again_is_kept() -> None:
    apply(plan("patients", ZOE), run_id="first")
    delete("second", patients=set())
    apply(plan("patients", ZOE), run_id="third")

    verdict = undo.plan("second").rows[at(PATIENT, "patients", "k-1")]
    assert verdict == (Fate.KEPT, Why.MADE_AGAIN, "third")


def test_two_numbers_that_swapped_the_mark_of_the_primary_swap_it_back(
    bound: str,
) -> None:
    apply(plan("patients", ZOE), run_id="first")
    owner = pk("patients", "k-1")
    one: Row = {"key": "d-1", "patient_id": owner, "value": "1"}
    two: Row = {"key": "d-2", "patient_id": owner, "value": "2"}
    apply(
        plan("contact_details", {**one, "is_primary": True}, two),
        run_id="first",
        phase="details",
    )
    before = content(bound)
    apply(plan("contact_details", one, {**two, "is_primary": True}), run_id="second")

    undone("second")

    assert content(bound) == before


def test_a_field_a_table_and_a_row_with_what_hangs_on_it_go_back_alone() -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")
    notes = [{"key": n, "patient_id": pk("patients", f"k-{n}")} for n in "12"]
    apply(plan("notes", *notes), run_id="first", phase="notes")
    changed = [{**row, "last_name": "New", "title": "Dr"} for row in (ZOE, MAX)]
    apply(plan("patients", *changed), run_id="second")

    undone("second", by="a", narrowing=Narrowing(field="title"))
    assert set(of(PATIENT).values_list("last_name", "title")) == {("New", "")}
    undone("second", by="b", narrowing=Narrowing(key="k-1", table="patients"))
    names = of(PATIENT).order_by("filemaker_id").values_list("last_name", flat=True)
    assert list(names) == ["Ninepin", "New"]
    undone("second", by="c")
    undone("first", by="d", narrowing=Narrowing(key="k-2"))
    assert [p.filemaker_id for p in of(PATIENT).all()] == ["k-1"]
    assert [n.filemaker_id for n in of("notes.Note").all()] == ["1"]
    undone("first", by="e", narrowing=Narrowing(table="notes"))
    assert of("notes.Note").count() == 0
    assert of(PATIENT).count() == 1


def test_half_of_a_row_that_would_break_a_constraint_stays() -> None:
    """An end before its start: the database would refuse the whole undo."""
    from datetime import UTC, datetime, timedelta

    apply(plan("patients", ZOE), run_id="first")
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)
    late = start + timedelta(days=9)
    visit = {"key": "a-1", "patient_id": pk("patients", "k-1")}
    first = {**visit, "start_time": late, "end_time": late}
    second = {**visit, "start_time": start, "end_time": start}
    apply(plan("appointments", first), run_id="first", phase="appointments")
    apply(plan("appointments", second), run_id="second")
    of("appointments.Appointment").update(end_time=start + timedelta(hours=1))

    found = undone("second")

    assert why(found)["appointments.Appointment"] == ("blocked", Why.CONSTRAINT)


def test_an_edit_after_the_plan_was_shown_stops_the_undo(bound: str) -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")
    found = undo.plan("first")
    of(PATIENT).filter(filemaker_id="k-1").update(last_name="Theirs")
    before = content(bound)

    with pytest.raises(Drifted, match="1 row changed"):
        undo.apply("back", found, Narrowing(), as_of=LATER)
    assert content(bound) == before


def test_a_row_changed_before_the_ledger_kept_what_runs_leave_is_said_to_be() -> None:
    apply(plan("patients", ZOE), run_id="first")
    apply(plan("patients", {**ZOE, "title": "Dr"}), run_id="second")
    of("ledger.BeforeImage").filter(run_id="first").delete()
    of("ledger.BeforeImage").update(after=None)

    assert why(undo.plan("second")) == {PATIENT: ("kept", Why.UNKNOWN)}
    assert undo.reach("first").unknown_rows == 1
    assert undo.reach("second").unknown_rows == 0


def test_counts_that_nobody_types_are_counted_again() -> None:
    apply(plan("patients", ZOE), run_id="first")
    owner = pk("patients", "k-1")
    shots = [{"key": n, "batch_id": pk("image_batches", "b")} for n in "12"]
    batch = plan("image_batches", {"key": "b", "owner_id": owner})
    apply(batch, plan("images", shots[0]), run_id="first", phase="images")
    apply(plan("images", *shots), run_id="second", phase="images")

    undone("second", by="a")
    assert of("images.ImageBatch").get().image_count == 1
    assert undone("first", by="b").totals["kept"] == 0
