"""What the cockpit says of each question: HTML and text, with or without a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reimport_lib.checks import Check
from reimport_lib.cockpit.places import RunPage
from reimport_lib.execute import approve
from reimport_lib.execute.desk import Stage, View
from reimport_lib.record import expiry
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Mode
from reimport_lib.show import last_time, run_facts, state_words, worklist
from reimport_lib.show.badges import status_badge
from reimport_lib.show.check_words import found
from reimport_lib.show.html import Cell, Element, Grid, Sentence, Stack
from reimport_lib.show.results import checks_stack
from reimport_lib.show.verdict import verdict
from reimport_lib.show.words import noun, sentence_case, took

NO_RUN = "No run yet: rehearse first. A rehearsal works on a copy of the database."
_OWN = "It is at work in a process of its own: this page may be closed."
_KINDS = {
    Mode.REHEARSAL: "Rehearsal",
    Mode.FULL: "Import",
    Mode.UNDO: "Undo",
    Mode.PUT_BACK: "Putting back",
}
NO_REHEARSAL = "There is no rehearsal to judge yet."


def doctor(checks: Sequence[Check] | None) -> Element:
    """What `reimport doctor` found; nothing was looked at before somebody asked."""
    if checks is None:
        return Sentence("Not checked yet in this notebook.")
    return checks_stack(checks)


def state(view: View) -> Element:
    """Where the newest run stands, in a line, and what it is at."""
    if view.run is None or view.stands is None:
        return Sentence(NO_RUN)
    kind = _KINDS[view.run.mode]
    head = f"{kind} {view.run.run_id}: {view.stands.told}"
    if view.stage is Stage.APPROVED:
        head += ", approved, and nothing of it is written yet"
    lines = [*state_words.lines(view.stands), _OWN] if view.stands.is_alive else []
    return Stack([Sentence(f"{head}.", strong=True), *map(Sentence, lines)])


def verdicts(view: View, served: bool) -> Element:
    """How the newest run and each of its phases ended, with their pages."""
    if view.run is None or view.manifest is None:
        return Sentence(NO_RUN)
    run, manifest = view.run, view.manifest
    rows: list[tuple[Cell, ...]] = [
        (
            f"{entry['number']} {entry['name']}",
            status_badge(entry["status"]),
            sentence_case(found(check["verdict"] for check in entry["checks"]))
            if entry["checks"]
            else "",
            took(entry["seconds"]),
            _page(run, entry.get("notebook", ""), served=served),
        )
        for entry in manifest["phases"]
    ]
    heads = ("phase", "state", "checks", "took", "page")
    grid = Grid.of_filled("Each phase", heads, rows, right=("took",))
    if view.stage is Stage.AT_WORK:
        return Stack([grid] if rows else [state(view)])
    said = verdict(manifest)
    report = RunPage("Report", file=run.folder / REPORT, served=served)
    cover = Grid("The whole run", ("run", "page"), [(run.run_id, report)])
    lead = Sentence(f"{said.sign} {said.lead}", strong=True)
    told = [Sentence(line) for line in said.sentences]
    return Stack([lead, *told, *([grid] if rows else []), cover])


def _page(run: Run, notebook: str, *, served: bool) -> Cell:
    file = (run.folder / notebook).with_suffix(".html") if notebook else run.folder
    return RunPage("open", file=file, served=served) if file.is_file() else ""


def differences(view: View) -> Element:
    """What is otherwise than in the run that the newest is compared with."""
    if view.run is None or view.manifest is None or view.stage is Stage.AT_WORK:
        return Sentence("Known once a run has ended.")
    last = last_time.LastTime.for_run(view.run)
    shown = last_time.changed(last, view.manifest)
    return Stack(shown or [Sentence("Only runs that succeeded are compared.")])


def to_decide(view: View, served: bool) -> Element:
    """How many rows somebody has to look at, and where they are listed."""
    run = view.rehearsal
    manifest = run.manifest() if run and view.stage is not Stage.AT_WORK else None
    counted = manifest.get("worklist") if manifest else None
    if run is None or manifest is None or counted is None:
        return Sentence("Known once a rehearsal has ended.")
    name = worklist.place(counted)
    rows = (
        [(name, RunPage("open", file=run.folder / name, served=served))] if name else []
    )
    lists = Grid("What to fill in", ("worklist", "file"), rows, empty="no list.")
    return Stack([*worklist.report(manifest), lists])


def approval(view: View) -> Element:
    """What is approved by which word, until when; or why nothing can be."""
    if view.stage is Stage.AT_WORK:
        return Sentence("A run is at work; how far it is stands above.")
    if view.rehearsal is None:
        return Sentence(NO_REHEARSAL)
    manifest = view.rehearsal.manifest()
    if view.stage is Stage.REHEARSED:
        name = manifest["database"]["name"]
        will = Sentence(f"Applied to {name}, this will be done:", strong=True)
        digest = approve.plan_digest(view.rehearsal)
        lines = [
            f"The plan: sha256 {digest}.",
            f"It may be approved until {expiry.until(view.rehearsal):%Y-%m-%d %H:%M}"
            " UTC.",
            f"The word: {approve.word(view.rehearsal)}",
        ]
        return Stack([will, _changes(view.rehearsal), *map(Sentence, lines)])
    return Sentence(_why_not(view, manifest))


def _why_not(view: View, manifest: Manifest) -> str:
    if view.stage is Stage.EXPIRED:
        return f"{manifest['run_id']} is too old to be approved: rehearse again."
    if rejected := manifest.get("rejected"):
        return f"Rejected by {rejected['by']}: {rejected['why']}"
    confirmed = view.manifest.get("confirmed") if view.manifest else None
    if confirmed and view.run is not None and view.run.is_full:
        said = f"{confirmed['by']} typed {confirmed['word']}"
        when = run_facts.when(manifest, confirmed["at"])
        return f"Approved: {said}, {when}. {_standing(view)}"
    return "The newest run did not end so that it could be approved."


def _standing(view: View) -> str:
    return {
        Stage.APPROVED: "Nothing of it is written yet.",
        Stage.APPLIED: "It has been applied.",
        Stage.TAKEN_BACK: "It was applied, and taken back.",
    }.get(view.stage, "It stopped on its way; going on is safe.")


def _changes(rehearsal: Run) -> Grid:
    names = approve.COUNTS
    return Grid.of_filled(
        "What will change",
        ("table", *(name.replace("_", " ") for name in names)),
        [
            (noun(table), *(f"{n[name]:,}" if n[name] else "" for name in names))
            for table, n in approve.what_will_change(rehearsal).items()
        ],
        right=tuple(name.replace("_", " ") for name in names),
    )


def undo(view: View, plan: dict[str, Any] | None) -> Element:
    """What undoing the newest import would do, once somebody asked."""
    if view.stage is Stage.TAKEN_BACK:
        return Sentence("The last import was taken back.")
    if view.applied is None:
        return Sentence("There is no import to undo.")
    if plan is None:
        words = "it can be undone row by row; what people changed since stays."
        return Sentence(f"{view.applied.run_id} was applied; {words}")
    outcomes = list(dict.fromkeys(name for n in plan["rows"].values() for name in n))
    grid = Grid.of_filled(
        f"Undoing {plan['run']} would do",
        ("rows of", *outcomes),
        [
            (of, *(f"{n[name]:,}" if n.get(name) else "" for name in outcomes))
            for of, n in plan["rows"].items()
        ],
        right=tuple(outcomes),
    )
    return Stack([grid, Sentence(f"The word: {plan['word']}")])
