from __future__ import annotations

from django.contrib import admin

from clinics.models import AppointmentType, Clinic, Clinician, FundingSource


@admin.register(Clinic)
class ClinicAdmin(admin.ModelAdmin):
    list_display = ("name", "phone", "email", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "abn", "filemaker_id")
    ordering = ("name",)


@admin.register(Clinician)
class ClinicianAdmin(admin.ModelAdmin):
    list_display = ("full_name", "credential", "role", "clinic", "is_active")
    list_filter = ("is_active", "clinic")
    list_select_related = ("clinic",)
    search_fields = ("full_name", "credential", "filemaker_id")
    ordering = ("full_name",)


@admin.register(AppointmentType)
class AppointmentTypeAdmin(admin.ModelAdmin):
    list_display = ("name", "default_duration_minutes", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "filemaker_id")
    ordering = ("name",)


@admin.register(FundingSource)
class FundingSourceAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "order", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "code", "filemaker_id")
    ordering = ("order", "name")
