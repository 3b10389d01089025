from __future__ import annotations

from django.contrib import admin

from appointments.models import Appointment
from imported.admin import TECHNICAL, ImportedAdmin


@admin.register(Appointment)
class AppointmentAdmin(ImportedAdmin):
    list_display = (
        "start_time",
        "patient_name",
        "clinic",
        "clinician",
        "appointment_type",
        "status",
    )
    list_filter = ("status", "all_day", "clinic", "clinician", "appointment_type")
    list_select_related = ("patient", "clinic", "clinician", "appointment_type")
    search_fields = (
        "patient__first_name",
        "patient__last_name",
        "title",
        "reason",
        "filemaker_id",
    )
    ordering = ("-start_time",)
    raw_id_fields = ("patient",)
    readonly_fields = (*TECHNICAL, "status_source", "clinic_source")

    @admin.display(description="patient", ordering="patient__last_name")
    def patient_name(self, obj: Appointment) -> str:
        return obj.patient.full_name if obj.patient else "clinic event"
