"""A Django project that was there before the import: it adds one app, and no more."""

from __future__ import annotations

import dj_database_url

SECRET_KEY = "invented"  # pragma: allowlist secret
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "workshop",
    "reimport_lib.ledger",
]
DATABASES = {"default": dj_database_url.config(default="sqlite:///bikes.sqlite3")}
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": []},
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
