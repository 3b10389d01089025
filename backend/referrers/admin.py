from __future__ import annotations

from django.contrib import admin

from imported.admin import ImportedAdmin
from patients.admin import ContactDetailInline
from referrers.models import Company, PatientReferrer, Referrer, ReferrerCompany


@admin.register(Company)
class CompanyAdmin(ImportedAdmin):
    list_display = ("name", "company_type", "abn", "location")
    list_filter = ("company_type",)
    search_fields = ("name", "abn", "location", "filemaker_id")
    ordering = ("name",)
    inlines = (ContactDetailInline,)


@admin.register(Referrer)
class ReferrerAdmin(ImportedAdmin):
    list_display = ("last_name", "first_name", "title", "specialty", "clinic")
    list_display_links = ("last_name", "first_name")
    list_filter = ("specialty", "clinic")
    list_select_related = ("clinic",)
    search_fields = ("first_name", "last_name", "filemaker_id")
    ordering = ("last_name", "first_name")
    inlines = (ContactDetailInline,)


@admin.register(PatientReferrer)
class PatientReferrerAdmin(ImportedAdmin):
    list_display = ("referred_on", "patient_name", "referrer_name")
    list_display_links = ("referred_on", "patient_name")
    list_filter = ("referred_on",)
    list_select_related = ("patient", "referrer")
    search_fields = (
        "patient__first_name",
        "patient__last_name",
        "referrer__last_name",
        "filemaker_id",
    )
    raw_id_fields = ("patient", "referrer")
    ordering = ("-referred_on",)

    @admin.display(description="patient", ordering="patient__last_name")
    def patient_name(self, obj: PatientReferrer) -> str:
        return obj.patient.full_name

    @admin.display(description="referrer", ordering="referrer__last_name")
    def referrer_name(self, obj: PatientReferrer) -> str:
        return obj.referrer.full_name


@admin.register(ReferrerCompany)
class ReferrerCompanyAdmin(ImportedAdmin):
    list_display = ("referrer_name", "company_name", "since")
    list_filter = ("since",)
    list_select_related = ("referrer", "company")
    search_fields = ("referrer__last_name", "company__name", "filemaker_id")
    raw_id_fields = ("referrer", "company")

    @admin.display(description="referrer", ordering="referrer__last_name")
    def referrer_name(self, obj: ReferrerCompany) -> str:
        return obj.referrer.full_name

    @admin.display(description="company", ordering="company__name")
    def company_name(self, obj: ReferrerCompany) -> str:
        return obj.company.name
