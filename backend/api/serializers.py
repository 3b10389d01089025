"""Rows as JSON. Whatever a serializer shows of a related row, its view selects."""

from __future__ import annotations

from rest_framework import serializers

from appointments.models import Appointment
from clinics.models import AppointmentType, Clinic, Clinician
from documents.models import Document
from images.models import Image, ImageBatch
from notes.models import Note, SmsMessage, SmsReply
from patients.models import ContactDetail, Coordinator, Patient
from referrers.models import Company, PatientReferrer, Referrer, ReferrerCompany

IMPORTED = ("id", "filemaker_id", "created_at", "updated_at")
METADATA = ("filemaker_metadata",)
OWNER = ("owner_type", "owner_id", "content_type_id", "object_id")


class ClinicSerializer(serializers.ModelSerializer):
    class Meta:
        model = Clinic
        fields = (
            "id",
            "filemaker_id",
            "name",
            "colour",
            "abn",
            "phone",
            "email",
            "address",
            "is_active",
        )


class ClinicianSerializer(serializers.ModelSerializer):
    clinic_name = serializers.CharField(source="clinic.name", default=None)

    class Meta:
        model = Clinician
        fields = (
            "id",
            "filemaker_id",
            "full_name",
            "credential",
            "role",
            "clinic",
            "clinic_name",
            "is_active",
        )


class AppointmentTypeSerializer(serializers.ModelSerializer):
    class Meta:
        model = AppointmentType
        fields = ("id", "filemaker_id", "name", "default_duration_minutes", "is_active")


class ContactDetailSerializer(serializers.ModelSerializer):
    class Meta:
        model = ContactDetail
        fields = (
            *IMPORTED,
            "patient",
            "referrer",
            "company",
            "kind",
            "value",
            "label",
            "is_primary",
            "line1",
            "line2",
            "suburb",
            "state",
            "postcode",
            "country",
        )


class CoordinatorSerializer(serializers.ModelSerializer):
    """Nothing of any patient: whose coordinator it is, the patients say."""

    class Meta:
        model = Coordinator
        fields = (
            *IMPORTED,
            "name",
            "organisation",
            "spellings",
            "phones",
            "emails",
        )


class PatientSerializer(serializers.ModelSerializer):
    """``mobile`` and ``email`` are annotations of the view's rows."""

    full_name = serializers.CharField()
    age = serializers.IntegerField(allow_null=True)
    mobile = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    clinic_name = serializers.CharField(source="clinic.name", default=None)
    funding_type_name = serializers.CharField(source="funding_type.name", default=None)

    class Meta:
        model = Patient
        fields: tuple[str, ...] = (
            *IMPORTED,
            "mrn",
            "title",
            "first_name",
            "middle_names",
            "last_name",
            "full_name",
            "dob",
            "age",
            "sex",
            "health_number",
            "mobile",
            "email",
            "clinic",
            "clinic_name",
            "funding_type",
            "funding_type_name",
            "funding_source",
            "archived",
        )


class PatientDetailSerializer(PatientSerializer):
    contact_details = ContactDetailSerializer(many=True)

    class Meta(PatientSerializer.Meta):
        fields = (
            *PatientSerializer.Meta.fields,
            "coordinator",
            "coordinator_name",
            "coordinator_phone",
            "coordinator_email",
            "ndis_plan_start_date",
            "ndis_plan_end_date",
            "ndis_notes",
            "notes",
            "contact_details",
            *METADATA,
        )


class CompanySerializer(serializers.ModelSerializer):
    class Meta:
        model = Company
        fields: tuple[str, ...] = (*IMPORTED, "name", "abn", "company_type", "location")


class CompanyDetailSerializer(CompanySerializer):
    contact_details = ContactDetailSerializer(many=True)

    class Meta(CompanySerializer.Meta):
        fields = (*CompanySerializer.Meta.fields, "contact_details", *METADATA)


class ReferrerSerializer(serializers.ModelSerializer):
    full_name = serializers.CharField()
    clinic_name = serializers.CharField(source="clinic.name", default=None)

    class Meta:
        model = Referrer
        fields: tuple[str, ...] = (
            *IMPORTED,
            "title",
            "first_name",
            "middle_names",
            "last_name",
            "full_name",
            "sex",
            "specialty",
            "clinic",
            "clinic_name",
        )


class ReferrerDetailSerializer(ReferrerSerializer):
    contact_details = ContactDetailSerializer(many=True)

    class Meta(ReferrerSerializer.Meta):
        fields = (*ReferrerSerializer.Meta.fields, "contact_details", *METADATA)


class PatientReferrerSerializer(serializers.ModelSerializer):
    referrer_name = serializers.CharField(source="referrer.full_name")

    class Meta:
        model = PatientReferrer
        fields: tuple[str, ...] = (
            *IMPORTED,
            "patient",
            "referrer",
            "referrer_name",
            "referred_on",
        )


class PatientReferrerDetailSerializer(PatientReferrerSerializer):
    class Meta(PatientReferrerSerializer.Meta):
        fields = (*PatientReferrerSerializer.Meta.fields, *METADATA)


class ReferrerCompanySerializer(serializers.ModelSerializer):
    referrer_name = serializers.CharField(source="referrer.full_name")
    company_name = serializers.CharField(source="company.name")

    class Meta:
        model = ReferrerCompany
        fields: tuple[str, ...] = (
            *IMPORTED,
            "referrer",
            "referrer_name",
            "company",
            "company_name",
            "since",
        )


class ReferrerCompanyDetailSerializer(ReferrerCompanySerializer):
    class Meta(ReferrerCompanySerializer.Meta):
        fields = (*ReferrerCompanySerializer.Meta.fields, *METADATA)


class AppointmentSerializer(serializers.ModelSerializer):
    patient_name = serializers.CharField(source="patient.full_name", default=None)
    clinic_name = serializers.CharField(source="clinic.name", default=None)
    clinician_name = serializers.CharField(source="clinician.full_name", default=None)
    appointment_type_name = serializers.CharField(
        source="appointment_type.name", default=None
    )
    referrer_name = serializers.CharField(source="referrer.full_name", default=None)

    class Meta:
        model = Appointment
        fields: tuple[str, ...] = (
            *IMPORTED,
            "patient",
            "patient_name",
            "clinic",
            "clinic_name",
            "clinic_source",
            "clinician",
            "clinician_name",
            "appointment_type",
            "appointment_type_name",
            "referrer",
            "referrer_name",
            "start_time",
            "end_time",
            "all_day",
            "status",
            "status_source",
            "title",
            "reason",
            "notes",
        )


class AppointmentDetailSerializer(AppointmentSerializer):
    class Meta(AppointmentSerializer.Meta):
        fields = (*AppointmentSerializer.Meta.fields, *METADATA)


class NoteSerializer(serializers.ModelSerializer):
    note_type = serializers.CharField(source="source_type")

    class Meta:
        model = Note
        fields: tuple[str, ...] = (
            *IMPORTED,
            "patient",
            "note_date",
            "note_type",
            "author",
            "content",
        )


class NoteDetailSerializer(NoteSerializer):
    class Meta(NoteSerializer.Meta):
        fields = (*NoteSerializer.Meta.fields, *METADATA)


class SmsMessageSerializer(serializers.ModelSerializer):
    class Meta:
        model = SmsMessage
        fields: tuple[str, ...] = (
            *IMPORTED,
            "patient",
            "appointment",
            "direction",
            "phone_number",
            "message",
            "status",
            "sent_at",
        )


class SmsMessageDetailSerializer(SmsMessageSerializer):
    class Meta(SmsMessageSerializer.Meta):
        fields = (*SmsMessageSerializer.Meta.fields, *METADATA)


class SmsReplySerializer(serializers.ModelSerializer):
    class Meta:
        model = SmsReply
        fields: tuple[str, ...] = (
            *IMPORTED,
            "patient",
            "phone_number",
            "message",
            "received_at",
        )


class SmsReplyDetailSerializer(SmsReplySerializer):
    class Meta(SmsReplySerializer.Meta):
        fields = (*SmsReplySerializer.Meta.fields, *METADATA)


class DocumentSerializer(serializers.ModelSerializer):
    owner_type = serializers.CharField(allow_null=True)
    owner_id = serializers.UUIDField(source="object_id", allow_null=True)

    class Meta:
        model = Document
        fields: tuple[str, ...] = (
            *IMPORTED,
            *OWNER,
            "file_name",
            "original_name",
            "mime_type",
            "file_size",
            "s3_bucket",
            "s3_key",
            "category",
            "source_type",
            "document_date",
            "description",
            "tags",
            "is_active",
        )


class DocumentDetailSerializer(DocumentSerializer):
    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, *METADATA)


class ImageBatchSerializer(serializers.ModelSerializer):
    owner_type = serializers.CharField()
    owner_id = serializers.UUIDField(source="object_id")

    class Meta:
        model = ImageBatch
        fields: tuple[str, ...] = (*IMPORTED, *OWNER, "name", "taken_on", "image_count")


class ImageSerializer(serializers.ModelSerializer):
    owner_type = serializers.CharField(source="batch.owner_type")
    owner_id = serializers.UUIDField(source="batch.object_id")

    class Meta:
        model = Image
        fields: tuple[str, ...] = (
            *IMPORTED,
            "batch",
            "owner_type",
            "owner_id",
            "original_name",
            "mime_type",
            "file_size",
            "s3_bucket",
            "s3_key",
            "s3_thumbnail_key",
            "category",
            "source_type",
            "caption",
            "date_taken",
            "order",
        )


class ImageDetailSerializer(ImageSerializer):
    class Meta(ImageSerializer.Meta):
        fields = (*ImageSerializer.Meta.fields, *METADATA)


class ImageBatchDetailSerializer(ImageBatchSerializer):
    images = ImageSerializer(many=True)

    class Meta(ImageBatchSerializer.Meta):
        fields = (*ImageBatchSerializer.Meta.fields, "images", *METADATA)
