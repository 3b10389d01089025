"""Documents: a row for each, linked to its owner and to a stored object.

Nothing here touches the object store.
"""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from imported.models import OwnedModel


class Document(OwnedModel):
    """
    A document of a patient; ``description``, ``tags`` and ``is_active`` are local.

    Attributes:
        file_name: name in the bucket; original_name: name in FileMaker.
        file_size: in bytes.
        source_type: the source's own word; category: derived from it.
    """

    content_type = models.ForeignKey(
        ContentType,
        # A content type that looks stale to a clean-up must not take documents along.
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="kind of owner",
    )
    object_id = models.UUIDField("owner's key", null=True, blank=True)
    owner = GenericForeignKey("content_type", "object_id")
    file_name = models.CharField(max_length=255, blank=True, default="")
    original_name = models.CharField(max_length=255, blank=True, default="")
    mime_type = models.CharField(max_length=100, blank=True, default="")
    file_size = models.PositiveBigIntegerField(null=True, blank=True)
    s3_bucket = models.CharField("S3 bucket", max_length=63, blank=True, default="")
    s3_key = models.CharField("S3 key", max_length=1024, blank=True, default="")
    category = models.CharField(max_length=100, blank=True, default="")
    source_type = models.CharField("type", max_length=100, blank=True, default="")
    document_date = models.DateField("date", null=True, blank=True)

    description = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField("active", default=True)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(content_type__isnull=True, object_id__isnull=True)
                | models.Q(content_type__isnull=False, object_id__isnull=False),
                name="documents_document_owner_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="document_owner"),
            models.Index(fields=["category"], name="document_category"),
            models.Index(fields=["-document_date", "id"], name="document_date"),
        ]
