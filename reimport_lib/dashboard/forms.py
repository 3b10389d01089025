"""What may be ordered of a run now: with its words, its field and its button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest

from reimport_lib.config import Settings
from reimport_lib.dashboard import shelf
from reimport_lib.dashboard.access import may
from reimport_lib.dashboard.models import PRIVATE
from reimport_lib.dashboard.shelf import Shelved
from reimport_lib.execute import approve, desk, errands, pausing
from reimport_lib.execute.desk import Stage
from reimport_lib.execute.errands import Errand
from reimport_lib.plain import visible
from reimport_lib.record import expiry, forecast, runs, state
from reimport_lib.record.manifest import has_gone_back
from reimport_lib.record.status import ROW_BY_ROW, Mode, Status
from reimport_lib.show import forecast_words
from reimport_lib.show.words import count, moment, noun

LOOKED_AT = 10
"""Of the newest runs: one of them may be at work."""
LONGEST_WORD, LONGEST_REASON = 200, 500
_UNDOABLE = (Stage.APPLIED, Stage.STOPPED)


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of counts: what an order would do."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """
    An order that may be given.

    Attributes:
        order: its name in the address; field: ``word``, ``why`` or "".
        word: what is to be typed; "" where anything is, or nothing.
        tone: ``main`` of what leads on, ``bad`` of what takes back or stops.
    """

    order: str
    title: str
    button: str
    sentences: tuple[str, ...] = ()
    field: str = ""
    word: str = ""
    tone: str = ""
    figures: CountTable | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be ordered; or why nothing can be; *other*: a run to go to."""

    offers: tuple[Offer, ...]
    why_not: str = ""
    other: str = ""


class OrderForm(forms.Form):
    """What was typed, for any of them."""

    word = forms.CharField(required=False, max_length=LONGEST_WORD)
    why = forms.CharField(required=False, max_length=LONGEST_REASON)


def offered(request: HttpRequest, shelved: Shelved) -> Offered:
    """What who asks may order of a run."""
    run, manifest = shelved.run, shelved.manifest
    last = errands.last(run)
    stage = desk.stage_of(run, state.of(run), manifest)
    is_busy = last is not None and last.is_at_work
    if stage is Stage.AT_WORK:
        is_paused = is_busy or run.mode in ROW_BY_ROW or pausing.is_asked(run)
        return Offered((_STOP,) if is_paused else (_PAUSE, _STOP))
    if is_busy:
        return Offered((), "An order is being done.")
    others = tuple(_dossier(request, shelved))
    if stage is Stage.REHEARSED:
        return _judged(request, shelved, others)
    why_not = {
        Stage.EXPIRED: "It is too old to be approved: rehearse again.",
        Stage.REJECTED: "It was rejected, and can never be applied.",
    }.get(stage, "")
    offers = [*_onward(shelved, stage), *_undo(shelved, stage, last), *others]
    return Offered(tuple(offers), why_not)


def who(request: HttpRequest) -> str:
    """The name by which an order is given."""
    return visible(request.user.get_username())[:150] or "?"


def to_rehearse(settings: Settings) -> Offered:
    """The rehearsal that may be begun; none while a run is at work."""
    last = errands.last_rehearsal(settings)
    if last is not None and last.is_at_work:
        return Offered((), "A rehearsal is being begun.")
    newest, _ = shelf.newest(settings, shelf.all_ids(settings)[:LOOKED_AT])
    for each in newest:
        if state.of(each.run).is_alive:
            return Offered((), "A run is at work:", each.run.run_id)
    return Offered((_REHEARSE,))


_REHEARSE = Offer(
    errands.REHEARSE,
    "Rehearse",
    "Rehearse",
    ("It reads the source anew and works on a copy of the database.",),
    tone="main",
)
_PAUSE = Offer(
    "pause",
    "Pause",
    "Pause",
    ("It ends behind the phase that it is at, and can go on later.",),
)
_STOP = Offer(
    errands.STOP,
    "Stop",
    "Stop now",
    ("What its phase is at is rolled back; it can go on later.",),
    tone="bad",
)


def _onward(shelved: Shelved, stage: Stage) -> Iterator[Offer]:
    if stage is Stage.APPROVED:
        name = shelved.manifest.get("database", {"name": "the database"})["name"]
        said = f"It writes exactly what was reviewed to {name}."
        lines = forecast_words.lines(forecast.of_run(shelved.run))
        yield Offer("go-on", "Apply", "Apply now", (said, *lines), tone="main")
    elif stage is Stage.STOPPED and shelved.run.mode not in ROW_BY_ROW:
        said = "It goes on at the first phase that is not done."
        yield Offer("go-on", "Go on", "Go on", (said,), tone="main")


def _judged(
    request: HttpRequest, shelved: Shelved, others: tuple[Offer, ...]
) -> Offered:
    """Approve or reject a rehearsal; not where it is approved, or one's own."""
    run = shelved.run
    if taken := _taken(shelved):
        return Offered(others, "It has been approved:", taken)
    until = moment(expiry.until(run).isoformat(), run.settings.rows.time_zone)
    reject = Offer(
        "reject",
        "Reject",
        "Reject",
        ("It can then never be applied; the reason is in its record.",),
        field="why",
        tone="bad",
    )
    if why_not := approve.why_not_by(run, who(request)):
        return Offered((reject, *others), why_not)
    sentences = (
        f"The plan: sha256 {approve.plan_digest(run)}.",
        f"It may be approved until {until}. Nothing is written before somebody applies"
        " it.",
    )
    yes = Offer(
        "approve",
        "Approve",
        "Approve",
        sentences,
        field="word",
        word=approve.word(run),
        tone="main",
        figures=_changes(shelved),
    )
    return Offered((yes, reject, *others))


def _taken(shelved: Shelved) -> str:
    """The full run that applies this rehearsal, and was not taken back."""
    run = shelved.run
    for run_id in shelf.all_ids(run.settings):
        if run_id > run.run_id and run_id.endswith(f"-{Mode.FULL}"):
            for each in shelf.newest(run.settings, [run_id])[0]:
                is_back = has_gone_back(each.manifest) or each.manifest.get("undone")
                if each.run.reviewed == run.run_id and not is_back:
                    return run_id
    return ""


def _changes(shelved: Shelved) -> CountTable:
    found = approve.what_will_change(shelved.run)
    return CountTable(
        ("table", *(name.replace("_", " ") for name in approve.COUNTS)),
        tuple(
            (
                noun(table),
                *(count(n[name]) if n[name] else "" for name in approve.COUNTS),
            )
            for table, n in found.items()
        ),
    )


def _undo(shelved: Shelved, stage: Stage, last: Errand | None) -> Iterator[Offer]:
    """First what it would do, then the word for it."""
    run, manifest = shelved.run, shelved.manifest
    if not run.is_full or stage not in _UNDOABLE or manifest["status"] is Status.OPEN:
        return
    plan = _planned(last)
    yield Offer(
        "plan-undo",
        "Undo",
        "Show what undoing would do",
        ("It writes nothing; what people changed since would stay.",),
    )
    if plan:
        outcomes = list(
            dict.fromkeys(name for n in plan["rows"].values() for name in n)
        )
        rows = tuple(
            (str(of), *(count(n[name]) if n.get(name) else "" for name in outcomes))
            for of, n in plan["rows"].items()
        )
        yield Offer(
            "undo",
            "Undo it",
            "Undo",
            ("This is what it would do. The undo is a run too, and can be undone.",),
            field="word",
            word=str(plan["word"]),
            tone="bad",
            figures=CountTable(("rows of", *outcomes), rows),
        )


def _planned(last: Errand | None) -> dict[str, Any] | None:
    """The plan of an undo, where that was asked for last."""
    if last is None or last.what != "plan-undo" or last.answer is None:
        return None
    plan = last.answer.json()
    return plan if isinstance(plan, dict) and not last.answer.code else None


def _dossier(request: HttpRequest, shelved: Shelved) -> Iterator[Offer]:
    if may(request, PRIVATE) and shelved.manifest["status"] not in (
        Status.OPEN,
        Status.RUNNING,
    ):
        said = "All that it left, with what checks it, without persons' data."
        yield Offer("dossier", "Dossier", "Make a dossier", (said,))


Words = Callable[[Shelved, str, str], tuple[str, ...]]
"""Of the command, by what was typed and who typed it."""

WORDS: dict[str, Words] = {
    "pause": lambda of, typed, by: ("pause", of.run.run_id),
    "stop": lambda of, typed, by: ("stop", of.run.run_id),
    "go-on": lambda of, typed, by: ("run", "--resume", of.run.run_id, "--detach"),
    "approve": lambda of, typed, by: (
        *("open", "--full", "--reviewed", of.run.run_id),
        *(f"--word={typed}", f"--by={by}"),
    ),
    "reject": lambda of, typed, by: (
        *("reject", of.run.run_id, f"--why={typed}", f"--by={by}"),
    ),
    "plan-undo": lambda of, typed, by: ("undo", of.run.run_id, "--plan", "--json"),
    "undo": lambda of, typed, by: (
        *("undo", of.run.run_id, f"--word={typed}", f"--by={by}"),
    ),
    "dossier": lambda of, typed, by: (
        *("export", of.run.run_id, str(errands.dossier(of.run))),
    ),
}

DONE = {
    "pause": "It has ended; how far it came is said here.",
    "stop": "It has ended; how far it came is said here.",
    "go-on": "It has begun.",
    "approve": "Approved. Nothing of it is written before somebody applies it.",
    "reject": "Rejected: it can never be applied.",
    "plan-undo": "Nothing was written; what undoing would do stands with its word.",
    "undo": "Undone. The undo is a run too, and can be undone.",
    "dossier": "The dossier is among the files.",
    errands.REHEARSE: "It has begun, in a process of its own.",
}


@dataclass(frozen=True, slots=True)
class ErrandTold:
    """
    The last order in words.

    Attributes:
        head: which order, by whom, when; words: what came of it; next: what to do.
        other: the run that it made; "" where none.
    """

    head: str
    words: str
    next: str = ""
    other: str = ""
    is_bad: bool = False


def told(settings: Settings, errand: Errand) -> ErrandTold:
    """What came of an order, as the page says it."""
    at = moment(errand.at, settings.rows.time_zone)
    head = f"{errand.what.replace('-', ' ').capitalize()}, ordered by {errand.by}, {at}"
    if errand.is_at_work:
        return ErrandTold(head, "It is being done…")
    answer = errand.answer
    if answer is None:
        return ErrandTold(
            head, "It was cut off; what became of it, the run itself says.", is_bad=True
        )
    if answer.code:
        return ErrandTold(head, answer.message, answer.next, is_bad=True)
    made = answer.out.strip() if errand.what == "approve" else ""
    is_there = made in runs.all_run_ids(settings)
    return ErrandTold(
        head, DONE.get(errand.what, "Done."), "", made if is_there else ""
    )
