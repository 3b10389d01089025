"""Pages for the clinic's staff."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from pages import files, imports, patients
from pages.home import Home, SignIn

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("patients/", patients.Search.as_view(), name="patients"),
    path("patients/<uuid:pk>/", patients.PatientPage.as_view(), name="patient"),
    path(
        "patients/<uuid:pk>/<slug:section>/",
        patients.SectionPage.as_view(),
        name="patient-section",
    ),
    path("documents/<uuid:pk>/", files.OpenDocument.as_view(), name="document"),
    path("images/<uuid:pk>/", files.BatchPage.as_view(), name="images"),
    path("images/one/<uuid:pk>/", files.OpenImage.as_view(), name="image"),
    path("images/one/<uuid:pk>/small/", files.Thumbnail.as_view(), name="thumbnail"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<slug:run_id>/", imports.ImportPage.as_view(), name="import"),
    path(
        "imports/<slug:run_id>/<str:page>",
        imports.ReportPage.as_view(),
        name="import-report",
    ),
]
