"""What every view of the API has in common: read-only, and strict about parameters."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from api.permissions import MayView

PAGING = ("page", "page_size")


@method_decorator(never_cache, name="dispatch")
class ReadOnlyView(ReadOnlyModelViewSet):
    """
    A list and its rows one by one, never kept by a browser or a proxy.

    Only for those who may view its model; to have signed in is not enough.

    A parameter that the list does not know is refused: leaving it out silently would
    answer a misspelt filter with the rows of every patient.
    """

    permission_classes = (MayView,)
    detail_serializer_class: type[BaseSerializer] | None = None
    search_fields: tuple[str, ...] = ()
    ordering_fields: tuple[str, ...] = ()

    def get_serializer_class(self) -> Any:
        if self.action == "retrieve" and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Filters are for lists: a row is found by its key whatever else is asked."""
        if self.action != "list":
            return queryset
        self._refuse_unknown_parameters()
        return super().filter_queryset(queryset)

    def _refuse_unknown_parameters(self) -> None:
        filterset_class = getattr(self, "filterset_class", None)
        known = [*PAGING, "ordering"]
        known += ["search"] if self.search_fields else []
        known += filterset_class.base_filters if filterset_class else []
        errors = {}
        for name in self.request.query_params:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                errors[name] = [f"This list has no such parameter.{hint}"]
        if errors:
            raise ValidationError(errors)
