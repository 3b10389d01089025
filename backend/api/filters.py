"""What the lists can be filtered and ordered by.

Filters on related rows take their keys: a list of all patients to choose from would
be a query, and a disclosure, of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, Model, OrderBy, Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from api.fields import FlagFilter, FromFilter, ToFilter
from appointments.models import Status
from notes.models import Direction
from patients.models import Kind, Sex

MOMENT = "A day (YYYY-MM-DD, the clinic's own) or an ISO 8601 date-time; inclusive."


class StableOrdering(OrderingFilter):
    """
    Orders by the fields that a view names, empty ones last, and then by the key.

    Imported rows share their dates of creation; without the key, rows would repeat
    on one page and be missing on another. Databases differ in where they put nulls.
    """

    def remove_invalid_fields(
        self, queryset: QuerySet, fields: Iterable[str], view: Any, request: Request
    ) -> list[str]:
        valid = [name for name, _ in self.get_valid_fields(queryset, view)]
        fields = list(fields)
        unknown = [field for field in fields if field.removeprefix("-") not in valid]
        if unknown:
            raise ValidationError({"ordering": [f"Order by: {', '.join(valid)}."]})
        return fields

    def filter_queryset(
        self, request: Request, queryset: QuerySet, view: Any
    ) -> QuerySet:
        names = self.get_ordering(request, queryset, view) or ()
        return queryset.order_by(
            *(_order(queryset.model, name) for name in names), "pk"
        )

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = ", ".join(view.ordering_fields)
        description = (
            f"{names}; several with commas, a minus before one turns it round."
        )
        (parameter,) = super().get_schema_operation_parameters(view)
        return [parameter | {"description": description}]


def _order(model: type[Model], name: str) -> str | OrderBy:
    """Without a word about nulls where there are none, so that an index can serve."""
    field = name.removeprefix("-")
    if not model._meta.get_field(field).null:
        return name
    return OrderBy(F(field), descending=name.startswith("-"), nulls_last=True)


class OfPatient(filters.FilterSet):
    """Rows of one patient, by either name of the parameter."""

    patient = filters.UUIDFilter(field_name="patient_id")
    patient_id = filters.UUIDFilter(field_name="patient_id")


class WithInactive(filters.FilterSet):
    """Only active rows unless ``include_inactive`` is true."""

    include_inactive = FlagFilter(method="keep")

    def keep(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset  # filter_queryset decides, also when it is not given

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        queryset = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("include_inactive"):
            return queryset
        return queryset.filter(is_active=True)


class OwnedBy(filters.FilterSet):
    """Rows of one owner, of any kind (generic foreign key)."""

    patient = filters.UUIDFilter(method="of_patient")
    patient_id = filters.UUIDFilter(method="of_patient")
    content_type_id = filters.NumberFilter(
        field_name="content_type_id",
        decimal_places=0,
        min_value=1,
        max_value=2**31 - 1,  # what its column holds
    )
    object_id = filters.UUIDFilter(field_name="object_id")

    def of_patient(self, queryset: QuerySet, name: str, value: UUID) -> QuerySet:
        return queryset.filter(owned_by_patient(value))


def owned_by_patient(patient_id: UUID, through: str = "") -> Q:
    """
    Rows whose generic owner is the patient *patient_id*.

    By a join, not by Django's cache of content types: it may have been filled from
    another database of this process.
    """
    return Q(
        **{
            f"{through}content_type__app_label": "patients",
            f"{through}content_type__model": "patient",
            f"{through}object_id": patient_id,
        }
    )


class PatientFilter(filters.FilterSet):
    """Archived patients are left out unless ``archived`` is true."""

    sex = filters.ChoiceFilter(choices=Sex.choices)
    clinic = filters.UUIDFilter(field_name="clinic_id")
    funding_type = filters.UUIDFilter(field_name="funding_type_id")
    coordinator = filters.UUIDFilter(field_name="coordinator_id")
    archived = FlagFilter(method="keep")

    def keep(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset  # filter_queryset decides, also when it is not given

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        archived = bool(self.form.cleaned_data.get("archived"))
        return super().filter_queryset(queryset).filter(archived=archived)


class ContactDetailFilter(OfPatient):
    referrer = filters.UUIDFilter(field_name="referrer_id")
    company = filters.UUIDFilter(field_name="company_id")
    kind = filters.ChoiceFilter(choices=Kind.choices)
    is_primary = FlagFilter()


class CompanyFilter(filters.FilterSet):
    company_type = filters.CharFilter(lookup_expr="iexact")


class ReferrerFilter(filters.FilterSet):
    specialty = filters.CharFilter(lookup_expr="iexact")
    clinic = filters.UUIDFilter(field_name="clinic_id")


class PatientReferrerFilter(OfPatient):
    referrer = filters.UUIDFilter(field_name="referrer_id")


class ReferrerCompanyFilter(filters.FilterSet):
    referrer = filters.UUIDFilter(field_name="referrer_id")
    company = filters.UUIDFilter(field_name="company_id")


class AppointmentFilter(OfPatient):
    clinic = filters.UUIDFilter(field_name="clinic_id")
    clinician = filters.UUIDFilter(field_name="clinician_id")
    appointment_type = filters.UUIDFilter(field_name="appointment_type_id")
    referrer = filters.UUIDFilter(field_name="referrer_id")
    status = filters.ChoiceFilter(choices=Status.choices)

    @classmethod
    def get_filters(cls) -> dict[str, filters.Filter]:
        """``from`` and ``to``: a class body cannot name the first one."""
        return super().get_filters() | {
            "from": FromFilter(field_name="start_time", help_text=MOMENT),
            "to": ToFilter(field_name="start_time", help_text=MOMENT),
        }


class NoteFilter(OfPatient):
    note_type = filters.CharFilter(field_name="source_type", lookup_expr="iexact")


class SmsMessageFilter(OfPatient):
    appointment = filters.UUIDFilter(field_name="appointment_id")
    direction = filters.ChoiceFilter(choices=Direction.choices)
    status = filters.CharFilter(lookup_expr="iexact")


class SmsReplyFilter(OfPatient):
    pass


class DocumentFilter(OwnedBy):
    category = filters.CharFilter(lookup_expr="iexact")
    source_type = filters.CharFilter(lookup_expr="iexact")
    is_active = FlagFilter()


class ImageBatchFilter(OwnedBy):
    pass


class ImageFilter(filters.FilterSet):
    batch = filters.UUIDFilter(field_name="batch_id")
    batch_id = filters.UUIDFilter(field_name="batch_id")
    patient = filters.UUIDFilter(method="of_patient")
    patient_id = filters.UUIDFilter(method="of_patient")
    category = filters.CharFilter(lookup_expr="iexact")
    source_type = filters.CharFilter(lookup_expr="iexact")

    def of_patient(self, queryset: QuerySet, name: str, value: UUID) -> QuerySet:
        return queryset.filter(owned_by_patient(value, "batch__"))


class ClinicFilter(filters.FilterSet):
    is_active = FlagFilter()


class ClinicianFilter(filters.FilterSet):
    clinic = filters.UUIDFilter(field_name="clinic_id")
    is_active = FlagFilter()


class AppointmentTypeFilter(WithInactive):
    pass
