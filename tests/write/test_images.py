"""What the ledger keeps of the rows that a run touches, before and after."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pandas as pd
import pytest
from django.apps import apps
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from reimport_lib.write import images as images_of_runs
from reimport_lib.write import ledger
from reimport_lib.write.imported import plain
from reimport_lib.write.models import fields_of
from reimport_lib.write.reading import (
    _encoded,
    columns_of,
    rows_as_json,
    rows_as_kept,
)
from reimport_lib.write.rows import _prepared
from tests.write.rows import LATER, Row, apply, pk, plan

pytestmark = pytest.mark.usefixtures("bound")

ZOE: Row = {"key": "k-1", "last_name": "Ninepin", "dob": date(1990, 2, 28)}
MAX: Row = {"key": "k-2", "first_name": "Max", "last_name": "Skittle"}


def images(run_id: str) -> dict[str, Any]:
    """Primary key -> image, of *run_id*."""
    held = apps.get_model("ledger", "BeforeImage").objects.filter(run_id=run_id)
    return {image.object_pk: image for image in held}


def test_a_created_row_has_an_image_and_a_digest_of_what_the_run_left() -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")

    kept = images("first")
    assert set(kept) == {str(pk("patients", key)) for key in ("k-1", "k-2")}
    assert {(i.action, str(i.values), str(i.after)) for i in kept.values()} == {
        (ledger.CREATED, "{}", "{}")
    }
    assert len({image.left_sha256 for image in kept.values()}) == 2


def test_a_changed_row_keeps_the_fields_that_changed_as_the_run_left_them() -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")
    apply(plan("patients", {**ZOE, "dob": None}, MAX), run_id="second", as_of=LATER)

    (image,) = images("second").values()
    assert set(image.after) == {"dob", "import_hash", "updated_at"}
    assert (image.values["dob"], image.after["dob"]) == ("1990-02-28", None)


def test_a_row_that_a_later_phase_changes_again_is_kept_as_that_leaves_it() -> None:
    apply(plan("patients", ZOE), run_id="first")
    apply(plan("patients", {**ZOE, "sex": "F"}), run_id="second")
    again = plan("patients", {**ZOE, "sex": "F", "title": "Dr"})
    apply(again, run_id="second", phase="appointments", as_of=LATER)

    (image,) = images("second").values()
    assert (image.after["sex"], image.after["title"]) == ("F", "Dr")
    assert (image.values["sex"], image.values["title"]) == ("U", "")


def test_the_keys_of_json_are_kept_once_for_all_rows() -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")
    model = apps.get_model("patients.Patient")
    for number, row in enumerate(model._base_manager.all()):
        row.filemaker_metadata = {"left by": str(number)}
        row.save()

    rows = rows_as_kept(
        model, [str(pk("patients", k)) for k in ("k-1", "k-2")], alias="default"
    )

    kept = [row["filemaker_metadata"] for row in rows.values()]
    (first, *_), (second, *_) = kept
    assert sorted(each["left by"] for each in kept) == ["0", "1"]
    assert first is second


def test_an_import_that_changes_nothing_keeps_nothing() -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")
    apply(plan("patients", ZOE, MAX), run_id="second")

    actions = Counter(image.action for image in images("second").values())
    assert actions == {}


@pytest.mark.parametrize("name", ["patients.Patient", "ledger.BeforeImage"])
def test_what_is_digested_of_a_row_is_what_is_kept_of_it(name: str) -> None:
    apply(plan("patients", ZOE, {**MAX, "notes": 'a "b"\n\U0001f600'}), run_id="first")
    apply(plan("patients", {**ZOE, "dob": None}, MAX), run_id="second", as_of=LATER)
    model = apps.get_model(name)
    keys = [str(key) for key in model._base_manager.values_list("pk", flat=True)]

    attributes = list(reversed(fields_of(model)))
    encode = images_of_runs._JSON.encode
    some = [attributes[0], attributes[-1]]
    told = rows_as_json(model, keys, attributes, encode, alias="default")
    more = rows_as_json(
        model, keys, some[:1], encode, whole=True, beside=some, alias="default"
    )
    none = rows_as_json(model, keys, [], encode, alias="default")

    kept = rows_as_kept(model, keys, alias="default")
    lists = {key: encode(row.of(attributes)) for key, row in kept.items()}
    assert list(told) == [(key, text, "", ()) for key, text in lists.items()]
    for (key, text, whole, beside), row in zip(more, kept.values(), strict=True):
        assert (key, text) == (str(row[ledger.key_of(model)]), encode(row.of(some[:1])))
        assert json.dumps(json.loads(whole)) == json.dumps(dict(row))  # in its order
        assert beside == tuple(row.of(some))
    assert [row.listed for row in none] == ["[]"] * len(kept)
    assert len(kept) > 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 09:30:00",
        "2026-03-01 09:30:00.000000",
        "2026-03-01 09:30:00.000120",
        "2026-03-01 09:30",
        "2026-03-01T09:30:00",
        "2026-03-01 09:30:00+10:00",
        "2026-03-01",
        "0001-01-01 00:00:00",
        None,
    ],
)
def test_a_moment_is_kept_as_its_field_converts_it(text: str | None) -> None:
    """One in UTC is so by its text alone, in the form in which SQLite has it."""
    connection = DatabaseWrapper({"NAME": ":memory:", "TIME_ZONE": None})
    field = fields_of(apps.get_model("appointments.Appointment"))["start_time"]
    column = field.get_col("appointments_appointment")

    (found,) = _encoded(connection, field, (text,))

    value: Any = text
    for convert in connection.ops.get_db_converters(column):
        value = convert(value, column, connection)
    assert found == ledger.encoded_value(value)


def test_columns_are_read_as_a_list_of_values_gives_them() -> None:
    apply(plan("patients", ZOE, MAX), run_id="first")
    model = apps.get_model("patients.Patient")
    rows = model._base_manager.order_by("pk")

    names = ["pk", *fields_of(model)]
    columns = columns_of(rows, names)

    listed = list(rows.values_list(*names))
    assert list(zip(*columns, strict=True)) == listed
    kinds = [[type(value) for value in row] for row in zip(*columns, strict=True)]
    assert kinds == [[type(value) for value in row] for row in listed]
    assert len(listed) == 2
    assert columns_of(rows.none(), names) == [()] * len(names)


@pytest.mark.parametrize("name", ["id", "clinic_id", "coordinator_id"])
def test_keys_are_sent_as_their_field_prepares_them(name: str) -> None:
    connection = connections["default"]
    field = fields_of(apps.get_model("patients.Patient"))[name]
    keys = [pk("patients", "k-1"), pk("patients", "k-2")]
    some = [*keys, None] if field.null else keys

    sent = _prepared(field, some, "default")

    assert sent == [field.get_db_prep_save(value, connection) for value in some]


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series(["a", None], dtype=object),
        pd.Series(["a", None], dtype="str"),
        pd.Series([1, 2]),
        pd.Series([1.0, None]),
        pd.Series([True, False]),
        pd.Series([date(2026, 1, 2), pd.NaT], dtype=object),
        pd.Series([pk("patients", "k-1"), None], dtype=object),
        pd.Series([], dtype=object),
        [1, None, pd.NA],
    ],
)
def test_every_kind_of_nothing_is_none(cells: Any) -> None:
    series = pd.Series(cells, dtype=object)

    told = plain(cells)

    assert told == list(series.where(series.notna(), None))
    assert not any(value is not None and pd.isna(value) for value in told)
