"""Counts and durations of runs for Prometheus; no name of a run or a person."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from reimport_lib.config import Settings
from reimport_lib.dashboard import shelf
from reimport_lib.dashboard.access import RunsView
from reimport_lib.dashboard.shelf import Shelved, Unreadable
from reimport_lib.record import state
from reimport_lib.record.clock import now
from reimport_lib.record.status import Status
from reimport_lib.show import run_facts

MOST = 200
"""Of the newest runs; older ones are counted no more."""


class Metrics(RunsView):
    """For whoever may see runs, or has the token of the settings."""

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            settings = shelf.settings()
        except Unreadable:
            settings = None
        if settings and _has_token(request, settings):
            return self.get(request)
        if not request.user.is_authenticated:
            header = {"WWW-Authenticate": "Bearer", "Content-Type": "text/plain"}
            return HttpResponse("A token, or a login.\n", status=401, headers=header)
        return super()._answer(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        registry = CollectorRegistry()
        registry.register(_Runs())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest, settings: Settings) -> bool:
    token = settings.metrics_token.reveal()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return (
        bool(token)
        and request.method == "GET"
        and hmac.compare_digest(given.encode(), token.encode())
    )


class _Runs(Collector):
    """What the newest records say, each time it is asked for."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        readable = GaugeMetricFamily(
            "reimport_runs_readable", "Whether the runs folder can be read."
        )
        try:
            settings = shelf.settings()
            read, damaged = shelf.newest(settings, shelf.all_ids(settings)[:MOST])
        except Unreadable:
            readable.add_metric([], 0)
            yield readable
            return
        readable.add_metric([], 1)
        yield readable
        yield from _counts(read, len(damaged))
        yield from _last(read)


def _counts(read: list[Shelved], damaged: int) -> Iterator[GaugeMetricFamily]:
    states: Counter[tuple[str, str]] = Counter()
    for each in read:
        states[str(each.run.mode), state.of(each.run).state] += 1
    runs = GaugeMetricFamily(
        "reimport_runs", "Runs by mode and state.", labels=("mode", "state")
    )
    for labels, number in sorted(states.items()):
        runs.add_metric(labels, number)
    yield runs
    unreadable = GaugeMetricFamily("reimport_runs_damaged", "Records that are damaged.")
    unreadable.add_metric([], damaged)
    yield unreadable


def _last(read: list[Shelved]) -> Iterator[GaugeMetricFamily]:
    """Of the newest run of each mode that succeeded."""
    seconds = GaugeMetricFamily(
        "reimport_last_success_seconds", "How long it took.", labels=("mode",)
    )
    age = GaugeMetricFamily(
        "reimport_last_success_age_seconds", "Since it ended.", labels=("mode",)
    )
    phases = GaugeMetricFamily(
        "reimport_phase_seconds", "Of each phase of it.", labels=("mode", "phase")
    )
    rows = GaugeMetricFamily(
        "reimport_rows", "Rows of the source in it.", labels=("mode", "outcome")
    )
    checks = GaugeMetricFamily(
        "reimport_checks", "Checks of it.", labels=("mode", "verdict")
    )
    newest: dict[str, Shelved] = {}
    for each in read:
        if each.manifest["status"] is Status.SUCCEEDED:
            newest.setdefault(str(each.run.mode), each)
    for mode, each in sorted(newest.items()):
        manifest = each.manifest
        seconds.add_metric([mode], manifest.get("seconds", 0.0))
        if ended := manifest.get("finished_at"):
            since = (now() - datetime.fromisoformat(ended)).total_seconds()
            age.add_metric([mode], max(0.0, since))
        for entry in manifest["phases"]:
            phases.add_metric([mode, entry["name"]], entry["seconds"])
        for outcome, number in run_facts.outcomes(manifest).items():
            rows.add_metric([mode, outcome], number)
        for verdict, number in Counter(run_facts.verdicts(manifest)).items():
            checks.add_metric([mode, str(verdict)], number)
    yield from (seconds, age, phases, rows, checks)
