"""The workshop at work, in a process of its own: Django serves one project a process.

A test hands a function of this module to the worker; it gives back plain facts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from reimport_lib.errors import ReimportError
from reimport_lib.show import verdict
from tests.phases import sites
from tests.phases.sites import Site

PROJECT = Path(__file__).resolve().parent / "project"
DJANGO = {"DJANGO_SETTINGS_MODULE": "bikes.settings"}
WORKSHOP = {"REIMPORT_TABLES": "workshop.tables", "REIMPORT_PHONE_REGION": "DE"}

Ask = Callable[..., Any]


@contextmanager
def worker(environ: Mapping[str, str] = WORKSHOP) -> Iterator[Ask]:
    """``ask(function, *arguments)`` in a process with the settings of *environ*."""
    given = {**DJANGO, **environ}
    with ProcessPoolExecutor(1, get_context("spawn"), _begin, (given,)) as pool:

        def ask(function: Callable[..., Any], *arguments: Any) -> Any:
            return pool.submit(_do, function, *arguments).result(timeout=300)

        yield ask


def _begin(environ: Mapping[str, str]) -> None:
    sys.path.insert(0, str(PROJECT))
    os.environ.update(environ)


def _do(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except ReimportError as error:  # as it is, no other process could read it
        raise RuntimeError(str(error)) from None


@dataclass(frozen=True)
class Place:
    """Where the workshop's database, exports and runs are."""

    url: str
    exports: Path
    runs: Path

    @property
    def site(self) -> Site:
        return sites.site(
            {
                **{n: os.environ[n] for n in (*DJANGO, *WORKSHOP) if n in os.environ},
                "DATABASE_URL": self.url,
                "REIMPORT_SOURCE": str(self.exports),
                "REIMPORT_RUNS": str(self.runs),
            }
        )


def make_ready(url: str, kinds: tuple[str, ...]) -> None:
    """Migrate the database and enter the kinds, as people would."""
    models = bound(url)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for name in kinds:
        models.Kind.objects.create(name=name)
    close()


def bound(url: str) -> Any:
    """The workshop's models, on the database at *url*."""
    from reimport_lib.write import bind

    bind.bind(url, real_database=url, writable=True)
    import workshop.models

    return workshop.models


def close() -> None:
    from reimport_lib.write import bind

    bind.close()


def run(
    place: Place, rehearsed: str = "", gates: Mapping[str, float] | None = None
) -> Mapping[str, Any]:
    """Rehearse, or apply what was rehearsed: id, status, error, digests and counts."""
    from reimport_lib.record import runs

    at = place.site
    reviewed = runs.load(at.settings, rehearsed) if rehearsed else None
    done = at.apply(reviewed) if reviewed else at.rehearse(gates=gates)
    manifest = done.manifest()
    return {
        "run_id": done.run_id,
        "status": str(done.status),
        "error": str(manifest.get("error", "")),
        "digests": {
            entry["name"]: entry.get("plan_digests", {}) for entry in manifest["phases"]
        },
        "tables": sites.tables(done),
        "deleted": {
            table: counts["deleted"]
            for table, counts in done.phase("delete")["tables"].items()
        },
        "checks": [
            (check["name"], check["verdict"], check["expected"], check["actual"])
            for entry in manifest["phases"]
            for check in entry["checks"]
        ],
        "outcomes": sites.outcomes(done),
        "held": {
            entry["name"]: entry["held"]
            for entry in manifest["phases"]
            if "held" in entry
        },
        "said": verdict.held_back(manifest),
    }


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What *statement* answers."""
    bound(url)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    close()
    return [tuple(row) for row in found]


def add_customer(url: str, name: str) -> int:
    """Somebody enters a customer; the number of it."""
    models = bound(url)
    pk: int = models.Customer.objects.create(full_name=name).pk
    close()
    return pk


def drop_copies(place: Place) -> None:
    place.site.drop_copies()


def rename_customer(url: str, name: str, other: str) -> None:
    models = bound(url)
    customer = models.Customer.objects.get(full_name=name)
    customer.full_name = other
    customer.save()
    close()


def delete_job(url: str, text: str) -> None:
    models = bound(url)
    models.Job.objects.get(work=text).delete()
    close()


def label(url: str, text: str, name: str) -> None:
    """Stick a label on the customer called *name*."""
    models = bound(url)
    customer = models.Customer.objects.get(full_name=name)
    models.Label.objects.create(item=customer, text=text)
    close()


def be_noisy(webhook: str) -> None:
    """From now on each row that is saved is told to the world."""
    close()
    import django

    django.setup()
    from tests.own_project import noise

    noise.begin(webhook)


def be_quiet() -> list[str]:
    """No more; what was told until now."""
    from tests.own_project import noise

    noise.end()
    return noise.news()


def add_reminder(url: str, name: str) -> None:
    models = bound(url)
    customer = models.Customer.objects.get(full_name=name)
    models.Reminder.objects.create(customer=customer, text="call back")
    close()


def digests(url: str) -> dict[str, str]:
    """Table -> sha256 of its rows."""
    from reimport_lib.backup.digests import digest_url

    return {name: table.sha256 for name, table in digest_url(url).tables.items()}


def before_images(url: str, run_id: str) -> list[tuple[str, dict[str, Any]]]:
    """``model action`` and the row as it was, of every image that *run_id* kept."""
    bound(url)
    from tests.write.kept import before_images as images

    found = [
        (f"{model} {action}", values) for model, _, action, values in images(run_id)
    ]
    close()
    return found


def take_back(place: Place, run_id: str) -> None:
    from reimport_lib.execute import restore

    restore.go_back(restore.way_back(place.site.settings, run_id), ask=None, yes=True)
    close()


def put_back(place: Place, run_id: str) -> dict[str, Any]:
    """What people did before *run_id* was taken back, again: the run, the rows."""
    from reimport_lib.execute import peoples_work
    from reimport_lib.execute import undo as undoing

    settings = place.site.settings
    found = undoing.plan_of(settings, run_id, peoples_work.kept(settings, run_id))
    run = undoing.carry_out(found, ask=None, yes=True, least=0)
    close()
    return {"run_id": run.run_id, **found.plan.totals}


def undo(place: Place, run_id: str) -> dict[str, Any]:
    """Undo *run_id*: the run that did it, and outcome -> rows."""
    from reimport_lib.execute import undo as undoing
    from reimport_lib.write.touched import Narrowing

    found = undoing.plan(place.site.settings, run_id, Narrowing())
    run = undoing.carry_out(found, ask=None, yes=True, least=0)
    close()
    return {"run_id": run.run_id, **found.plan.totals}


def spoil(place: Place, run_id: str, statement: str) -> dict[str, str]:
    """Names of the checks of phase 8 that fail once *statement* was executed."""
    from reimport_lib.checks import failed
    from reimport_lib.phases import validation_post as post
    from reimport_lib.phases.binding import bind_run
    from reimport_lib.record import runs

    place.site.execute_sql(statement)
    run = runs.load(place.site.settings, run_id)
    bind_run(run)
    evidence = post.gather(run)
    asked = (post.counts, post.fields, post.links)
    checks = [check for ask in asked for check in ask(evidence)]
    close()
    return {check.name: check.actual for check in failed(checks)}


def add_suppliers(url: str, keys: tuple[str | None, ...]) -> list[int]:
    """An earlier import, or somebody, has left suppliers; their numbers."""
    models = bound(url)
    from django.utils.timezone import now

    made = [
        models.Supplier.objects.create(filemaker_id=key, name="Left", created_at=now())
        for key in keys
    ]
    close()
    return [supplier.pk for supplier in made]


def unfit(url: str) -> list[str]:
    """What stands in the way in the models of ``unfit_tables``."""
    from reimport_lib.write import fitness
    from tests.own_project.unfit_tables import make_models

    bound(url)
    make_models()
    found = fitness.unfit()
    close()
    return found


def sample(place: Place, run_id: str) -> dict[str, Any]:
    """What the cards of a sign-off pack of *run_id* say."""
    from lxml import html

    from reimport_lib.execute import sampling

    pack = sampling.make(place.site.settings, run_id)
    close()
    names, pointed, unexplained = {}, set(), 0
    for path in pack.index.parent.glob("*-*.html"):
        page: Any = html.fromstring(path.read_bytes())
        for card in page.xpath("//article"):
            lines = {
                row[2].text_content(): [cell.text_content() for cell in row]
                for row in card.xpath(".//tbody/tr")
            }
            unexplained += sum("✗" in line[4] for line in lines.values())
            if "full_name" in lines:
                names[lines["filemaker_id"][3]] = lines["full_name"][3]
            for who in card.xpath(
                ".//td[preceding-sibling::td[text()='customer_id']]/span[@class='who']"
            ):
                pointed.add(who.text_content())
    return {
        "tables": {*pack.tables},
        "names": names,
        "pointed": pointed,
        "unexplained": unexplained,
    }


def scanned(place: Place, run_id: str) -> Mapping[str, Any]:
    """What the scan of all that may be shared of a run has found."""
    from reimport_lib.execute import report
    from reimport_lib.record import runs

    chosen = runs.load(place.site.settings, run_id)
    report.write(chosen)
    found = chosen.manifest()["privacy"]
    return {"leaked": found["leaked"], "check": found["check"], "of": found["values"]}


def scanned_with(place: Place, run_id: str, name: str, text: str) -> Mapping[str, Any]:
    """The same, with a page of *text* among it."""
    from reimport_lib.record import runs

    (runs.load(place.site.settings, run_id).folder / name).write_text(text)
    return scanned(place, run_id)
