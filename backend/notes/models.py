"""Clinical notes, and text messages in both directions."""

from __future__ import annotations

from django.db import models

from appointments.models import Appointment
from imported.models import ImportedModel, one_of
from patients.models import Patient


class Direction(models.TextChoices):
    IN = "in", "received"
    OUT = "out", "sent"


class Note(ImportedModel):
    """A note; date, author and type are kept as the source has them."""

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="clinical_notes"
    )
    note_date = models.DateField("date", null=True, blank=True)
    author = models.CharField(max_length=200, blank=True, default="")
    source_type = models.CharField("type", max_length=100, blank=True, default="")
    content = models.TextField()

    class Meta(ImportedModel.Meta):
        indexes = [
            models.Index(fields=["-note_date", "id"], name="note_date"),
            models.Index(fields=["source_type"], name="note_type"),
        ]


class SmsMessage(ImportedModel):
    """A text message of FileMaker's message table, whichever its direction."""

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="sms_messages"
    )
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sms_messages",
    )
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    phone_number = models.CharField(max_length=50, blank=True, default="")
    message = models.TextField()
    status = models.CharField(max_length=50, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(ImportedModel.Meta):
        verbose_name = "SMS"
        verbose_name_plural = "SMS"
        constraints = [*ImportedModel.Meta.constraints, one_of("direction", Direction)]
        indexes = [models.Index(fields=["-sent_at", "id"], name="sms_sent")]


class SmsReply(ImportedModel):
    """An answer that a patient sent, of FileMaker's table of replies."""

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="sms_replies"
    )
    phone_number = models.CharField(max_length=50, blank=True, default="")
    message = models.TextField()
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta(ImportedModel.Meta):
        verbose_name = "SMS reply"
        verbose_name_plural = "SMS replies"
        indexes = [models.Index(fields=["-received_at", "id"], name="reply_received")]
