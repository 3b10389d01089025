"""The questions to the REST API: each one fails when the answer is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from reimport_lib.checks import Check, Verdict
from reimport_lib.errors import SettingsError
from reimport_lib.phases import validation_post as phase
from reimport_lib.tables import registry
from reimport_lib.tables.clinic_api.expected import busiest, by_owner, imported_rows
from reimport_lib.tables.clinic_api.functional import ENDPOINTS, QUESTIONS
from tests.phases.checking import (
    Case,
    Line,
    case,
    failing,
    named,
    own_case,
    rows_of,
    spoilt,
)
from tests.phases.sites import ONLY_SQLITE

__all__ = ["case", "own_case"]

ROOT = Path(__file__).resolve().parents[2]
LIST = "API: list of patients, and its second page"
DETAIL = "API: a patient with contact details"
REFERRER = "API: a referrer with contact details"
COMPANY = "API: a company with contact details"
APPOINTMENTS = "API: appointments of a patient"
SEARCH = "API: ?search= by a last name"
CLINIC = "API: ?clinic= leaves other clinics out"
DOCUMENTS = "API: documents of a patient"
IMAGES = "API: images of a patient"
METADATA = "API: filemaker_metadata on imported records"
DOCUMENT_LINKS = "API: documents point at the patients that the source names"
BATCH_LINKS = "API: image_batches point at the patients that the source names"
CLOSED = "API: closed to anonymous visitors"
UNKNOWN = "API: a record that does not exist is not found"
ALL = {
    *(LIST, DETAIL, APPOINTMENTS, SEARCH, CLINIC, DOCUMENTS, IMAGES, METADATA),
    *(DOCUMENT_LINKS, BATCH_LINKS, REFERRER, COMPANY, CLOSED, UNKNOWN),
}


def asked(case: Case) -> dict[str, Check]:
    return named(phase.functional(case.evidence()))


def of_busiest(case: Case, table: str) -> list[str]:
    """Primary keys of the rows of the patient that the question asks about."""
    evidence = case.evidence()
    patients = {row.key: row for row in imported_rows(evidence, "patients")}
    rows = imported_rows(evidence, table)
    return [row.pk for row in by_owner(rows)[busiest(rows, patients)]]


def test_ten_questions_two_on_referrers_and_two_refusals_are_asked(case: Case) -> None:
    checks = asked(case)

    assert len(QUESTIONS) == 10
    assert set(checks) == ALL
    assert {check.verdict for check in checks.values()} == {Verdict.PASS}


@ONLY_SQLITE
def test_asking_leaves_no_user_and_no_session(case: Case) -> None:
    users, sessions = rows_of("auth.User"), rows_of("sessions.Session")
    before = users.count(), sessions.count()

    asked(case)

    assert (users.count(), sessions.count()) == before


@ONLY_SQLITE
def test_a_patient_who_is_not_listed_is_missed(case: Case) -> None:
    """An imported patient who is gone; others still page as they should."""
    patients = rows_of("patients.Patient").filter(pk__in=case.imported("patients"))
    lonely = patients.exclude(
        pk__in=rows_of("appointments.Appointment")
        .exclude(patient=None)
        .values_list("patient_id", flat=True)
    )[0]
    lonely.delete()

    assert LIST in failing(asked(case))


@ONLY_SQLITE
def test_archived_patients_are_left_out_on_both_sides(case: Case) -> None:
    wanted = of_busiest(case, "contact_details")[0]
    owner = rows_of("patients.ContactDetail").get(pk=wanted).patient_id
    rows_of("patients.Patient").exclude(pk=owner).filter(
        pk__in=case.imported("patients")[:2]
    ).update(archived=True)

    assert failing(asked(case)) == set()


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("value", "label"), [("+61299999999", "value"), ("address", "kind")]
)
def test_a_contact_detail_that_is_not_the_sources_is_seen(
    case: Case, value: str, label: str
) -> None:
    rows = rows_of("patients.ContactDetail").filter(
        pk__in=of_busiest(case, "contact_details")
    )
    chosen = rows.filter(value__startswith="+")[0]  # its source writes it otherwise
    # Not the primary any more: there may be one of the other kind.
    rows.filter(pk=chosen.pk).update(**{label: value, "is_primary": False})

    assert failing(asked(case)) == {DETAIL}


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("owner", "label", "name", "check"),
    [
        ("referrer_id", "referrers.Referrer", "last_name", REFERRER),
        ("company_id", "referrers.Company", "name", COMPANY),
    ],
)
def test_an_answer_that_is_not_the_sources_is_seen_of_others_too(
    case: Case, owner: str, label: str, name: str, check: str
) -> None:
    details = rows_of("patients.ContactDetail").filter(**{f"{owner}__isnull": False})

    with spoilt():
        rows_of(label).update(**{name: "Else"})
        renamed = failing(asked(case))
    with spoilt():
        details.delete()
        lost = failing(asked(case))

    assert (renamed, lost) == ({check}, {check})


@ONLY_SQLITE
def test_a_patient_shown_under_another_name_is_seen(case: Case) -> None:
    detail = rows_of("patients.ContactDetail").get(
        pk=of_busiest(case, "contact_details")[0]
    )
    rows_of("patients.Patient").filter(pk=detail.patient_id).update(first_name="Else")

    assert failing(asked(case)) == {DETAIL}


@ONLY_SQLITE
def test_an_appointment_at_another_time_is_seen(case: Case) -> None:
    without_notes = set(case.imported("appointments"))
    chosen = sorted(without_notes & set(of_busiest(case, "appointments")))[0]
    rows = rows_of("appointments.Appointment").filter(pk=chosen)
    start = rows.values_list("start_time", flat=True)[0]
    rows.update(start_time=start - timedelta(hours=1))

    assert failing(asked(case)) == {APPOINTMENTS}


@pytest.mark.parametrize(
    ("table", "label", "name"),
    [
        ("appointments", "appointments.Appointment", APPOINTMENTS),
        ("documents", "documents.Document", DOCUMENTS),
        ("images", "images.Image", IMAGES),
    ],
)
def test_a_row_of_a_patient_that_is_gone_is_missed(
    case: Case, table: str, label: str, name: str
) -> None:
    rows_of(label).filter(pk=of_busiest(case, table)[0]).delete()

    found = failing(asked(case))

    assert name in found
    assert found <= {name, DOCUMENT_LINKS, BATCH_LINKS, METADATA}


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("table", "label", "name"),
    [
        ("documents", "documents.Document", DOCUMENTS),
        ("images", "images.Image", IMAGES),
    ],
)
def test_a_row_that_shows_another_object_is_seen(
    case: Case, table: str, label: str, name: str
) -> None:
    rows_of(label).filter(pk=of_busiest(case, table)[0]).update(s3_key="x/1.pdf")

    assert failing(asked(case)) == {name}


def test_a_search_that_finds_too_little_is_seen(case: Case) -> None:
    """Every last name is another one: nobody is found under the source's."""
    rows_of("patients.Patient").update(last_name="Elsewhere")

    assert SEARCH in failing(asked(case))


def test_patients_of_another_clinic_in_the_answer_are_seen(case: Case) -> None:
    patients = rows_of("patients.Patient").filter(pk__in=case.imported("patients"))
    counts = Counter(patients.values_list("clinic_id", flat=True))
    del counts[None]
    most = min(counts, key=lambda pk: (-counts[pk], str(pk)))
    other = patients.exclude(clinic=most).exclude(clinic=None)[0]
    patients.filter(pk=other.pk).update(clinic_id=most)

    assert failing(asked(case)) == {CLINIC}


@ONLY_SQLITE
def test_records_without_their_metadata_are_seen(case: Case) -> None:
    rows_of("patients.Patient").update(filemaker_metadata={})

    checks = asked(case)

    assert failing(checks) == {METADATA}
    assert checks[METADATA].actual.endswith("; not patients")


@ONLY_SQLITE
def test_a_document_of_the_wrong_patient_is_seen(case: Case) -> None:
    documents = rows_of("documents.Document")
    newest = documents.exclude(filemaker_id=None).exclude(document_date=None)
    first = newest.order_by("-document_date", "pk")[0]
    other = next(
        UUID(pk) for pk in case.imported("patients") if UUID(pk) != first.object_id
    )
    documents.filter(pk=first.pk).update(object_id=other)

    found = failing(asked(case))

    assert DOCUMENT_LINKS in found
    assert found <= {DOCUMENT_LINKS, DOCUMENTS}


def test_a_batch_of_the_wrong_patient_is_seen(case: Case) -> None:
    batches = rows_of("images.ImageBatch")
    newest = batches.order_by("-taken_on", "pk")[0]
    other = next(
        UUID(pk) for pk in case.imported("patients") if UUID(pk) != newest.object_id
    )
    batches.filter(pk=newest.pk).update(object_id=other)

    found = failing(asked(case))

    assert BATCH_LINKS in found
    assert found <= {BATCH_LINKS, IMAGES}


@ONLY_SQLITE
def test_an_owner_who_does_not_answer_is_seen(case: Case) -> None:
    documents = rows_of("documents.Document")
    imported = documents.filter(pk__in=case.imported("documents"))
    first = imported.exclude(document_date=None).order_by("-document_date", "pk")[0]
    documents.filter(object_id=first.object_id).update(object_id=UUID(int=7))

    assert DOCUMENT_LINKS in failing(asked(case))


@ONLY_SQLITE
def test_an_open_api_is_seen(case: Case, everybody_may_read: None) -> None:
    checks = asked(case)

    assert failing(checks) == {CLOSED}
    assert all(f"/{path}/" in checks[CLOSED].actual for path in ENDPOINTS)


@pytest.fixture
def everybody_may_read() -> Iterator[None]:
    """The API as it would be without its permissions."""
    from rest_framework.permissions import AllowAny

    from api.base import ReadOnlyView

    before = ReadOnlyView.permission_classes
    ReadOnlyView.permission_classes = [AllowAny]
    yield
    ReadOnlyView.permission_classes = before


@ONLY_SQLITE
def test_an_api_that_answers_for_records_that_do_not_exist_is_seen(
    case: Case, always_the_first: None
) -> None:
    checks = asked(case)

    assert UNKNOWN in failing(checks)


@pytest.fixture
def always_the_first() -> Iterator[None]:
    """An API that shows the first record, whatever key is asked for."""
    from api.base import ReadOnlyView

    before = ReadOnlyView.get_object
    ReadOnlyView.get_object = lambda view: view.get_queryset()[0]
    yield
    ReadOnlyView.get_object = before


@ONLY_SQLITE
def test_an_api_that_breaks_is_a_failed_check_and_no_error(
    case: Case, broken: None
) -> None:
    found = failing(asked(case))

    assert {LIST, DETAIL, APPOINTMENTS, UNKNOWN} <= found


@pytest.fixture
def broken() -> Iterator[None]:
    from api.base import ReadOnlyView

    def fail(view: Any, queryset: Any) -> Any:
        raise RuntimeError("a value that nobody may see")

    before = ReadOnlyView.filter_queryset
    ReadOnlyView.filter_queryset = fail
    yield
    ReadOnlyView.filter_queryset = before


@ONLY_SQLITE
def test_a_question_about_rows_that_nobody_imported_could_not_be_asked(
    own_case: Case,
) -> None:
    def rejected(line: Line) -> Line:
        return {**line, "outcome": "rejected"}

    own_case.edit_outcomes("images", rejected)
    own_case.edit_outcomes("documents", rejected)

    checks = asked(own_case)

    for name in (IMAGES, DOCUMENTS, BATCH_LINKS, DOCUMENT_LINKS):
        assert checks[name].verdict is Verdict.COULD_NOT_CHECK
    assert failing(checks) == set()


@ONLY_SQLITE
def test_a_question_about_a_phase_that_is_not_in_the_ledger_fails(case: Case) -> None:
    rows_of("ledger.LedgerPhase").filter(name="images").delete()

    checks = asked(case)

    assert IMAGES in failing(checks)
    assert checks[IMAGES].expected == "a finished phase in the ledger"


TABLES = "from reimport_lib.tables.clinic import LOOKUPS, TABLES\n"


@pytest.fixture
def tables_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's module of tables, which names no module of API checks."""
    path = tmp_path / f"tables_{uuid4().hex}.py"
    path.write_text(TABLES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(registry.SETTING, path.stem)
    return path


@ONLY_SQLITE
def test_without_api_checks_that_the_api_answers_could_not_be_checked(
    case: Case, tables_of_its_own: Path
) -> None:
    (check,) = phase.functional(case.evidence())

    assert (check.name, check.verdict) == ("the API answers", Verdict.COULD_NOT_CHECK)
    [page] = re.findall(r"docs/\w+\.md", check.actual)
    assert "API_CHECKS" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["no.such.module", "json"])
def test_a_module_of_api_checks_that_is_none_is_named(
    tables_of_its_own: Path, name: str
) -> None:
    tables_of_its_own.write_text(f"{TABLES}API_CHECKS = {name!r}\n")

    with pytest.raises(SettingsError, match=f"API_CHECKS={name} in tables_"):
        registry.api_checks()
