"""Who opened what: kept for as long as the clinic must be able to say so."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class What(models.TextChoices):
    PATIENT = "patient", "patient's page"
    DOCUMENT = "document"
    IMAGES = "images", "images of one day"
    IMAGE = "image"
    REPORT = "report", "report of an import"


class Opening(models.Model):
    """
    That somebody opened something.

    Attributes:
        user, user_name: who; the name outlives the account.
        object_pk: key of what was opened, as text; patient_id: whose it is.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    user_name = models.CharField("who", max_length=150)
    at = models.DateTimeField("when", default=timezone.now)
    what = models.CharField(max_length=10, choices=What)
    object_pk = models.CharField("key", max_length=100)
    patient_id = models.UUIDField("key of the patient", null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="opening_newest"),
            models.Index(fields=["patient_id", "-at"], name="opening_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.object_pk[:8]}"
