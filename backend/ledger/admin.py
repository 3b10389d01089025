from __future__ import annotations

from django.contrib import admin

from imported.admin import ReadOnlyAdmin, ReadOnlyInline
from ledger.models import BeforeImage, LedgerPhase, LedgerRun


class LedgerPhaseInline(ReadOnlyInline):
    model = LedgerPhase
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
