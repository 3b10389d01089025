from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from imported.admin import ImportedAdmin
from notes.models import Note, SmsMessage, SmsReply


class OfPatientAdmin(ImportedAdmin):
    list_select_related = ("patient",)
    raw_id_fields: ClassVar[tuple[str, ...]] = ("patient",)

    @admin.display(description="patient", ordering="patient__last_name")
    def patient_name(self, obj: Any) -> str:
        return str(obj.patient.full_name)


@admin.register(Note)
class NoteAdmin(OfPatientAdmin):
    list_display = ("note_date", "patient_name", "source_type", "author")
    list_display_links = ("note_date", "patient_name")
    list_filter = ("source_type",)
    search_fields = (
        "patient__first_name",
        "patient__last_name",
        "author",
        "content",
        "filemaker_id",
    )
    ordering = ("-note_date",)


@admin.register(SmsMessage)
class SmsMessageAdmin(OfPatientAdmin):
    list_display = ("sent_at", "patient_name", "direction", "phone_number", "status")
    list_display_links = ("sent_at", "patient_name")
    list_filter = ("direction", "status")
    search_fields = (
        "patient__first_name",
        "patient__last_name",
        "phone_number",
        "filemaker_id",
    )
    ordering = ("-sent_at",)
    raw_id_fields = ("patient", "appointment")


@admin.register(SmsReply)
class SmsReplyAdmin(OfPatientAdmin):
    list_display = ("received_at", "patient_name", "phone_number")
    list_display_links = ("received_at", "patient_name")
    list_filter = ("received_at",)
    search_fields = (
        "patient__first_name",
        "patient__last_name",
        "phone_number",
        "filemaker_id",
    )
    ordering = ("-received_at",)
