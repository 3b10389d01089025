from __future__ import annotations

from django.apps import AppConfig


class ReferrersConfig(AppConfig):
    name = "referrers"
