"""Who may do what with runs: permissions, and no table."""

from __future__ import annotations

from django.db import models

APP = "reimport_dashboard"
VIEW, OPERATE, PRIVATE = "view_runs", "operate", "open_private"


class RunPermissions(models.Model):
    """Nothing is kept under it: Django gives permissions to models."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            (VIEW, "May see runs and their reports"),
            (OPERATE, "May stop, approve, reject and undo runs"),
            (PRIVATE, "May open worklists, dossiers and pages not yet scanned"),
        ]


def named(permission: str) -> str:
    """The permission, as Django asks for it."""
    return f"{APP}.{permission}"
