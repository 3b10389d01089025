"""What a project may do while an import writes to its database."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from reimport_lib.ledger import writing

GetResponse = Callable[[HttpRequest], HttpResponse]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_AGAIN_SECONDS = 60
_WORDS = "Data is being imported from FileMaker. Nothing was saved: try again shortly."


class ReadOnlyWhileImporting:
    """
    Answers 503 to whatever would save something while an import writes.

    Used where ``IMPORT_READ_ONLY`` of the project's settings is true. Signing in and
    out goes on, and so does what ``IMPORT_READ_ONLY_EXCEPT`` lists, by the beginning
    of its path.
    """

    def __init__(self, get_response: GetResponse) -> None:
        if not getattr(settings, "IMPORT_READ_ONLY", False):
            raise MiddlewareNotUsed
        self._answer = get_response
        self._except = tuple(getattr(settings, "IMPORT_READ_ONLY_EXCEPT", ()))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _SAFE or request.path.startswith(self._except):
            return self._answer(request)
        found = writing.by_import()
        return self._answer(request) if found is None else _refused(request, found)


def _refused(request: HttpRequest, found: writing.Writing) -> HttpResponse:
    """A page, or JSON for who does not read pages."""
    answer = (
        render(request, "ledger/read_only.html", {"importing": found}, status=503)
        if request.accepts("text/html")
        else JsonResponse({"detail": _WORDS}, status=503)
    )
    answer["Retry-After"] = str(_AGAIN_SECONDS)
    return answer
