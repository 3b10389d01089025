"""Addresses of the API. All of them, the schema too, are for people who signed in."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from api import views
from api.docs import ReferenceView

router = DefaultRouter()
router.include_format_suffixes = False
router.register("patients", views.PatientView)
router.register("contact-details", views.ContactDetailView)
router.register("companies", views.CompanyView)
router.register("referrers", views.ReferrerView)
router.register("patient-referrers", views.PatientReferrerView)
router.register("referrer-companies", views.ReferrerCompanyView)
router.register("coordinators", views.CoordinatorView)
router.register("appointments", views.AppointmentView)
router.register("appointment-types", views.AppointmentTypeView)
router.register("notes", views.NoteView)
router.register("sms", views.SmsMessageView)
router.register("sms-replies", views.SmsReplyView)
router.register("documents", views.DocumentView)
# Before "images": there, "batches" would be taken for the key of an image.
router.register("images/batches", views.ImageBatchView)
router.register("images", views.ImageView)
router.register("clinics", views.ClinicView)
router.register("clinicians", views.ClinicianView)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", ReferenceView.as_view(), name="docs"),
    *router.urls,
]
