from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pages.models import Opening


@admin.register(Opening)
class OpeningAdmin(admin.ModelAdmin):
    """To look at; nobody writes or removes what was opened."""

    list_display = ("at", "user_name", "what", "object_pk", "patient_id")
    list_filter = ("what", "at")
    search_fields = ("user_name", "object_pk", "patient_id")
    ordering = ("-at",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
