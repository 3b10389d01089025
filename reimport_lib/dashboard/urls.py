"""Addresses below the one at which a project includes them: ``path("runs/", ...)``."""

from __future__ import annotations

from django.urls import path

from reimport_lib.dashboard import files, metrics, ordering, pages

app_name = "reimport_dashboard"


urlpatterns = [
    path("", pages.AllRuns.as_view(), name="runs"),
    path("live/", pages.AllRunsLive.as_view(), name="runs-live"),
    path("rehearse/", ordering.Rehearse.as_view(), name="rehearse"),
    path("metrics", metrics.Metrics.as_view(), name="metrics"),
    path("<slug:run_id>/", pages.OneRun.as_view(), name="run"),
    path("<slug:run_id>/live/", pages.OneRunLive.as_view(), name="run-live"),
    path("<slug:run_id>/events/", pages.EventsOfRun.as_view(), name="events"),
    path(
        "<slug:run_id>/orders/<slug:order>/",
        ordering.GiveOrder.as_view(),
        name="give",
    ),
    path(
        "<slug:run_id>/files/<path:name>",
        files.FileOfRun.as_view(),
        name="file",
    ),
]
