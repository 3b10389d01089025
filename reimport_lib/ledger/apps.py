from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The one app that a project adds; its label is that of the tables it has made."""

    name = "reimport_lib.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
