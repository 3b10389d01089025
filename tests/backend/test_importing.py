"""What staff see, and may save, while an import writes to their database."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import patient
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from reading import text_of

from patients.models import Patient
from reimport_lib.config import load_settings
from reimport_lib.ledger import awaiting, writing
from reimport_lib.ledger.middleware import ReadOnlyWhileImporting
from reimport_lib.ledger.models import Fence
from reimport_lib.record import planned, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode

RUN = "20260301T220000Z-full"
BEFORE = "data comes over from FileMaker."
SAYS = "Data has been coming over from FileMaker since"


@pytest.fixture
def importing(db: None) -> Fence:
    """An import has the database and gives signs of life."""
    now = timezone.now()
    return Fence.objects.create(
        epoch=1,
        holder="somebody",
        what=RUN,
        host="",
        pid=1,
        user="",
        taken_at=now,
        heartbeat_at=now,
    )


@pytest.fixture
def locked(settings: Any) -> None:
    settings.IMPORT_READ_ONLY = True


def test_nobody_writes_before_the_first_import_and_after_one(importing: Fence) -> None:
    found = writing.by_import()
    assert found is not None
    assert (found.what, found.since) == (RUN, importing.taken_at)

    Fence.objects.update(released=True)
    assert writing.by_import() is None
    Fence.objects.update(
        released=False, heartbeat_at=timezone.now() - timedelta(minutes=10)
    )
    assert writing.by_import() is None  # it was killed
    Fence.objects.all().delete()
    assert writing.by_import() is None


def test_a_database_without_a_ledger_is_one_that_nobody_imports_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: str) -> None:
        raise DatabaseError

    monkeypatch.setattr(Fence.objects, "using", refuse)
    assert writing.by_import() is None


def test_every_page_says_so_to_staff_and_none_otherwise(
    office: Client, importing: Fence
) -> None:
    pages = ("/", "/patients/", "/admin/", "/admin/patients/patient/")
    for page in pages:
        assert SAYS in text_of(office.get(page)), page

    Fence.objects.update(released=True)
    for page in pages:
        assert SAYS not in text_of(office.get(page)), page


def test_what_would_save_something_waits_where_the_project_says_so(
    locked: None, office: Client, importing: Fence
) -> None:
    there = patient(first_name="Ignatius", last_name="Quillfeather")
    page = f"/admin/patients/patient/{there.pk}/change/"

    refused = office.post(page, {"last_name": "Other"})

    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert b"Nothing can be saved for some minutes." in refused.content
    assert Patient.objects.get().last_name == "Quillfeather"
    assert "Nothing can be saved for some minutes." in text_of(office.get(page))
    as_json = office.delete(page, headers={"accept": "application/json"})
    assert (as_json.status_code, list(as_json.json())) == (503, ["detail"])
    assert office.post("/logout/").status_code == 302

    Fence.objects.update(released=True)
    assert office.post(page, {"last_name": "Other"}).status_code == 302  # to sign in


def test_nothing_waits_where_the_project_does_not_say_so(
    settings: Any, office: Client, importing: Fence
) -> None:
    there = patient(first_name="Ignatius", last_name="Quillfeather")
    settings.IMPORT_READ_ONLY = False

    assert office.post(f"/admin/patients/patient/{there.pk}/change/").status_code == 200
    with pytest.raises(MiddlewareNotUsed):
        ReadOnlyWhileImporting(_answer)


@pytest.fixture
def awaited(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A full run that a scheduler begins in two hours."""
    monkeypatch.setattr(awaiting, "_known", [])
    run = runs.create(load_settings(), Mode.FULL, phases=((0, "validation"),))
    planned.keep(run, timezone.localtime() + timedelta(hours=2))
    return run


def test_who_signed_in_is_told_before_and_nobody_else(
    office: Client, awaited: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = timezone.localtime() + timedelta(hours=2)
    said = f"On {at:%A} from {at:%H:%M} on, {BEFORE} For a while what you type may"
    for page in ("/", "/patients/", "/admin/", "/admin/patients/patient/"):
        assert said in text_of(office.get(page)), page
    assert BEFORE not in text_of(Client().get("/login/"))
    assert BEFORE not in text_of(Client().get("/admin/login/"))

    awaited.begin()
    assert BEFORE in text_of(office.get("/"))  # the folder is read once in a minute
    monkeypatch.setattr(awaiting, "_known", [])
    assert BEFORE not in text_of(office.get("/"))


def test_it_is_said_so_many_hours_before_until_when_and_what_to_do(
    settings: Any, office: Client, awaited: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (1, 0):
        settings.IMPORT_NOTICE_HOURS = hours
        assert BEFORE not in text_of(office.get("/"))
    settings.IMPORT_NOTICE_HOURS = 3
    begins, until = (
        timezone.make_aware(datetime(2026, 3, 2, 22, minute)) for minute in (0, 20)
    )
    found = planned.PlannedImport(RUN, begins, until)
    monkeypatch.setattr(awaiting, "_planned", lambda: found)
    assert (
        f"On Monday from 22:00 on, {BEFORE} Until about 22:20 what you type may have"
        " to wait."
    ) in text_of(office.get("/"))
    settings.IMPORT_READ_ONLY = True
    assert (
        "Save your work before: until about 22:20 nothing can be saved."
    ) in text_of(office.get("/"))


def test_a_folder_that_cannot_be_read_breaks_no_page(
    office: Client, awaited: Run
) -> None:
    (awaited.folder / "run.json").write_text("{")

    assert BEFORE not in text_of(office.get("/"))


def _answer(_: HttpRequest) -> HttpResponse:
    return HttpResponse()
