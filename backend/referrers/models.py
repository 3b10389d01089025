"""Who sends patients, and the practices and businesses they belong to."""

from __future__ import annotations

from django.db import models

from clinics.models import Clinic
from imported.models import ImportedModel, not_blank, one_of
from patients.models import Patient, Sex


class Company(ImportedModel):
    """A practice or business; its kind is the source's own word."""

    name = models.CharField(max_length=200)
    abn = models.CharField("ABN", max_length=20, blank=True, default="")
    company_type = models.CharField("type", max_length=100, blank=True, default="")
    location = models.CharField(max_length=200, blank=True, default="")

    class Meta(ImportedModel.Meta):
        verbose_name_plural = "companies"
        constraints = [*ImportedModel.Meta.constraints, not_blank("name")]
        indexes = [models.Index(fields=["name"], name="company_name")]

    @property
    def full_name(self) -> str:
        """Its name: what a referrer's first and last name are."""
        return self.name


class Referrer(ImportedModel):
    """A person who sends patients; the specialty is the source's own word."""

    title = models.CharField(max_length=20, blank=True, default="")
    first_name = models.CharField(max_length=100, blank=True, default="")
    middle_names = models.CharField(max_length=100, blank=True, default="")
    last_name = models.CharField(max_length=100, blank=True, default="")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    specialty = models.CharField(max_length=100, blank=True, default="")
    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="referrers",
    )

    class Meta(ImportedModel.Meta):
        constraints = [
            *ImportedModel.Meta.constraints,
            one_of("sex", Sex),
            models.CheckConstraint(
                condition=~models.Q(first_name="", last_name=""),
                name="referrers_referrer_has_a_name",
            ),
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="referrer_name"),
            models.Index(fields=["specialty"], name="referrer_specialty"),
        ]

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class PatientReferrer(ImportedModel):
    """That a referrer sent a patient; the same one may have done so on several days."""

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="referrals"
    )
    referrer = models.ForeignKey(
        Referrer, on_delete=models.CASCADE, related_name="referrals"
    )
    referred_on = models.DateField("date", null=True, blank=True)

    class Meta(ImportedModel.Meta):
        indexes = [models.Index(fields=["-referred_on", "id"], name="referral_date")]


class ReferrerCompany(ImportedModel):
    """That a referrer works for a company."""

    referrer = models.ForeignKey(
        Referrer, on_delete=models.CASCADE, related_name="workplaces"
    )
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="workplaces"
    )
    since = models.DateField(null=True, blank=True)

    class Meta(ImportedModel.Meta):
        verbose_name_plural = "referrer companies"
