"""Pages to look at what imports did; nothing can be added, changed or deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reimport_lib.ledger.models import (
    BeforeImage,
    Decision,
    Fence,
    ImportedRow,
    LedgerPhase,
    LedgerRun,
    OutboxMessage,
    PanelMember,
    PseudonymLookup,
    RowBase,
    RowDecision,
    SampleDraw,
    SampleMark,
    SignOff,
    SignOffUse,
)


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


class SignOffUseInline(_ToLookAt, admin.TabularInline):
    model = SignOffUse
    extra = 0
    fields = ("sign_off", "run", "phase", "place", "figure")
    readonly_fields = fields
    ordering = ("-run__started_at", "phase", "place")


@admin.register(LedgerRun)
class LedgerRunAdmin(ReadOnlyAdmin):
    list_display = ("run_id", "mode", "status", "started_at", "finished_at")
    list_filter = ("mode", "status")
    search_fields = ("run_id", "reviewed", "snapshot_digest")
    ordering = ("-started_at",)
    inlines = (LedgerPhaseInline, SignOffUseInline)


@admin.register(Fence)
class FenceAdmin(ReadOnlyAdmin):
    list_display = ("what", "epoch", "host", "user", "taken_at", "released")
    list_filter = ("released",)
    search_fields = ("what", "host", "user")
    ordering = ("-epoch",)


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


@admin.register(SignOff)
class SignOffAdmin(ReadOnlyAdmin):
    list_display = ("table", "gate", "value", "by", "until", "at", "withdrawn_at")
    list_filter = ("gate", "table")
    search_fields = ("table", "gate", "by", "why")
    ordering = ("-at",)
    inlines = (SignOffUseInline,)


@admin.register(SignOffUse)
class SignOffUseAdmin(ReadOnlyAdmin):
    list_display = ("sign_off", "run", "phase", "place", "figure")
    list_filter = ("phase",)
    list_select_related = ("sign_off", "run")
    search_fields = ("run__run_id", "place")
    ordering = ("-id",)


@admin.register(RowBase)
class RowBaseAdmin(ReadOnlyAdmin):
    list_display = ("table", "object_pk", "filemaker_id")
    list_filter = ("table",)
    search_fields = ("filemaker_id", "object_pk")
    ordering = ("table", "filemaker_id")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("table", "key", "field", "ruling", "decided_by", "decided_at")
    list_filter = ("ruling", "table")
    search_fields = ("key", "decided_by", "reason")
    ordering = ("-id",)


@admin.register(RowDecision)
class RowDecisionAdmin(ReadOnlyAdmin):
    list_display = ("table", "key", "code", "word", "until", "decided_by", "decided_at")
    list_filter = ("word", "table", "code")
    search_fields = ("key", "decided_by", "remark")
    ordering = ("-id",)


@admin.register(SampleDraw)
class SampleDrawAdmin(ReadOnlyAdmin):
    list_display = ("run_id", "table", "seed", "lot", "size", "allowed", "drawn_at")
    list_filter = ("table",)
    search_fields = ("run_id", "seed")
    ordering = ("-id",)


@admin.register(SampleMark)
class SampleMarkAdmin(ReadOnlyAdmin):
    list_display = ("run_id", "table", "row", "word", "marked_by", "marked_at")
    list_filter = ("word", "table")
    search_fields = ("run_id", "key", "marked_by", "remark")
    ordering = ("-id",)


@admin.register(PanelMember)
class PanelMemberAdmin(ReadOnlyAdmin):
    list_display = ("table", "key", "replaces", "run_id", "chosen_at")
    list_filter = ("table",)
    search_fields = ("key", "replaces", "run_id")
    ordering = ("table", "id")


@admin.register(PseudonymLookup)
class PseudonymLookupAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "asked", "at")
    list_filter = ("asked",)
    search_fields = ("pseudonym", "by")
    ordering = ("-id",)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("run", "occasion", "phase", "at")
    list_filter = ("occasion",)
    search_fields = ("run__run_id",)
    ordering = ("-id",)
