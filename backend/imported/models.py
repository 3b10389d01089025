"""What every imported model has in common, and constraints that several need.

An imported row is found again by its unique ``filemaker_id``; rows that people make
in the backend have none.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


def one_of(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """A constraint: *field* holds one of *choices*."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}),
        name=f"%(app_label)s_%(class)s_{field}_known",
    )


def not_blank(field: str) -> models.CheckConstraint:
    """A constraint: *field* is not the empty text."""
    return models.CheckConstraint(
        condition=~models.Q(**{field: ""}),
        name=f"%(app_label)s_%(class)s_{field}_not_blank",
    )


def not_before(later: str, earlier: str) -> models.CheckConstraint:
    """A constraint: *later* is empty or not before *earlier*."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{later}__isnull": True})
        | models.Q(**{f"{later}__gte": models.F(earlier)}),
        name=f"%(app_label)s_%(class)s_{later}_not_before",
    )


class ImportedModel(models.Model):
    """
    A row that comes from FileMaker, or that people made in the backend.

    Attributes:
        filemaker_id: canonical key in FileMaker; null in a row made here.
        filemaker_metadata: source columns without a field of their own.
        import_hash: sha256 of the managed fields as last imported; empty in a row
            made here or left by an earlier system.
        created_at, updated_at: plain fields; an import sets them to its own clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filemaker_id = models.CharField(
        "FileMaker ID", max_length=255, unique=True, null=True, blank=True
    )
    filemaker_metadata = models.JSONField(
        "FileMaker metadata", default=dict, blank=True
    )
    import_hash = models.CharField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        constraints = [
            not_blank("filemaker_id"),
        ]

    def __str__(self) -> str:
        """Kind and the start of the key: this text ends up in logs and messages."""
        return f"{self._meta.verbose_name} {str(self.pk)[:8]}"


class OwnedModel(ImportedModel):
    """An imported row whose owner may be of any model (a generic foreign key)."""

    class Meta(ImportedModel.Meta):
        abstract = True

    @property
    def owner_type(self) -> str | None:
        """``app.model`` of the owner; one query unless content_type is selected."""
        content_type = getattr(self, "content_type", None)
        if content_type is None:
            return None
        return f"{content_type.app_label}.{content_type.model}"
