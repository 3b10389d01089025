"""Pages to look at what imports did; nothing can be added, changed or deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reimport_lib.ledger.models import BeforeImage, ImportedRow, LedgerPhase, LedgerRun


class _ToLookAt:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_ToLookAt, admin.ModelAdmin):
    show_full_result_count = False


class LedgerPhaseInline(_ToLookAt, admin.TabularInline):
    model = LedgerPhase
    extra = 0
    show_change_link = True
    fields = ("number", "name", "finished_at", "seconds", "counts")
    readonly_fields = fields
    ordering = ("number",)


@admin.register(LedgerRun)
class LedgerRunAdmin(ReadOnlyAdmin):
    list_display = ("run_id", "mode", "status", "started_at", "finished_at")
    list_filter = ("mode", "status")
    search_fields = ("run_id", "reviewed", "snapshot_digest")
    ordering = ("-started_at",)
    inlines = (LedgerPhaseInline,)


@admin.register(LedgerPhase)
class LedgerPhaseAdmin(ReadOnlyAdmin):
    list_display = ("run", "number", "name", "finished_at", "seconds")
    list_filter = ("name",)
    list_select_related = ("run",)
    search_fields = ("run__run_id", "name")
    ordering = ("-finished_at",)


@admin.register(BeforeImage)
class BeforeImageAdmin(ReadOnlyAdmin):
    list_display = ("run", "phase", "model", "object_pk", "action")
    list_filter = ("action", "phase", "model")
    list_select_related = ("run",)
    search_fields = ("run__run_id", "object_pk")
    ordering = ("-id",)


@admin.register(ImportedRow)
class ImportedRowAdmin(ReadOnlyAdmin):
    list_display = ("table", "object_pk", "filemaker_id", "updated_at")
    list_filter = ("table",)
    search_fields = ("filemaker_id", "object_pk")
    ordering = ("table", "filemaker_id")
