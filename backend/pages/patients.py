"""A patient by name, and all that is kept of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from appointments.models import Appointment
from documents.models import Document
from images.models import ImageBatch
from notes.models import Note, SmsMessage, SmsReply
from pages.access import Page, may_view, note_opening
from pages.models import What
from patients.models import ContactDetail, Patient
from referrers.models import PatientReferrer

PAGE_ROWS = 50
SHOWN_ROWS = 10
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Section:
    """
    One kind of thing that is kept of a patient.

    Attributes:
        slug: its word in addresses, and the name of its template.
        rows: those of a patient, in the order in which they are shown.
    """

    slug: str
    title: str
    model: type[Model]
    rows: Callable[[Patient], QuerySet]

    @property
    def template(self) -> str:
        return f"pages/sections/{self.slug}.html"


def owned(model: type[Model], patient: Patient) -> QuerySet:
    """Rows of *model* whose generic owner is *patient*."""
    of = ContentType.objects.get_for_model(Patient)
    found: QuerySet = model._default_manager.filter(
        content_type=of, object_id=patient.pk
    )
    return found


SECTIONS = (
    Section(
        "appointments",
        "Appointments",
        Appointment,
        lambda patient: (
            Appointment.objects.filter(patient=patient)
            .select_related("clinic", "clinician", "appointment_type", "referrer")
            .order_by("-start_time", "pk")
        ),
    ),
    Section(
        "notes",
        "Notes",
        Note,
        lambda patient: Note.objects.filter(patient=patient).order_by(
            "-note_date", "pk"
        ),
    ),
    Section(
        "messages",
        "Text messages",
        SmsMessage,
        lambda patient: SmsMessage.objects.filter(patient=patient).order_by(
            "-sent_at", "pk"
        ),
    ),
    Section(
        "replies",
        "Replies to text messages",
        SmsReply,
        lambda patient: SmsReply.objects.filter(patient=patient).order_by(
            "-received_at", "pk"
        ),
    ),
    Section(
        "documents",
        "Documents",
        Document,
        lambda patient: owned(Document, patient).order_by("-document_date", "pk"),
    ),
    Section(
        "images",
        "Images",
        ImageBatch,
        lambda patient: owned(ImageBatch, patient).order_by("-taken_on", "pk"),
    ),
    Section(
        "referrals",
        "Referrals",
        PatientReferrer,
        lambda patient: (
            PatientReferrer.objects.filter(patient=patient)
            .select_related("referrer")
            .order_by("-referred_on", "pk")
        ),
    ),
)


class Search(Page):
    """Patients whose name, number, birthday, phone or e-mail has all of the words."""

    permission_required = ("patients.view_patient",)

    def get(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").replace("\0", "")
        found = Patient.objects.select_related("clinic").order_by(
            "archived", "last_name", "first_name", "pk"
        )
        for word in words.split()[:8]:
            found = found.filter(matching(word))
        page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
        return render(request, "pages/patients.html", {"q": words, "page": page})


def matching(word: str) -> Q:
    """Rows in which *word* is part of a name or of a contact, or a number or a day."""
    asked = (
        Q(first_name__icontains=word)
        | Q(last_name__icontains=word)
        | Q(middle_names__icontains=word)
        | Q(mrn__iexact=word)
        | Q(health_number__iexact=word)
    )
    if day := _day(word):
        asked |= Q(dob=day)
    digits = "".join(sign for sign in word if sign.isdigit()).lstrip("0")
    if len(digits) >= 6 or "@" in word:
        # numbers are kept with their country's, and typed without it
        part = word if "@" in word else digits
        whose = ContactDetail.objects.filter(value__icontains=part)
        asked |= Q(pk__in=whose.values("patient"))
    return asked


def _day(word: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(word, form).date()
        except ValueError:
            continue
    return None


class PatientPage(Page):
    """Who it is, how to reach them, and the newest of each kind."""

    permission_required = ("patients.view_patient",)

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        patient = _patient(pk)
        note_opening(request, What.PATIENT, pk, pk)
        sections = [
            {
                "section": section,
                "rows": section.rows(patient)[:SHOWN_ROWS],
                "count": section.rows(patient).count(),
            }
            for section in SECTIONS
            if may_view(request, section.model)
        ]
        details = patient.contact_details.order_by("kind", "-is_primary", "value")
        shown = {
            "patient": patient,
            "sections": sections,
            "details": details if may_view(request, ContactDetail) else (),
        }
        return render(request, "pages/patient.html", shown)


class SectionPage(Page):
    """Everything of one kind that is kept of a patient."""

    permission_required = ("patients.view_patient",)

    def get(self, request: HttpRequest, pk: UUID, section: str) -> HttpResponse:
        kind = next((one for one in SECTIONS if one.slug == section), None)
        if kind is None or not may_view(request, kind.model):
            raise Http404
        patient = _patient(pk)
        note_opening(request, What.PATIENT, pk, pk)
        paged = Paginator(kind.rows(patient), PAGE_ROWS)
        page = paged.get_page(request.GET.get("page"))
        shown = {"patient": patient, "section": kind, "page": page, "rows": page}
        return render(request, "pages/section.html", shown)


def _patient(pk: UUID) -> Patient:
    related = ("clinic", "funding_type", "coordinator")
    return get_object_or_404(Patient.objects.select_related(*related), pk=pk)
