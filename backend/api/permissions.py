"""Who may read what: whoever may view a model's rows in the admin, and nobody else."""

from __future__ import annotations

from rest_framework.permissions import DjangoModelPermissions


class MayView(DjangoModelPermissions):
    """The permission to view rows of the list's model; no other method is answered."""

    perms_map = {
        method: ["%(app_label)s.view_%(model_name)s"]
        for method in ("GET", "HEAD", "OPTIONS")
    }
