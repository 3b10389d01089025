from __future__ import annotations

from django.contrib import admin

from imported.admin import ImportedAdmin
from referrers.models import Company


@admin.register(Company)
class CompanyAdmin(ImportedAdmin):
    list_display = ("name", "company_type", "abn", "location")
    list_filter = ("company_type",)
    search_fields = ("name", "abn", "location", "filemaker_id")
    ordering = ("name",)
