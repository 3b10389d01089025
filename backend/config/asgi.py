"""The backend as ASGI application; refuses to start without a secret key."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config import settings
from config.environment import require_secret_key

require_secret_key(may_serve=settings.MAY_SERVE)

application = get_asgi_application()
