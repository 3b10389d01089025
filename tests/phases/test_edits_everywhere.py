"""Edits in every kind of table: they stay, nothing waits for them, a run ends well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.write import bind, models
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.test_local_work import nameless

TEXT = "Changed by hand"
OWNED = ("notes", "appointments", "sms", "contact_details")

Before = dict[str, dict[UUID, dict[str, Any]]]


def rows_of(table: str) -> Any:
    """The rows of *table* that came from FileMaker."""
    return models.model_of(table)._base_manager.exclude(import_hash="")


class Editor:
    """Edits rows as a person would, the hash left as it was; keeps what they were."""

    def __init__(self) -> None:
        self.before: Before = {}

    def change(self, table: str, pk: UUID, **values: Any) -> None:
        row = rows_of(table).filter(pk=pk)
        held = self.before.setdefault(table, {}).setdefault(pk, {})
        (now,) = row.values(*values)
        for name, value in now.items():
            held.setdefault(name, value)
        assert row.update(**values) == 1

    def revert(self) -> None:
        rows_of("contact_details").filter(pk__in=self.before["contact_details"]).update(
            is_primary=False
        )  # no two of a kind, not even in between
        for table, rows in self.before.items():
            for pk, values in rows.items():
                rows_of(table).filter(pk=pk).update(**values)

    @property
    def counts(self) -> dict[str, int]:
        return {table: len(rows) for table, rows in self.before.items()}


def owners_of(table: str) -> list[UUID]:
    """Imported patients by the number of their rows in *table*, the most first."""
    field = {"documents": "object_id", "images": "batch__object_id"}.get(
        table, "patient_id"
    )
    owners = [pk for pk in rows_of(table).values_list(field, flat=True) if pk]
    return sorted(set(owners), key=lambda pk: (-owners.count(pk), str(pk)))


def edit_everywhere() -> Editor:
    """One row of every table, and the patient with most rows of every table."""
    by = Editor()
    for table in (*OWNED, "documents", "images"):
        patient = rows_of("patients").get(pk=owners_of(table)[0])
        by.change("patients", patient.pk, last_name=f"{TEXT} {patient.last_name}")
    other = owners_of("documents")[-1]
    by.change("patients", other, dob=None, clinic_id=None)
    for table, field in {
        "appointments": "title",
        "notes": "content",
        "sms": "message",
        "sms_replies": "message",
        "images": "caption",
        "documents": "original_name",
        "image_batches": "name",
        "coordinators": "organisation",
    }.items():
        for pk in rows_of(table).order_by("pk").values_list("pk", flat=True)[:2]:
            by.change(table, pk, **{field: TEXT})
    note = rows_of("notes").exclude(patient_id=other).order_by("-pk").first()
    by.change("notes", note.pk, patient_id=other)
    event = rows_of("appointments").exclude(patient_id=None).order_by("-pk").first()
    moved = {"start_time": event.start_time - timedelta(hours=1)}
    by.change("appointments", event.pk, patient_id=other, **moved)
    document = rows_of("documents").exclude(object_id=other).order_by("-pk").first()
    by.change("documents", document.pk, object_id=other)
    of_others = rows_of("image_batches").exclude(object_id=other)
    first, second, third = of_others.order_by("-pk")[:3]
    by.change("image_batches", first.pk, object_id=other)
    by.change("image_batches", second.pk, taken_on=second.taken_on + timedelta(days=1))
    shot = rows_of("images").exclude(batch_id__in=[first.pk, second.pk, third.pk])
    image = shot.order_by("-pk").first()
    by.change("images", image.pk, batch_id=third.pk)
    late = shot.exclude(pk=image.pk).order_by("-pk").first()
    by.change("images", late.pk, date_taken=late.date_taken - timedelta(days=2))
    edit_details(by)
    return by


def edit_details(by: Editor) -> None:
    """A primary loses its mark to another of its kind; values change."""
    details = rows_of("contact_details").order_by("pk")
    marked = {(d.patient_id, d.kind): d for d in details if d.is_primary}
    for detail in details:
        primary = marked.get((detail.patient_id, detail.kind))
        if primary is not None and not detail.is_primary:
            by.change("contact_details", primary.pk, is_primary=False)
            by.change("contact_details", detail.pk, is_primary=True)
            break
    pk = details.filter(is_primary=True).order_by("-pk").first().pk
    by.change("contact_details", pk, value=TEXT, is_primary=True)


def edited(site: Site) -> Editor:
    bind.bind_real(site.settings, writable=True)
    by = edit_everywhere()
    bind.close()
    return by


def stays(run: Run) -> dict[str, int]:
    """Table -> rows of which the import left something as people had it."""
    return {
        table: counts["notes"]["kept_local"]
        for table, counts in sites.tables(run).items()
        if "kept_local" in counts["notes"]
    }


def left_out(run: Run) -> dict[str, dict[str, int]]:
    """Table -> reason -> rows, but for lists of objects."""
    return {
        table: dict(counts["reasons"])
        for table, counts in sites.tables(run).items()
        if not table.endswith("_objects")
    }


def held(site: Site, before: Mapping[str, Any]) -> dict[str, list[Any]]:
    bind.bind_real(site.settings)
    found = {
        table: [
            rows_of(table).filter(pk=pk).values(*values).get()
            for pk, values in rows.items()
        ]
        for table, rows in before.items()
    }
    bind.close()
    return found


@sites.ONLY_POSTGRES
def test_every_edit_stays_and_nothing_waits_for_it(imported: Site) -> None:
    """The test below asks SQLite for the same edits and more."""
    first = runs.newest(imported.settings, Mode.FULL, statuses=frozenset(Status))
    assert first is not None
    by = edited(imported)
    as_edited = held(imported, by.before)

    rehearsal = imported.rehearse()
    full = imported.apply(rehearsal)
    again = imported.rehearse()

    assert sites.error(rehearsal) == ""
    assert sites.error(full) == ""
    assert stays(full) == by.counts
    assert left_out(full) == left_out(first)
    assert held(imported, by.before) == as_edited
    assert sites.error(again) == ""
    assert stays(again) == by.counts
    written = {t: c["created"] + c["updated"] for t, c in sites.tables(again).items()}
    assert set(written.values()) == {0}

    bind.bind_real(imported.settings, writable=True)
    by.revert()
    bind.close()
    reverted = imported.rehearse()

    assert sites.error(reverted) == ""
    assert stays(reverted) == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_edits_stay_beside_rows_that_go_and_rows_that_no_longer_come_in(
    imported: Site, clinic: Clinic, tmp_path: Path
) -> None:
    bind.bind_real(imported.settings, writable=True)
    nobody = rows_of("patients").get(pk=owners_of("documents")[1]).filemaker_id
    going = rows_of("notes").order_by("-filemaker_id").first().filemaker_id
    by = edit_everywhere()
    bind.close()
    changes = {"Contacts": nameless(nobody), "Notes": sites.without("id", going)}
    site = imported.with_exports(
        sites.edited(clinic.exports, tmp_path / "exports", changes)
    )

    full = site.apply(site.rehearse())

    assert sites.error(full) == ""
    assert set(stays(full)) <= set(by.counts)
    assert sum(stays(full).values()) > len(by.counts)
    kept = sites.deletions(full)
    assert kept["patients"]["reasons"]["rejected_now"] == 1
    assert kept["notes"]["deleted"] == 1
