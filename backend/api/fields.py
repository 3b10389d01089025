"""Filters that refuse what they cannot read.

The ones that come with django-filter take an unreadable yes or no for "not given",
and answer with every row.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

FLAGS = {"true": True, "1": True, "false": False, "0": False}


class FlagField(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        text = str(value or "").strip().lower()
        if not text:
            return None
        if text not in FLAGS:
            raise ValidationError("Use true or false.")
        return FLAGS[text]


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(django_filters.Filter):
    """``true`` or ``false``."""

    field_class = FlagField


class MomentField(forms.Field):
    """A day, or a date-time; one without an offset is the clinic's wall clock."""

    def to_python(self, value: Any) -> date | datetime | None:
        # The plus sign of an offset arrives as a blank when a caller left it as it is.
        text = str(value or "").strip().replace(" ", "+" if "T" in str(value) else " ")
        if not text:
            return None
        try:
            parsed = parse_date(text) or parse_datetime(text)
        except ValueError:  # the form fits, the date does not exist
            parsed = None
        if parsed is None:
            raise ValidationError("Use YYYY-MM-DD or an ISO 8601 date-time.")
        if isinstance(parsed, datetime) and timezone.is_naive(parsed):
            return timezone.make_aware(parsed)
        return parsed


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@extend_schema_field(OpenApiTypes.STR)
class FromFilter(django_filters.Filter):
    """At or after a moment; a day counts from its first moment."""

    field_class = MomentField

    def filter(self, qs: QuerySet, value: date | datetime | None) -> QuerySet:
        if value is None:
            return qs
        start = value if isinstance(value, datetime) else midnight(value)
        return qs.filter(**{f"{self.field_name}__gte": start})


@extend_schema_field(OpenApiTypes.STR)
class ToFilter(django_filters.Filter):
    """At or before a moment; a day counts to its last moment."""

    field_class = MomentField

    def filter(self, qs: QuerySet, value: date | datetime | None) -> QuerySet:
        if value is None:
            return qs
        if isinstance(value, datetime):
            return qs.filter(**{f"{self.field_name}__lte": value})
        if value == date.max:
            return qs
        next_day = midnight(value + timedelta(days=1))
        return qs.filter(**{f"{self.field_name}__lt": next_day})
