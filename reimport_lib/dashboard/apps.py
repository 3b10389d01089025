from __future__ import annotations

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """A project lists it beside ``django_htmx`` and includes ``urls``."""

    name = "reimport_lib.dashboard"
    label = "reimport_dashboard"
    verbose_name = "Runs"
    default_auto_field = "django.db.models.BigAutoField"
