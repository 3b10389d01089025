"""Invented rows, each with no more than a test needs."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from appointments.models import Appointment
from clinics.models import AppointmentType, Clinic, Clinician, FundingSource
from documents.models import Document
from images.models import Image, ImageBatch
from notes.models import Note, SmsMessage, SmsReply
from pages.models import Opening
from patients.models import ContactDetail, Coordinator, Patient
from referrers.models import Company, PatientReferrer, Referrer, ReferrerCompany
from reimport_lib.ledger.models import (
    BeforeImage,
    Decision,
    Fence,
    ImportedRow,
    LedgerPhase,
    LedgerRun,
    OutboxMessage,
    PanelMember,
    PseudonymLookup,
    RowBase,
    RowDecision,
    SampleDraw,
    SampleMark,
    SignOff,
    SignOffUse,
)

NOON = datetime(2024, 5, 6, 2, 0, tzinfo=UTC)  # 12:00 in Sydney
NUMBERS = itertools.count(1)


def patient(**fields: Any) -> Patient:
    number = next(NUMBERS)
    return Patient.objects.create(
        **{"first_name": f"Given{number}", "last_name": f"Family{number}"} | fields
    )


def contact_detail(**fields: Any) -> ContactDetail:
    if not fields.keys() & {"patient", "referrer", "company"}:
        fields["patient"] = patient()
    return ContactDetail.objects.create(
        **{"kind": "mobile", "value": "+61491570006"} | fields
    )


def company(**fields: Any) -> Company:
    return Company.objects.create(**{"name": f"Company {next(NUMBERS)}"} | fields)


def referrer(**fields: Any) -> Referrer:
    defaults = {"last_name": f"Referrer {next(NUMBERS)}", "clinic": clinic()}
    return Referrer.objects.create(**defaults | fields)


def coordinator(**fields: Any) -> Coordinator:
    return Coordinator.objects.create(
        **{"name": f"Coordinator {next(NUMBERS)}"} | fields
    )


def patient_referrer(**fields: Any) -> PatientReferrer:
    of = fields.pop("patient", None) or patient()
    by = fields.pop("referrer", None) or referrer()
    return PatientReferrer.objects.create(patient=of, referrer=by, **fields)


def referrer_company(**fields: Any) -> ReferrerCompany:
    return ReferrerCompany.objects.create(
        **{"referrer": referrer(), "company": company()} | fields
    )


def appointment(**fields: Any) -> Appointment:
    return Appointment.objects.create(**{"start_time": NOON} | fields)


def full_appointment() -> Appointment:
    """One with every link that an appointment can have, each to a row of its own."""
    return appointment(
        patient=patient(),
        clinic=clinic(),
        clinician=clinician(),
        appointment_type=appointment_type(),
        referrer=referrer(),
    )


def note(**fields: Any) -> Note:
    of = fields.pop("patient", None) or patient()
    return Note.objects.create(**{"patient": of, "content": "text"} | fields)


def sms(**fields: Any) -> SmsMessage:
    of = fields.pop("patient", None) or patient()
    return SmsMessage.objects.create(**{"patient": of, "message": "text"} | fields)


def sms_reply(**fields: Any) -> SmsReply:
    of = fields.pop("patient", None) or patient()
    return SmsReply.objects.create(**{"patient": of, "message": "text"} | fields)


def owned_by(owner: Model) -> dict[str, Any]:
    """The two fields of a generic foreign key to *owner*."""
    content_type = ContentType.objects.get_for_model(owner)
    return {"content_type": content_type, "object_id": owner.pk}


def document(**fields: Any) -> Document:
    owner = owned_by(fields.pop("owner", None) or patient())
    return Document.objects.create(**owner | {"file_name": "a.pdf"} | fields)


def image_batch(**fields: Any) -> ImageBatch:
    owner = owned_by(fields.pop("owner", None) or patient())
    return ImageBatch.objects.create(**owner | {"taken_on": date(2024, 5, 6)} | fields)


def image(**fields: Any) -> Image:
    batch = fields.pop("batch", None) or image_batch()
    return Image.objects.create(batch=batch, **fields)


def clinic(**fields: Any) -> Clinic:
    return Clinic.objects.create(**{"name": f"Clinic {next(NUMBERS)}"} | fields)


def clinician(**fields: Any) -> Clinician:
    at = fields.pop("clinic", None) or clinic()
    return Clinician.objects.create(
        **{"full_name": f"Clinician {next(NUMBERS)}", "clinic": at} | fields
    )


def appointment_type(**fields: Any) -> AppointmentType:
    return AppointmentType.objects.create(**{"name": f"Kind {next(NUMBERS)}"} | fields)


def funding_source(**fields: Any) -> FundingSource:
    return FundingSource.objects.create(**{"name": f"Fund {next(NUMBERS)}"} | fields)


def ledger_run(**fields: Any) -> LedgerRun:
    defaults = {
        "run_id": f"run-{next(NUMBERS)}",
        "mode": "full",
        "status": "succeeded",
        "as_of": NOON,
        "started_at": NOON,
    }
    return LedgerRun.objects.create(**defaults | fields)


def ledger_phase(**fields: Any) -> LedgerPhase:
    run = fields.pop("run", None) or ledger_run()
    defaults = {"name": "patients", "number": 3, "finished_at": NOON}
    return LedgerPhase.objects.create(run=run, **defaults | fields)


def outbox_message(**fields: Any) -> OutboxMessage:
    run = fields.pop("run", None) or ledger_run()
    defaults = {"occasion": "phase-done", "phase": "patients", "at": NOON}
    return OutboxMessage.objects.create(run=run, **defaults | fields)


def fence(**fields: Any) -> Fence:
    defaults = {
        "epoch": next(NUMBERS),
        "holder": "a word",
        "what": "a run",
        "host": "a machine",
        "pid": 1,
        "user": "somebody",
        "taken_at": NOON,
        "heartbeat_at": NOON,
    }
    return Fence.objects.create(**defaults | fields)


def before_image(**fields: Any) -> BeforeImage:
    run = fields.pop("run", None) or ledger_run()
    defaults = {
        "phase": "patients",
        "model": "patients.Patient",
        "object_pk": str(next(NUMBERS)),
        "action": "updated",
    }
    return BeforeImage.objects.create(run=run, **defaults | fields)


def imported_row(**fields: Any) -> ImportedRow:
    number = next(NUMBERS)
    defaults = {
        "table": "patients",
        "filemaker_id": f"p-{number}",
        "identity": uuid.uuid4(),
        "object_pk": str(number),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return ImportedRow.objects.create(**defaults | fields)


def row_base(**fields: Any) -> RowBase:
    number = next(NUMBERS)
    defaults = {"table": "patients", "object_pk": str(number), "left": "abcd12345678"}
    return RowBase.objects.create(filemaker_id=f"p-{number}", **defaults | fields)


def decision(**fields: Any) -> Decision:
    defaults = {
        "table": "patients",
        "key": f"p-{next(NUMBERS)}",
        "field": "last_name",
        "source_digest": "abcdefgh",
        "ruling": "keep",
        "decided_by": "somebody",
        "decided_at": NOON,
    }
    return Decision.objects.create(**defaults | fields)


def row_decision(**fields: Any) -> RowDecision:
    defaults = {
        "table": "patients",
        "key": f"p-{next(NUMBERS)}",
        "code": "bad_date",
        "source_digest": "abcdefgh",
        "word": "expected",
        "decided_by": "somebody",
        "decided_at": NOON,
    }
    return RowDecision.objects.create(**defaults | fields)


def sample_draw(**fields: Any) -> SampleDraw:
    figures = {"lot": 3_000, "size": 144, "allowed": 0, "wrong": 61, "risk": 0.05}
    named = {"run_id": "20261122T101500Z-full", "table": "notes", "drawn_at": NOON}
    rows = {"rows": [2, 3], "others": [4]}
    defaults = {**figures, **named, **rows, "seed": f"{next(NUMBERS):016x}"}
    return SampleDraw.objects.create(**defaults | fields)


def sample_mark(**fields: Any) -> SampleMark:
    named = {"run_id": "20261122T101500Z-full", "table": "notes", "word": "ok"}
    said = {"source_digest": "ab", "marked_by": "somebody", "marked_at": NOON}
    return SampleMark.objects.create(**{**named, **said, "row": 2} | fields)


def panel_member(**fields: Any) -> PanelMember:
    defaults = {"table": "notes", "key": f"n-{next(NUMBERS)}", "chosen_at": NOON}
    return PanelMember.objects.create(run_id="r", **defaults | fields)


def lookup(**fields: Any) -> PseudonymLookup:
    defaults = {
        "pseudonym": f"p-{next(NUMBERS):08x}",
        "asked": "pseudonym",
        "by": "somebody",
        "at": NOON,
    }
    return PseudonymLookup.objects.create(**defaults | fields)


def sign_off(**fields: Any) -> SignOff:
    number = next(NUMBERS)
    defaults = {
        "table": "patients",
        "gate": "max_adopted",
        "value": 2,
        "why": f"Looked at each of them ({number})",
        "by": "somebody",
        "until": NOON.date(),
        "at": NOON,
        "digest": f"{number:064x}",
    }
    return SignOff.objects.create(**defaults | fields)


def sign_off_use(**fields: Any) -> SignOffUse:
    made = {"sign_off": fields.pop("sign_off", None) or sign_off()}
    made["run"] = fields.pop("run", None) or ledger_run()
    defaults = {"phase": "patients", "place": "patients.max_adopted", "figure": 2}
    return SignOffUse.objects.create(**made, **defaults | fields)


def opening(**fields: Any) -> Opening:
    defaults = {"user_name": "reader", "what": "patient", "object_pk": "1"}
    return Opening.objects.create(**defaults | fields)


def full_patient(**fields: Any) -> Patient:
    """One with a clinic, a funding source and contact details."""
    links = {"funding_type": funding_source(), "coordinator": coordinator()}
    made = patient(clinic=clinic(), **links, **fields)
    contact_detail(patient=made, is_primary=True)
    contact_detail(patient=made, kind="email", value="a@example.org")
    return made


# One row of each model that a person can look at, by the model's label.
BUILDERS: dict[str, Callable[[], Model]] = {
    "clinics.Clinic": clinic,
    "clinics.Clinician": clinician,
    "clinics.AppointmentType": appointment_type,
    "clinics.FundingSource": funding_source,
    "patients.Patient": full_patient,
    "patients.ContactDetail": contact_detail,
    "patients.Coordinator": coordinator,
    "referrers.Company": company,
    "referrers.Referrer": referrer,
    "referrers.PatientReferrer": patient_referrer,
    "referrers.ReferrerCompany": referrer_company,
    "appointments.Appointment": full_appointment,
    "notes.Note": note,
    "notes.SmsMessage": sms,
    "notes.SmsReply": sms_reply,
    "documents.Document": document,
    "images.ImageBatch": image_batch,
    "images.Image": image,
    "pages.Opening": opening,
    "ledger.LedgerRun": ledger_run,
    "ledger.LedgerPhase": ledger_phase,
    "ledger.OutboxMessage": outbox_message,
    "ledger.BeforeImage": before_image,
    "ledger.ImportedRow": imported_row,
    "ledger.RowBase": row_base,
    "ledger.RowDecision": row_decision,
    "ledger.PseudonymLookup": lookup,
    "ledger.Decision": decision,
    "ledger.SampleDraw": sample_draw,
    "ledger.SampleMark": sample_mark,
    "ledger.PanelMember": panel_member,
    "ledger.SignOff": sign_off,
    "ledger.SignOffUse": sign_off_use,
    "ledger.Fence": fence,
}

# Address of each list, and how to make one of its rows.
LISTS: dict[str, Callable[[], Model]] = {
    "/api/patients/": full_patient,
    "/api/contact-details/": contact_detail,
    "/api/coordinators/": coordinator,
    "/api/companies/": company,
    "/api/referrers/": referrer,
    "/api/patient-referrers/": patient_referrer,
    "/api/referrer-companies/": referrer_company,
    "/api/appointments/": full_appointment,
    "/api/appointment-types/": appointment_type,
    "/api/notes/": note,
    "/api/sms/": sms,
    "/api/sms-replies/": sms_reply,
    "/api/documents/": document,
    "/api/images/": image,
    "/api/images/batches/": image_batch,
    "/api/clinics/": clinic,
    "/api/clinicians/": clinician,
}
