"""Addresses for ``reimport dashboard`` in a project that does not include them."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="reimport_dashboard:runs")),
    path(
        "login/",
        LoginView.as_view(template_name="reimport_dashboard/login.html"),
        name="login",
    ),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("runs/", include("reimport_lib.dashboard.urls")),
]
