"""Where staff come in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from appointments.models import Appointment
from pages.access import Page, may_view
from pages.imports import last_import
from patients.models import Patient

TODAY = 100


class SignIn(LoginView):
    template_name = "pages/login.html"
    redirect_authenticated_user = True


class Home(Page):
    """A search for patients, the day's appointments, how the records came here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        shown: dict[str, Any] = {"today": timezone.localdate()}
        shown["may_search"] = may_view(request, Patient)
        if may_view(request, Appointment) and shown["may_search"]:
            shown["appointments"] = (
                Appointment.objects.filter(start_time__date=shown["today"])
                .select_related("patient", "clinic", "clinician", "appointment_type")
                .order_by("start_time", "pk")[:TODAY]
            )
        shown["last_import"] = last_import(request)
        return render(request, "pages/home.html", shown)
