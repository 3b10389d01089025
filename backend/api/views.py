"""The endpoints. Each one selects what its serializer shows, so that the number of
queries does not grow with the number of rows."""

from __future__ import annotations

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from api import filters, serializers
from api.base import ReadOnlyView
from appointments.models import Appointment
from clinics.models import AppointmentType, Clinic, Clinician
from documents.models import Document
from images.models import Image, ImageBatch
from notes.models import Note, SmsMessage, SmsReply
from patients.models import ContactDetail, Coordinator, Kind, Patient
from referrers.models import Company, PatientReferrer, Referrer, ReferrerCompany

PATIENT_NAMES = ("patient__first_name", "patient__last_name")


def first_value(kind: Kind) -> Subquery:
    """A patient's primary contact of *kind*, else the lowest one, else null."""
    details = ContactDetail.objects.filter(patient=OuterRef("pk"), kind=kind)
    ordered = details.exclude(value="").order_by("-is_primary", "value", "pk")
    return Subquery(ordered.values("value")[:1])


class WithContactDetails(ReadOnlyView):
    """A row by itself comes with its contact details."""

    def get_queryset(self) -> QuerySet:
        queryset = super().get_queryset()
        if self.action != "retrieve":
            return queryset
        details = ContactDetail.objects.order_by("kind", "-is_primary", "value", "pk")
        return queryset.prefetch_related(Prefetch("contact_details", details))


class PatientView(WithContactDetails):
    """Patients; archived ones only with archived=true."""

    queryset = Patient.objects.select_related("clinic", "funding_type").annotate(
        mobile=first_value(Kind.MOBILE), email=first_value(Kind.EMAIL)
    )
    serializer_class = serializers.PatientSerializer
    detail_serializer_class = serializers.PatientDetailSerializer
    filterset_class = filters.PatientFilter
    search_fields = ("first_name", "last_name", "mrn", "health_number")
    ordering_fields = ("last_name", "first_name", "created_at")
    ordering = ("-created_at",)


class ContactDetailView(ReadOnlyView):
    """Numbers, e-mail and postal addresses of patients, referrers and companies."""

    queryset = ContactDetail.objects.all()
    serializer_class = serializers.ContactDetailSerializer
    filterset_class = filters.ContactDetailFilter
    search_fields = ("value", "suburb", "postcode")
    ordering_fields = ("kind", "value", "created_at")
    ordering = (
        *("patient_id", "referrer_id", "company_id"),
        *("kind", "-is_primary", "value"),
    )


class CompanyView(WithContactDetails):
    """Practices and businesses."""

    queryset = Company.objects.all()
    serializer_class = serializers.CompanySerializer
    detail_serializer_class = serializers.CompanyDetailSerializer
    filterset_class = filters.CompanyFilter
    search_fields = ("name", "abn", "location")
    ordering_fields = ("name", "company_type", "created_at")
    ordering = ("name",)


class ReferrerView(WithContactDetails):
    """People who send patients."""

    queryset = Referrer.objects.select_related("clinic")
    serializer_class = serializers.ReferrerSerializer
    detail_serializer_class = serializers.ReferrerDetailSerializer
    filterset_class = filters.ReferrerFilter
    search_fields = ("first_name", "last_name")
    ordering_fields = ("last_name", "first_name", "specialty", "created_at")
    ordering = ("last_name", "first_name")


class PatientReferrerView(ReadOnlyView):
    """Who sent which patient, and when."""

    queryset = PatientReferrer.objects.select_related("referrer")
    serializer_class = serializers.PatientReferrerSerializer
    detail_serializer_class = serializers.PatientReferrerDetailSerializer
    filterset_class = filters.PatientReferrerFilter
    search_fields = (*PATIENT_NAMES, "referrer__first_name", "referrer__last_name")
    ordering_fields = ("referred_on", "created_at")
    ordering = ("-referred_on",)


class ReferrerCompanyView(ReadOnlyView):
    """Which referrer works for which company."""

    queryset = ReferrerCompany.objects.select_related("referrer", "company")
    serializer_class = serializers.ReferrerCompanySerializer
    detail_serializer_class = serializers.ReferrerCompanyDetailSerializer
    filterset_class = filters.ReferrerCompanyFilter
    search_fields = ("referrer__first_name", "referrer__last_name", "company__name")
    ordering_fields = ("since", "created_at")
    ordering = ("-since",)


class CoordinatorView(ReadOnlyView):
    """Support coordinators; their patients: /patients/?coordinator=."""

    queryset = Coordinator.objects.all()
    serializer_class = serializers.CoordinatorSerializer
    search_fields = ("name", "organisation")
    ordering_fields = ("name", "organisation", "created_at")
    ordering = ("name",)


class AppointmentView(ReadOnlyView):
    """Appointments, and clinic events (without a patient)."""

    queryset = Appointment.objects.select_related(
        "patient", "clinic", "clinician", "appointment_type", "referrer"
    )
    serializer_class = serializers.AppointmentSerializer
    detail_serializer_class = serializers.AppointmentDetailSerializer
    filterset_class = filters.AppointmentFilter
    search_fields = (*PATIENT_NAMES, "reason", "title")
    ordering_fields = ("start_time", "end_time", "status", "created_at")
    ordering = ("-start_time",)


class AppointmentTypeView(ReadOnlyView):
    """Kinds of appointment; inactive ones only with include_inactive=true."""

    queryset = AppointmentType.objects.all()
    serializer_class = serializers.AppointmentTypeSerializer
    filterset_class = filters.AppointmentTypeFilter
    search_fields = ("name",)
    ordering_fields = ("name", "default_duration_minutes")
    ordering = ("name",)


class NoteView(ReadOnlyView):
    """Clinical notes."""

    queryset = Note.objects.all()
    serializer_class = serializers.NoteSerializer
    detail_serializer_class = serializers.NoteDetailSerializer
    filterset_class = filters.NoteFilter
    search_fields = ("content", "author", *PATIENT_NAMES)
    ordering_fields = ("note_date", "created_at")
    ordering = ("-note_date",)


class SmsMessageView(ReadOnlyView):
    """Text messages, sent and received."""

    queryset = SmsMessage.objects.all()
    serializer_class = serializers.SmsMessageSerializer
    detail_serializer_class = serializers.SmsMessageDetailSerializer
    filterset_class = filters.SmsMessageFilter
    search_fields = ("message", "phone_number", *PATIENT_NAMES)
    ordering_fields = ("sent_at", "created_at")
    ordering = ("-sent_at",)


class SmsReplyView(ReadOnlyView):
    """Replies of patients to text messages."""

    queryset = SmsReply.objects.all()
    serializer_class = serializers.SmsReplySerializer
    detail_serializer_class = serializers.SmsReplyDetailSerializer
    filterset_class = filters.SmsReplyFilter
    search_fields = ("message", "phone_number", *PATIENT_NAMES)
    ordering_fields = ("received_at", "created_at")
    ordering = ("-received_at",)


class DocumentView(ReadOnlyView):
    """Documents with their owners; where they are stored, not what is in them."""

    queryset = Document.objects.select_related("content_type")
    serializer_class = serializers.DocumentSerializer
    detail_serializer_class = serializers.DocumentDetailSerializer
    filterset_class = filters.DocumentFilter
    search_fields = ("file_name", "original_name", "description", "category")
    ordering_fields = ("document_date", "file_name", "category", "created_at")
    ordering = ("-document_date",)


class ImageBatchView(ReadOnlyView):
    """Batches of images, one per owner and day."""

    queryset = ImageBatch.objects.select_related("content_type")
    serializer_class = serializers.ImageBatchSerializer
    detail_serializer_class = serializers.ImageBatchDetailSerializer
    filterset_class = filters.ImageBatchFilter
    search_fields = ("name",)
    ordering_fields = ("taken_on", "name", "created_at")
    ordering = ("-taken_on",)

    def get_queryset(self) -> QuerySet:
        queryset = super().get_queryset()
        if self.action != "retrieve":
            return queryset
        images = Image.objects.select_related("batch__content_type")
        ordered = images.order_by("order", "date_taken", "original_name", "pk")
        return queryset.prefetch_related(Prefetch("images", ordered))


class ImageView(ReadOnlyView):
    """Images with the owners of their batches."""

    queryset = Image.objects.select_related("batch__content_type")
    serializer_class = serializers.ImageSerializer
    detail_serializer_class = serializers.ImageDetailSerializer
    filterset_class = filters.ImageFilter
    search_fields = ("original_name", "caption", "category")
    ordering_fields = ("date_taken", "order", "created_at")
    ordering = ("-date_taken", "order")


class ClinicView(ReadOnlyView):
    """Clinics."""

    queryset = Clinic.objects.all()
    serializer_class = serializers.ClinicSerializer
    filterset_class = filters.ClinicFilter
    search_fields = ("name",)
    ordering_fields = ("name",)
    ordering = ("name",)


class ClinicianView(ReadOnlyView):
    """The people who treat patients."""

    queryset = Clinician.objects.select_related("clinic")
    serializer_class = serializers.ClinicianSerializer
    filterset_class = filters.ClinicianFilter
    search_fields = ("full_name", "credential", "role")
    ordering_fields = ("full_name",)
    ordering = ("full_name",)
