"""System checks of the project as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.environment import SECRET_KEY_MISSING


@register(Tags.security, deploy=True)
def check_secret_key(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """``config.E001``: a deployment has a secret key of its own."""
    if settings.MAY_SERVE:
        return []
    hint = "export DJANGO_SECRET_KEY, or DJANGO_DEBUG=1 on your own machine"
    return [Error(SECRET_KEY_MISSING, hint=hint, id="config.E001")]
