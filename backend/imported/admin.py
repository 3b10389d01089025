"""Admin pages shared by the imported models."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

TECHNICAL = (
    "id",
    "filemaker_id",
    "filemaker_metadata",
    "import_hash",
    "created_at",
    "updated_at",
)


class ImportedAdmin(admin.ModelAdmin):
    """
    People edit what is theirs; what the import lives on is shown and not edited.

    A row that came from FileMaker cannot be deleted here: the next import would
    make it again. It goes when FileMaker no longer has it.
    """

    readonly_fields: ClassVar[tuple[str, ...]] = TECHNICAL
    list_per_page = 50
    # Counting a large table twice for a number beside the search box is too dear.
    show_full_result_count = False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [f for f in self.get_fields(request, obj) if f not in TECHNICAL]
        technical = {"fields": TECHNICAL, "classes": ["collapse"]}
        return [(None, {"fields": fields}), ("FileMaker", technical)]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A page about a person is headed by the name; logs and messages never are."""
        named = getattr(kwargs.get("obj"), "full_name", "")
        if named:
            context["subtitle"] = named
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.filemaker_id is not None:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)


class ReadOnlyInline(admin.TabularInline):
    """Rows of a related model, to look at, with a link to each one's own page."""

    extra = 0
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def owner_label(obj: models.Model) -> str:
    """``patient 1f3a2b4c`` for a row with a generic owner, without loading it."""
    content_type = getattr(obj, "content_type", None)
    if content_type is None:
        return "-"
    return f"{content_type.model} {str(getattr(obj, 'object_id', ''))[:8]}"
