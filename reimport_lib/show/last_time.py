"""What a run is compared with: the figures of the last one, kept beside its own.

They are kept when the report is first written, so that it reads the same when the
earlier run has gone; for a run that has no report yet it is looked for among those
that are there. Imports comparing, words and html.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from reimport_lib.private_files import write_json
from reimport_lib.record import runs
from reimport_lib.record.manifest import Manifest, PhaseEntry
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.show.comparing import (
    Difference,
    Figure,
    Figures,
    differences,
    figures,
    figures_of_phase,
    is_of_phase,
    name_of,
    sentences,
)
from reimport_lib.show.figured import figure, tell
from reimport_lib.show.html import Element, Fold, Grid, PageLink, Sentence, Stack
from reimport_lib.show.run_facts import when
from reimport_lib.show.words import several, took

FILE = "last_time.json"
LAST_TIME = "last time"
"""The head of a column that says what a figure was."""
MOST_SENTENCES = 8
NO_EARLIER_RUN = "There is no earlier run to compare this one with."


@dataclass(frozen=True, slots=True)
class LastTime:
    """
    An earlier run, as it is compared with.

    Attributes:
        run_id, mode: of the earlier run.
        ended: when, ISO; "" where its record does not say.
        figures: all that it counted and measured.
    """

    run_id: str
    mode: str
    ended: str
    figures: Figures

    @classmethod
    def of(cls, run: Run) -> Self:
        manifest = run.manifest()
        ended = manifest.get("finished_at", "")
        return cls(run.run_id, run.mode, ended, figures(manifest))

    @classmethod
    def for_run(cls, run: Run) -> Self | None:
        """What *run* is compared with: as it was kept, or the run before."""
        kept = cls.read(run.folder)
        if kept is not None or not run.phases:
            return kept
        found = before(run, runs.readable(run.settings))
        return cls.of(found) if found else None

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """What the run in *folder* is compared with; None where nothing was kept."""
        path = folder / FILE
        if not path.is_file():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        found = [Figure(**figure) for figure in kept["figures"]]
        places = {(figure.where, figure.what): figure for figure in found}
        return cls(kept["run_id"], kept["mode"], kept["ended"], places)

    def keep(self, folder: Path) -> Path:
        """Write it into *folder*; the file."""
        values = {
            "run_id": self.run_id,
            "mode": self.mode,
            "ended": self.ended,
            "figures": [asdict(figure) for figure in self.figures.values()],
        }
        write_json(folder / FILE, values)
        return folder / FILE


def before(run: Run, readable: Sequence[Run]) -> Run | None:
    """
    The run that *run* is compared with: of its mode and phases, and come to its end.

    An import with the import before it. A rehearsal with the rehearsal of the last
    import, so that rehearsing twice in an hour does not hide what is new since then;
    where nothing was imported, with the rehearsal before it.

    Args:
        readable: runs, oldest first.
    """
    earlier = [
        other
        for other in readable
        if other.run_id < run.run_id
        and other.status is Status.SUCCEEDED
        and other.phases == run.phases
        and "undo" not in other.manifest()
    ]
    alike = [other for other in earlier if other.mode is run.mode]
    if run.mode is Mode.REHEARSAL:
        applied = {other.reviewed for other in earlier if other.is_full}
        alike = [other for other in alike if other.run_id in applied] or alike
    return alike[-1] if alike else None


def beside(last: LastTime | None, where: str, whats: Collection[str], now: int) -> str:
    """How many rows it was, and how many more it is now: ``9 (+30)``."""
    if last is None:
        return ""
    found = [last.figures.get((where, what)) for what in whats]
    then = int(sum(each.value for each in found if each))
    name = name_of(where, *whats) if len(whats) == 1 else (where, "rows")
    was = figure(then, *name, run=last.run_id)
    return tell("{} ({})", was, f"{now - then:+,}") if now != then else was


def took_last_time(last: LastTime | None, phase: str) -> str:
    """How long *phase* took."""
    figure = last.figures.get((phase, "duration")) if last else None
    return took(figure.value) if figure else ""


def changed(last: LastTime | None, manifest: Manifest) -> list[Element]:
    """The section: in which figures a run is another than the last, and why."""
    if manifest["status"] != Status.SUCCEEDED or "undo" in manifest:
        return []
    if last is None:
        return [Sentence(NO_EARLIER_RUN)]
    now = figures(manifest)
    found = differences(last.figures, now)
    against = _against(last, manifest)
    if not found:
        return [Sentence(f"{against}: every count and rate is the same.")]
    told = sentences(last.figures, now)
    lines = [Sentence(line + ".") for line in told[:MOST_SENTENCES]]
    if more := len(told) - len(lines):
        lines.append(Sentence(f"And {several(more, 'such sentence')} more, below."))
    head = Sentence(f"{against}: {several(len(found), 'figure')} differ.", strong=True)
    table = Fold("Every figure that is another", difference_table(found, last.run_id))
    return [head, *lines, table]


def changed_in_phase(
    last: LastTime | None, manifest: Manifest, entry: PhaseEntry
) -> list[Element]:
    """
    Every figure of a phase, now and in the last run, those first that are another.

    Args:
        entry: of the phase, which need not have ended; how long it took is left out.
    """
    if last is None:
        return [Sentence(NO_EARLIER_RUN)]
    was = {
        (where, what): figure
        for (where, what), figure in last.figures.items()
        if is_of_phase(where, entry["name"]) and figure.unit != "seconds"
    }
    now = figures_of_phase(entry)
    now = {place: each for place, each in now.items() if each.unit != "seconds"}
    changed = differences(was, now)
    same = [
        Difference(*place, figure, figure)
        for place, figure in now.items()
        if was.get(place) == figure and figure.is_any
    ]
    against = _against(last, manifest)
    if not changed:
        told = f"{against}: every figure of this phase is the same."
    else:
        told = f"{against}: {several(len(changed), 'figure')} of this phase differ."
    tables = [_now_and_then("What is another", changed, last.run_id)] if changed else []
    alike = _now_and_then("What is the same", same, last.run_id)
    folds = [Fold("Every figure that is the same", alike)] if same else []
    return [Sentence(told, strong=True), *tables, *folds]


def pages_of(last: LastTime | None, folder: Path, page: str) -> Stack:
    """
    Links to *page* of the last run and to its report, as far as they are there.

    Args:
        folder: of the run whose page links.
    """
    files = (page, REPORT) if last else ()
    beside = folder.with_name(last.run_id) if last else folder
    return Stack(
        [
            PageLink(f"{beside.name}: {file}", f"../{beside.name}/{file}")
            for file in files
            if (beside / file).is_file()
        ]
    )


def _against(last: LastTime, manifest: Manifest) -> str:
    kind = "rehearsal" if last.mode == Mode.REHEARSAL else "import"
    ended = f", which ended {when(manifest, last.ended)}" if last.ended else ""
    return f"Compared with the {kind} {last.run_id}{ended}"


def _now_and_then(caption: str, found: Sequence[Difference], last: str) -> Grid:
    """Figures of this run beside those of the run *last*."""
    told = (each.told(last, "") for each in found)
    return Grid(
        caption,
        ("where", "what", "this run", LAST_TIME, "difference"),
        [(where, what, now, then, by) for where, what, then, now, by in told],
        right=("this run", LAST_TIME, "difference"),
    )


def difference_table(found: Sequence[Difference], before: str) -> Grid:
    """Every difference to the run *before*, in the order of the phases."""
    return Grid(
        "Then and now",
        ("where", "what", "then", "now", "difference"),
        [each.told(before, "") for each in found],
        right=("then", "now", "difference"),
    )
