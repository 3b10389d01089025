"""Appointments, and clinic events: entries of the calendar without a patient."""

from __future__ import annotations

from django.db import models

from clinics.models import AppointmentType, Clinic, Clinician
from imported.models import ImportedModel, not_before, one_of
from patients.models import Patient
from referrers.models import Referrer


class Status(models.TextChoices):
    SCHEDULED = "scheduled"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class StatusSource(models.TextChoices):
    """Who decided the status: FileMaker's word, or the clock when it was created."""

    LOCAL = "", "set here"
    FILEMAKER = "filemaker", "FileMaker"
    CLOCK = "clock", "clock"


class ClinicSource(models.TextChoices):
    """Where the clinic was found: the source's calendar, or the patient's clinic."""

    LOCAL = "", "set here"
    FILEMAKER = "filemaker", "FileMaker"
    PATIENT = "patient", "patient"


class Appointment(ImportedModel):
    """An entry of the calendar; ``reason`` is local."""

    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
    )
    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
    )
    clinician = models.ForeignKey(
        Clinician,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointments",
    )
    appointment_type = models.ForeignKey(
        AppointmentType,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointments",
    )
    referrer = models.ForeignKey(
        Referrer,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointments",
    )
    start_time = models.DateTimeField()
    end_time = models.DateTimeField(null=True, blank=True)
    all_day = models.BooleanField(default=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.SCHEDULED)
    status_source = models.CharField(
        max_length=20,
        choices=StatusSource,
        blank=True,
        default=StatusSource.LOCAL,
        editable=False,
    )
    clinic_source = models.CharField(
        max_length=20,
        choices=ClinicSource,
        blank=True,
        default=ClinicSource.LOCAL,
        editable=False,
    )
    title = models.CharField(max_length=255, blank=True, default="")
    notes = models.TextField(blank=True, default="")

    reason = models.CharField(max_length=255, blank=True, default="")

    class Meta(ImportedModel.Meta):
        constraints = [
            *ImportedModel.Meta.constraints,
            one_of("status", Status),
            one_of("status_source", StatusSource),
            one_of("clinic_source", ClinicSource),
            not_before("end_time", "start_time"),
        ]
        indexes = [
            models.Index(fields=["start_time", "id"], name="appointment_start"),
            models.Index(fields=["status"], name="appointment_status"),
        ]
