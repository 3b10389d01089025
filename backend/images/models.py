"""Images, grouped into one batch per owner and day.

Nothing here touches the object store.
"""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from imported.models import ImportedModel, OwnedModel


class ImageBatch(OwnedModel):
    """
    The images taken of one owner on one day.

    Attributes:
        image_count: number of its images as of the last import; technical.
    """

    content_type = models.ForeignKey(
        ContentType,
        # A content type that looks stale to a clean-up must not take images along.
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="kind of owner",
    )
    object_id = models.UUIDField("owner's key")
    owner = GenericForeignKey("content_type", "object_id")
    name = models.CharField(max_length=255, blank=True, default="")
    taken_on = models.DateField()
    image_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name_plural = "image batches"
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="imagebatch_owner"),
            models.Index(fields=["-taken_on", "id"], name="imagebatch_day"),
        ]


class Image(ImportedModel):
    """
    One image; ``s3_thumbnail_key`` and ``order`` are local.

    Attributes:
        original_name: name in FileMaker.
        file_size: in bytes.
        source_type: the source's own word; category: derived from it.
    """

    batch = models.ForeignKey(
        ImageBatch, on_delete=models.CASCADE, related_name="images"
    )
    s3_bucket = models.CharField("S3 bucket", max_length=63, blank=True, default="")
    s3_key = models.CharField("S3 key", max_length=1024, blank=True, default="")
    original_name = models.CharField(max_length=255, blank=True, default="")
    file_size = models.PositiveBigIntegerField(null=True, blank=True)
    mime_type = models.CharField(max_length=100, blank=True, default="")
    category = models.CharField(max_length=100, blank=True, default="")
    source_type = models.CharField("type", max_length=100, blank=True, default="")
    caption = models.TextField(blank=True, default="")
    date_taken = models.DateField(null=True, blank=True)

    s3_thumbnail_key = models.CharField(
        "S3 key of the thumbnail", max_length=1024, blank=True, default=""
    )
    order = models.PositiveIntegerField(default=0)

    class Meta(ImportedModel.Meta):
        indexes = [
            models.Index(fields=["category"], name="image_category"),
            models.Index(fields=["-date_taken", "id"], name="image_date"),
        ]
