"""The list of all runs: how each ended, how long it took, and how that went on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator

from reimport_lib.config import Settings
from reimport_lib.dashboard import shelf
from reimport_lib.dashboard.facts import KINDS, began, said
from reimport_lib.dashboard.shelf import Shelved
from reimport_lib.plan.codes import Outcome
from reimport_lib.record import state
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.status import Mode, Status
from reimport_lib.show import run_facts
from reimport_lib.show.words import Saying, count, duration, percent, took

ON_A_PAGE = 25
DRAWN = 12
TALLEST = 40
_DRAWN_OF = (Mode.REHEARSAL, Mode.FULL)
_DID_WELL = (Status.SUCCEEDED, Status.VALIDATION_FAILED)


@dataclass(frozen=True, slots=True)
class RunLine:
    """
    One run in the list; "" is what is not known of it.

    Attributes:
        trend: against the run of its kind before it: time, and rows rejected.
    """

    run_id: str
    kind: str
    said: Saying
    began: str
    took: str
    came_in: str
    rejected: str
    trend: str
    is_alive: bool = False


@dataclass(frozen=True, slots=True)
class TimeBar:
    """A bar of a trend: the run that it stands for, its place and its height."""

    run_id: str
    x: int
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    """How long the last runs of a kind took, oldest first."""

    kind: str
    columns: tuple[TimeBar, ...]

    @property
    def width(self) -> int:
        return 14 * len(self.columns)

    @property
    def words(self) -> str:
        return ", ".join(column.words for column in self.columns)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the list."""

    lines: tuple[RunLine, ...]
    trends: tuple[Trend, ...]
    page: int
    pages: int

    @property
    def is_any_alive(self) -> bool:
        return any(line.is_alive for line in self.lines)

    @property
    def newer(self) -> int:
        return self.page - 1

    @property
    def older(self) -> int:
        return self.page + 1 if self.page < self.pages else 0


def shown(settings: Settings, page: str) -> Shown:
    """
    One page of all runs, newest first; an odd number of a page is the nearest.

    Raises:
        Unreadable: the runs folder cannot be read.
    """
    found = Paginator(shelf.all_ids(settings), ON_A_PAGE).get_page(page)
    ids = list(found.object_list)
    beyond = shelf.all_ids(settings)[found.end_index() :][:ON_A_PAGE]
    read, damaged = shelf.newest(settings, [*ids, *beyond])
    lines = {each.run.run_id: _line(each, _earlier(each, read)) for each in read}
    for run_id in damaged:
        lines[run_id] = _unreadable(run_id)
    return Shown(
        tuple(lines[run_id] for run_id in ids),
        tuple(_trends(read)),
        found.number,
        found.paginator.num_pages,
    )


def _earlier(of: Shelved, read: Sequence[Shelved]) -> Manifest | None:
    return next(
        (
            each.manifest
            for each in read
            if each.run.run_id < of.run.run_id and _is_alike(each, of)
        ),
        None,
    )


def _is_alike(each: Shelved, of: Shelved) -> bool:
    return (
        each.run.mode is of.run.mode
        and each.run.phases == of.run.phases
        and each.manifest["status"] in _DID_WELL
    )


def _line(shelved: Shelved, earlier: Manifest | None) -> RunLine:
    run, manifest = shelved.run, shelved.manifest
    stands = state.of(run)
    counts = run_facts.outcomes(manifest)
    inside = percent(run_facts.came_in(counts), counts.total())
    return RunLine(
        run.run_id,
        KINDS[run.mode],
        said(stands.state),
        began(manifest).partition(" (")[0],
        "" if stands.is_alive else took(manifest.get("seconds", 0)),
        inside,
        count(counts[Outcome.REJECTED]) if counts else "",
        "" if stands.is_alive else _against(manifest, earlier),
        stands.is_alive,
    )


def _unreadable(run_id: str) -> RunLine:
    unknown = Saying("Unreadable", "?", "Its record cannot be read.", "warn")
    return RunLine(run_id, "", unknown, "", "", "", "", "")


def _against(manifest: Manifest, earlier: Manifest | None) -> str:
    """Time and rejected rows, more or less than then; only of what ended well."""
    if earlier is None or manifest["status"] not in _DID_WELL:
        return ""
    parts = []
    seconds = manifest.get("seconds", 0.0) - earlier.get("seconds", 0.0)
    if abs(seconds) >= 1:
        parts.append(
            f"{duration(abs(seconds))} {'longer' if seconds > 0 else 'shorter'}"
        )
    now, then = (
        run_facts.outcomes(each)[Outcome.REJECTED] for each in (manifest, earlier)
    )
    if now != then:
        more = "more" if now > then else "fewer"
        parts.append(f"{count(abs(now - then))} {more} rejected")
    return ", ".join(parts) or "as before"


def _trends(read: Sequence[Shelved]) -> Iterator[Trend]:
    for mode in _DRAWN_OF:
        ended = [
            each
            for each in read
            if each.run.mode is mode and each.manifest["status"] in _DID_WELL
        ][:DRAWN][::-1]
        if len(ended) > 1:
            yield Trend(f"{KINDS[mode]}s", tuple(_columns(ended)))


def _columns(ended: Sequence[Shelved]) -> Iterator[TimeBar]:
    times = [each.manifest.get("seconds", 0.0) for each in ended]
    most = max(times) or 1.0
    for place, (each, seconds) in enumerate(zip(ended, times, strict=True)):
        height = round(max(1.0, TALLEST * seconds / most), 1)
        yield TimeBar(
            each.run.run_id, 14 * place, TALLEST - height, height, duration(seconds)
        )
