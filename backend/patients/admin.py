from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from imported.admin import TECHNICAL, ImportedAdmin, ReadOnlyInline
from patients.models import OWNERS, ContactDetail, Coordinator, Patient


class ContactDetailInline(ReadOnlyInline):
    model = ContactDetail
    fields = ("kind", "value", "label", "is_primary", "suburb", "postcode")
    readonly_fields = fields
    ordering = ("kind", "-is_primary", "value")


@admin.register(Patient)
class PatientAdmin(ImportedAdmin):
    list_display = ("last_name", "first_name", "dob", "mrn", "clinic", "archived")
    list_display_links = ("last_name", "first_name")
    list_filter = ("archived", "clinic", "funding_type", "sex")
    list_select_related = ("clinic",)
    search_fields = (
        "first_name",
        "last_name",
        "mrn",
        "health_number",
        "filemaker_id",
    )
    ordering = ("last_name", "first_name")
    autocomplete_fields = ("coordinator",)
    inlines = (ContactDetailInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: documents and images point here in a way no database protects."""
        return False


@admin.register(ContactDetail)
class ContactDetailAdmin(ImportedAdmin):
    list_display = ("owner_name", "kind", "value", "label", "is_primary")
    list_display_links = ("owner_name", "value")
    list_filter = ("kind", "is_primary")
    list_select_related = OWNERS
    search_fields = (
        "value",
        "patient__first_name",
        "patient__last_name",
        "referrer__last_name",
        "company__name",
        "filemaker_id",
    )
    raw_id_fields = OWNERS
    readonly_fields = TECHNICAL

    @admin.display(
        description="owner",
        ordering=Coalesce("patient__last_name", "referrer__last_name", "company__name"),
    )
    def owner_name(self, obj: ContactDetail) -> str:
        return obj.owner.full_name


@admin.register(Coordinator)
class CoordinatorAdmin(ImportedAdmin):
    list_display = ("name", "organisation")
    list_filter = ("organisation",)
    search_fields = ("name", "organisation", "filemaker_id")
    ordering = ("name",)
