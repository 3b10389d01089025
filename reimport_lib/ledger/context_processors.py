"""What templates may tell staff of an import at work: ``ledger/importing.html``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from reimport_lib.ledger import writing


def importing(request: HttpRequest) -> dict[str, Any]:
    """
    For templates: ``importing``, what writes now, asked by the first that shows it;
    ``read_only``, whether nothing can be saved meanwhile.
    """
    del request
    return {
        "importing": SimpleLazyObject(writing.by_import),
        "read_only": getattr(settings, "IMPORT_READ_ONLY", False),
    }
