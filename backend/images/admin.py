from __future__ import annotations

from django.contrib import admin

from images.models import Image, ImageBatch
from imported.admin import TECHNICAL, ImportedAdmin, owner_label


@admin.register(ImageBatch)
class ImageBatchAdmin(ImportedAdmin):
    list_display = ("taken_on", "owned_by", "name", "image_count")
    list_display_links = ("taken_on", "name")
    list_filter = ("taken_on",)
    list_select_related = ("content_type",)
    search_fields = ("name", "=object_id", "filemaker_id")
    ordering = ("-taken_on",)
    readonly_fields = (*TECHNICAL, "image_count")

    @admin.display(description="owner")
    def owned_by(self, obj: ImageBatch) -> str:
        return owner_label(obj)


@admin.register(Image)
class ImageAdmin(ImportedAdmin):
    list_display = ("original_name", "owned_by", "category", "date_taken", "order")
    list_filter = ("category", "mime_type")
    list_select_related = ("batch__content_type",)
    search_fields = (
        "original_name",
        "caption",
        "=batch__object_id",
        "filemaker_id",
    )
    ordering = ("-date_taken",)
    raw_id_fields = ("batch",)
    readonly_fields = (*TECHNICAL, "file_size", "s3_bucket", "s3_key")

    @admin.display(description="owner")
    def owned_by(self, obj: Image) -> str:
        return owner_label(obj.batch)
