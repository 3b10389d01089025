"""Patients and the ways to reach them."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from clinics.models import Clinic, FundingSource
from imported.models import ImportedModel, one_of

if TYPE_CHECKING:
    from referrers.models import Company, Referrer


class Sex(models.TextChoices):
    MALE = "M", "male"
    FEMALE = "F", "female"
    OTHER = "O", "other"
    UNKNOWN = "U", "unknown"


class Kind(models.TextChoices):
    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    ADDRESS = "address"


class Coordinator(ImportedModel):
    """
    Whoever coordinates the support of patients, by the name that they gave.

    What concerns one patient alone (a plan, notes) stands with the patient.

    Attributes:
        name: as most of the patients' records have it.
        organisation: where the name says it plainly.
        spellings: every form of the name that was typed.
        phones, emails: all that was typed; as it stands where it could not be read.
    """

    name = models.CharField(max_length=200, blank=True, default="")
    organisation = models.CharField(max_length=200, blank=True, default="")
    spellings = models.JSONField(default=list, blank=True)
    phones = models.JSONField(default=list, blank=True)
    emails = models.JSONField("e-mail addresses", default=list, blank=True)


class Patient(ImportedModel):
    """A person the clinic treats; ``mrn``, ``archived`` and ``notes`` are local."""

    title = models.CharField(max_length=20, blank=True, default="")
    first_name = models.CharField(max_length=100, blank=True, default="")
    middle_names = models.CharField(max_length=100, blank=True, default="")
    last_name = models.CharField(max_length=100, blank=True, default="")
    dob = models.DateField("date of birth", null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    health_number = models.CharField(max_length=20, blank=True, default="")
    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="patients",
    )
    funding_type = models.ForeignKey(
        FundingSource,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="patients",
    )
    funding_source = models.CharField(
        max_length=100, blank=True, default="", help_text="the source's own word"
    )
    coordinator = models.ForeignKey(
        Coordinator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="patients",
    )
    coordinator_name = models.CharField(max_length=200, blank=True, default="")
    coordinator_phone = models.CharField(max_length=50, blank=True, default="")
    coordinator_email = models.CharField(max_length=200, blank=True, default="")
    ndis_plan_start_date = models.DateField("NDIS plan start", null=True, blank=True)
    ndis_plan_end_date = models.DateField("NDIS plan end", null=True, blank=True)
    ndis_notes = models.TextField("NDIS notes", blank=True, default="")

    mrn = models.CharField("MRN", max_length=50, unique=True, null=True, blank=True)
    archived = models.BooleanField(default=False)
    notes = models.TextField(blank=True, default="")

    class Meta(ImportedModel.Meta):
        constraints = [*ImportedModel.Meta.constraints, one_of("sex", Sex)]
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="patient_name"),
            models.Index(fields=["health_number"], name="patient_health_number"),
            models.Index(fields=["-created_at", "id"], name="patient_newest"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("patient", args=[self.pk])

    @property
    def full_name(self) -> str:
        """First and last name; empty without either."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def age(self) -> int | None:
        """Whole years today in the clinic's time zone; None without a birth date."""
        return None if self.dob is None else age_on(timezone.localdate(), self.dob)


OWNERS = ("patient", "referrer", "company")
"""Whose a contact detail may be: one of these fields is set."""


def _is_of(owner: str) -> models.Q:
    return models.Q(**{f"{name}__isnull": name != owner for name in OWNERS})


class ContactDetail(ImportedModel):
    """
    One number, e-mail address or postal address of a patient, referrer or company.

    An address has its first line as *value*, and all of its lines beside it.
    """

    patient = models.ForeignKey(
        Patient,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="contact_details",
    )
    referrer = models.ForeignKey(
        "referrers.Referrer",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="contact_details",
    )
    company = models.ForeignKey(
        "referrers.Company",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="contact_details",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=255, blank=True, default="")
    label = models.CharField(max_length=100, blank=True, default="")
    is_primary = models.BooleanField("primary", default=False)
    line1 = models.CharField(max_length=255, blank=True, default="")
    line2 = models.CharField(max_length=255, blank=True, default="")
    suburb = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=50, blank=True, default="")
    postcode = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=100, blank=True, default="")

    class Meta(ImportedModel.Meta):
        constraints = [
            *ImportedModel.Meta.constraints,
            one_of("kind", Kind),
            models.CheckConstraint(
                condition=reduce(or_, map(_is_of, OWNERS)),
                name="patients_contactdetail_one_owner",
                violation_error_message=(
                    "A contact detail is a patient's, a referrer's or a company's."
                ),
            ),
            # Only among imported rows: a person may prefer another number here.
            *(
                models.UniqueConstraint(
                    fields=[owner, "kind"],
                    condition=models.Q(is_primary=True, filemaker_id__isnull=False),
                    name=f"patients_contactdetail_one_primary{suffix}",
                )
                for owner, suffix in zip(
                    OWNERS, ("", "_of_referrer", "_of_company"), strict=True
                )
            ),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="contactdetail_value")]

    @property
    def owner(self) -> Patient | Referrer | Company:
        """Whose it is."""
        return self.patient or self.referrer or self.company

    def clean(self) -> None:
        """The constraint as a form's message: forms do not hold all of its fields."""
        if not self.is_primary or self.filemaker_id is None:
            return
        owner = {f"{name}_id": getattr(self, f"{name}_id") for name in OWNERS}
        same = ContactDetail.objects.filter(kind=self.kind, **owner)
        primary = same.filter(is_primary=True, filemaker_id__isnull=False)
        if primary.exclude(pk=self.pk).exists():
            message = "Another one of this kind is the primary one of the same owner."
            raise ValidationError({"is_primary": message})


def age_on(day: date, dob: date) -> int:
    """Whole years from *dob* to *day*; a birthday on 29 February counts on 1 March."""
    return day.year - dob.year - ((day.month, day.day) < (dob.month, dob.day))
