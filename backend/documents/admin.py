from __future__ import annotations

from django.contrib import admin

from documents.models import Document
from imported.admin import TECHNICAL, ImportedAdmin, owner_label


@admin.register(Document)
class DocumentAdmin(ImportedAdmin):
    list_display = ("file_name", "owned_by", "category", "document_date", "is_active")
    list_filter = ("is_active", "category", "mime_type")
    list_select_related = ("content_type",)
    search_fields = (
        "file_name",
        "original_name",
        "description",
        "=object_id",
        "filemaker_id",
    )
    ordering = ("-document_date",)
    readonly_fields = (*TECHNICAL, "file_size", "s3_bucket", "s3_key")

    @admin.display(description="owner")
    def owned_by(self, obj: Document) -> str:
        return owner_label(obj)
