"""A plan is applied as it stands, once, with the ledger's row, or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from reimport_lib.backup.digests import digest_url
from reimport_lib.errors import Drifted, PhaseFailed, Refused
from reimport_lib.write import ledger, read
from tests.write.kept import before_images
from tests.write.rows import AS_OF, LATER, RUN, Row, apply, pk, plan, start

pytestmark = pytest.mark.usefixtures("bound")

ZOE: Row = {
    "key": "k-1",
    "first_name": "Zoë",
    "last_name": "Ninepin",
    "dob": date(1990, 2, 28),
    "filemaker_metadata": {"audit": 'a "quoted" line\nand another', "n": "007"},
}
MAX: Row = {"key": "k-2", "first_name": "Max", "last_name": "Skittle"}


def models() -> Any:
    from django.apps import apps

    return apps


def all_of(label: str) -> Any:
    return models().get_model(label).objects.order_by("filemaker_id")


def values(label: str, *names: str) -> list[tuple[Any, ...]]:
    return list(all_of(label).values_list(*names))


def test_created_rows_hold_every_value_and_the_runs_clock() -> None:
    applied = apply(plan("patients", ZOE, MAX))

    zoe, max_ = all_of("patients.Patient")
    assert applied.counts["patients"]["created"] == 2
    assert (zoe.pk, zoe.filemaker_id) == (pk("patients", "k-1"), "k-1")
    assert (zoe.first_name, zoe.dob, zoe.sex) == ("Zoë", date(1990, 2, 28), "U")
    assert zoe.filemaker_metadata == ZOE["filemaker_metadata"]
    assert zoe.created_at == zoe.updated_at == AS_OF
    assert len(zoe.import_hash) == 64
    assert (max_.dob, max_.clinic_id, max_.mrn, max_.archived) == (
        None,
        None,
        None,
        False,
    )


def test_a_second_import_finds_everything_unchanged(bound: str) -> None:
    apply(plan("patients", ZOE, MAX))
    before = digest_url(bound)

    again = plan("patients", ZOE, MAX)
    apply(again, run_id="20261123T101500Z-full", as_of=LATER)

    assert again.counts["unchanged"] == 2
    assert again.values.empty
    assert before.differences(digest_url(bound)) == (
        "ledger_ledgerphase",
        "ledger_ledgerrun",
        "ledger_outboxmessage",
    )


def test_an_update_changes_the_row_and_keeps_what_it_was() -> None:
    apply(plan("patients", ZOE, MAX))
    models().get_model("patients.Patient").objects.update(notes="kept", mrn=None)

    apply(
        plan("patients", {**ZOE, "last_name": "Pin", "dob": None}, MAX),
        run_id="second",
        as_of=LATER,
    )

    zoe, max_ = all_of("patients.Patient")
    assert (zoe.last_name, zoe.dob, zoe.notes) == ("Pin", None, "kept")
    assert (zoe.created_at, zoe.updated_at, max_.updated_at) == (AS_OF, LATER, AS_OF)
    ((label, key, action, image),) = before_images("second")
    assert (label, key, action) == ("patients.Patient", str(zoe.pk), "updated")
    assert (image["last_name"], image["dob"]) == ("Ninepin", date(1990, 2, 28))
    assert image["filemaker_metadata"] == ZOE["filemaker_metadata"]
    assert image["updated_at"] == AS_OF


def test_before_images_put_the_old_rows_back(bound: str) -> None:
    apply(plan("patients", ZOE, MAX))
    stamp = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    models().get_model("patients.Patient").objects.update(updated_at=stamp)
    before = digest_url(bound)
    apply(plan("patients", {**ZOE, "sex": "F"}, {**MAX, "sex": "M"}), run_id="second")

    for label, key, _, image in before_images("second"):
        models().get_model(label).objects.filter(pk=key).update(**image)

    assert "patients_patient" not in before.differences(digest_url(bound))


def test_a_row_the_first_system_made_keeps_its_key_and_gets_a_hash() -> None:
    patient = models().get_model("patients.Patient")
    old = patient.objects.create(filemaker_id="K-1 ", first_name="Zoe")

    apply(plan("patients", ZOE))

    (now,) = all_of("patients.Patient")
    assert (now.pk, now.filemaker_id, now.first_name) == (old.pk, "k-1", "Zoë")
    assert len(now.import_hash) == 64


def test_a_rehash_changes_the_hash_and_nothing_else() -> None:
    apply(plan("patients", ZOE))
    all_of("patients.Patient").update(import_hash="")

    again = plan("patients", ZOE)
    apply(again, run_id="second", as_of=LATER)

    (zoe,) = all_of("patients.Patient")
    assert list(again.values["write"]) == ["rehash"]
    assert (len(zoe.import_hash), zoe.updated_at) == (64, AS_OF)


def test_the_ledger_calls_updated_what_the_report_does() -> None:
    """A row that only got its mark is unchanged in the report, and was so counted."""
    apply(plan("patients", ZOE, MAX))
    all_of("patients.Patient").update(import_hash="")

    again = plan("patients", ZOE, {**MAX, "sex": "M"})
    apply(again, run_id="second", as_of=LATER)

    actions = Counter(action for _, _, action, _ in before_images("second"))
    assert (again.counts["updated"], again.counts["unchanged"]) == (1, 1)
    assert actions == {ledger.UPDATED: 1, ledger.MARKED: 1}


def test_generic_owners_and_counts_of_batches_are_set() -> None:
    apply(plan("patients", ZOE))
    owner = pk("patients", "k-1")
    batch: Row = {"key": "b-1", "owner_id": owner}
    shots = [{"key": n, "batch_id": pk("image_batches", "b-1")} for n in ("7", "8")]

    apply(
        plan("images", *shots),
        plan("image_batches", batch),
        plan("documents", {"key": "doc", "owner_id": owner, "file_size": 2**40}),
        phase="images",
    )

    (stored,) = all_of("images.ImageBatch")
    (document,) = all_of("documents.Document")
    assert (stored.owner.pk, stored.image_count) == (owner, 2)
    assert (document.owner.pk, document.tags, document.is_active) == (owner, [], True)
    assert plan(
        "documents", {"key": "doc", "owner_id": owner, "file_size": 2**40}
    ).counts["unchanged"]


def test_what_people_keep_beside_imported_fields_survives_an_update() -> None:
    apply(plan("patients", ZOE))
    owner = pk("patients", "k-1")
    letter: Row = {"key": "doc", "owner_id": owner}
    shot: Row = {"key": "7", "batch_id": pk("image_batches", "b-1")}
    batch = plan("image_batches", {"key": "b-1", "owner_id": owner})
    apply(plan("images", shot), batch, plan("documents", letter), run_id="second")
    of_people: dict[str, dict[str, Any]] = {
        "documents.Document": {"tags": ["x"], "description": "d", "is_active": False},
        "images.Image": {"s3_thumbnail_key": "thumbnails/7.jpg", "order": 3},
    }
    for label, kept in of_people.items():
        all_of(label).update(**kept)

    changed = (
        plan("documents", {**letter, "category": "letter"}),
        plan("images", {**shot, "caption": "left"}),
    )
    apply(*changed, run_id="third")

    assert [one.counts["updated"] for one in changed] == [1, 1]
    for label, kept in of_people.items():
        assert all_of(label).values(*kept).get() == kept


def test_a_document_whose_owner_vanished_is_given_back_to_its_patient() -> None:
    """An earlier system made its patients anew and left links to the old keys."""
    apply(plan("patients", ZOE))
    types = models().get_model("contenttypes.ContentType").objects
    kind = types.get(app_label="patients", model="patient")
    old = (
        models()
        .get_model("documents.Document")
        .objects.create(filemaker_id="doc", content_type=kind, object_id=uuid4())
    )

    given_back = plan("documents", {"key": "doc", "owner_id": pk("patients", "k-1")})
    apply(given_back, run_id="second")

    (now,) = all_of("documents.Document")
    assert (now.pk, now.owner.pk) == (old.pk, pk("patients", "k-1"))
    assert given_back.adopted == 1


def test_moments_and_returns_come_back_as_they_were_written() -> None:
    apply(plan("patients", ZOE))
    visit: Row = {
        "key": "a-1",
        "patient_id": pk("patients", "k-1"),
        "end_time": datetime(2026, 3, 2, 23, 0, tzinfo=UTC),
        "notes": "tab\there\nback\\slash",
    }
    apply(plan("appointments", visit), phase="appointments")

    assert plan("appointments", visit).counts["unchanged"] == 1


def test_nothing_is_left_of_a_phase_that_fails(bound: str) -> None:
    """The second table breaks a constraint: also the first one is not written."""
    start()
    before = digest_url(bound)
    orphan: Row = {"key": "d-1", "patient_id": pk("patients", "nobody"), "value": "1"}

    with pytest.raises(PhaseFailed):
        apply(plan("patients", ZOE), plan("contact_details", orphan))

    assert before == digest_url(bound)
    assert ledger.phase_done(RUN, "patients") is None


def test_a_failing_ledger_row_takes_the_rows_with_it(bound: str) -> None:
    """The ledger's row is in the transaction of the work, not after it."""
    from django.db import connection

    start()
    with connection.cursor() as cursor:
        for statement in broken_ledger(connection.vendor):
            cursor.execute(statement)
    before = digest_url(bound)

    with pytest.raises(PhaseFailed):
        apply(plan("patients", ZOE))

    assert before == digest_url(bound)


def broken_ledger(vendor: str) -> list[str]:
    """Statements after which no phase can be entered."""
    if vendor == "sqlite":
        return [
            "CREATE TRIGGER broken BEFORE INSERT ON ledger_ledgerphase"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        ]
    return [
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RAISE EXCEPTION ''no''; END'",
        "CREATE TRIGGER broken BEFORE INSERT ON ledger_ledgerphase"
        " FOR EACH ROW EXECUTE FUNCTION broken()",
    ]


def test_a_refused_row_is_named_by_constraint_and_never_by_value() -> None:
    apply(plan("patients", ZOE))
    wanted = plan("patients", ZOE, {**MAX, "key": "secret-key"})
    models().get_model("patients.Patient").objects.create(filemaker_id="secret-key")

    with pytest.raises(PhaseFailed) as raised:
        apply(wanted, run_id="second")

    message = str(raised.value)
    assert "secret-key" not in message
    assert "filemaker_id" in message
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_an_edit_made_after_planning_stops_the_phase(bound: str) -> None:
    apply(plan("patients", ZOE, MAX))
    wanted = plan("patients", {**ZOE, "sex": "F"}, MAX)
    all_of("patients.Patient").filter(filemaker_id="k-1").update(last_name="Edited")
    before = digest_url(bound)

    with pytest.raises(Drifted, match="patients: 1 row changed") as raised:
        apply(wanted, run_id="second")
    assert raised.value.rows == (str(pk("patients", "k-1")),)

    assert before.differences(digest_url(bound)) == ("ledger_ledgerrun",)


def test_a_row_deleted_after_planning_stops_the_phase() -> None:
    apply(plan("patients", ZOE, MAX))
    wanted = plan("patients", {**ZOE, "sex": "F"}, MAX)
    all_of("patients.Patient").filter(filemaker_id="k-1").delete()

    gone = wanted.values["id"].map(str)
    with pytest.raises(Drifted, match="1 row went since") as raised:
        apply(wanted, run_id="second")
    assert raised.value.rows == tuple(gone)


def test_a_phase_done_before_gives_the_stored_result_and_writes_nothing() -> None:
    first = apply(plan("patients", ZOE))

    again = apply(plan("patients", MAX))

    assert again.repeated
    assert (again.counts, again.seconds) == (first.counts, first.seconds)
    assert values("patients.Patient", "filemaker_id") == [("k-1",)]


def test_a_run_with_another_snapshot_is_refused() -> None:
    start()

    with pytest.raises(Refused, match="another snapshot"):
        ledger.start_run(
            RUN, mode="full", as_of=AS_OF, started_at=AS_OF, snapshot_digest="e" * 64
        )


def test_another_run_of_the_same_id_is_refused() -> None:
    """Two operators have a runs folder each, and opened a run in the same second."""
    start()

    with pytest.raises(Refused, match="Another run was opened"):
        ledger.start_run(
            RUN,
            mode="full",
            as_of=AS_OF,
            started_at=AS_OF,
            snapshot_digest="",
            origin="other",
        )


def test_a_run_that_is_not_in_the_ledger_is_refused() -> None:
    from reimport_lib.write import apply as writing

    with pytest.raises(Refused, match="not in the ledger"):
        writing.apply(
            "unknown",
            "patients",
            3,
            [],
            snapshot_digest="",
            outcomes_sha256="",
            as_of=AS_OF,
        )


def test_the_ledger_tells_what_each_phase_did() -> None:
    wanted = plan("patients", ZOE, MAX)
    apply(wanted)
    ledger.finish_run(RUN, status="succeeded", finished_at=LATER)

    (phase,) = ledger.finished_phases(RUN)
    assert (phase.name, phase.number) == ("patients", 3)
    assert phase.counts == {"patients": wanted.counts}
    assert phase.plan_digests == {"patients": wanted.digest}


@pytest.mark.parametrize("count", [10, 1200])
def test_the_number_of_queries_does_not_grow_with_the_rows(count: int) -> None:
    """Creating takes as many for 1,200 rows as for 10; updating four more per 500."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rows = [{"key": f"k-{n:05}", "last_name": "Ninepin"} for n in range(count)]
    start()
    with CaptureQueriesContext(connection) as creating:
        apply(plan("patients", *rows))
    with CaptureQueriesContext(connection) as updating:
        apply(plan("patients", *({**r, "sex": "F"} for r in rows)), run_id="second")

    assert len(creating) <= 30
    assert len(updating) <= 41 + 4 * (count // 500)


def test_read_rows_are_pythons_own_values() -> None:
    apply(plan("patients", ZOE))
    frame = read.target_rows("patients")

    assert [str(kind) for kind in frame.dtypes.unique()] == ["object"]
    assert type(frame["dob"].iloc[0]) is date
    assert frame["clinic_id"].iloc[0] is None
