"""Who may see a page, and what a browser may do with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.mixins import AccessMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.views.generic.base import View as DjangoView

from reimport_lib.dashboard.models import VIEW, named

NOTHING = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""A policy by which a page loads nothing, sends nothing and stands in no other."""


class RunsView(AccessMixin, DjangoView):
    """
    For those who signed in and have every one of *permissions*; kept by no browser.

    A fragment that is asked for after somebody was signed out has its page loaded anew,
    which leads to the login.
    """

    permissions: tuple[str, ...] = (VIEW,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = self._answer(request, *args, **kwargs)
        if not answer.has_header("Content-Security-Policy"):
            answer["Content-Security-Policy"] = policy(_of_pages())
        answer["X-Content-Type-Options"] = "nosniff"
        answer["X-Frame-Options"] = "DENY"
        answer["Referrer-Policy"] = "same-origin"
        add_never_cache_headers(answer)
        return answer

    def _answer(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if "HX-Request" in request.headers:
                return HttpResponse(status=403, headers={"HX-Refresh": "true"})
            return self.handle_no_permission()
        if not all(may(request, each) for each in self.permissions):
            said = "You have no permission for this.\n"
            return HttpResponse(said, content_type="text/plain", status=403)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


def may(request: HttpRequest, permission: str) -> bool:
    """Whether who asks has this permission of the dashboard."""
    user: Any = request.user
    return bool(user.has_perm(named(permission)))


def policy(rules: dict[str, str]) -> str:
    """*rules* as a Content-Security-Policy."""
    return "; ".join(f"{name} {value}".strip() for name, value in rules.items())


def _of_pages() -> dict[str, str]:
    """Of our own pages: what this server has, and what its static files lie on."""
    at = urlsplit(settings.STATIC_URL or "")
    ours = f"'self' {at.scheme}://{at.netloc}" if at.netloc and at.scheme else "'self'"
    return {
        **NOTHING,
        "script-src": ours,
        "style-src": ours,
        "img-src": f"{ours} data:",
        "connect-src": "'self'",
        "form-action": "'self'",
    }
