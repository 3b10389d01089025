"""All settings of the clinic's backend; what differs between machines is read from
the environment.

    DATABASE_URL                sqlite:///... or postgresql://...
    REIMPORT_TIME_ZONE          the clinic's wall clock (IANA name)
    DJANGO_SECRET_KEY           needed to serve requests, unless DJANGO_DEBUG=1
    DJANGO_DEBUG                1 on a developer's own machine, never elsewhere
    DJANGO_ALLOWED_HOSTS        host names, separated by commas
    DJANGO_CSRF_TRUSTED_ORIGINS https://host, separated by commas
    DJANGO_BEHIND_PROXY         1 where a proxy ends TLS and sets X-Forwarded-Proto
    DJANGO_SSL_REDIRECT         0 where the proxy redirects to https itself
    DJANGO_HSTS_SECONDS         how long browsers insist on https
    DJANGO_STATIC_ROOT          where collectstatic puts files
    DJANGO_READ_ONLY            1 where nothing is saved while an import writes
    DJANGO_NOTICE_HOURS         how long before an import people are told; 0: never
    DJANGO_EMAIL_HOST, _PORT    the server that takes mail
    DJANGO_EMAIL_USER, _PASSWORD the account there, if it asks for one
    DJANGO_EMAIL_TLS            0 where that server has no TLS
    DJANGO_EMAIL_FROM           whom mail is from
    S3_BUCKET, S3_ENDPOINT_URL  where documents and images are, as for the import
    AWS_...                     the account that may read them
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from config import databases, environment

BACKEND = Path(__file__).resolve().parent.parent
ENVIRONMENT = environment.read(BACKEND.parent / ".env")

DEBUG = ENVIRONMENT.flag("DJANGO_DEBUG", default=False)

# A key of this process only is enough for an import and for tests. What serves requests
# needs a lasting one, and refuses to start without it (config.wsgi, config.asgi).
SECRET_KEY = ENVIRONMENT.text("DJANGO_SECRET_KEY") or get_random_secret_key()
MAY_SERVE = DEBUG or bool(ENVIRONMENT.text("DJANGO_SECRET_KEY"))
ALLOWED_HOSTS = ENVIRONMENT.words("DJANGO_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.words("DJANGO_CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "pages",  # before the admin, whose heading it gives people's names
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "config",
    "clinics",
    "patients",
    "referrers",
    "appointments",
    "notes",
    "documents",
    "images",
    "reimport_lib.ledger",
    "reimport_lib.dashboard",
    "api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "reimport_lib.ledger.middleware.ReadOnlyWhileImporting",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it answers for a login that is locked
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reimport_lib.ledger.context_processors.importing",
            ],
        },
    },
]

DATABASES = {
    "default": databases.database(
        ENVIRONMENT.text(
            "DATABASE_URL", f"sqlite:///{quote(str(BACKEND / 'db.sqlite3'))}"
        )
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Mail goes out encrypted, but to this machine; 465 is the port that begins with TLS.
EMAIL_HOST = ENVIRONMENT.text("DJANGO_EMAIL_HOST", "localhost")
EMAIL_PORT = ENVIRONMENT.number("DJANGO_EMAIL_PORT", 25)
EMAIL_HOST_USER = ENVIRONMENT.text("DJANGO_EMAIL_USER")
EMAIL_HOST_PASSWORD = ENVIRONMENT.text("DJANGO_EMAIL_PASSWORD")
DEFAULT_FROM_EMAIL = ENVIRONMENT.text("DJANGO_EMAIL_FROM", "reimport@localhost")
_MAIL_IN_TLS = ENVIRONMENT.flag(
    "DJANGO_EMAIL_TLS", default=EMAIL_HOST not in ("localhost", "127.0.0.1", "::1")
)
EMAIL_USE_SSL = _MAIL_IN_TLS and EMAIL_PORT == 465
EMAIL_USE_TLS = _MAIL_IN_TLS and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 10

LANGUAGE_CODE = "en-au"
TIME_ZONE = ENVIRONMENT.text("REIMPORT_TIME_ZONE", "Australia/Sydney")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.text("DJANGO_STATIC_ROOT", str(BACKEND / "staticfiles"))

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"

# Five wrong passwords for one name from one address, then nothing for a while. The name
# alone does not count: whoever knows it could keep its owner out.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # only failures are kept
AXES_ALLOWED_CORS_ORIGINS = ""

# While an import writes, people sign in and out, and steer it.
IMPORT_READ_ONLY = ENVIRONMENT.flag("DJANGO_READ_ONLY", default=False)
IMPORT_NOTICE_HOURS = ENVIRONMENT.number("DJANGO_NOTICE_HOURS", 12)
IMPORT_READ_ONLY_EXCEPT = (
    *("/login/", "/logout/", "/admin/login/", "/admin/logout/"),
    "/runs/",
)

SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day, in seconds
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_SSL_REDIRECT = ENVIRONMENT.flag("DJANGO_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = (
    0 if DEBUG else ENVIRONMENT.number("DJANGO_HSTS_SECONDS", 365 * 24 * 60 * 60)
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
if ENVIRONMENT.flag("DJANGO_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"

# Nothing is loaded from elsewhere, sent elsewhere or shown inside another page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Documents and images are only read, by the account that the import has too.
S3_BUCKET = ENVIRONMENT.text("S3_BUCKET")
S3_ENDPOINT_URL = ENVIRONMENT.text("S3_ENDPOINT_URL")
STORE_ACCOUNT = {
    argument: ENVIRONMENT.text(name)
    for argument, name in (
        ("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
        ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
        ("aws_session_token", "AWS_SESSION_TOKEN"),
        ("profile_name", "AWS_PROFILE"),
        ("region_name", "AWS_DEFAULT_REGION"),
    )
    if ENVIRONMENT.text(name)
}
THUMBNAIL_SECONDS = 60 * 60  # that a browser may keep one

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "api.filters.StableOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # ``format`` is not a parameter here: there is JSON and nothing else.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinic API",
    "DESCRIPTION": "Read-only access to the clinic's records.",
    "VERSION": "1.0.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
}
