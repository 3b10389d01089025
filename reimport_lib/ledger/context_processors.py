"""What templates may tell staff of an import at work: ``ledger/importing.html``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from reimport_lib.ledger import awaiting, writing
from reimport_lib.record.planned import PlannedImport


def importing(request: HttpRequest) -> dict[str, Any]:
    """
    For templates: ``importing``, what writes now, asked by the first that shows it;
    ``import_to_come``, what begins within hours, for those who signed in;
    ``read_only``, whether nothing can be saved meanwhile.
    """
    return {
        "importing": SimpleLazyObject(writing.by_import),
        "import_to_come": SimpleLazyObject(lambda: _to_come(request)),
        "read_only": getattr(settings, "IMPORT_READ_ONLY", False),
    }


def _to_come(request: HttpRequest) -> PlannedImport | None:
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    return awaiting.coming_import() if is_known else None
