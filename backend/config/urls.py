"""Every address of the backend; none of them answers an anonymous visitor, but for
the login page itself."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = "Clinic"
admin.site.site_title = "Clinic"
admin.site.index_title = "Records"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
    path("runs/", include("reimport_lib.dashboard.urls")),
    path("", include("pages.urls")),
]
