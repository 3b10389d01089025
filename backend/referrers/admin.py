from __future__ import annotations

from django.contrib import admin

from imported.admin import ImportedAdmin
from referrers.models import Company, Referrer


@admin.register(Company)
class CompanyAdmin(ImportedAdmin):
    list_display = ("name", "company_type", "abn", "location")
    list_filter = ("company_type",)
    search_fields = ("name", "abn", "location", "filemaker_id")
    ordering = ("name",)


@admin.register(Referrer)
class ReferrerAdmin(ImportedAdmin):
    list_display = ("last_name", "first_name", "title", "specialty", "clinic")
    list_display_links = ("last_name", "first_name")
    list_filter = ("specialty", "clinic")
    list_select_related = ("clinic",)
    search_fields = ("first_name", "last_name", "filemaker_id")
    ordering = ("last_name", "first_name")
