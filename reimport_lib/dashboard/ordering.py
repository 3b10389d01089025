"""Orders: each is given to the command, in a process of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect

from reimport_lib.dashboard import forms, pages, shelf
from reimport_lib.dashboard.forms import WORDS, OrderForm
from reimport_lib.dashboard.models import OPERATE, VIEW
from reimport_lib.dashboard.pages import ReadingView
from reimport_lib.errors import ReimportError
from reimport_lib.execute import errands

_ASKED = {"word": "Type the word that is shown.", "why": "Say what is wrong with it."}


@method_decorator(csrf_protect, name="dispatch")
class GiveOrder(ReadingView):
    """One of those that the page offers; what came of it stands on the page."""

    permissions = (VIEW, OPERATE)

    def post(self, request: HttpRequest, run_id: str, order: str) -> HttpResponseBase:
        shelved = shelf.one(shelf.settings(), run_id)
        with shelf.told():
            offers = forms.offered(request, shelved).offers
        offer = next((each for each in offers if each.order == order), None)
        if offer is None:
            return pages.page(request, shelved, "That cannot be ordered now.")
        form = OrderForm(request.POST)
        if not form.is_valid():
            return pages.page(
                request, shelved, "What was typed is too long, or no text."
            )
        typed = str(form.cleaned_data.get(offer.field, "")).strip()
        if offer.field and not typed:
            return pages.page(request, shelved, _ASKED[offer.field])
        by = forms.who(request)
        with shelf.told():
            if order == "dossier":
                errands.dossier(shelved.run).unlink(missing_ok=True)
        try:
            errands.send(shelved.run, order, WORDS[order](shelved, typed, by), by=by)
        except ReimportError as error:
            return pages.page(request, shelved, error.with_id)
        return redirect("reimport_dashboard:run", run_id)


@method_decorator(csrf_protect, name="dispatch")
class Rehearse(ReadingView):
    """A new rehearsal, of the source that is set; in the list once it runs."""

    permissions = (VIEW, OPERATE)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        settings = shelf.settings()
        with shelf.told():
            offered = forms.to_rehearse(settings)
        if not offered.offers:
            why = f"{offered.why_not} {offered.other}".strip()
            return pages.all_runs(request, f"That cannot be ordered now. {why}")
        try:
            errands.send_rehearsal(settings, by=forms.who(request))
        except ReimportError as error:
            return pages.all_runs(request, error.with_id)
        return redirect("reimport_dashboard:runs")
