"""A plan: what the target holds decides between created, updated and unchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from reimport_lib.errors import ReimportError
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.hashes import hashes, of_fewer_fields
from reimport_lib.plan.plan import Plan, make_plan, managed_hashes
from reimport_lib.plan.values.canonical import canonical_texts, row_hash
from reimport_lib.tables import registry
from tests.plan.frames import ADA, decided, no_rows, plan, written

NOTE = {"id": "N1", "id_Key": "p1", "Note": "Seen.", "Type": "Phone"}
VISIT = {
    "id": "E1",
    "id_Contact": "p1",
    "startDate": "2025-12-01",
    "startTime": "09:30",
    "Status": "",
}


def test_a_new_row_is_created_with_a_key_derived_from_its_own() -> None:
    first, again = plan(decided("notes", NOTE)), plan(decided("notes", NOTE))

    assert (
        first.equation
    ) == "1 = 1 created + 0 updated + 0 unchanged + 0 skipped + 0 rejected"
    assert list(first.values["id"]) == list(again.values["id"])
    assert first.values.loc[2, "id"].version == 5
    assert first.values.loc[2, "write"] == "create"


def test_another_system_gives_another_key() -> None:
    of = decided("notes", NOTE)
    options: dict[str, Any] = {"source_rows": 1, "blank_rows": 0}

    one = make_plan(of, no_rows(of.managed), system="one", **options)
    two = make_plan(of, no_rows(of.managed), system="two", **options)

    assert list(one.values["id"]) != list(two.values["id"])


def test_a_second_plan_writes_nothing() -> None:
    of = decided("notes", NOTE, {**NOTE, "id": "N2"})

    again = plan(of, _imported(of))

    assert list(again.rows["outcome"]) == ["unchanged", "unchanged"]
    assert again.values.empty
    assert again.changes.empty


def test_a_changed_source_updates_the_field_and_says_which() -> None:
    target = _imported(decided("notes", NOTE))

    update = plan(decided("notes", {**NOTE, "Note": "Seen again."}), target)

    assert list(update.rows["outcome"]) == ["updated"]
    assert (update.changes[["field", "before", "after"]].to_numpy().tolist()) == [
        ["content", "Seen.", "Seen again."]
    ]
    assert update.values.loc[2, "write"] == "update"


def test_a_plan_says_by_a_digest_what_each_row_is_to_hold() -> None:
    others = [{**NOTE, "id": f"N{n}", "Note": f"Seen {n}."} for n in (3, 2)]
    target = _imported(decided("notes", NOTE)).assign(id=[ADA])

    found = plan(decided("notes", {**NOTE, "Note": "Seen again."}, *others), target)

    told = found.values.drop(columns=["import_hash"]).set_index("filemaker_id")
    texts = [canonical_texts(told[name]) for name in told]
    hashes_of_rows = map(row_hash, zip(*texts, strict=True))
    assert found.written == dict(zip(told.index, hashes_of_rows, strict=True))
    assert set(told["write"]) == {"update", "create"}


def test_a_row_keeps_the_primary_key_it_has() -> None:
    target = _imported(decided("notes", NOTE)).assign(id=[ADA])

    update = plan(decided("notes", {**NOTE, "Note": "Seen again."}), target)

    assert list(update.values["id"]) == [ADA]
    assert [str(ADA)] == list(update.rows["target_id"])


def test_a_persons_edit_is_not_overwritten() -> None:
    target = _imported(decided("notes", NOTE)).assign(content=["Edited by hand."])

    edited = plan(decided("notes", NOTE), target)

    assert (edited.rows.loc[0, ["outcome", "reason", "notes"]].tolist()) == [
        "unchanged",
        "",
        "conflict",
    ]
    assert edited.values.empty
    assert edited.changes.empty


def test_an_edit_that_the_source_has_caught_up_with_is_only_rehashed() -> None:
    target = _imported(decided("notes", NOTE)).assign(content=["Edited by hand."])

    caught_up = plan(decided("notes", {**NOTE, "Note": "Edited by hand."}), target)

    assert list(caught_up.rows["outcome"]) == ["unchanged"]
    assert list(caught_up.values["write"]) == ["rehash"]


VISIT = {"id": "E1", "id_Contact": "p1", "startDate": "2020-06-01", "startTime": "9:30"}


def _imported_with_fewer_fields(**held: str) -> pd.DataFrame:
    """A visit with its hash of a time when appointments had no referrer."""
    table = registry.named("appointments")
    target = _imported(decided("appointments", {**VISIT, **held}))
    before = replace(table, managed=table.managed[:-1])
    return target.assign(import_hash=managed_hashes(target, before))


@pytest.mark.parametrize("status", ["Completed", ""])
def test_a_field_that_a_table_gets_later_is_nobodys_edit(status: str) -> None:
    target = _imported_with_fewer_fields(Status=status)
    now = decided("appointments", {**VISIT, "Status": status, "id_Referrer": "R9"})

    of = plan(now, target)

    assert list(of.rows["outcome"]) == ["updated"]
    assert set(of.changes["field"]) == {"referrer_id", "filemaker_metadata"}


@pytest.mark.parametrize(("held", "nobodys"), [("0", True), ("1", False), ("", True)])
def test_a_later_field_that_cannot_be_empty_holds_its_default(
    held: str, nobodys: bool
) -> None:
    texts, fields = {"title": ["A"], "paid": [held]}, ("title", "paid")
    before = hashes({"title": ["A"]}, ("title",), None)

    found = of_fewer_fields(texts, before, fields, None, {"paid": "0"})

    assert found == [nobodys]


@pytest.mark.parametrize("edit", [{"title": "Changed"}, {"referrer_id": ADA}])
def test_an_edit_since_then_is_one_all_the_same(edit: dict[str, Any]) -> None:
    target = _imported_with_fewer_fields(Status="Completed")
    target = target.assign(**{name: [value] for name, value in edit.items()})
    now = {**VISIT, "Status": "Completed", "id_Referrer": "R9"}

    of = plan(decided("appointments", now), target)

    assert "conflict" in of.rows.loc[0, "notes"].split(";")
    assert {*edit} <= {*of.merged["field"]}


def test_rows_of_an_earlier_system_are_counted_as_adopted() -> None:
    target = _imported(decided("notes", NOTE)).assign(import_hash=[""])
    other = target.assign(content=["As the first system left it."])

    same, different = (
        plan(decided("notes", NOTE), target),
        plan(decided("notes", NOTE), other),
    )

    assert _account(same) == (0, ["unchanged"], ["rehash"])
    assert _account(different) == (1, ["updated"], ["update"])


def test_a_clean_slate_overwrites_edits() -> None:
    target = _imported(decided("notes", NOTE)).assign(content=["Edited by hand."])

    slate = plan(decided("notes", NOTE), target, clean_slate=True)

    assert _account(slate) == (0, ["updated"], ["update"])
    assert slate.values.loc[2, "content"] == "Seen."


def test_a_status_that_the_clock_decided_is_left_alone_later() -> None:
    of = decided("appointments", VISIT)
    target = _imported(of).assign(status=["checked_in"])

    again = plan(of, target)
    moved = plan(decided("appointments", {**VISIT, "startTime": "10:00"}), target)

    assert again.values.empty
    assert list(moved.rows["outcome"]) == ["updated"]
    assert moved.values.loc[2, "status"] == "checked_in"
    assert list(moved.changes["field"]) == ["start_time"]


def test_a_status_of_the_source_replaces_one_of_the_clock() -> None:
    target = _imported(decided("appointments", VISIT)).assign(status=["checked_in"])

    update = plan(decided("appointments", {**VISIT, "Status": "DNA"}), target)

    assert list(update.rows["outcome"]) == ["updated"]
    assert update.values.loc[2, "status"] == "no_show"


def test_a_clean_slate_asks_the_clock_again() -> None:
    of = decided("appointments", VISIT)
    target = _imported(of).assign(status=["checked_in"])

    slate = plan(of, target, clean_slate=True)

    assert slate.values.loc[2, "status"] == "completed"


def test_target_keys_are_compared_in_canonical_form_and_corrected() -> None:
    target = _imported(decided("notes", NOTE)).assign(filemaker_id=["{N1}"])

    update = plan(decided("notes", NOTE), target)

    assert list(update.changes["field"]) == ["filemaker_id"]
    assert update.values.loc[2, "filemaker_id"] == "n1"


def test_two_target_rows_with_one_key_stop() -> None:
    target = _imported(decided("notes", NOTE))
    twice = pd.concat([target, target.assign(filemaker_id=["N1"])], ignore_index=True)

    with pytest.raises(ReimportError, match="have the FileMaker key of another one"):
        plan(decided("notes", NOTE), twice)


def test_values_as_a_database_gives_them_back_are_the_same() -> None:
    of = decided("appointments", VISIT)
    target = _imported(of)
    stamps = pd.to_datetime(target["start_time"], utc=True)

    as_stored = target.assign(start_time=stamps, end_time=pd.NaT, all_day=[0])

    assert list(plan(of, as_stored.astype(object)).rows["outcome"]) == ["unchanged"]


def test_the_hash_of_a_row_is_that_of_the_target_as_it_stands() -> None:
    of = decided("appointments", VISIT)
    target, table = _imported(of), registry.named("appointments")

    assert list(target["import_hash"]) == managed_hashes(target, table)
    assert list(target["import_hash"]) == managed_hashes(
        target.assign(status=["cancelled"]), table
    )
    assert list(target["import_hash"]) != managed_hashes(
        target.assign(title=["other"]), table
    )


def test_the_digest_does_not_depend_on_the_order_of_the_frames() -> None:
    rows = [{**NOTE, "id": f"N{number}"} for number in range(5)]
    of = decided("notes", *rows)
    shuffled = replace(of, rows=of.rows.iloc[::-1], values=of.values.iloc[::-1])

    assert plan(of).digest == plan(shuffled).digest


@pytest.mark.parametrize(
    "change",
    [
        {"table": "sms"},
        {"mapping_digest": "another"},
    ],
)
def test_another_mapping_or_table_has_another_digest(change: dict[str, str]) -> None:
    of = decided("notes", NOTE)

    assert plan(of).digest != plan(replace(of, **change)).digest


def test_another_value_or_target_has_another_digest() -> None:
    of = decided("notes", NOTE)
    other = decided("notes", {**NOTE, "Note": "Other."})
    target = _imported(other)

    digests = {plan(of).digest, plan(other).digest, plan(of, target).digest}
    digests.add(plan(of, target.assign(import_hash=[""])).digest)

    assert len(digests) == 3
    assert plan(of, target).digest != plan(of, _imported(of)).digest


def test_the_sums_are_counted_from_the_rows() -> None:
    rows = [{**NOTE, "Date": "31/02/2019"}, {**NOTE, "id": ""}, {**NOTE, "id": "N3"}]

    made = plan(decided("notes", *rows))

    assert {outcome: count for outcome, count in made.counts.items() if count} == {
        "created": 2,
        "rejected": 1,
    }
    assert (made.reasons, made.note_counts) == ({"no_key": 1}, {"bad_date": 1})


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("outcome", "imported", "without a valid outcome"),
        ("outcome", "skipped", "without a valid reason"),
        ("outcome", "deleted", "without a valid outcome"),
        ("reason", "no_key", "that come in with a reason"),
        ("notes", "odd", "unknown notes"),
        ("row", 3, "occur twice"),
    ],
)
def test_a_plan_that_does_not_account_for_every_row_is_not_made(
    column: str, value: object, message: str
) -> None:
    made = plan(decided("notes", NOTE, {**NOTE, "id": "N2"}))
    rows = made.rows.copy()
    rows.loc[0, column] = value

    with pytest.raises(ReimportError, match=message):
        replace(made, rows=rows)


def test_a_difference_of_one_row_is_refused() -> None:
    made = plan(decided("notes", NOTE, {**NOTE, "id": "N2"}))

    with pytest.raises(ReimportError, match="1 rows more or fewer than source rows"):
        replace(made, source_rows=3)
    with pytest.raises(ReimportError, match="1 created rows without values"):
        replace(made, values=made.values.iloc[:1])


def test_a_plan_knows_three_kinds_of_write() -> None:
    of = decided("notes", NOTE)
    rehash = plan(of, _imported(of).assign(import_hash=[""]))

    assert list(rehash.values["write"]) == ["rehash"]
    with pytest.raises(ReimportError, match="1 kinds of write that do not exist"):
        replace(rehash, values=rehash.values.assign(write="delete"))


def test_rejected_rows_carry_no_notes() -> None:
    made = plan(decided("notes", {**NOTE, "id": "", "Date": "31/02/2019"}))

    assert made.rows.loc[0, "notes"] == ""
    with pytest.raises(ReimportError, match="rejected rows with notes"):
        replace(made, rows=made.rows.assign(notes="bad_date"))


def test_no_value_of_a_person_is_in_the_repr() -> None:
    of = decided("notes", NOTE)

    assert "Seen" not in repr(of) + repr(plan(of))


def _imported(of: Decided) -> pd.DataFrame:
    """The target after a first import."""
    return written(no_rows(of.managed), plan(of))


def _account(of: Plan) -> tuple[int, list[str], list[str]]:
    return of.adopted, list(of.rows["outcome"]), list(of.values["write"])
