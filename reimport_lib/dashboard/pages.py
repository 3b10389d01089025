"""The pages: all runs, one run, its events. They only read."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import parse_etags, quote_etag
from django.utils.safestring import mark_safe

from reimport_lib.dashboard import facts, files, forms, history, kept, log, pace, shelf
from reimport_lib.dashboard.access import RunsView, may
from reimport_lib.dashboard.models import OPERATE, PRIVATE
from reimport_lib.dashboard.pace import OpenPages
from reimport_lib.dashboard.shelf import Shelved, Unreadable
from reimport_lib.execute import errands

FEW_EVENTS = 12
LONGEST_NUMBER = 20
"""Of a page, as an address has it."""
RELOAD_SECONDS = 5
"""After how long a page without JavaScript is loaded anew, at the least."""
ASK_AGAIN = "Ask-Again"
"""Of an answer: after how many seconds the page asks again."""
_AT = "reimport_dashboard"
_open = OpenPages()


class ReadingView(RunsView):
    """A page of the runs folder; where that cannot be read, a page that says why."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Unreadable as problem:
            return _Problem.as_view(problem=problem)(request)


class _Problem(RunsView):
    problem: Unreadable | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self.get(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, f"{_AT}/problem.html", {"problem": self.problem})


class AllRuns(ReadingView):
    """All runs, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return all_runs(request)


class AllRunsLive(ReadingView):
    """The list alone, where it is another than the browser has."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _renewed(request, _kept_list(request))


class OneRun(ReadingView):
    """A run: where it stands, what may be ordered, what there is to open."""

    def get(self, request: HttpRequest, run_id: str) -> HttpResponse:
        return page(request, shelf.one(shelf.settings(), run_id))


class OneRunLive(ReadingView):
    """Where a run stands, where that is another than the browser has."""

    def get(self, request: HttpRequest, run_id: str) -> HttpResponse:
        return _renewed(request, _kept_part(request, run_id))


class EventsOfRun(ReadingView):
    """All that happened in a run."""

    def get(self, request: HttpRequest, run_id: str) -> HttpResponse:
        shelved = shelf.one(shelf.settings(), run_id)
        with shelf.told():
            told = log.lines(shelved.run)
        return render(request, f"{_AT}/events.html", {"run_id": run_id, "log": told})


def all_runs(request: HttpRequest, complaint: str = "") -> HttpResponse:
    """The page of all runs; *complaint*: what was wrong with an order."""
    may_order = may(request, OPERATE)
    with shelf.told():
        shown = {
            "part": _paced(request, _kept_list(request)),
            "orders": forms.to_rehearse(shelf.settings()) if may_order else None,
            "complaint": complaint,
        }
    return render(request, f"{_AT}/runs.html", shown, status=400 if complaint else 200)


def page(request: HttpRequest, shelved: Shelved, complaint: str = "") -> HttpResponse:
    """The page of a run; *complaint*: what was wrong with an order."""
    may_order = may(request, OPERATE)
    part = _paced(request, _kept_part(request, shelved.run.run_id))
    with shelf.told():
        shown = {
            "run_id": shelved.run.run_id,
            "part": part,
            "files": [
                each
                for each in files.of(shelved)
                if may(request, PRIVATE) or not each.is_private
            ],
            "orders": forms.offered(request, shelved) if may_order else None,
            "complaint": complaint,
        }
    return render(request, f"{_AT}/run.html", shown, status=400 if complaint else 200)


def _kept_list(request: HttpRequest) -> dict[str, Any]:
    """The list, made once for all who ask for the same."""
    settings, may_order = shelf.settings(), may(request, OPERATE)
    number = request.GET.get("page", "1")
    return kept.part(
        settings,
        ("", may_order, number[:LONGEST_NUMBER]),
        shelf.all_ids(settings),
        lambda: _list(request),
    )


def _kept_part(request: HttpRequest, run_id: str) -> dict[str, Any]:
    """Where a run stands, made once for all who ask for the same."""
    settings, may_order = shelf.settings(), may(request, OPERATE)

    def make() -> dict[str, Any]:
        return _part(shelf.one(settings, run_id), may_order=may_order)

    return kept.part(settings, (run_id, may_order), [run_id], make)


def _part(shelved: Shelved, *, may_order: bool) -> dict[str, Any]:
    """What of the page of a run is asked for again."""
    with shelf.told():
        found = facts.of(shelved)
        errand = errands.last(shelved.run)
        told = log.lines(shelved.run, FEW_EVENTS)
    is_waited_for = errand is not None and errand.is_at_work
    mark = f"{found.mark}.{errand.at if errand else ''}.{is_waited_for}"
    shown = {
        "run": found,
        "began": facts.began(shelved.manifest),
        "log": told,
        "errand": forms.told(shelved.run.settings, errand)
        if errand and may_order
        else None,
    }
    is_live = found.is_alive or is_waited_for
    at = reverse(f"{_AT}:run-live", args=[shelved.run.run_id])
    return _polled(f"{_AT}/run_part.html", shown, at, is_live=is_live, was=mark)


def _list(request: HttpRequest) -> dict[str, Any]:
    number = request.GET.get("page", "1")
    settings = shelf.settings()
    shown = history.shown(settings, number)
    at = f"{reverse(f'{_AT}:runs-live')}?page={shown.page}"
    with shelf.told():
        errand = errands.last_rehearsal(settings) if may(request, OPERATE) else None
    is_waited_for = errand is not None and errand.is_at_work
    told = forms.told(settings, errand) if errand else None
    mark = f"{shown.is_any_alive}.{errand.at if errand else ''}.{is_waited_for}"
    return _polled(
        f"{_AT}/runs_part.html",
        {"shown": shown, "errand": told},
        at,
        is_live=shown.is_any_alive or is_waited_for,
        was=mark,
    )


def _polled(
    template: str, shown: dict[str, Any], at: str, *, is_live: bool, was: str = ""
) -> dict[str, Any]:
    """A part of a page with its ETag, and where it is asked for again."""
    inner = render_to_string(template, shown)
    etag = quote_etag(hashlib.sha256(inner.encode()).hexdigest()[:32])
    return {
        "inner": mark_safe(inner),  # noqa: S308 - a template has just written it
        "etag": etag,
        "at": at,
        "was": was,
        "is_live": is_live,
    }


def _paced(request: HttpRequest, part: dict[str, Any]) -> dict[str, Any]:
    """The part, with the word of the page that asks, and when that is to ask again."""
    word = pace.word(request.GET.get("tab", ""))
    seconds = _open.seconds(word, is_live=part["is_live"])
    reload_seconds = max(seconds, RELOAD_SECONDS)
    return {**part, "tab": word, "seconds": seconds, "reload_seconds": reload_seconds}


def _renewed(request: HttpRequest, part: dict[str, Any]) -> HttpResponse:
    """The part; or the whole page anew, where other orders may be given now."""
    if request.GET.get("was", part["was"]) != part["was"]:
        _open.closed(request.GET.get("tab", ""))
        return HttpResponse(status=200, headers={"HX-Refresh": "true"})
    return _fragment(request, _paced(request, part))


def _fragment(request: HttpRequest, part: dict[str, Any]) -> HttpResponse:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if part["etag"] in known:
        answer = HttpResponse(status=304)
    else:
        answer = render(request, f"{_AT}/polled.html", {"part": part})
    answer["ETag"] = part["etag"]
    answer[ASK_AGAIN] = str(part["seconds"])
    return answer
