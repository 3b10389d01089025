"""Who may see a page, and that they saw it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.views.generic.base import View

from pages.models import Opening, What


class Page(LoginRequiredMixin, PermissionRequiredMixin, View):
    """For those who signed in and have the permissions; never kept by a browser."""

    permission_required: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()  # to the login
        self.raise_exception = True  # and no way round it by signing in again
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if not answer.has_header("Cache-Control"):
            add_never_cache_headers(answer)
        return answer


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    """Whether who asks may view rows of *model*."""
    label = model._meta
    return request.user.has_perm(f"{label.app_label}.view_{label.model_name}")


def note_opening(
    request: HttpRequest, what: What, key: object, patient: UUID | None = None
) -> None:
    """Keep that who asks opened it; before it is shown, or it is not shown."""
    Opening.objects.create(
        user_id=request.user.pk,
        user_name=request.user.get_username(),
        what=what,
        object_pk=str(key),
        patient_id=patient,
    )
