"""What must be there before an import and is never deleted by one: clinics, the
people who work in them, kinds of appointment, sources of funding."""

from __future__ import annotations

import uuid

from django.db import models


class ConfiguredModel(models.Model):
    """A row that people set up; imported rows are linked to it by key or name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filemaker_id = models.CharField(
        "FileMaker ID", max_length=255, unique=True, null=True, blank=True
    )
    is_active = models.BooleanField("active", default=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(filemaker_id=""),
                name="%(app_label)s_%(class)s_filemaker_id_not_blank",
            ),
        ]


class Clinic(ConfiguredModel):
    name = models.CharField(max_length=200, db_index=True)
    colour = models.CharField(max_length=20, blank=True, default="")
    abn = models.CharField("ABN", max_length=20, blank=True, default="")
    phone = models.CharField(max_length=50, blank=True, default="")
    email = models.CharField(max_length=200, blank=True, default="")
    address = models.TextField(blank=True, default="")

    class Meta(ConfiguredModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class Clinician(ConfiguredModel):
    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="clinicians",
    )
    full_name = models.CharField(max_length=200, db_index=True)
    credential = models.CharField(max_length=100, blank=True, default="")
    role = models.CharField(max_length=100, blank=True, default="")

    class Meta(ConfiguredModel.Meta):
        pass

    def __str__(self) -> str:
        return self.full_name


class AppointmentType(ConfiguredModel):
    name = models.CharField(max_length=200, unique=True)
    default_duration_minutes = models.PositiveIntegerField(default=30)

    class Meta(ConfiguredModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class FundingSource(ConfiguredModel):
    name = models.CharField(max_length=200, unique=True)
    code = models.CharField(max_length=50, blank=True, default="")
    order = models.PositiveIntegerField(default=0)

    class Meta(ConfiguredModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name
