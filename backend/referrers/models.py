"""Who sends patients, and the practices and businesses they belong to."""

from __future__ import annotations

from django.db import models

from imported.models import ImportedModel, not_blank


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
