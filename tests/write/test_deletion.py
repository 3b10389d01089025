"""What goes and what stays, on real rows: children first, nothing of people's."""

from __future__ import annotations

from typing import Any

import pytest

from reimport_lib.backup.digests import digest_url
from reimport_lib.errors import Drifted
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.write import dependents, models
from tests.write.kept import before_images
from tests.write.rows import AS_OF, LATER, Row, apply, pk, plan

pytestmark = pytest.mark.usefixtures("bound")

PATIENTS = ("p-1", "p-2")
KEYS = {
    "patients": frozenset(PATIENTS),
    "contact_details": frozenset({"d-1", "d-2"}),
    "appointments": frozenset({"a-1", "a-2"}),
    "sms": frozenset({"s-1", "s-2"}),
    "documents": frozenset({"doc-1", "doc-2"}),
    "image_batches": frozenset({"b-1", "b-2"}),
    "images": frozenset({"11", "12"}),
}
GONE = {table: keys - {sorted(keys)[0]} for table, keys in KEYS.items()}


def fill() -> None:
    """Two patients, each with one row of every kind."""
    apply(plan("patients", *({"key": key, "last_name": "Ninepin"} for key in PATIENTS)))
    owners = [pk("patients", key) for key in PATIENTS]

    def rows(table: str, owner: str) -> list[Row]:
        keys = sorted(KEYS[table])
        return [{"key": k, owner: pk_} for k, pk_ in zip(keys, owners, strict=True)]

    batches = [pk("image_batches", key) for key in ("b-1", "b-2")]
    shots = [
        {"key": k, "batch_id": b} for k, b in zip(("11", "12"), batches, strict=True)
    ]
    visits = [pk("appointments", key) for key in ("a-1", "a-2")]
    texts = [
        {**row, "appointment_id": visit}
        for row, visit in zip(rows("sms", "patient_id"), visits, strict=True)
    ]
    details = [{**row, "value": "1"} for row in rows("contact_details", "patient_id")]
    apply(
        plan("contact_details", *details),
        plan("appointments", *rows("appointments", "patient_id")),
        plan("sms", *texts),
        plan("documents", *rows("documents", "owner_id")),
        plan("image_batches", *rows("image_batches", "owner_id")),
        plan("images", *shots),
        run_id="rest",
    )


def model(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)


def decide(
    keys: dict[str, frozenset[str]], *, clean_slate: bool = False, **out: frozenset[str]
) -> dict[str, DeletionPlan]:
    plans = dependents.plan_deletions(keys, out, clean_slate=clean_slate)
    return {one.table: one for one in plans}


def delete(plans: dict[str, DeletionPlan]) -> None:
    apply(phase="delete", run_id="deleting", deletions=tuple(plans.values()))


def verdicts(one: DeletionPlan) -> list[tuple[str, str, str]]:
    columns = ("key", "outcome", "reason")
    return sorted(zip(*(one.rows[name] for name in columns), strict=True))


def test_nothing_is_listed_while_the_source_holds_every_row() -> None:
    assert [len(one.rows) for one in decide(KEYS).values()] == [0] * len(KEYS)


def test_rows_that_are_gone_with_all_that_hangs_on_them_are_deleted() -> None:
    plans = decide(GONE)

    delete(plans)

    counts = {table: one.counts["deleted"] for table, one in plans.items()}
    assert counts == dict.fromkeys(KEYS, 1)
    labels = (
        "patients.Patient",
        "images.Image",
        "documents.Document",
        "notes.SmsMessage",
    )
    for label in labels:
        assert model(label).objects.count() == 1
    assert model("images.ImageBatch").objects.get().image_count == 1


def test_children_come_before_those_they_hang_on() -> None:
    order = list(decide(GONE))

    assert order.index("images") < order.index("image_batches")
    assert order[-1] == "patients"


def test_deleted_rows_are_kept_as_they_were(bound: str) -> None:
    delete(decide(GONE))

    images = list(before_images("deleting"))
    assert {action for *_, action, _ in images} == {"deleted"}
    assert len(images) == len(KEYS)

    before = {label: dict(values) for label, _, _, values in images}
    assert before["patients.Patient"]["filemaker_id"] == "p-1"
    for label in ("patients.Patient", "patients.ContactDetail"):
        model(label).objects.create(**before[label])
    detail = model("patients.ContactDetail").objects.get(filemaker_id="d-1")
    assert detail.patient.created_at == AS_OF


def test_a_parent_stays_while_the_source_holds_a_row_of_it() -> None:
    """Patients that were merged: the details have not moved yet."""
    plans = decide({**KEYS, "patients": frozenset({"p-2"})})

    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_children")]
    assert plans["patients"].counts == {"deleted": 0, "kept": 1}


@pytest.mark.parametrize("held", ["contact_details", "appointments", "documents"])
def test_one_row_of_any_kind_holds_its_parent(held: str) -> None:
    """By a cascade, by a protected key, and by a generic one nothing guards."""
    plans = decide({**GONE, held: KEYS[held]})

    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_children")]


def test_a_grandchild_holds_the_whole_line() -> None:
    plans = decide({**GONE, "images": KEYS["images"]})

    assert verdicts(plans["image_batches"]) == [("b-1", "kept", "has_children")]
    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_children")]


def test_a_batch_goes_once_its_image_has_moved_to_another_patient() -> None:
    keys = {**KEYS, "image_batches": frozenset({"b-2"})}
    batch = pk("image_batches", "b-2")
    moved = plan("images", *({"key": key, "batch_id": batch} for key in ("11", "12")))

    before = verdicts(decide(keys)["image_batches"])
    apply(moved, phase="images", run_id="moving")

    assert (moved.counts["updated"], moved.counts["unchanged"]) == (1, 1)
    assert before == [("b-1", "kept", "has_children")]
    assert verdicts(decide(keys)["image_batches"]) == [("b-1", "deleted", "")]
    rows = model("images.ImageBatch").objects.order_by("filemaker_id")
    assert [row.image_count for row in rows] == [0, 2]


def test_a_table_that_is_not_in_the_snapshot_is_left_alone_and_holds_its_parents() -> (
    None
):
    plans = decide({table: keys for table, keys in GONE.items() if table != "sms"})

    assert "sms" not in plans
    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_children")]


def test_a_row_that_is_rejected_today_stays_and_holds_its_parent() -> None:
    plans = decide({**GONE, "sms": KEYS["sms"]}, sms=frozenset({"s-1"}))

    assert verdicts(plans["sms"]) == [("s-1", "kept", "rejected_now")]
    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_children")]


def test_a_clean_slate_takes_what_does_not_come_in_along() -> None:
    plans = decide(
        {**GONE, "sms": KEYS["sms"]}, sms=frozenset({"s-1"}), clean_slate=True
    )

    assert verdicts(plans["sms"]) == [("s-1", "deleted", "")]
    assert verdicts(plans["patients"]) == [("p-1", "deleted", "")]


def test_rows_that_people_made_are_listed_and_kept() -> None:
    model("patients.Patient").objects.create(first_name="Walk-in")

    plans = decide(KEYS, clean_slate=True)

    assert verdicts(plans["patients"]) == [("", "kept", "local")]
    assert plans["patients"].imported_rows == 2


@pytest.mark.parametrize("clean_slate", [False, True])
@pytest.mark.parametrize("label", ["notes.Note", "documents.Document"])
def test_a_row_on_which_one_of_people_hangs_stays_and_the_others_go(
    label: str, clean_slate: bool
) -> None:
    owner = pk("patients", "p-1")
    if label == "notes.Note":
        model(label).objects.create(patient_id=owner, content="seen")
    else:
        patient = model("patients.Patient").objects.get(pk=owner)
        model(label).objects.create(owner=patient, file_name="letter.pdf")

    plans = decide(GONE, clean_slate=clean_slate)
    delete(plans)

    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_local_rows")]
    assert plans["sms"].counts["deleted"] == 1
    assert model(label).objects.filter(filemaker_id=None).count() == 1


def test_a_link_of_a_row_of_people_is_not_emptied() -> None:
    visit = pk("appointments", "a-1")
    own = model("notes.SmsMessage").objects.create(
        patient_id=pk("patients", "p-2"), appointment_id=visit, message="on my way"
    )

    plans = decide(GONE)
    delete(plans)

    own.refresh_from_db()
    assert own.appointment_id == visit
    assert verdicts(plans["appointments"]) == [("a-1", "kept", "has_local_rows")]
    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_children")]


EDITS = {
    "managed": ("documents.Document", {"file_name": "of ours"}),
    "of the backend": ("documents.Document", {"description": "of ours"}),
    "a list": ("documents.Document", {"tags": ["urgent"]}),
    "a switch": ("patients.Patient", {"archived": True}),
    "a number": ("images.Image", {"order": 3}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_row_that_people_changed_is_kept_and_holds_its_parents(edit: str) -> None:
    """Also by a field that no import knows of."""
    label, values = EDITS[edit]
    model(label).objects.update(**values)

    plans = decide(GONE)
    delete(plans)

    (table,) = (name for name in KEYS if models.model_of(name) is model(label))
    (kept,) = {key for key in KEYS[table] if key not in GONE[table]}
    assert verdicts(plans[table]) == [(kept, "kept", "local_changes")]
    assert model(label).objects.filter(**values).count() == 2
    assert model("patients.Patient").objects.count() == 2
    assert plans["sms"].counts["deleted"] == 1


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("patients.Patient", {"updated_at": LATER, "mrn": None, "notes": ""}),
        ("images.Image", {"s3_thumbnail_key": "small/11.jpg"}),
        ("images.ImageBatch", {"image_count": 7}),
        ("documents.Document", {"import_hash": ""}),
    ],
)
def test_what_machines_write_is_no_change_of_people(
    label: str, values: dict[str, object]
) -> None:
    model(label).objects.update(**values)

    assert {len(one.deleted_ids) for one in decide(GONE).values()} == {1}


def test_a_clean_slate_counts_what_people_changed_among_what_goes() -> None:
    model("documents.Document").objects.update(description="of ours")

    plans = decide(GONE, clean_slate=True)
    delete(plans)

    assert plans["documents"].edited == {*plans["documents"].deleted_ids}
    assert plans["documents"].digest != decide(GONE, clean_slate=True)["sms"].digest
    assert model("documents.Document").objects.count() == 1


def test_a_change_after_planning_stops_the_deletion(bound: str) -> None:
    plans = decide(GONE)
    model("documents.Document").objects.update(tags=["urgent"])
    before = digest_url(bound)

    with pytest.raises(Drifted, match="documents: 1 row changed by a person"):
        delete(plans)
    assert before.differences(digest_url(bound)) == ("ledger_ledgerrun",)


def test_what_people_made_is_named_before_what_hangs_on_a_row() -> None:
    owner = pk("patients", "p-1")
    model("notes.Note").objects.create(patient_id=owner, content="seen")

    plans = decide({**KEYS, "patients": frozenset({"p-2"})})

    assert verdicts(plans["patients"]) == [("p-1", "kept", "has_local_rows")]


def test_an_emptied_link_is_no_edit_of_a_person() -> None:
    """The SMS outlives its appointment; the next import finds it changed by nobody."""
    plans = decide({**KEYS, "appointments": frozenset({"a-2"})})
    delete(plans)

    owner = pk("patients", "p-1")
    text: Row = {"key": "s-1", "patient_id": owner, "appointment_id": None}
    unchanged, updated = plan("sms", text), plan("sms", {**text, "status": "read"})

    assert model("notes.SmsMessage").objects.get(filemaker_id="s-1").appointment is None
    images = before_images("deleting")
    assert [action for label, _, action, _ in images if "Sms" in label] == ["emptied"]
    assert (unchanged.counts["unchanged"], len(unchanged.values)) == (1, 0)
    assert updated.counts["updated"] == 1


def test_an_emptied_link_does_not_hide_the_edit_of_a_person() -> None:
    model("notes.SmsMessage").objects.filter(filemaker_id="s-1").update(status="edited")
    delete(decide({**KEYS, "appointments": frozenset({"a-2"})}))

    text: Row = {"key": "s-1", "patient_id": pk("patients", "p-1")}
    found = plan("sms", text)
    assert found.note_counts == {"kept_local": 1}
    assert list(found.merged["field"]) == ["status"]


def test_a_row_hung_on_after_planning_stops_the_phase(bound: str) -> None:
    """No database guards a generic link, so it is looked at again."""
    plans = decide(GONE)
    patient = model("patients.Patient").objects.get(filemaker_id="p-1")
    model("documents.Document").objects.create(owner=patient)
    before = digest_url(bound)

    with pytest.raises(Drifted, match="1 row came to hang on deleted patients"):
        delete(plans)
    assert before.differences(digest_url(bound)) == ("ledger_ledgerrun",)


def test_the_digest_tells_plans_apart() -> None:
    assert decide(GONE)["sms"].digest == decide(GONE)["sms"].digest
    assert decide(GONE)["sms"].digest != decide(KEYS)["sms"].digest


def test_image_keys_are_numbers() -> None:
    """``011`` and ``11`` are one record in FileMaker."""
    model("images.Image").objects.filter(filemaker_id="11").update(filemaker_id="011")

    assert decide(KEYS)["images"].rows.empty


@pytest.fixture
def referred() -> dict[str, frozenset[str]]:
    """A referrer with a contact detail beside the patients; the keys of the source."""
    apply(plan("referrers", {"key": "r-1", "last_name": "Sender"}), run_id="sender")
    detail = {"key": "d-9", "referrer_id": pk("referrers", "r-1"), "value": "9"}
    apply(plan("contact_details", detail), run_id="detail")
    details = KEYS["contact_details"] | {"d-9"}
    return {**KEYS, "referrers": frozenset({"r-1"}), "contact_details": details}


def test_a_referrer_goes_after_its_contact_details(
    referred: dict[str, frozenset[str]],
) -> None:
    none = frozenset[str]()
    kept = decide({**referred, "referrers": none})
    gone = decide({**KEYS, "referrers": none})

    assert verdicts(kept["referrers"]) == [("r-1", "kept", "has_children")]
    assert verdicts(gone["referrers"]) == [("r-1", "deleted", "")]
    delete(gone)
    assert model("patients.ContactDetail").objects.count() == 2
    assert not model("referrers.Referrer").objects.exists()


def test_a_referrer_whose_export_is_missing_stays_with_its_details(
    referred: dict[str, frozenset[str]],
) -> None:
    del referred["referrers"]

    assert [len(one.rows) for one in decide(referred).values()] == [0] * len(KEYS)


def test_a_referrer_with_a_persons_own_detail_stays(
    referred: dict[str, frozenset[str]],
) -> None:
    owner = {"referrer_id": pk("referrers", "r-1")}
    model("patients.ContactDetail").objects.create(kind="phone", value="1", **owner)

    plans = decide({**KEYS, "referrers": frozenset()})

    assert verdicts(plans["referrers"]) == [("r-1", "kept", "has_local_rows")]
